# Runs llama.cpp's HTTP server: MODEL NAME CONTEXT. Prints its address when it is ready, and ends when
# standard input closes, so that it never outlives the process that holds the other end. (While the weights
# are loaded, which takes seconds, no other thread of Python runs: then it ends after that.)
import os
import signal
import sys
import threading


def end_with_parent():
    # Below Python's buffers: nothing of the interpreter may have to be shut down in order.
    while os.read(0, 4096):
        pass
    os._exit(0)


# Ctrl-C goes to everything in the terminal; the parent ends first, and its end of the pipe with it.
signal.signal(signal.SIGINT, signal.SIG_IGN)
watch = threading.Thread(target=end_with_parent)
watch.start()

try:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path, name, context = sys.argv[1], sys.argv[2], int(sys.argv[3])
    params.model_alias = {name}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    # A second thread makes it slower as soon as anything else wants the processor.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.n_ctx = context
    params.n_parallel = 1
    params.cache_ram_mib = 0
    # What a request does not say: the same answer every time.
    params.sampling.temp = 0.0
    params.use_jinja = True
    params.offline = True
    params.ui = False
    # Web pages may not call it: the only origin allowed is one that serves none.
    params.cors_origins = "http://127.0.0.1"
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    # Nobody reads this pipe from here on.
    os.dup2(2, 1)
    watch.join()
except BaseException as error:
    print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
    os._exit(1)
