//! The same through `workflow!`.

use zyn::prelude::*;
use zyn::{Error, Message, Window};

use super::{ids, scripted, texts};

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Urgency {
    Low,
    High,
}

workflow!(
    async fn triage(mail: &str) -> Urgency {
        let urgency = classify::<Urgency>("How urgent is it?", mail).confidence(0.5) else {
            return Urgency::High;
        };
        urgency
    }
);

workflow!(
    async fn answer(mail: &str, rounds: usize, cheap: &Llm) -> String {
        system("You are kind to {mail}.");
        let (routing, tone) = join(
            run(triage(mail)),
            transform("Name the tone", mail).using(cheap),
        );
        let mut text = transform("Answer in the tone {tone}", mail);
        for _round in 0..rounds {
            let good = binary("Is it good?", &text).alone();
            if good {
                break;
            }
            let better = transform("Make it better", &text);
            text = better;
        }
        let length = call(async { text.len() });
        if routing == Urgency::High && length > 0 && history().len() > 3 {
            let sum = compact("Sum up", Window::last_turns(0));
            user(&sum);
        }
        text
    }
);

fn is_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn a_workflow_with_everything_in_it_runs_as_it_reads() {
    let llm = scripted([
        r#"{"label":"Low","confidence":0.1}"#,
        "A",
        r#"{"answer":false}"#,
        "B",
        r#"{"answer":true}"#,
        "the summary",
    ]);
    let cheap = scripted(["warm"]);
    let mut session = Session::new();
    let (text, report) = is_send(answer("Ada", 5, &cheap).run_detailed(&llm, &mut session)).await;
    assert_eq!(text.unwrap(), "B");
    let steps = ids(&report.steps);
    assert_eq!(steps[..2], ["routing/urgency", "routing"]);
    assert_eq!(
        steps[2..],
        [
            "tone",
            "text",
            "round[0]/good",
            "round[0]/better",
            "round[1]/good",
            "length",
            "then/sum",
        ]
    );
    let said = texts(&session);
    assert_eq!(said[0], "You are kind to Ada.");
    assert_eq!(said.last().unwrap(), "the summary");
    assert_eq!(report.spent(), llm.spend().usage + cheap.spend().usage);
    assert_eq!(report.usage(), session.usage());
    assert!(
        session
            .messages()
            .iter()
            .all(|it: &Message| it.text() != "yes")
    );
}

#[derive(Debug)]
enum Refused {
    Blank,
    Model(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Model(error)
    }
}

#[derive(Debug)]
struct App(Refused);

impl From<Refused> for App {
    fn from(refused: Refused) -> Self {
        Self(refused)
    }
}

impl From<Error> for App {
    fn from(error: Error) -> Self {
        Self(Refused::Model(error))
    }
}

workflow!(
    async fn strict(mail: &str) -> Result<String, Refused> {
        if mail.trim().is_empty() {
            return Err(Refused::Blank);
        }
        let loud = transform("Shout", mail);
        Ok(loud)
    }
);

workflow!(
    async fn both(mail: &str) -> Result<String, App> {
        let (strict, soft) = join(run(strict(mail)), transform("Whisper", "hello"));
        Ok(format!("{strict} {soft}"))
    }
);

#[tokio::test]
async fn in_a_join_each_step_may_fail_with_an_error_of_its_own() {
    let mut session = Session::new();
    let said = both("x")
        .run(&scripted(["LOUD", "soft"]), &mut session)
        .await;
    assert_eq!(said.unwrap(), "LOUD soft");
    let error = both(" ")
        .run(&scripted(["soft"]), &mut session)
        .await
        .unwrap_err();
    assert!(matches!(error.0, Refused::Blank));
    let error = both("x")
        .run(&scripted(["  ", "soft"]), &mut session)
        .await
        .unwrap_err();
    let App(Refused::Model(error)) = error else {
        panic!("{error:?}");
    };
    assert_eq!(error.step(), Some("strict/loud"));
}
