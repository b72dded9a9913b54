//! How many calls a second zyn makes beside bare reqwest, which sends the same bytes and reads the same answers.
//!
//! `cargo bench -p zyn --features benched --bench throughput`. A server in a process of its own answers at once, so that the client is all
//! that counts; the rounds of the clients take turns, so that a busy machine is as busy for each. The last table is of
//! HTTP/2: a server that takes a hundred calls on a connection, and a thousand calls at once.

#![allow(unreachable_pub, reason = "a bench is no library")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on ends")]
#![expect(clippy::indexing_slicing, reason = "the same")]
#![expect(clippy::disallowed_methods, reason = "a bench has a clock")]

mod http2;
mod load;
mod server;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::Value;
use zyn::prelude::*;
use zyn::{OpenAi, Synapse};

use self::load::{Call, Round, median};
use self::server::Server;

/// How many calls are in flight at any time.
const AT_ONCE: usize = 256;
const ROUNDS: usize = 7;
const CALLS: usize = 10_000;
/// The calls of each before anything is measured.
const WARM: usize = 5_000;

const TICKET: &str = "My parcel 4711 has not come. I ordered it two weeks ago, paid for express delivery, \
    and nobody at the counter could tell me where it is. Please find it, or send me another one by Friday.";
const LOOKED_FOR: &str = "What the ticket says";
const INSTRUCTION: &str = "Make it polite";
const ANSWER: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1764000000,"model":"gpt-4.1-mini","choices":[{"index":0,"message":{"role":"assistant","content":"{\"parcel\":4711,\"express\":true,\"wish\":\"Find it, or send another one by Friday.\"}","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":90,"completion_tokens":26,"total_tokens":116,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}"#;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Ticket {
    parcel: u32,
    express: bool,
    wish: String,
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve"] => return server::serve(ANSWER),
        ["calls", client, address, calls, at_once] => {
            return calls_of(
                client,
                address,
                calls.parse().unwrap(),
                at_once.parse().unwrap(),
            );
        }
        _ => {}
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    about();
    let one_thread = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    one_thread.unwrap().block_on(http1("one thread"));
    runtime.block_on(http1("a thread for each core"));
    instructions();
    runtime.block_on(http2::table());
}

/// Where and when this was measured.
fn about() {
    let said = |program: &str, words: &[&str]| {
        let output = Command::new(program).args(words).output();
        output.map_or_else(
            |_| "?".to_owned(),
            |it| String::from_utf8_lossy(&it.stdout).trim().to_owned(),
        )
    };
    println!(
        "{}, commit {}, {} cores, load {}\n",
        said("date", &["-u", "+%Y-%m-%d %H:%M UTC"]),
        said("git", &["rev-parse", "--short", "HEAD"]),
        std::thread::available_parallelism().map_or(0, Into::into),
        load::average(),
    );
}

async fn http1(threads: &str) {
    let server = Server::start();
    let base = format!("http://{}/v1", server.address);
    let openai = OpenAi::new("gpt-4.1-mini").key("sk-bench");
    let llm = Llm::new(openai.clone().base_url(&base));
    let transform = zyn::transform(INSTRUCTION);
    let extract = zyn::extract::<Ticket>(LOOKED_FOR);
    let bodies = [
        sent(&transform, &openai).await,
        sent(&extract, &openai).await,
    ];
    let url = format!("{base}/chat/completions");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();

    println!(
        "{AT_ONCE} calls at once over HTTP/1.1 on {threads}, {ROUNDS} rounds of {CALLS} calls of each, in turns\n"
    );
    let ceiling = ceiling(&server, &bodies[0]);
    println!(
        "the server's own ceiling: {ceiling:.0} calls/s, asked by plain sockets with nothing read\n"
    );
    println!(
        "{:<24} {:>9} {:>7} {:>9} {:>9} {:>9} {:>16}",
        "", "calls/s", "ratio", "p50 ms", "p99 ms", "CPU us", "connections/1000"
    );
    for (name, fire, body) in [
        ("transform", fire(&transform, &llm), &bodies[0]),
        ("extract", fire(&extract, &llm), &bodies[1]),
    ] {
        let clients = [bare(&client, &url, body), fire];
        let mut rounds = [Vec::new(), Vec::new()];
        let mut opened = [0, 0];
        for client in &clients {
            load::round(AT_ONCE, WARM, client).await;
        }
        for turn in 0..2 * ROUNDS {
            // bare, zyn, zyn, bare, …: whatever grows or wanes is fair to both
            let which = usize::from(matches!(turn % 4, 1 | 2));
            let before = server.counts();
            let round = load::round(AT_ONCE, CALLS, &clients[which]).await;
            let after = server.counts();
            assert_eq!(after.requests - before.requests, CALLS as u64);
            opened[which] += after.connections - before.connections;
            rounds[which].push(round);
        }
        row("reqwest", &rounds[0], None, opened[0]);
        let name = format!("zyn, {name}");
        row(&name, &rounds[1], Some(&rounds[0]), opened[1]);
    }
    println!(
        "\n(medians of the rounds; the ratio is the median of the rounds' own, each with its neighbour; CPU is the\n client's, all threads; load at the end {})\n",
        load::average()
    );
}

fn row(name: &str, rounds: &[Round], beside: Option<&[Round]>, opened: u64) {
    let of = |value: fn(&Round) -> f64| median(rounds.iter().map(value));
    let ratio = beside.map(|others| {
        let pairs = rounds.iter().zip(others);
        format!(
            "{:.3}",
            median(pairs.map(|(one, other)| one.rate / other.rate))
        )
    });
    println!(
        "{name:<24} {:>9.0} {:>7} {:>9.2} {:>9.2} {:>9.1} {:>16.2}",
        of(|round| round.rate),
        ratio.unwrap_or_default(),
        of(|round| round.p50),
        of(|round| round.p99),
        of(|round| round.cpu),
        opened as f64 * 1_000.0 / (rounds.len() * CALLS) as f64,
    );
}

/// What a call takes, counted by valgrind's callgrind: that is the same on a busy machine.
fn instructions() {
    println!("instructions of a call, 32 at once, in user space (callgrind)\n");
    let server = Server::start();
    let mut first = None;
    for client in ["reqwest", "transform", "extract"] {
        let [few, many] = [500, 1_500].map(|calls| counted(client, &server, calls));
        let (Some(few), Some(many)) = (few, many) else {
            println!("  not counted: valgrind is not here; install it and run this again\n");
            return;
        };
        let count = (many - few) / 1_000;
        let beside = count as f64 / *first.get_or_insert(count) as f64;
        println!("{client:<24} {count:>9} {beside:>7.3}");
    }
    println!();
}

fn counted(client: &str, server: &Server, calls: usize) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().unwrap())
        .args([
            "calls",
            client,
            &server.address.to_string(),
            &calls.to_string(),
            "32",
        ])
        .output()
        .ok()?;
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    let all = report
        .split("Collected :")
        .nth(1)?
        .split_whitespace()
        .next()?;
    all.parse().ok()
}

