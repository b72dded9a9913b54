//! The conversation summed up in the middle of a run.

use zyn::graph::Graph;
use zyn::verbs::{compact, transform};
use zyn::{Message, Session, Window};

use super::{by_hand, graph, scripted, step, texts};

static STEPS: Graph = graph(
    "steps",
    &[step("sum", "compact"), step("next", "transform")],
);

fn session() -> Session {
    let mut session = Session::new();
    session.append(Message::system("s"));
    for turn in 0..3 {
        session.append(Message::user(format!("u{turn}")));
        session.append(Message::assistant(format!("a{turn}")));
    }
    session
}

#[tokio::test]
async fn what_falls_out_is_summed_up_in_its_place_and_the_next_step_reads_the_summary() {
    let llm = scripted(["the summary", "N"]);
    let mut session = session();
    let run = by_hand(&STEPS, |cx| async move {
        let sum = compact("Sum up", Window::last_turns(1))
            .__run(&cx, 0)
            .await?;
        assert_eq!(cx.history().len(), 5);
        transform("Do", "next").__run(&cx, 1).await?;
        Ok(sum)
    });
    let (sum, report) = run.run_detailed(&llm, &mut session).await;
    assert_eq!(sum.unwrap(), "the summary");
    let texts = texts(&session);
    assert_eq!(texts[0], "s");
    assert!(texts[1].contains("Sum up"));
    assert_eq!(texts[2..], ["the summary", "u2", "a2", "next", "N"]);
    assert_eq!(report.steps[0].attempts, 1);
    assert_eq!(
        (report.spent(), report.usage()),
        (llm.spend().usage, session.usage())
    );
}

#[tokio::test]
async fn an_earlier_summary_in_the_same_words_is_summed_up_with_what_follows_it() {
    let llm = scripted(["first", "N", "M", "second"]);
    let mut session = session();
    let run = by_hand(&STEPS, |cx| async move {
        compact("Sum up", Window::last_turns(1))
            .__run(&cx, 0)
            .await?;
        transform("Do", "n").__run(&cx, 1).await?;
        transform("Do", "m").__run(&cx, 1).await?;
        compact("Sum up", Window::last_turns(1)).__run(&cx, 0).await
    });
    assert_eq!(run.run(&llm, &mut session).await.unwrap(), "second");
    assert_eq!(texts(&session)[2..], ["second", "m", "M"]);
}

#[tokio::test]
async fn when_nothing_falls_out_nobody_is_asked_and_the_summary_is_empty() {
    let llm = scripted([]);
    let mut session = session();
    let before = session.clone();
    let run = by_hand(&STEPS, |cx| async move {
        compact("Sum up", Window::last_turns(3)).__run(&cx, 0).await
    });
    let (sum, report) = run.run_detailed(&llm, &mut session).await;
    assert_eq!(sum.unwrap(), "");
    assert_eq!(
        (session, report.steps.len(), report.attempts()),
        (before, 1, 0)
    );
}

#[tokio::test]
async fn a_summary_that_fails_leaves_the_conversation_to_the_else() {
    let llm = scripted(["  "]);
    let mut session = session();
    let before = session.clone();
    let run = by_hand(&STEPS, |cx| async move {
        compact("Sum up", Window::last_turns(1)).__try(&cx, 0).await
    });
    assert_eq!(run.run(&llm, &mut session).await.unwrap(), None);
    assert_eq!(session.messages(), before.messages());
}
