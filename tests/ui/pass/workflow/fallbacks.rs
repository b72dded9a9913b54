// An `else` leaves or gives a value; one in another; in a loop, in an arm, in a result.
#![deny(warnings)]
use zyn::graph::{End, Node};
use zyn::prelude::*;
use zyn::testing::Scripted;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    Question,
    Complaint,
}

workflow!(
    /// A strong model, a weak one, a person.
    pub async fn decide(mail: &str) -> Option<Kind> {
        let kind = classify::<Kind>("Which kind?", mail).reask(0) else {
            let second = classify::<Kind>("Which kind, in a word?", mail).reask(0) else {
                return None;
            };
            return Some(second);
        };
        Some(kind)
    }

    /// A value in the place of the step's.
    pub async fn guess(mail: &str) -> Kind {
        let kind = classify::<Kind>("Which kind?", mail).reask(0) else {
            Kind::Question
        };
        kind
    }

    /// A step in the place of the step.
    pub async fn again(mail: &str) -> Kind {
        let kind = classify::<Kind>("Which kind?", mail).reask(0) else {
            classify::<Kind>("Once more: which kind?", mail)
        };
        kind
    }

    /// In a loop.
    pub async fn count(mails: &[&str]) -> Result<usize, zyn::Error> {
        let mut known = 0;
        for mail in mails {
            let _kind = classify::<Kind>("Which kind?", *mail).reask(0) else {
                continue;
            };
            known += 1;
        }
        Ok(known)
    }
);

fn script<const N: usize>(labels: [&str; N]) -> Llm {
    Llm::new(Scripted::new(
        labels.map(|label| format!(r#"{{"label":"{label}"}}"#)),
    ))
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut session = Session::new();
    let run = decide("Hello?")
        .run_detailed(&script(["Nothing", "Question"]), &mut session)
        .await;
    assert_eq!(run.0.unwrap(), Some(Kind::Question));
    let ids: Vec<_> = run
        .1
        .steps
        .iter()
        .map(|step| (&*step.id, step.error.is_some()))
        .collect();
    assert_eq!(ids, [("kind", true), ("kind/else/second", false)]);
    assert_eq!(session.len(), 2);

    let none = decide("Hello?")
        .run(&script(["Nothing", "Nothing"]), &mut session)
        .await;
    assert_eq!(none.unwrap(), None);
    let kind = guess("Hello?")
        .run(&script(["Nothing"]), &mut session)
        .await;
    assert_eq!(kind.unwrap(), Kind::Question);
    let kind = again("Hello?")
        .run(&script(["Nothing", "Complaint"]), &mut session)
        .await;
    assert_eq!(kind.unwrap(), Kind::Complaint);
    assert_eq!(again::graph().steps[1].id, "kind/else/kind");
    let known = count(&["a", "b", "c"])
        .run(&script(["Question", "Nothing", "Complaint"]), &mut session)
        .await;
    assert_eq!(known.unwrap(), 2);

    let [Node::Fallback(outer)] = decide::graph().body.nodes else {
        panic!("{:?}", decide::graph().body)
    };
    assert_eq!(
        (*outer.tried, outer.otherwise.end),
        (Node::Step(0), End::Return)
    );
    let [Node::Fallback(inner)] = outer.otherwise.nodes else {
        panic!("{:?}", outer.otherwise)
    };
    assert_eq!(
        (*inner.tried, inner.otherwise.end),
        (Node::Step(1), End::Return)
    );
}