/// So many calls of one client, and nothing else.
fn calls_of(client: &str, address: &str, calls: usize, at_once: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let base = format!("http://{address}/v1");
        let openai = OpenAi::new("gpt-4.1-mini").key("sk-bench");
        let transform = zyn::transform(INSTRUCTION);
        let llm = Llm::new(openai.clone().base_url(&base));
        let call = match client {
            "transform" => fire(&transform, &llm),
            "extract" => fire(&zyn::extract::<Ticket>(LOOKED_FOR), &llm),
            _ => {
                let client = reqwest::Client::builder().no_proxy().build().unwrap();
                let url = format!("{base}/chat/completions");
                bare(&client, &url, &sent(&transform, &openai).await)
            }
        };
        load::round(at_once, calls, &call).await;
    });
}

/// A call of zyn's, with everything that belongs to it.
fn fire<T: Send + 'static>(synapse: &Synapse<T>, llm: &Llm) -> Call {
    let (synapse, llm) = (synapse.clone(), llm.clone());
    Arc::new(move || {
        let (synapse, llm) = (synapse.clone(), llm.clone());
        Box::pin(async move {
            let fired = synapse.fire(&llm, &mut Session::new(), TICKET).await;
            std::hint::black_box(fired.unwrap());
        })
    })
}

/// The same call as anyone would write it.
fn bare(client: &reqwest::Client, url: &str, body: &Bytes) -> Call {
    let (client, url, body) = (client.clone(), url.to_owned(), body.clone());
    Arc::new(move || {
        let request = client
            .post(&url)
            .bearer_auth("sk-bench")
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .body(body.clone());
        Box::pin(async move {
            let response = request.send().await.unwrap().error_for_status().unwrap();
            let body = response.bytes().await.unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap();
            let text = body["choices"][0]["message"]["content"].as_str();
            std::hint::black_box(text.unwrap().to_owned());
        })
    })
}

/// The body that a fire sends.
async fn sent<T: Send + 'static>(synapse: &Synapse<T>, openai: &OpenAi) -> Bytes {
    static SENT: OnceLock<Mutex<Bytes>> = OnceLock::new();
    let llm = Llm::new(openai.clone().in_memory(|body| {
        *SENT.get_or_init(Mutex::default).lock().unwrap() = body.concat().into();
        Bytes::from_static(ANSWER.as_bytes())
    }));
    fire(synapse, &llm)().await;
    SENT.get().unwrap().lock().unwrap().clone()
}

/// What the server can answer: threads on plain sockets, each with a request in flight.
fn ceiling(server: &Server, body: &Bytes) -> f64 {
    let mut request =
        format!("POST / HTTP/1.1\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    request.extend_from_slice(body);
    // several in a row to a socket, so that it is the server that is waited for
    const ROW: usize = 64;
    let request = request.repeat(ROW);
    let mut streams: Vec<_> = (0..4)
        .map(|_| TcpStream::connect(server.address).unwrap())
        .collect();
    let start = std::time::Instant::now();
    let rounds = 200;
    let reply = server::reply(ANSWER).len() * ROW;
    std::thread::scope(|scope| {
        for stream in &mut streams {
            let request = &request;
            scope.spawn(move || {
                let mut buffer = vec![0; reply];
                for _ in 0..rounds {
                    stream.write_all(request).unwrap();
                    stream.read_exact(&mut buffer).unwrap();
                }
            });
        }
    });
    (rounds * ROW * 4) as f64 / start.elapsed().as_secs_f64()
}
