// Raw strings, escapes, Unicode, blanks in holes, doubled braces; `concat!`, constants and values are prompts too.
#![deny(warnings)]
use zyn::prelude::*;

const QUESTION: &str = "Answer {this}";

workflow!(
    /// Every kind of literal.
    pub async fn reply(text: &str, name: String) -> String {
        let a = transform(r"raw { name } \d", text);
        let b = transform(r#"raw "{name}""#, "line\n{ text }\u{e9} ü {a}");
        let c = transform(concat!("a", "b"), &b);
        let d = transform(QUESTION, text);
        let e = transform(format!("{name} {c}"), d);
        let f = transform(
            "ünïcode {text}\
             more {{}} {{{name}}}",
            e,
        );
        f
    }
);

fn main() {
    let reads: Vec<_> = reply::graph().steps.iter().map(|step| step.reads).collect();
    assert_eq!(
        reads,
        [
            &["text", "name"][..],
            &["text", "name", "a"],
            &["b"],
            &["text"],
            &["name", "c", "d"],
            &["text", "name", "e"],
        ]
    );
}
