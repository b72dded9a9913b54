//! A re-ask that is not made leaves the answer's own error.

use zyn::policy::RateLimit;
use zyn::prelude::*;
use zyn::provider::Class;
use zyn::{Budget, ErrorKind};

use crate::model::{SECOND, answering};

fn number() -> zyn::Synapse<u8> {
    zyn::extract("The number of parcels")
}

/// A model with nothing left for a second attempt: of a budget, or of a rate limit that nobody waits for.
fn once(text: &'static str) -> [Llm; 2] {
    let llm = || answering("m", SECOND / 10, text);
    let limit = RateLimit::new().requests(60).burst(SECOND).queue(0);
    [llm().budget(Budget::attempts(1)), llm().rate_limit(limit)]
}

#[tokio::test(start_paused = true)]
async fn what_was_wrong_with_the_answer_says_more_than_why_it_is_not_asked_for_again() {
    for llm in once(r#"{"value":"none"}"#) {
        let error = number().fire(&llm, &mut Session::new(), "x").await;
        let error = error.unwrap_err();
        let kind = error.kind();
        assert!(matches!(kind, ErrorKind::Invalid { .. }), "{error}");
        assert_eq!((error.class(), error.attempts()), (Class::InvalidReply, 1));
    }
    for llm in once(r#"{"value":["Oslo"]} or {"value":["Bergen"]}"#) {
        let towns = zyn::extract::<Vec<String>>("The towns");
        let error = towns.fire(&llm, &mut Session::new(), "x").await;
        let error = error.unwrap_err();
        let kind = error.kind();
        assert!(matches!(kind, ErrorKind::Malformed { .. }), "{error}");
        assert_eq!((error.class(), error.attempts()), (Class::InvalidReply, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn what_stands_for_no_answer_is_given() {
    for llm in once("none") {
        let number = number().otherwise(7);
        let number = number.fire(&llm, &mut Session::new(), "x").await;
        assert_eq!(number.unwrap(), 7);
        assert_eq!(llm.spend().attempts, 1);
    }
}
