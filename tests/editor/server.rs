//! A rust-analyzer that runs, and the language server protocol as far as the queries need it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// How long it may say nothing.
const SILENCE: Duration = Duration::from_secs(600);

pub(crate) struct Server {
    process: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    requests: u64,
}

impl Server {
    /// Starts `program` on `package` and waits until it has read everything.
    pub(crate) fn start(program: &Path, package: &Path) -> Self {
        let mut process = Command::new(program)
            .current_dir(package)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("rust-analyzer starts");
        let input = process.stdin.take().expect("its input");
        let output = process.stdout.take().expect("its output");
        let (sender, messages) = channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut server = Self {
            process,
            input,
            messages,
            requests: 0,
        };
        let initialized = server.request(
            "initialize",
            &json!({
                "processId": std::process::id(),
                "rootUri": uri(package),
                "initializationOptions": settings(),
                "capabilities": {
                    "experimental": { "serverStatusNotification": true },
                    "textDocument": {
                        "completion": { "completionItem": { "snippetSupport": false } },
                        "diagnostic": {},
                        "hover": { "contentFormat": ["plaintext"] },
                    },
                    "window": { "workDoneProgress": true },
                    "workspace": { "configuration": true },
                },
            }),
        );
        initialized.expect("rust-analyzer starts");
        server.notify("initialized", &json!({}));
        server.settle();
        server
    }

    /// Asks, and waits for the answer; an error says what the server says is wrong.
    pub(crate) fn request(&mut self, method: &str, params: &Value) -> Result<Value, String> {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let mut message = self.next();
            if message["id"] == id && message.get("method").is_none() {
                return match message.get("error") {
                    None => Ok(message["result"].take()),
                    Some(error) => Err(format!("{method}: {error}")),
                };
            }
        }
    }

    pub(crate) fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Waits until the package is loaded, its build scripts have run and its macros are there.
    fn settle(&mut self) {
        loop {
            let message = self.next();
            if message["method"] == "experimental/serverStatus" {
                let status = &message["params"];
                assert!(
                    status["health"] == "ok",
                    "rust-analyzer is not well: {status}"
                );
                if status["quiescent"] == true {
                    return;
                }
            }
        }
    }

    /// The next message; what the server asks on its own is answered.
    fn next(&mut self) -> Value {
        let message = self
            .messages
            .recv_timeout(SILENCE)
            .expect("rust-analyzer says something");
        if let (Some(id), Some(method)) = (message.get("id"), message["method"].as_str()) {
            let result = match (method, message["params"]["items"].as_array()) {
                ("workspace/configuration", Some(items)) => {
                    Value::from_iter(items.iter().map(|_| settings()))
                }
                _ => Value::Null,
            };
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
        }
        if let Some(title) = message["params"]["value"]["title"].as_str() {
            println!("rust-analyzer: {title}");
        }
        message
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len())
            .and_then(|()| self.input.flush())
            .expect("rust-analyzer reads");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it has nothing to save, and one that is gone cannot be ended
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where `path` is, as the protocol says it.
pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn settings() -> Value {
    json!({
        "cachePriming": { "enable": false },
        "checkOnSave": false,
        "completion": { "autoimport": { "enable": false } },
        "procMacro": { "enable": true },
    })
}

/// One message: its length, an empty line, its text. `None` where there are no more.
fn read(output: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut text = vec![0; length];
    output.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
