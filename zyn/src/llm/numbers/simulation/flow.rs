//! What is asked for in a world, and the workflow that asks: with a branch, a `join` and an `else`.

use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub(super) enum Kind {
    Question,
    Complaint,
    Other,
}

#[derive(Debug, Clone, Deserialize, JsonSchema, Extract)]
#[allow(dead_code, reason = "that it can be read is what counts")]
pub(super) struct Parcel {
    pub(super) number: u64,
    pub(super) stops: Vec<String>,
}

workflow!(
    /// Answers a mail.
    pub(super) async fn handle(mail: &str) -> String {
        let kind = classify::<Kind>("Which kind of mail is this?", mail).reask(1) else {
            Kind::Other
        };
        match kind {
            Kind::Question => transform("Answer it", mail).max_chars(200),
            Kind::Complaint => {
                let (_parcel, _angry) = join(
                    extract::<Parcel>("The parcel", mail),
                    binary("Is the customer angry?", mail),
                );
                transform("Apologise", mail).max_chars(200).retry(1)
            }
            Kind::Other => {
                let (_parcel, _text) = join(
                    extract::<Parcel>("A parcel, if there is one", mail),
                    transform("What it may be", mail).max_chars(200),
                ) else {
                    return "nobody knows".to_owned();
                };
                transform("Ask what they want", mail).max_chars(200)
            }
        }
    }
);
