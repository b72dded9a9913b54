// A set of labels with a bad key and two `unsure` is what a workflow branches on.
// Exactly two errors: the branch, its labels and its prompt stand.
use zyn::prelude::*;

#[derive(Debug, Classify)]
#[classify(creat = zyn)]
enum Kind {
    Question,
    #[classify(unsure)]
    Complaint,
    #[classify(unsure)]
    Other,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let kind = classify::<Kind>("What kind of mail is it?", text).confidence(0.7);
        let answer = match kind {
            Kind::Question => transform("Answer this {kind}", text),
            Kind::Complaint | Kind::Other => transform("Apologise", text),
        };
        answer
    }
);

fn main() {}
