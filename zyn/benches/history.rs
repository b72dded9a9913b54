//! What a fire costs on a long conversation, and what many conversations hold in memory.
//!
//! `cargo bench -p zyn --features benched --bench history`. Instructions are counted by valgrind's callgrind, in a process of this program
//! for each row; bytes are those that the process gains, as Linux reports them.

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on ends")]

use std::process::Command;

use bytes::Bytes;
use zyn::prelude::*;
use zyn::{Message, OpenAi};

/// Of the same length for every turn, so that the rows differ in the history alone.
const TICKET: &str = "My parcel 4711 has not come. I ordered it two weeks ago, paid for express delivery, \
    and nobody at the counter could tell me where it is. Please find it, or send me another one by Friday.";
const FIRES: u32 = 32;
const SESSIONS: usize = 10_000;
const TURNS: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Urgency {
    Low,
    High,
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["fires", turns, how] => fires_on(turns.parse().unwrap(), how),
        ["sessions", how] => println!("{}", sessions_of(how)),
        _ => tables(),
    }
}

fn tables() {
    println!("instructions of one fire, up to the socket (mean of {FIRES}, callgrind)\n");
    println!(
        "{:>8} {:>28} {:>28}",
        "turns", "each on a fork of it", "one after the other"
    );
    let mut first = None;
    for turns in [2, 20, 200, 2000, 2047] {
        let [forks, row] = ["forks", "row"].map(|how| instructions(turns, how));
        let (Some(forks), Some(row)) = (forks, row) else {
            println!("  not counted: valgrind is not here; install it and run this again");
            break;
        };
        let (one, other) = *first.get_or_insert((forks, row));
        let shown =
            |count: u64, of: u64| format!("{count:>10} ({:.3} x)", count as f64 / of as f64);
        println!(
            "{turns:>8} {:>28} {:>28}",
            shown(forks, one),
            shown(row, other)
        );
    }
    println!(
        "\nmemory of {SESSIONS} sessions of {TURNS} turns of {} bytes\n",
        text_of_a_turn()
    );
    for (how, means) in [
        ("loaded", "read from their stored form"),
        ("fired", "fired on, and nothing dropped since"),
        ("plain", "appended, a user's and an assistant's text a turn"),
    ] {
        match itself(&["sessions", how]).output() {
            Ok(output) if output.status.success() => {
                let bytes: u64 = String::from_utf8_lossy(&output.stdout)
                    .trim()
                    .parse()
                    .unwrap_or(0);
                println!("{:>8.1} MB  {means}", bytes as f64 / 1e6);
            }
            _ => println!("       -     {means}: not measured on this system"),
        }
    }
}

fn itself(words: &[&str]) -> Command {
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new(program);
    command.args(words);
    command
}

/// The mean of `FIRES` fires on a session of `turns` turns, in a process of this program that does nothing else.
fn instructions(turns: u32, how: &str) -> Option<u64> {
    let program = std::env::current_exe().unwrap();
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args(["--collect-atstart=no", "--toggle-collect=*counted*"])
        .arg(program)
        .args(["fires", &turns.to_string(), how])
        .output()
        .ok()?;
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    let collected = report.split("Collected :").nth(1)?;
    let all: u64 = collected.split_whitespace().next()?.parse().ok()?;
    Some(all / u64::from(FIRES))
}

fn llm() -> Llm {
    Llm::new(OpenAi::new("gpt-4.1-mini").key("sk-bench").in_memory(|body| {
        std::hint::black_box(body.iter().map(Bytes::len).sum::<usize>());
        Bytes::from_static(
            br#"{"model":"gpt-4.1-mini","choices":[{"finish_reason":"stop","message":{"content":"{\"label\":\"High\"}"}}],"usage":{"prompt_tokens":90,"completion_tokens":6}}"#,
        )
    }))
}

fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.unwrap()
}

async fn fire(urgency: &zyn::Synapse<Urgency>, llm: &Llm, session: &mut Session) {
    let fired = urgency.fire(llm, session, TICKET).await;
    assert_eq!(fired.unwrap(), Urgency::High);
}

fn fires_on(turns: u32, how: &str) {
    let (llm, urgency) = (llm(), zyn::classify::<Urgency>("How urgent is it?"));
    let runtime = runtime();
    let mut session = Session::named("bench");
    for _ in 0..turns {
        runtime.block_on(fire(&urgency, &llm, &mut session));
    }
    // What a session does once on its first fire after a turn belongs to that turn.
    runtime.block_on(fire(&urgency, &llm, &mut session.clone()));
    for _ in 0..FIRES {
        if how == "forks" {
            counted(&runtime, &urgency, &llm, &mut session.clone());
        } else {
            counted(&runtime, &urgency, &llm, &mut session);
        }
    }
}

/// Callgrind counts what happens in here.
#[inline(never)]
fn counted(
    runtime: &tokio::runtime::Runtime,
    urgency: &zyn::Synapse<Urgency>,
    llm: &Llm,
    session: &mut Session,
) {
    runtime.block_on(fire(urgency, llm, session));
}

/// The bytes that `SESSIONS` sessions add to this process.
fn sessions_of(how: &str) -> u64 {
    let (llm, urgency) = (llm(), zyn::classify::<Urgency>("How urgent is it?"));
    let runtime = runtime();
    let fired = |turns: usize| {
        runtime.block_on(async {
            let mut session = Session::new();
            for _ in 0..turns {
                fire(&urgency, &llm, &mut session).await;
            }
            session
        })
    };
    let stored = serde_json::to_string(&fired(TURNS)).unwrap_or_default();
    let make = |i: usize| match how {
        "loaded" => {
            let stored = stored.replacen("\"id\":\"", &format!("\"id\":\"{i}-"), 1);
            serde_json::from_str(&stored).unwrap()
        }
        "fired" => fired(TURNS),
        _ => {
            let mut session = Session::new();
            for _ in 0..TURNS {
                session.append(Message::user(TICKET));
                session.append(Message::assistant("High"));
            }
            session
        }
    };
    // What the first one needs once, it needs not again.
    let first = make(0);
    let before = resident();
    let sessions: Vec<Session> = (0..SESSIONS).map(make).collect();
    let gained = resident().saturating_sub(before);
    assert_eq!(sessions.len(), SESSIONS);
    assert_eq!(first.len(), 2 * TURNS);
    gained
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

fn text_of_a_turn() -> usize {
    TICKET.len() + "High".len()
}
