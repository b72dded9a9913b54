//! Limits of time.

use std::time::Duration;

use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{Error, ErrorKind, Failure};

use super::slow::Slow;
use super::{LOW, TICKET, anything, conversation, handle, the_next_run_works};

#[tokio::test(start_paused = true)]
async fn a_run_that_takes_too_long_leaves_no_trace_and_the_next_run_works() {
    let scripted = || Scripted::new([LOW]);
    for name in [
        "the step's limit",
        "the attempt's limit",
        "the caller's limit",
    ] {
        let mut session = conversation().await;
        let before = session.clone();
        let mut llm = Llm::new(Slow::new(scripted(), 1).hanging_at(1)).retry(0);
        if name == "the attempt's limit" {
            llm = llm.attempt_timeout(Duration::from_secs(5));
        }
        let start = tokio::time::Instant::now();
        let run = handle(TICKET, anything).run(&llm, &mut session);
        let error: Option<Error> = if name == "the caller's limit" {
            let limited = tokio::time::timeout(Duration::from_secs(3), run).await;
            assert!(limited.is_err());
            None
        } else {
            Some(run.await.unwrap_err())
        };
        let seconds = start.elapsed().as_secs();
        match (name, error.as_ref().map(Error::kind)) {
            ("the step's limit", Some(ErrorKind::Deadline { limit })) => {
                assert_eq!((limit.as_secs(), seconds), (60, 60));
            }
            ("the attempt's limit", Some(ErrorKind::Provider(error))) => {
                assert!(matches!(error.kind, Failure::Timeout { .. }), "{error}");
                assert_eq!(seconds, 5);
            }
            ("the caller's limit", None) => assert_eq!(seconds, 3),
            (_, kind) => panic!("{name}: {kind:?}"),
        }
        if let Some(error) = &error {
            assert_eq!(error.step(), Some("plan"), "{name}");
            assert_eq!(error.attempts(), 1, "{name}");
            assert!(error.is_retryable(), "{name}");
        }
        assert_eq!(session, before, "{name}");
        assert_eq!(
            (llm.spend().attempts, llm.spend().unknown),
            (2, 1),
            "{name}"
        );
        the_next_run_works(&mut session).await;
    }
}
