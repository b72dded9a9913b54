//! Decides, or hands over: a sure answer, else a second opinion, else a person.
//!
//! ```text
//! cargo run -p examples --bin decide -- "Please cancel my contract, or at least explain the bill."
//! ```

use std::process::ExitCode;

use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Category {
    Billing,
    Contract,
    Technical,
}

#[derive(Debug)]
#[expect(dead_code, reason = "printed")]
enum Decision {
    Automatic(Category),
    Person(String),
}

workflow!(
    /// Classify with one model, if it is not sure with another, and else hand over to a person.
    async fn decide(mail: &str, other: &Llm) -> Decision {
        let category = classify::<Category>("Which kind of e-mail is this?", mail).confidence(0.8)
        else {
            let second = classify::<Category>("Which kind of e-mail is this?", mail)
                .using(other)
                .alone()
            else {
                return Decision::Person(mail.to_owned());
            };
            return Decision::Automatic(second);
        };
        Decision::Automatic(category)
    }
);

const MAIL: &str = "Please cancel my contract, or at least explain the last bill to me.";

#[tokio::main]
async fn main() -> ExitCode {
    examples::program::run(decide::graph(), MAIL, async |llm, mail| {
        // here the same model has a second try; a service would give it a cheaper or a better one
        let decision = decide(mail, llm).run(llm, &mut Session::new()).await?;
        println!("{decision:?}");
        Ok(())
    })
    .await
}
