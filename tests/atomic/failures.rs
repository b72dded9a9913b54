//! A step that fails.

use proptest::collection::vec;
use proptest::prelude::*;
use zyn::Failure;
use zyn::prelude::*;
use zyn::testing::{Reply, Scripted};

use super::{
    LOW, PLAN, Plan, REPLY, TICKET, anything, conversation, handle, paid, the_next_run_works,
};

fn failing(second: Vec<Reply>) -> Llm {
    let script = [Reply::from(LOW)].into_iter().chain(second);
    Llm::new(Scripted::new(script)).retry(0)
}

#[tokio::test(start_paused = true)]
async fn a_second_step_that_fails_leaves_no_trace_and_the_next_run_works() {
    let invalid = |answer: &str| vec![Reply::from(answer), answer.into(), answer.into()];
    let not_a_plan = r#"{"action":"repair","days":"soon"}"#;
    let forbidden = r#"{"action":"forbidden","days":1}"#;
    let cases: Vec<(&str, Vec<Reply>, u32)> = vec![
        ("no connection", vec![Failure::Connect.into()], 1),
        ("the server failed", vec![Failure::Server.into()], 1),
        ("wrong key", vec![Failure::Auth.into()], 1),
        ("invalid after two re-asks", invalid(not_a_plan), 3),
        ("no JSON after two re-asks", invalid("soon"), 3),
        ("refused by a validator thrice", invalid(forbidden), 3),
        ("refusal", vec![paid(Failure::Refusal).into()], 1),
        ("truncation", vec![paid(Failure::Truncated).into()], 1),
        ("nothing", vec![Reply::from("  ")], 1),
        ("the filter", vec![paid(Failure::Filtered).into()], 1),
        (
            "a later re-ask fails",
            vec!["x".into(), Failure::Auth.into()],
            2,
        ),
    ];
    for (name, second, attempts) in cases {
        let mut session = conversation().await;
        let before = session.clone();
        let llm = failing(second);
        let (outcome, report) = handle(TICKET, anything)
            .run_detailed(&llm, &mut session)
            .await;
        let error = outcome.unwrap_err();
        assert_eq!(session, before, "{name}");
        assert_eq!(error.step(), Some("plan"), "{name}");
        assert_eq!(error.attempts(), attempts, "{name}");
        let reported = report.steps[1].error.as_deref().unwrap();
        assert!(error.to_string().ends_with(reported), "{name}: {reported}");
        assert_eq!(
            llm.spend().usage,
            report.steps[0].spent + error.usage(),
            "what failed was paid too: {name}"
        );
        the_next_run_works(&mut session).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_fire_that_fails_leaves_no_trace_and_the_next_one_works() {
    for second in [
        vec![Reply::from(Failure::Server)],
        vec!["a".into(), "b".into(), "c".into()],
        vec![paid(Failure::Refusal).into()],
        vec![paid(Failure::Truncated).into()],
    ] {
        let mut session = conversation().await;
        let before = session.clone();
        let llm = Llm::new(Scripted::new(second)).retry(0);
        let plan = zyn::extract::<Plan>("The plan");
        plan.fire(&llm, &mut session, TICKET).await.unwrap_err();
        assert_eq!(session, before);
        let llm = Llm::new(Scripted::new([PLAN]));
        plan.fire(&llm, &mut session, TICKET).await.unwrap();
        assert_eq!(session.len(), before.len() + 2);
    }
}

/// What a step may be answered with, before the answer that it accepts.
fn trouble() -> impl Strategy<Value = Reply> {
    prop_oneof![
        Just("what?".into()),
        Just(r#"{"action":"forbidden","days":1}"#.into()),
        Just(r#"{"label":"Huge"}"#.into()),
        Just(Failure::Connect.into()),
        Just(Failure::RateLimit.into()),
        Just(Failure::Server.into()),
        Just(Failure::Auth.into()),
        Just(paid(Failure::Refusal).into()),
        Just(paid(Failure::Truncated).into()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_answers_come_a_run_is_all_or_nothing(
        first in vec(trouble(), 0..3),
        second in vec(trouble(), 0..3),
        third in vec(trouble(), 0..2),
    ) {
        let accepted = [LOW, PLAN, REPLY].map(Reply::from);
        let script = [first, second, third].into_iter().zip(accepted);
        let script: Vec<Reply> = script.flat_map(|(trouble, good)| trouble.into_iter().chain([good])).collect();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut session = conversation().await;
            let before = session.clone();
            let llm = Llm::new(Scripted::new(script));
            let (outcome, report) = handle(TICKET, anything).run_detailed(&llm, &mut session).await;
            let spend = llm.spend();
            assert_eq!(u64::from(report.attempts()), spend.attempts);
            assert_eq!(report.spent(), spend.usage);
            assert_eq!(report.usage() + spend.failed, spend.usage);
            match outcome {
                Err(error) => {
                    assert_eq!(session, before);
                    assert_eq!(report.steps.last().map(|step| &*step.id), error.step());
                }
                Ok(_) => {
                    assert_eq!(session.len(), before.len() + 6);
                    assert_eq!(session.usage(), before.usage() + report.usage());
                }
            }
            the_next_run_works(&mut session).await;
        });
    }
}
