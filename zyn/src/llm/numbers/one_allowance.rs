//! One allowance of further attempts goes through a fire, its retries, its re-asks and its fallbacks, and one reserve and one
//! budget through all steps of a workflow.

use crate::llm::attempt::Reason::{self, Fallback as Else, First, Reask, Retry};
use crate::llm::{Budget, Llm};
use crate::numbers::row;
use crate::policy::Fallback;
use crate::prelude::*;
use crate::testing::{Reply, Scripted};
use crate::{Error, Failure, ProviderError, Synapse};

const NONSENSE: &str = "?";
const YES: &str = r#"{"answer":true}"#;

fn plays<R: Into<Reply>>(replies: impl IntoIterator<Item = R>) -> Llm {
    Llm::new(Scripted::new(replies)).seed(1)
}

fn down(kind: Failure) -> Llm {
    let down = Scripted::by(move |_| Err(ProviderError::new("mock", kind.clone())));
    Llm::new(down).seed(1)
}

fn confused() -> Llm {
    plays([NONSENSE; 100])
}

fn behind(llm: Llm, other: &Llm) -> Llm {
    llm.fallback(Fallback::to(other).when(|_| true))
}

fn is_it() -> Synapse<bool> {
    zyn::binary("Is it?").retry(2).reask(1)
}

async fn fails(synapse: &Synapse<bool>, llm: &Llm) -> Error {
    let fired = synapse.fire(llm, &mut Session::new(), "It is.").await;
    fired.unwrap_err()
}

/// Why each attempt of a fire that fails is made.
async fn reasons(llm: &Llm) -> Vec<Reason> {
    let error = fails(&is_it(), llm).await;
    error.log().iter().map(|attempt| attempt.reason).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_used_up_is_not_given_anew_to_a_reask_or_to_another_model() {
    let busy = || down(Failure::RateLimit);
    // two retries in all
    assert_eq!(
        reasons(&behind(busy(), &busy())).await,
        [First, Retry, Retry, Else]
    );
    let wavers = plays([Reply::from(Failure::RateLimit), NONSENSE.into()]);
    let wavers = behind(wavers, &busy());
    assert_eq!(reasons(&wavers).await, [First, Retry, Reask, Else, Retry]);
    // one re-ask in all
    assert_eq!(
        reasons(&behind(confused(), &confused())).await,
        [First, Reask, Else]
    );
    // what may have been done is repeated once in all
    let broken = behind(
        down(Failure::Server),
        &behind(down(Failure::Server), &busy()),
    );
    assert_eq!(reasons(&broken).await, [First, Retry, Else, Else, Retry]);
    row(
        "10",
        "retries, re-asks and repeats of one fire over re-asks and up to 3 models",
        "2 retries, 1 re-ask and 1 repeat of what may have been done in all, whoever is asked",
    );
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_done_is_asked_of_no_other_model_where_it_is_to_be_done_at_most_once() {
    let spare = plays([YES]);
    for llm in [down(Failure::Server), down(Failure::Interrupted)] {
        let llm = behind(llm, &spare).at_most_once();
        assert_eq!(fails(&is_it(), &llm).await.attempts(), 1);
    }
    let busy = behind(down(Failure::RateLimit), &down(Failure::Server)).at_most_once();
    assert_eq!(reasons(&busy).await, [First, Retry, Retry, Else]);
    assert_eq!(spare.spend().attempts, 0);
}

workflow!(
    /// Asks nine times, whatever fails.
    async fn nine(text: &str) -> usize {
        let mut answers = 0;
        for _round in 0..3 {
            let first = binary("Is it first?", text) else {
                false
            };
            let (second, third) = join(binary("Is it second?", text), binary("Is it third?", text))
            else {
                (false, false)
            };
            answers += [first, second, third].into_iter().filter(|it| *it).count();
        }
        answers
    }
);

#[tokio::test(start_paused = true)]
async fn one_reserve_goes_through_all_steps_of_a_workflow() {
    const RESERVE: u32 = 2;
    let down = || down(Failure::RateLimit).retry_reserve(RESERVE);
    let spare = down();
    let llm = behind(down(), &spare);
    let run = nine("It is.");
    let (outcome, report) = run.run_detailed(&llm, &mut Session::new()).await;
    assert_eq!(outcome.unwrap(), 0);
    // of a `join`, the step that fails first ends the others
    let asked = report.steps.iter().filter(|step| step.attempts > 0);
    let calls = asked.count() as u64;
    let most = calls + calls / 5 + u64::from(RESERVE);
    for attempts in [&llm, &spare].map(|it| it.spend().attempts) {
        assert!(attempts <= most, "{attempts} of {most}");
    }
    assert!(
        llm.spend().attempts > calls,
        "the reserve is there to be used"
    );
}

#[tokio::test(start_paused = true)]
async fn one_budget_goes_through_all_steps_of_a_workflow_and_all_models() {
    for most in 0..20 {
        let (spare, last) = (confused(), confused());
        let llm = behind(confused(), &behind(spare.clone(), &last));
        let run = nine("It is.").budget(Budget::attempts(most));
        let outcome = run.run(&llm, &mut Session::new()).await;
        assert_eq!(outcome.unwrap(), 0);
        let spent = [&llm, &spare, &last].map(|it| it.spend().attempts);
        assert_eq!(spent.iter().sum::<u64>(), most, "{spent:?}");
    }
}
