//! Steps outside the conversation, and steps with a model of their own.

use std::sync::{Arc, Mutex};

use zyn::graph::Graph;
use zyn::refusal::OptionProblem;
use zyn::store::{MemoryStore, SessionStore};
use zyn::testing::Scripted;
use zyn::verbs::{compact, transform};
use zyn::{
    BoxFuture, Branch, Conversation, Engine, Error, ErrorKind, Llm, Message, Response, Session,
    StepCall, StepFn, StepRecord, Usage, Window,
};

use super::{by_hand, graph, scripted, step, texts};

static STEPS: Graph = graph("steps", &[step("a", "transform"), step("b", "compact")]);

fn session() -> Session {
    let mut session = Session::new();
    session.append(Message::user("before"));
    session
}

#[tokio::test]
async fn a_step_that_stands_alone_reads_no_conversation_and_is_not_in_it_and_its_cost_is() {
    let llm = Llm::new(Scripted::by(|request| {
        Ok(Response::new(
            format!("{} before", request.history.len()),
            Usage::new(7, 3),
        ))
    }));
    let mut session = session();
    let run = by_hand(&STEPS, |cx| async move {
        transform("Do", "x").alone().__run(&cx, 0).await
    });
    let (value, report) = run.run_detailed(&llm, &mut session).await;
    assert_eq!(value.unwrap(), "0 before");
    assert_eq!(texts(&session), ["before"]);
    assert_eq!(
        [session.usage(), report.usage(), llm.spend().usage],
        [Usage::new(7, 3); 3]
    );
}

#[tokio::test]
async fn a_step_that_stands_alone_needs_an_input() {
    let llm = scripted([]);
    let alone = zyn::transform("Do").alone();
    let error = alone
        .fire(&llm, &mut session(), Conversation)
        .await
        .unwrap_err();
    let ErrorKind::BadOption {
        option: "alone",
        problem,
    } = error.kind()
    else {
        panic!("{error}");
    };
    assert_eq!(*problem, OptionProblem::NothingToRead);
    assert_eq!(llm.spend().attempts, 0);
}

#[derive(Default)]
struct Calls(Mutex<Vec<StepCall>>);

impl Engine for Calls {
    fn step(&self, call: StepCall, exec: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        self.0.lock().unwrap().push(call);
        exec()
    }
}

#[tokio::test]
async fn an_engine_is_told_that_a_step_stands_alone() {
    let calls = Arc::new(Calls::default());
    let run = by_hand(&STEPS, |cx| async move {
        transform("Do", "x").alone().__run(&cx, 0).await
    });
    run.engine(calls.clone())
        .run(&scripted(["A"]), &mut session())
        .await
        .unwrap();
    let calls = calls.0.lock().unwrap();
    let stored = serde_json::to_string(&calls[0]).unwrap();
    assert!(
        serde_json::from_str::<StepCall>(&stored)
            .unwrap()
            .options
            .alone
    );
}

#[tokio::test]
async fn a_step_asks_the_model_that_it_was_given_and_the_report_says_so() {
    let (llm, own) = (scripted(["run"]), scripted(["own", "summary"]));
    let own_model = own.clone();
    let mut session = session();
    let run = by_hand(&STEPS, |cx| async move {
        let text = transform("Do", "x").using(&own_model).__run(&cx, 0).await?;
        let sum = compact("Sum up", Window::last_turns(0)).using(&own_model);
        Ok([text, sum.__run(&cx, 1).await?])
    });
    let (values, report) = run.run_detailed(&llm, &mut session).await;
    assert_eq!(values.unwrap(), ["own", "summary"]);
    assert_eq!((llm.spend().attempts, own.spend().attempts), (0, 2));
    assert_eq!(report.spent(), own.spend().usage);
}

#[tokio::test]
async fn what_a_step_that_stands_alone_cost_is_stored() -> Result<(), Error> {
    let store = MemoryStore::new();
    let mut branch = Branch::new(Session::named("ada"), 0);
    let alone = zyn::transform("Do").alone();
    alone
        .fire(&scripted(["A"]), &mut branch.session, "x")
        .await?;
    assert_eq!(branch.commit_to(&store).await?, 1);
    let loaded = store.load("ada", None).await?;
    assert!(loaded.session.is_empty());
    assert_eq!(loaded.session.usage(), branch.session.usage());
    assert_ne!(loaded.session.usage(), Usage::default());
    Ok(())
}
