// Every verb and option, under every lint.
#![deny(warnings, clippy::all)]
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zyn::prelude::*;
use zyn::schemars;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    Question,
    Complaint,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Extract)]
pub struct Customer {
    pub name: String,
}

workflow!(
    /// All of them.
    pub async fn all(mail: &str, cheap: &Llm, names: &[String]) -> String {
        let customer =
            extract::<Customer>("Who is it?", mail).validate(|it| match it.name.is_empty() {
                true => Err("no name"),
                false => Ok(()),
            });
        let kind = classify::<Kind>("Which kind?", mail)
            .confidence(0.8)
            .runner_up()
            .using(cheap)
            .alone();
        let urgent = binary("Is it urgent?", mail)
            .reasoning()
            .retry(1)
            .reask(0)
            .measured()
            .strict();
        let order = rank("Who comes first?", names).top(2);
        let tone = sentiment("What is the tone?", mail).aspects(["price"]);
        let analysis = analyze("What is missing?", &customer).focus("the name");
        let other =
            convert::<Customer, Customer>("In capitals", &customer).rules(["keep the name"]);
        let short = transform("Shorten it", mail)
            .style("dry")
            .max_chars(80)
            .context("A shop")
            .timeout(Duration::from_secs(9))
            .agreement(3)
            .temperature(0.2)
            .max_tokens(99);
        match kind {
            Kind::Question if urgent => return short,
            Kind::Question | Kind::Complaint => {}
        }
        format!("{order:?} {tone:?} {analysis:?} {}", other.name)
    }
);

fn main() {
    let outputs: Vec<_> = all::graph()
        .steps
        .iter()
        .map(|step| (step.verb, step.output))
        .collect();
    assert_eq!(
        outputs,
        [
            ("extract", "Customer"),
            ("classify", "Kind"),
            ("binary", "bool"),
            ("rank", "_"),
            ("sentiment", "Sentiment"),
            ("analyze", "Analysis"),
            ("convert", "Customer"),
            ("transform", "String"),
        ]
    );
    assert_eq!(
        all::graph().steps[1].options,
        ["confidence(0.8)", "runner_up()", "using(cheap)", "alone()"]
    );
}
