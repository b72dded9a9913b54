//! A server of chat completions on this machine, which fails as often as it is told to.

mod answer;
mod exchange;
mod wire;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use zyn::Usage;

use crate::book::Book;
use crate::way::Way;

/// Now and then it fails so often that it is of no use.
const BAD: f64 = 0.95;
/// A bad time comes so often, so long after the beginning, and lasts so long.
const EVERY: Duration = Duration::from_secs(10);
const FROM: Duration = Duration::from_millis(1_500);
const LASTS: Duration = Duration::from_millis(1_500);

/// A server on a thread of its own, so that a client that is busy does not make it slow.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    book: Arc<Book>,
    rng: Mutex<Rng>,
    failures: f64,
    too_late: Duration,
    start: Instant,
    connections: AtomicUsize,
}

/// What is done with one request.
struct Draw {
    way: Option<Way>,
    usage: Usage,
    /// How long a good answer takes.
    pause: Duration,
    /// Decides what else there is to decide.
    rng: Rng,
}

impl Server {
    /// A server that fails for a part of all requests, `failures` of 1, as `seed` has it, and for nearly all in its bad
    /// times. It answers too late after `too_late`.
    pub fn start(book: Arc<Book>, seed: u64, failures: f64, too_late: Duration) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            book,
            rng: Mutex::new(Rng::with_seed(seed)),
            failures,
            too_late,
            start: Instant::now(),
            connections: AtomicUsize::new(0),
        });
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    () = accept(listener, served) => {}
                }
            });
        });
        Self {
            address,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// What clients are given as base URL.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// How many connections it has.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let listener = TcpListener::from_std(listener).unwrap();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // too many files are open: some will be closed
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        shared.connections.fetch_add(1, Ordering::SeqCst);
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // The client may have hung up; the book knows whether it had to.
            let _ = exchange::serve(stream, &shared).await;
            shared.connections.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

impl Shared {
    fn is_bad(&self) -> bool {
        let passed = self.start.elapsed().as_millis() % EVERY.as_millis();
        (FROM.as_millis()..(FROM + LASTS).as_millis()).contains(&passed)
    }

    fn draw(&self) -> Draw {
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        let fails = rng.f64() < if self.is_bad() { BAD } else { self.failures };
        let way = fails.then(|| Way::ALL[rng.usize(..Way::ALL.len())]);
        let mut usage = Usage::new(rng.u64(100..5_000), rng.u64(1..500));
        usage.cached_tokens = rng.u64(..=usage.input_tokens);
        usage.reasoning_tokens = rng.u64(..usage.output_tokens);
        Draw {
            way,
            usage,
            pause: Duration::from_millis(rng.u64(1..=20)),
            rng: rng.fork(),
        }
    }
}
