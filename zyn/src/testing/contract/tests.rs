//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use super::*;

fn ruled(
    rule: &'static str,
    holds: impl Future<Output = Result<(), Found>> + Send + 'static,
) -> Rule<'static> {
    (rule, Box::pin(holds))
}

async fn held<const N: usize>(rules: [Rule<'static>; N]) -> Result<(), BrokenContract> {
    hold("parrot", rules.into_iter(), Duration::from_secs(60)).await
}

#[tokio::test]
async fn a_contract_that_is_kept_is_no_error() {
    let kept = held([ruled("it_speaks", async { Ok(()) })]).await;
    assert_eq!(kept, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_panics_or_never_ends_is_broken_and_leaves_the_others_alone() {
    let broken = held([
        ruled("it_speaks", async { panic!("no voice") }),
        ruled("it_stays", std::future::pending()),
        ruled("it_flies", async { Ok(()) }),
        ruled("it_is_green", async { same("its colour", "red", "green") }),
    ]);
    assert_eq!(
        broken.await.unwrap_err().to_string(),
        "the parrot breaks 3 of 4 rules\n\
         - it speaks: it panicked: no voice\n\
         - it stays: it did not come to an end in 60s\n\
         - it is green: its colour: \"red\" instead of \"green\""
    );
}
