// Attributes of the workflow reach the function; `#[cfg]` its graph too. Raw names are names.
#![deny(warnings)]
use zyn::prelude::*;

workflow!(
    /// There in no build.
    #[cfg(all(unix, not(unix)))]
    pub async fn absent(text: &str) -> NoSuchType {
        let answer = transform("Answer", text);
        answer
    }

    /// Of old.
    #[deprecated = "use `match`"]
    pub async fn old(text: &str) -> String {
        let answer = transform("Answer", text);
        answer
    }

    /// Inner and outer lint levels.
    #[allow(unused_variables)]
    pub async fn lenient(text: &str, tone: &str) -> String {
        #![allow(unused_mut)]
        let mut answer = transform("Answer", text);
        answer
    }

    /// Keywords for names.
    #[doc(alias = "fit")]
    #[inline]
    pub async fn r#match(r#in: &str) -> String {
        let r#loop = transform("Match {r#in}");
        r#loop
    }
);

fn main() {
    let _run = r#match("text");
    assert_eq!(r#match::graph().name, "match");
    assert_eq!(r#match::graph().steps[0].id, "loop");
    assert_eq!(r#match::graph().steps[0].reads, ["in"]);
}
