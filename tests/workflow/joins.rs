//! Steps that run at the same time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use zyn::graph::Graph;
use zyn::testing::Scripted;
use zyn::verbs::{call, run, transform};
use zyn::{
    BoxFuture, Error, ErrorKind, Event, Failure, Llm, Message, Profile, Provider, ProviderError,
    Request, Response, Session, Usage, Window,
};

use super::{by_hand, graph, ids, step, texts};

static LANES: Graph = graph(
    "lanes",
    &[
        step("a", "transform"),
        step("b", "transform"),
        step("c", "transform"),
        step("d", "transform"),
        step("e", "transform"),
    ],
);

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// Answers its requests in a given order, whatever the order in which they come; each answer is its input in capitals.
#[derive(Clone)]
struct InOrder(Arc<Line>);

struct Line {
    left: Mutex<Vec<&'static str>>,
    next: Notify,
}

impl InOrder {
    fn new(mut order: Vec<&'static str>) -> Self {
        order.reverse();
        Self(Arc::new(Line {
            left: Mutex::new(order),
            next: Notify::new(),
        }))
    }
}

fn input(request: &Request) -> String {
    let blocks = request.prompt.blocks();
    let input = blocks.iter().find(|block| block.name == "input");
    input.map(|block| block.text.clone()).unwrap_or_default()
}

impl Provider for InOrder {
    fn name(&self) -> &str {
        "in order"
    }

    fn model(&self) -> &str {
        "in order"
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            let me = input(request);
            loop {
                let next = self.0.next.notified();
                {
                    let mut left = self.0.left.lock().unwrap();
                    if left.last() == Some(&&*me) {
                        left.pop();
                        self.0.next.notify_waiters();
                        return Ok(Response::new(me.to_uppercase(), Usage::new(10, 1)));
                    }
                }
                next.await;
            }
        })
    }
}

