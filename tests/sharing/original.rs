//! What the original did to a session that is shared: each of these fails with its behaviour.

use std::time::Duration;

use zyn::prelude::*;
use zyn::{Error, ErrorKind, SharedSession};

use super::{fire_in_line, inputs, turns_in_order, witness};

/// S18: pairs of concurrent fires interleaved, because snapshot, two appends and usage were four steps.
#[tokio::test(start_paused = true)]
async fn s18_a_fire_and_its_turn_are_one_step_whoever_else_fires() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    let fires = ["3 a", "2 b", "1 c"].map(|input| Box::pin(fire_in_line(&llm, &shared, input)));
    let [a, b, c] = fires;
    tokio::try_join!(a, b, c).unwrap();
    assert_eq!(turns_in_order(&shared.snapshot()), 3);
}

/// S18: a clear during a fire left a turn of the cleared talk.
#[tokio::test(start_paused = true)]
async fn s18_a_clear_during_a_fire_leaves_no_turn_of_the_cleared_talk() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    fire_in_line(&llm, &shared, "Ada").await.unwrap();
    let clear = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut branch = shared.branch();
        branch.session.clear();
        shared.commit(&mut branch).unwrap();
    };
    let (fired, ()) = tokio::join!(fire_in_line(&llm, &shared, "2 Grace"), clear);
    let error = fired.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Overtaken { .. }));
    assert!(shared.snapshot().is_empty());

    // in the line, the clear waits for the turn
    let fired = fire_in_line(&llm, &shared, "2 Grace");
    let clear = shared.transaction(async |session| {
        session.clear();
        Ok::<_, Error>(())
    });
    let (fired, cleared) = tokio::join!(fired, clear);
    fired.unwrap();
    cleared.unwrap();
    assert!(shared.snapshot().is_empty());
}

/// D13: no concurrent fire saw another's turn.
#[tokio::test(start_paused = true)]
async fn d13_each_of_five_concurrent_fires_sees_the_turns_before_its_own() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    let fires = ["1 a", "1 b", "1 c", "1 d", "1 e"];
    let [a, b, c, d, e] = fires.map(|input| Box::pin(fire_in_line(&llm, &shared, input)));
    let replies = tokio::try_join!(a, b, c, d, e).unwrap();
    let replies = [replies.0, replies.1, replies.2, replies.3, replies.4];
    let distinct: std::collections::HashSet<_> = replies.iter().collect();
    assert_eq!(distinct.len(), 5, "a reply names the history that it saw");
    assert_eq!(inputs(&shared.snapshot()), fires);
}
