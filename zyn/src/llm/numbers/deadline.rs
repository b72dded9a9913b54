//! A call ends at its deadline at the latest, whatever its policy and its server do: in paused time to the millisecond, on
//! sockets as soon as the machine comes to it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;

use crate::llm::Llm;
use crate::numbers::row;
use crate::policy::{Breaker, Fallback, Hedging};
use crate::prelude::*;
use crate::provider::{BoxFuture, Profile, Request};
use crate::{ErrorKind, Failure, Provider, ProviderError, Response, Usage, clock};

const CONFIGURATIONS: u64 = 1_000;

fn millis(rng: &mut Rng, from: u64, to: u64) -> Duration {
    Duration::from_millis(rng.u64(from..to))
}

/// A policy at random round `providers`, of which each is asked where the one before fails.
fn policy(rng: &mut Rng, providers: Vec<Box<dyn Provider>>, longest: u64) -> Llm {
    let mut behind: Option<Llm> = None;
    for provider in providers {
        let mut llm = Llm::new(provider).seed(rng.u64(..)).retry(rng.u32(..6));
        if rng.bool() {
            llm = llm.attempt_timeout(millis(rng, 1, longest));
        }
        if rng.u8(..3) == 0 {
            let hedging = Hedging::after(millis(rng, 1, longest));
            llm = llm.hedging(hedging.part(1.0));
        }
        if rng.u8(..3) == 0 {
            let breaker = Breaker::new().calls(rng.u32(1..5));
            llm = llm.breaker(breaker.open_for(millis(rng, 1, longest)));
        }
        if let Some(behind) = &behind {
            llm = llm.fallback(Fallback::to(behind).when(|_| true));
        }
        behind = Some(llm);
    }
    behind.unwrap()
}

/// Answers at random after some time, in paused time.
struct Slow(Mutex<Rng>);

impl Provider for Slow {
    fn name(&self) -> &str {
        "slow"
    }

