// `match` and `if` decide a `let`, a later assignment and the workflow's value; guards and or-patterns.
#![deny(warnings)]
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    Complaint,
    Question,
    Praise,
}

workflow!(
    /// Arms, tails and last expressions.
    pub async fn reply(text: &str, formal: bool, hour: u32) -> String {
        let kind = classify::<Kind>("Which kind?", text);
        let opening;
        if formal {
            opening = transform("Greet formally", text);
        } else if hour < 12 {
            opening = "Good morning".to_owned();
        } else {
            opening = "Hello".to_owned();
        }
        let body = match kind {
            Kind::Complaint if hour > 18 => "We are closed.".to_owned(),
            Kind::Complaint => {
                let cause = transform("Name the cause", text);
                transform("Apologise for {cause}", text)
            }
            Kind::Question | Kind::Praise => transform("Answer", text),
        };
        if formal {
            transform("Put into formal words", "{opening} {body}")
        } else {
            format!("{opening} {body}")
        }
    }
);

fn main() {
    let ids: Vec<_> = reply::graph().steps.iter().map(|step| step.id).collect();
    assert_eq!(
        ids,
        [
            "kind",
            "then/opening",
            "Complaint/cause",
            "Complaint/body",
            "Question+Praise/body",
            "then/reply",
        ]
    );
}
