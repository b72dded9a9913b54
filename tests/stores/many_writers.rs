//! Several processes write to one session.

use std::time::Instant;

use crate::place::{Place, questions};

const WRITERS: u64 = 4;

/// How many turns each says: `ZYN_TURNS`, or 100.
fn turns() -> u64 {
    let turns = std::env::var("ZYN_TURNS").ok();
    turns.map_or(100, |turns| turns.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn four_processes_on_one_session_lose_no_turn() {
    for place in Place::all() {
        let (turns, began) = (turns(), Instant::now());
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| place.writer("shared", &writer.to_string(), 0, turns))
            .collect();
        for writer in writers {
            let done = writer.wait_with_output().unwrap();
            assert!(done.status.success());
            let acknowledged = String::from_utf8(done.stdout).unwrap();
            assert_eq!(acknowledged.lines().count() as u64, turns);
        }
        let questions = questions(&*place.open().await, "shared").await;
        assert_eq!(questions.len() as u64, WRITERS * turns);
        for writer in 0..WRITERS {
            let own = format!("{writer} ");
            let said: Vec<_> = questions.iter().filter(|q| q.starts_with(&own)).collect();
            let wanted: Vec<_> = (0..turns).map(|turn| format!("{own}{turn}")).collect();
            assert_eq!(said, wanted.iter().collect::<Vec<_>>());
        }
        println!(
            "{}: {WRITERS} processes, {turns} turns each: {} turns in the session, none lost, none twice, in order, in {:.1?}",
            place.name(),
            questions.len(),
            began.elapsed()
        );
    }
}
