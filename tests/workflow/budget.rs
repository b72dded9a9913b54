//! Budgets.

use std::time::Duration;

use zyn::cost::{Cost, Price, Prices};
use zyn::graph::Graph;
use zyn::refusal::BudgetProblem;
use zyn::testing::Scripted;
use zyn::verbs::{run, transform};
use zyn::{
    BoxFuture, Budget, Error, ErrorKind, Failure, Llm, Message, Profile, Provider, ProviderError,
    Request, Response, Run, Session, Usage, Window,
};

use super::{by_hand, graph, ids, step};

static STEPS: Graph = graph("steps", &[step("a", "transform"), step("b", "transform")]);
static OUTER: Graph = graph("outer", &[step("sub", "run"), step("last", "transform")]);

fn llm() -> Llm {
    Llm::new(Scripted::by(|_| {
        Ok(Response::new("ok", Usage::new(1_000, 50)))
    }))
}

fn two<'wf>() -> Run<'wf, ()> {
    by_hand(&STEPS, |cx| async move {
        transform("Do", "a").__run(&cx, 0).await?;
        transform("Do", "b").__run(&cx, 1).await?;
        Ok(())
    })
}

fn problem(error: &Error) -> &BudgetProblem {
    match error.kind() {
        ErrorKind::Budget(problem) => problem,
        _ => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_step_that_would_be_too_much_is_not_asked_and_the_run_is_rolled_back() {
    let (llm, mut session) = (llm(), Session::new());
    let run = two().budget(Budget::tokens(1_060));
    let (outcome, report) = run.run_detailed(&llm, &mut session).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.step(), Some("b"));
    assert!(
        matches!(problem(&error), BudgetProblem::Tokens { limit: 1_060, spent: 1_050, needed } if *needed > 10),
        "{error}"
    );
    assert_eq!((llm.spend().attempts, report.attempts()), (1, 1));
    assert!(session.is_empty());
}

#[tokio::test]
async fn within_the_budget_a_run_is_as_without_one() {
    let llm = llm();
    two()
        .budget(Budget::tokens(10_000))
        .run(&llm, &mut Session::new())
        .await
        .unwrap();
    assert_eq!(llm.spend().attempts, 2);
}

#[tokio::test]
async fn what_an_answer_may_have_is_held_before_it_is_asked() {
    let llm = llm();
    let run = by_hand(&STEPS, |cx| async move {
        transform("Do", "a").max_tokens(5_000).__run(&cx, 0).await
    });
    let error = run
        .budget(Budget::tokens(5_000))
        .run(&llm, &mut Session::new())
        .await;
    let error = error.unwrap_err();
    assert!(matches!(
        problem(&error),
        BudgetProblem::Tokens {
            spent: 0,
            needed: 5_001..,
            ..
        }
    ));
    assert_eq!(llm.spend().attempts, 0);
}

#[tokio::test]
async fn lanes_hold_what_they_may_cost_while_they_are_in_flight() {
    let llm = llm();
    let run = by_hand(&STEPS, |cx| async move {
        let a = transform("Do", "a").max_tokens(1_000).__lane(&cx, 0);
        let b = transform("Do", "b").max_tokens(1_000).__lane(&cx, 1);
        cx.join((a, b)).await
    });
    let error = run
        .budget(Budget::tokens(1_500))
        .run(&llm, &mut Session::new())
        .await;
    let error = error.unwrap_err();
    assert_eq!(error.step(), Some("b"));
    assert!(
        matches!(
            problem(&error),
            BudgetProblem::Tokens { spent: 1_001.., .. }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_budget_in_money_goes_by_the_prices_and_refuses_a_model_without_one() {
    let prices = Prices::new().price("scripted", Price::new(1_000_000, 10_000_000));
    // the first step costs 1000 + 500 millionths
    let budget = Budget::cost(Cost::microdollars(1_501), prices);
    let error = two()
        .budget(budget)
        .run(&llm(), &mut Session::new())
        .await
        .unwrap_err();
    assert_eq!(error.step(), Some("b"));
    assert!(
        matches!(problem(&error), BudgetProblem::Cost { spent, .. } if *spent == Cost::microdollars(1_500)),
        "{error}"
    );
    let llm = llm();
    let budget = Budget::cost(Cost::microdollars(1_501), Prices::new());
    let error = two()
        .budget(budget)
        .run(&llm, &mut Session::new())
        .await
        .unwrap_err();
    assert!(matches!(problem(&error), BudgetProblem::NoPrice { model } if model == "scripted"));
    assert_eq!(llm.spend().attempts, 0);
}

#[tokio::test]
async fn a_workflow_inside_shares_the_outer_budget() {
    let llm = llm();
    let outer = by_hand(&OUTER, |cx| async move {
        run(two().budget(Budget::tokens(1))).__run(&cx, 0).await?;
        transform("Do", "x").__run(&cx, 1).await
    });
    let (outcome, report) = outer
        .budget(Budget::tokens(2_110))
        .run_detailed(&llm, &mut Session::new())
        .await;
    assert_eq!(outcome.unwrap_err().step(), Some("last"));
    assert_eq!(ids(&report.steps), ["sub/a", "sub/b", "sub", "last"]);
    assert_eq!(llm.spend().attempts, 2);
}

#[tokio::test]
async fn a_call_that_is_cut_off_counts_as_it_was_estimated() {
    let run = by_hand(&STEPS, |cx| async move {
        let slow = transform("Do", "a").max_tokens(1_000);
        let slow = std::pin::pin!(slow.__run(&cx, 0));
        // looked at once, which sends the request
        let gone = tokio::time::timeout(std::time::Duration::ZERO, slow).await;
        assert!(gone.is_err());
        transform("Do", "b").max_tokens(1_000).__run(&cx, 1).await
    });
    let hanging = Llm::new(Hanging);
    let error = run
        .budget(Budget::tokens(2_000))
        .run(&hanging, &mut Session::new())
        .await;
    assert!(matches!(
        problem(&error.unwrap_err()),
        BudgetProblem::Tokens { spent: 1_001.., .. }
    ));
    assert_eq!(hanging.spend().attempts, 1);
}

/// Asks the same up to twenty times, whatever comes of it.
fn stubborn<'wf>() -> Run<'wf, ()> {
    by_hand(&STEPS, |cx| async move {
        for _ in 0..20 {
            let step = transform("Do", "a").max_tokens(100).retry(0);
            step.timeout(Duration::from_millis(5)).__try(&cx, 0).await?;
        }
        Ok(())
    })
}

#[tokio::test(start_paused = true)]
async fn an_attempt_whose_cost_nobody_tells_counts_as_it_was_estimated() {
    let timed_out = Llm::new(Hanging);
    let failed = Llm::new(Scripted::by(|_| {
        Err(ProviderError::new("scripted", Failure::Server))
    }));
    let uncounted = Llm::new(Scripted::by(|_| {
        let mut response = Response::new("ok", Usage::default());
        response.usage = None;
        Ok(response)
    }));
    for llm in [timed_out, failed, uncounted] {
        let run = stubborn().budget(Budget::tokens(450));
        let (_, report) = run.run_detailed(&llm, &mut Session::new()).await;
        let attempts = llm.spend().attempts;
        assert!((1..=4).contains(&attempts), "{:?}", llm.spend());
        assert_eq!(report.bill().uncounted(), llm.spend().unknown);
        let last = report.steps.last().unwrap().error.as_deref().unwrap();
        assert!(last.contains("budget"), "{last}");
    }
}

#[tokio::test]
async fn an_attempt_that_was_turned_away_costs_no_budget() {
    let llm = Llm::new(Scripted::by(|_| {
        Err(ProviderError::new("scripted", Failure::Rejected))
    }));
    let run = stubborn().budget(Budget::tokens(450));
    run.run(&llm, &mut Session::new()).await.unwrap();
    assert_eq!(llm.spend().attempts, 20);
}

#[tokio::test(start_paused = true)]
async fn each_retry_whose_cost_nobody_tells_counts_as_its_step_was_estimated() {
    let llm = Llm::new(Scripted::by(|_| {
        Err(ProviderError::new("scripted", Failure::Server))
    }));
    let run = by_hand(&STEPS, |cx| async move {
        let first = transform("Do", "a").max_tokens(100).retry(2);
        first.__try(&cx, 0).await?;
        transform("Do", "b").max_tokens(100).__run(&cx, 1).await
    });
    let error = run
        .budget(Budget::tokens(400))
        .run(&llm, &mut Session::new())
        .await
        .unwrap_err();
    assert!(
        matches!(problem(&error), BudgetProblem::Tokens { spent: 201.., .. }),
        "{error}"
    );
    assert_eq!(
        llm.spend().attempts,
        2,
        "a failed server is asked once more"
    );
}

#[tokio::test]
async fn a_budget_in_money_refuses_a_window_whose_summaries_have_no_price() {
    let (llm, small, mut session) = (llm(), Llm::new(Hanging), Session::new());
    for text in ["a", "b"] {
        session.append(Message::user(text));
        session.append(Message::assistant(text));
    }
    session.set_window(Window::last_turns(1).summarise(&small));
    let prices = Prices::new().price("scripted", Price::new(1_000_000, 10_000_000));
    let budget = Budget::cost(Cost::microdollars(1_000_000), prices);
    let outcome = two().budget(budget).run(&llm, &mut session).await;
    let error = outcome.unwrap_err();
    assert!(
        matches!(problem(&error), BudgetProblem::NoPrice { model } if model == "hanging"),
        "{error}"
    );
    assert_eq!((llm.spend().attempts, small.spend().attempts), (0, 0));
}

struct Hanging;

impl Provider for Hanging {
    fn name(&self) -> &str {
        "hanging"
    }

    fn model(&self) -> &str {
        "hanging"
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(std::future::pending())
    }
}
