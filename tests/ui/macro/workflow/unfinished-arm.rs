// An arm stops behind `::`, and the one below it has no value yet.
// The first of the two is reported: what stands behind it cannot be told.
use zyn::prelude::*;

#[derive(Classify)]
pub enum Kind {
    Bug,
    Question,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let kind = classify::<Kind>("What is it?", text);
        match kind {
            Kind:: => transform("Answer", text),
            Kind::Question =>,
        }
    }
);

pub fn run(text: &str) -> zyn::Run<'_, String> {
    reply(text)
}

fn main() {}