fn permutations(names: &[&'static str]) -> Vec<Vec<&'static str>> {
    let Some((first, rest)) = names.split_first() else {
        return vec![Vec::new()];
    };
    let mut all = Vec::new();
    for shorter in permutations(rest) {
        for place in 0..=shorter.len() {
            let mut order = shorter.clone();
            order.insert(place, first);
            all.push(order);
        }
    }
    all
}

macro_rules! joined {
    ($cx:ident, $($index:literal)*) => {
        $cx.join::<_, Error>(($(transform("Shout", NAMES[$index]).__lane(&$cx, $index),)*)).await.map(drop)
    };
}

#[tokio::test]
async fn whatever_lane_ends_first_the_conversation_is_in_the_order_of_the_text() {
    let mut tried = 0;
    for count in 2..=5 {
        let names = &NAMES[..count];
        let mut histories = Vec::new();
        for order in permutations(names) {
            tried += 1;
            let llm = Llm::new(InOrder::new(order.clone()));
            let mut session = Session::new();
            session.append(Message::system("before"));
            let run = by_hand(&LANES, |cx| async move {
                match count {
                    2 => joined!(cx, 0 1),
                    3 => joined!(cx, 0 1 2),
                    4 => joined!(cx, 0 1 2 3),
                    _ => joined!(cx, 0 1 2 3 4),
                }
            });
            let (outcome, report) = run.run_detailed(&llm, &mut session).await;
            outcome.unwrap();
            assert_eq!(
                ids(&report.steps),
                order,
                "reports are in the order in which they ended"
            );
            assert_eq!(report.spent(), llm.spend().usage);
            assert_eq!(session.usage(), report.usage());
            assert_eq!(session.usage(), Usage::new(10 * count as u64, count as u64));
            histories.push(texts(&session));
        }
        let mut expected = vec!["before".to_owned()];
        for name in names {
            expected.extend([(*name).to_owned(), name.to_uppercase()]);
        }
        assert!(histories.iter().all(|history| *history == expected));
    }
    assert_eq!(tried, 2 + 6 + 24 + 120);
}

#[tokio::test]
async fn no_lane_reads_what_another_adds_and_each_reads_what_was_before() {
    let model = zyn::testing::Scripted::by(|request| {
        let seen = request
            .history
            .iter()
            .map(Message::text)
            .collect::<Vec<_>>()
            .join(",");
        Ok(Response::new(format!("saw {seen}."), Usage::new(1, 1)))
    });
    let mut session = Session::new();
    session.append(Message::user("hello"));
    let run = by_hand(&LANES, |cx| async move {
        let a = transform("Say", "a").__lane(&cx, 0);
        let b = transform("Say", "b").__lane(&cx, 1);
        cx.join((a, b)).await
    });
    let both = run.run(&Llm::new(model), &mut session).await.unwrap();
    assert_eq!(both, ("saw hello.".to_owned(), "saw hello.".to_owned()));
}

/// Refuses `bad` at once, and never answers the rest; knows whether a call was dropped.
#[derive(Default)]
struct Hangs(Arc<AtomicBool>);

struct OnDrop(Arc<AtomicBool>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Provider for Hangs {
    fn name(&self) -> &str {
        "hangs"
    }

    fn model(&self) -> &str {
        "hangs"
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            if input(request) == "bad" {
                tokio::task::yield_now().await;
                return Err(ProviderError::new("hangs", Failure::Auth));
            }
            let _dropped = OnDrop(Arc::clone(&self.0));
            std::future::pending().await
        })
    }
}

#[tokio::test]
async fn the_first_failure_ends_the_other_lanes_and_keeps_no_message_of_any() {
    let hangs = Hangs::default();
    let dropped = Arc::clone(&hangs.0);
    let llm = Llm::new(hangs);
    let mut session = Session::new();
    session.append(Message::user("before"));
    let run = by_hand(&LANES, |cx| async move {
        let slow = transform("Shout", "slow").__lane(&cx, 0);
        let bad = transform("Shout", "bad").__lane(&cx, 1);
        cx.join((slow, bad)).await
    });
    let (outcome, report) = run.run_detailed(&llm, &mut session).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.step(), Some("b"));
    assert!(dropped.load(Ordering::Relaxed), "the slow lane was dropped");
    assert_eq!(texts(&session), ["before"]);
    assert_eq!(report.attempts() as u64, llm.spend().attempts, "{report:?}");
    assert_eq!(ids(&report.steps), ["b", "a"]);
    assert!(
        report.steps[1]
            .error
            .as_deref()
            .unwrap()
            .contains("cut off")
    );
}

#[tokio::test]
async fn behind_a_failed_join_an_else_goes_on_with_the_conversation_as_it_was() {
    let llm = Llm::new(Hangs::default());
    let mut session = Session::new();
    session.append(Message::user("before"));
    let run = by_hand(&LANES, |cx| async move {
        let slow = transform("Shout", "slow").__lane(&cx, 0);
        let bad = transform("Shout", "bad").__lane(&cx, 1);
        let both = cx.try_join::<_, Error>((slow, bad)).await?;
        assert!(both.is_none());
        Ok(cx.history().len())
    });
    let (outcome, report) = run.run_detailed(&llm, &mut session).await;
    assert_eq!(outcome.unwrap(), 1);
    assert!(
        report
            .steps
            .iter()
            .all(|step| step.error.is_some() && step.handled)
    );
    assert_eq!(texts(&session), ["before"]);
}

#[tokio::test]
async fn ordinary_rust_runs_beside_a_step() {
    let llm = Llm::new(InOrder::new(vec!["a"]));
    let run = by_hand(&LANES, |cx| async move {
        let step = transform("Shout", "a").__lane(&cx, 0);
        let told = call(async { 7 }).__lane(&cx, 1);
        cx.join((step, told)).await
    });
    let (outcome, report) = run.run_detailed(&llm, &mut Session::new()).await;
    assert_eq!(outcome.unwrap(), ("A".to_owned(), 7));
    assert_eq!(ids(&report.steps), ["a", "b"]);
    assert!(report.bill().uncounted() == 0, "a call costs nothing");
}

