//! The same through `workflow!`.

use zyn::prelude::*;
use zyn::{Message, Window};

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
