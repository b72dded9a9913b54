// An expansion is silent under lints that most crates never turn on.
#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    unused_lifetimes,
    unused_results,
    single_use_lifetimes,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    redundant_lifetimes,
    let_underscore_drop,
    trivial_casts,
    missing_debug_implementations,
    rust_2018_idioms,
    future_incompatible,
    nonstandard_style,
    clippy::all,
    clippy::pedantic
)]
//! A crate.
use zyn::prelude::*;

/// Two kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Classify)]
pub enum Kind {
    /// One.
    A,
    /// Two.
    B,
}

workflow!(
    /// Elided lifetimes.
    pub async fn value(text: &str, name: String, seen: &mut Vec<&str>) -> String {
        seen.clear();
        let kind = classify::<Kind>("Which of {name}?", text).retry(2);
        match kind {
            Kind::A => transform("About {text}"),
            Kind::B => {
                let draft = transform("Draft", text);
                draft
            }
        }
    }

    /// Named lifetimes.
    ///
    /// # Errors
    ///
    /// That of the step.
    pub async fn result<'a, T: ToPrompt + Sync>(
        value: &'a T,
        text: &'a str,
    ) -> Result<String, zyn::Error> {
        transform("About {text}", value)
    }
);

mod inner {
    use zyn::prelude::*;

    workflow!(
        pub(crate) async fn private(text: &str) -> String {
            let answer = transform("Answer", text);
            format!("{answer}!")
        }
    );
}

fn main() {
    drop(inner::private("text"));
}
