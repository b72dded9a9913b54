//! Writers, and once the server, are killed in the middle of their work.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::time::Duration;

use fastrand::Rng;

use crate::place::{Place, questions};

/// Where the kills fall: `ZYN_SEED`, or a random one. It is printed.
fn random() -> Rng {
    let seed = std::env::var("ZYN_SEED").ok();
    let seed = seed.map_or_else(|| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("ZYN_SEED={seed}");
    Rng::with_seed(seed)
}

/// The numbers that a writer printed before it ended, whole lines only.
fn acknowledged(writer: Child) -> Vec<u64> {
    let mut text = String::new();
    let mut lines = BufReader::new(writer.stdout.unwrap());
    while lines.read_line(&mut text).unwrap() > 0 {}
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| line.parse().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_writer_loses_at_most_the_turn_that_was_not_acknowledged() {
    const KILLS: u64 = 25;
    let mut random = random();
    for place in Place::all() {
        let store = place.open().await;
        let (mut said, mut unheard, mut in_between) = (0, 0, 0);
        for kill in 0..KILLS {
            let mut writer = place.writer("a", "turn", said, u64::MAX);
            tokio::time::sleep(Duration::from_micros(random.u64(5_000..120_000))).await;
            // SIGKILL
            writer.kill().unwrap();
            // or it had failed by itself, and the kill tells nothing
            assert_eq!(writer.wait().unwrap().signal(), Some(9));
            let acknowledged = acknowledged(writer);
            let expected = said + acknowledged.len() as u64;
            assert!(acknowledged.into_iter().eq(said..expected));

            let stored = settled(&place, expected).await;
            let wanted: Vec<_> = (0..stored.len())
                .map(|turn| format!("turn {turn}"))
                .collect();
            assert_eq!(stored, wanted, "{}, kill {kill}", place.name());
            let extra = stored.len() as u64 - expected;
            assert!(
                extra <= 1,
                "{}, kill {kill}: {extra} more than acknowledged",
                place.name()
            );
            unheard += extra;
            in_between += u32::from(stored.len() as u64 > said);
            said = stored.len() as u64;
        }
        assert_eq!(questions(&*store, "a").await.len() as u64, said);
        assert!(said >= KILLS / 5, "{}: {said} turns only", place.name());
        assert!(in_between > 0, "no kill came after a commit");
        println!(
            "{}: {KILLS} kills, {said} turns, {unheard} of them committed and not yet acknowledged, none half, none twice, none lost",
            place.name()
        );
    }
}

/// The stored questions. A server may still be finishing what a killed client had sent; what was acknowledged is there at
/// once.
async fn settled(place: &Place, acknowledged: u64) -> Vec<String> {
    let store = place.open().await;
    let mut before = questions(&*store, "a").await;
    assert!(
        before.len() as u64 >= acknowledged,
        "an acknowledged turn is lost"
    );
    loop {
        tokio::time::sleep(Duration::from_millis(30)).await;
        let now = questions(&*store, "a").await;
        if now.len() == before.len() {
            return now;
        }
        before = now;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_writers_of_one_session_lose_at_most_a_turn_each() {
    const KILLS: u64 = 8;
    const NAMES: [&str; 2] = ["0", "1"];
    let mut random = random();
    for place in Place::all() {
        let (mut next, mut said) = ([0; 2], [0; 2]);
        for _ in 0..KILLS {
            let mut writers: Vec<_> = NAMES
                .iter()
                .zip(next)
                .map(|(name, first)| place.writer("both", name, first, u64::MAX))
                .collect();
            tokio::time::sleep(Duration::from_micros(random.u64(60_000..250_000))).await;
            for writer in &mut writers {
                writer.kill().unwrap();
                assert_eq!(writer.wait().unwrap().signal(), Some(9));
            }
            let heard: Vec<_> = writers.into_iter().map(acknowledged).collect();
            tokio::time::sleep(Duration::from_millis(100)).await;
            let stored = questions(&*place.open().await, "both").await;
            for (writer, heard) in heard.into_iter().enumerate() {
                let own: Vec<u64> = stored
                    .iter()
                    .filter_map(|question| question.split_once(' '))
                    .filter(|(name, _)| *name == NAMES[writer])
                    .map(|(_, turn)| turn.parse().unwrap())
                    .collect();
                // in order, none twice, none left out
                assert!(own.iter().copied().eq(0..own.len() as u64), "{own:?}");
                let expected = next[writer] + heard.len() as u64;
                let extra = own.len() as u64 - expected;
                assert!(extra <= 1, "{}: {extra} unheard", place.name());
                said[writer] += heard.len();
                next[writer] = own.len() as u64;
            }
        }
        assert!(said.iter().all(|said| *said > 0), "{said:?} turns");
        println!(
            "{}: {KILLS} times two writers were killed: {next:?} turns",
            place.name()
        );
    }
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_no_acknowledged_turn_and_writers_go_on() {
    const TURNS: u64 = 150;
    let Some(server) = crate::postgres::Server::start() else {
        return;
    };
    let mut random = random();
    let mut place = Place::Server(server);
    let mut writers: Vec<_> = ["0", "1"]
        .into_iter()
        .map(|name| place.writer("a", name, 0, TURNS))
        .collect();
    let most = random.u64(10..60);
    let store = place.open().await;
    while store.load("a", None).await.unwrap().version() < most {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    drop(store);
    for writer in &mut writers {
        assert!(
            writer.try_wait().unwrap().is_none(),
            "it ended before the kill"
        );
    }
    let Place::Server(server) = &mut place else {
        return;
    };
    server.kill();
    server.restart();
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
        assert!(acknowledged(writer).into_iter().eq(0..TURNS));
    }
    let questions = questions(&*place.open().await, "a").await;
    assert_eq!(questions.len() as u64, 2 * TURNS);
    for name in ["0 ", "1 "] {
        let said = questions
            .iter()
            .filter_map(|question| question.strip_prefix(name));
        assert!(said.eq((0..TURNS).map(|turn| turn.to_string())));
    }
    println!(
        "PostgreSQL was killed: 2 writers, {TURNS} turns each, none lost, none twice, in order"
    );
}
