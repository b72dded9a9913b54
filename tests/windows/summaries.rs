//! What falls out is summed up: by whom, how often, and what happens if not.

use zyn::testing::Scripted;
use zyn::{ErrorKind, Failure, Llm, OpenAi, Request, Session, Spend, Usage, Window};

use super::{ask, conversation, counting, failing, texts};

#[tokio::test]
async fn what_falls_out_is_summed_up_by_its_own_llm_with_its_own_ledger() {
    let ((llm, model), (small, summariser)) = (counting("answer"), counting("summary"));
    let mut session = conversation(3);
    session.set_window(Window::last_turns(1).summarise(&small));
    let answer = ask().fire_detailed(&llm, &mut session, "q3").await.unwrap();

    let asked = &summariser.requests()[0];
    assert_eq!(texts(&asked.history), ["q0", "a0", "q1", "a1"]);
    assert!(asked.prompt.text().contains("Sum up the conversation"));
    let sent = texts(&model.requests()[0].history).join("|");
    assert!(sent.starts_with("Be kind.|") && sent.ends_with("|summary 1|q2|a2"));
    assert_eq!(session.at(2).unwrap().text(), "summary 1");
    assert_eq!(session.len(), 1 + 2 + 2 + 2);

    let summary = answer.window.unwrap().summary.unwrap();
    assert_eq!((summary.attempts, summary.spent), (1, Usage::new(10, 1)));
    assert_eq!((answer.attempts, answer.spent), (1, Usage::new(10, 1)));
    assert_eq!((llm.spend().attempts, small.spend().attempts), (1, 1));
    assert_eq!(session.usage(), Usage::new(20, 2), "both are committed");
    assert_eq!(session.last_usage(), Some(Usage::new(10, 1)));
}

#[tokio::test]
async fn a_summary_is_asked_for_in_the_windows_own_words() {
    let ((llm, _), (small, summariser)) = (counting("answer"), counting("summary"));
    let mut session = conversation(2);
    let window = Window::last_turns(0).summarise(&small);
    session.set_window(window.instruction("In one line, please"));
    ask().fire(&llm, &mut session, "q2").await.unwrap();
    assert!(
        summariser.requests()[0]
            .prompt
            .text()
            .contains("In one line, please")
    );
    ask().fire(&llm, &mut session, "q3").await.unwrap();
    let again = texts(&summariser.requests()[1].history).join("|");
    assert!(
        again.contains("|summary 1|") && again.ends_with("|answer 1"),
        "{again}"
    );
}

#[tokio::test]
async fn over_fifty_turns_with_slack_each_turn_is_summed_up_once() {
    let ((llm, model), (small, summariser)) = (counting("answer"), counting("summary"));
    let mut session = Session::new();
    session.set_window(Window::last_turns(10).slack(5).summarise(&small));
    for turn in 0..50 {
        let input = format!("<q{turn}>");
        ask().fire(&llm, &mut session, input).await.unwrap();
    }
    // sixteen turns are one more than may gather; six leave; then again after every six
    let summaries = summariser.requests();
    assert_eq!(summaries.len(), (50 - 16_usize).div_ceil(6));
    let summed_up = summaries.len() * 6;
    for turn in 0..50 {
        let asked = |request: &&Request| {
            let question = format!("<q{turn}>");
            texts(&request.history)
                .iter()
                .any(|text| text.contains(&question))
        };
        let times = summaries.iter().filter(asked).count();
        assert_eq!(times, usize::from(turn < summed_up), "turn {turn}");
    }
    for (earlier, later) in summaries.iter().skip(1).enumerate() {
        let summary = format!("summary {}", earlier + 1);
        assert_eq!(
            texts(&later.history)[1],
            summary,
            "it is summed up with the turns"
        );
    }
    let most = model.requests().iter().map(|it| it.history.len()).max();
    assert_eq!(most, Some(2 + 2 * 15));
    let spent = llm.spend().usage + small.spend().usage;
    assert_eq!((session.usage(), small.spend().attempts), (spent, 6));
}

#[tokio::test(start_paused = true)]
async fn a_summary_that_fails_is_the_fires_error_and_changes_nothing() {
    for (kind, attempts) in [
        (Failure::Auth, 1),
        (Failure::Server, 2),
        (Failure::RateLimit, 3),
        (Failure::Truncated, 1),
        (Failure::ContextWindow, 1),
    ] {
        let ((llm, _), small) = (counting("answer"), failing(kind.clone()));
        let mut session = conversation(3);
        session.set_window(Window::last_turns(1).summarise(&small));
        let before = session.clone();
        let error = ask().fire(&llm, &mut session, "q3").await.unwrap_err();

        let ErrorKind::Summary(inner) = error.kind() else {
            panic!("{error}");
        };
        assert_eq!((inner.attempts(), error.attempts()), (attempts, attempts));
        assert_eq!(error.usage(), small.spend().usage);
        assert_eq!(error.provider().unwrap().kind, kind);
        assert_eq!(error.is_retryable(), inner.is_retryable());
        assert!(error.to_string().starts_with(
            "the summary of what falls out of the context window failed, and nothing was changed: "
        ));
        assert_eq!(session, before);
        assert_eq!(llm.spend(), Spend::default(), "nothing else was sent");
        assert_eq!(small.spend().attempts, u64::from(attempts));

        session.set_window(Window::last_turns(1));
        ask().fire(&llm, &mut session, "q3").await.unwrap();
        assert_eq!(session.len(), 5);
    }
}

#[tokio::test]
async fn a_fire_that_fails_after_its_summary_keeps_both_bills_and_no_summary() {
    let (small, _) = counting("summary");
    let mut session = conversation(3);
    session.set_window(Window::last_turns(1).summarise(&small));
    let before = session.clone();
    let mut refusal = zyn::ProviderError::new("scripted", Failure::Refusal);
    refusal.usage = Some(Usage::new(7, 1));
    let llm = Llm::new(Scripted::new([refusal]).then("Hello"));
    let error = ask().fire(&llm, &mut session, "q3").await.unwrap_err();
    assert_eq!(error.provider().unwrap().kind, Failure::Refusal);
    assert_eq!(session, before);
    assert_eq!(small.spend().usage, Usage::new(10, 1));
    assert_eq!(llm.spend().usage, Usage::new(7, 1));

    ask().fire(&llm, &mut session, "q3").await.unwrap();
    assert_eq!(session.at(2).unwrap().text(), "summary 2");
}

#[tokio::test]
async fn a_call_that_cannot_be_made_is_refused_before_a_summary_is_paid() {
    let ((llm, _), (small, _)) = (counting("answer"), counting("summary"));
    let mut session = conversation(3);
    session.set_window(Window::last_turns(1).summarise(&small));
    let error = ask().fire(&llm, &mut session, " ").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::EmptyInput), "{error}");
    let nowhere = Llm::new(OpenAi::new("m").base_url("no address"));
    let error = ask().fire(&nowhere, &mut session, "q3").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error}");
    assert_eq!(small.spend(), Spend::default());
}