    fn model(&self) -> &str {
        "m"
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        let mut rng = self.0.lock().unwrap();
        let latency = millis(&mut rng, 0, 9_000);
        let wait = rng.bool().then(|| millis(&mut rng, 0, 20_000));
        let what = rng.u8(..8);
        drop(rng);
        Box::pin(async move {
            tokio::time::sleep(latency).await;
            let failed = |kind| {
                let mut error = ProviderError::new("slow", kind);
                error.retry_after = wait;
                Err(error)
            };
            match what {
                0 => failed(Failure::RateLimit),
                1 => failed(Failure::Unavailable),
                2 => failed(Failure::Server),
                3 => failed(Failure::Connect),
                4 | 5 => Ok(Response::new("?", Usage::new(1, 1))),
                6 => Ok(Response::new(r#"{"answer":true}"#, Usage::new(1, 1))),
                _ => std::future::pending().await,
            }
        })
    }
}

workflow!(
    /// Asks on, whatever fails.
    async fn stubborn(text: &str) -> bool {
        for _round in 0..3 {
            let answer = binary("Is it?", text).reask(5) else {
                continue;
            };
            let (_first, second) =
                join(binary("Is it first?", text), binary("Is it second?", text))
            else {
                continue;
            };
            if answer && second {
                return true;
            }
        }
        false
    }
);

/// What a call has come to.
enum Came {
    Answered,
    Failed,
    /// It ran into the deadline.
    CutOff,
}

async fn fire(rng: &mut Rng, llm: &Llm, limit: Duration) -> Came {
    let session = &mut Session::new();
    let binary = zyn::binary("Is it?").reask(5).timeout(limit);
    let outcome = match rng.u8(..4) {
        0 => {
            let stream = binary.stream(llm, session, "It is.").unwrap();
            stream.finish().await
        }
        1 => {
            let agreed = binary.agreement(rng.u32(2..5));
            agreed.fire(llm, session, "It is.").await
        }
        2 => stubborn("It is.").timeout(limit).run(llm, session).await,
        _ => binary.fire(llm, session, "It is.").await,
    };
    match outcome {
        Ok(_) => Came::Answered,
        Err(error) if matches!(error.kind(), ErrorKind::Deadline { .. }) => Came::CutOff,
        Err(_) => Came::Failed,
    }
}

#[tokio::test(start_paused = true)]
async fn in_paused_time_every_call_ends_at_its_deadline_at_the_latest() {
    let mut came = [0; 3];
    for seed in 0..CONFIGURATIONS {
        let mut rng = Rng::with_seed(seed);
        let slow = |rng: &mut Rng| Box::new(Slow(Mutex::new(rng.fork()))) as Box<dyn Provider>;
        let providers = (0..rng.u8(1..4)).map(|_| slow(&mut rng)).collect();
        let llm = policy(&mut rng, providers, 9_000);
        let limit = millis(&mut rng, 0, 30_000);
        let start = clock::now();
        let outcome = Box::pin(fire(&mut rng, &llm, limit)).await;
        let took = clock::now() - start;
        match outcome {
            Came::CutOff => assert_eq!(took, limit, "seed {seed}"),
            Came::Answered | Came::Failed => assert!(took <= limit, "seed {seed}: {took:?}"),
        }
        came[outcome as usize] += 1;
    }
    let [answered, failed, cut] = came;
    assert!(answered.min(failed).min(cut) > 50, "{came:?}");
    row(
        "14",
        &format!(
            "{CONFIGURATIONS} random policies and deadlines of up to 30 s in paused time: fires, streams, samples, workflows"
        ),
        &format!(
            "none ends after its deadline: {answered} answered, {failed} failed, {cut} were cut off at it to the millisecond"
        ),
    );
}

#[cfg(feature = "http")]
mod sockets {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::task::JoinSet;

    use super::*;
    use crate::OpenAi;

    const AT_ONCE: u64 = 50;
    const PROMISED: Duration = Duration::from_millis(50);
    /// What a machine that is busy with other things may take to come to it: a bound that says that nothing waits on.
    const BUSY: Duration = Duration::from_millis(1_500);

    /// Serves whoever comes in one of the ways that keep a client waiting.
    async fn serve(listener: TcpListener) {
        let mut rng = Rng::with_seed(3);
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(keep_waiting(stream, rng.fork()));
        }
    }

    async fn keep_waiting(mut stream: TcpStream, mut rng: Rng) -> Option<()> {
        let way = rng.u8(..8);
        // whether all was read does not matter to what comes back
        let read = stream.read(&mut [0; 16 * 1024]).await.ok()?;
        if read == 0 || way == 0 {
            std::future::pending::<()>().await;
        }
        let said = match way {
            1 => "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n",
            2 => "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n",
            3 => {
                "HTTP/1.1 503 Service Unavailable\r\nretry-after-ms: 20\r\ncontent-length: 0\r\n\r\n"
            }
            4 => "HTTP/1.1 307 Temporary Redirect\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n",
            5 => "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n",
            // the head comes at once, and the body hangs
            6 => {
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n{\"id\""
            }
            // byte by byte
            _ => {
                let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999\r\n\r\n";
                for byte in head.iter().chain(std::iter::repeat(&b' ')) {
                    stream.write_all(&[*byte]).await.ok()?;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                return None;
            }
        };
        stream.write_all(said.as_bytes()).await.ok()?;
        if way == 6 {
            std::future::pending::<()>().await;
        }
        None
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sockets_every_call_ends_soon_after_its_deadline() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        tokio::spawn(serve(listener));
        let late: Arc<Mutex<Vec<Duration>>> = Arc::default();
        let mut running = JoinSet::new();
        for seed in 0..CONFIGURATIONS {
            if running.len() as u64 == AT_ONCE {
                running.join_next().await.unwrap().unwrap();
            }
            let (url, late) = (url.clone(), Arc::clone(&late));
            running.spawn(async move {
                let mut rng = Rng::with_seed(seed);
                let openai = || OpenAi::new("m").key("sk-test").base_url(&url);
                let providers = (0..rng.u8(1..4)).map(|_| Box::new(openai()) as Box<dyn Provider>);
                let providers = providers.collect();
                let llm = policy(&mut rng, providers, 400);
                let limit = millis(&mut rng, 50, 401);
                let start = clock::now();
                Box::pin(fire(&mut rng, &llm, limit)).await;
                let took = clock::now() - start;
                late.lock().unwrap().push(took.saturating_sub(limit));
            });
        }
        while let Some(done) = running.join_next().await {
            done.unwrap();
        }
        let mut late = std::mem::take(&mut *late.lock().unwrap());
        late.sort_unstable();
        assert_eq!(late.len() as u64, CONFIGURATIONS);
        let worst = *late.last().unwrap();
        let above = late.iter().filter(|it| **it > PROMISED).count();
        let median = late[late.len() / 2];
        row(
            "14",
            &format!(
                "{CONFIGURATIONS} random policies with deadlines of 50–400 ms, {AT_ONCE} at once, on a server that hangs, drips, redirects, says 429, 500 and 503"
            ),
            &format!(
                "{above} ended more than 50 ms after the deadline; the latest {worst:.1?} after it, half within {median:.1?}; asserted: none later than {BUSY:?}, for a machine that does other things too"
            ),
        );
        assert!(worst <= BUSY, "{worst:?} after the deadline");
    }
}