zyn::workflow!(
    async fn summed() -> String {
        let sum = compact("Sum up", Window::last_turns(0));
        sum
    }
);

#[tokio::test]
async fn a_compact_in_a_workflow_beside_others_is_refused_before_anything_is_sent() {
    let llm = Llm::new(InOrder::new(vec![]));
    let mut session = Session::new();
    session.append(Message::user("before"));
    let run = by_hand(&LANES, |cx| async move {
        let sum = run(summed()).__lane(&cx, 0);
        let step = transform("Shout", "a").__lane(&cx, 1);
        cx.join((sum, step)).await
    });
    let error: Error = run.run(&llm, &mut session).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::CompactBeside));
    assert_eq!((error.step(), llm.spend().attempts), (Some("a/sum"), 0));
}

#[tokio::test]
async fn a_run_that_is_dropped_in_the_middle_of_a_join_keeps_nothing_and_tells_what_was_cut_off() {
    let llm = Llm::new(Hangs::default());
    let mut session = Session::new();
    session.append(Message::user("before"));
    let ended = Mutex::new(Vec::new());
    let run = by_hand(&LANES, |cx| async move {
        let a = transform("Shout", "a").__lane(&cx, 0);
        let b = transform("Shout", "b").__lane(&cx, 1);
        cx.join((a, b)).await
    });
    let run = run.on_event(|event| {
        if let Event::StepFinished(step) = event {
            let error = step.error.clone().unwrap_or_default();
            ended.lock().unwrap().push((step.id.to_string(), error));
        }
    });
    let limit = std::time::Duration::from_millis(5);
    assert!(
        tokio::time::timeout(limit, run.run(&llm, &mut session))
            .await
            .is_err()
    );
    assert_eq!(texts(&session), ["before"]);
    let ended = ended.into_inner().unwrap();
    assert_eq!(ended.len(), 2);
    assert!(
        ended.iter().all(|(_, error)| error.contains("cut off")),
        "{ended:?}"
    );
}

/// Answers all but `b`, which it refuses.
fn all_but_b() -> Llm {
    Llm::new(Scripted::by(|request| match input(request).as_str() {
        "b" => Err(ProviderError::new("scripted", Failure::Refusal)),
        _ => Ok(Response::new("ok", Usage::new(100, 10))),
    }))
}

#[tokio::test]
async fn what_an_else_has_dropped_is_not_in_what_the_run_adds() {
    let (llm, mut session) = (all_but_b(), Session::new());
    let run = by_hand(&LANES, |cx| async move {
        let a = transform("Do", "a").__lane(&cx, 0);
        let b = transform("Do", "b").__lane(&cx, 1);
        assert!(cx.try_join::<_, Error>((a, b)).await?.is_none());
        transform("Do", "c").__run(&cx, 2).await
    });
    let (value, report) = run.run_detailed(&llm, &mut session).await;
    assert_eq!(value.unwrap(), "ok");
    assert!(report.steps[0].usage.is_some(), "`a` was answered");
    assert_eq!(report.usage(), Usage::new(100, 10));
    assert_eq!(report.usage(), session.usage());
    assert_eq!(report.spent(), llm.spend().usage);
}

#[tokio::test]
async fn the_last_usage_is_that_of_the_last_turn_though_a_lane_stands_alone_behind_it() {
    let (llm, mut session) = (all_but_b(), Session::new());
    let run = by_hand(&LANES, |cx| async move {
        let a = transform("Do", "a").__lane(&cx, 0);
        let c = transform("Do", "c").alone().__lane(&cx, 2);
        cx.join::<_, Error>((a, c)).await
    });
    run.run(&llm, &mut session).await.unwrap();
    assert_eq!(session.last_usage(), Some(Usage::new(100, 10)));
    assert_eq!(session.usage(), Usage::new(200, 20));
}
