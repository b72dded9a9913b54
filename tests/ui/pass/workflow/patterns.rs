// Every kind of pattern names its arm's steps; guards add nothing.
#![deny(warnings)]
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    A,
    B,
    C,
}

fn long(text: &str) -> bool {
    text.len() > 3
}

workflow!(
    /// Bindings, tuples, literals, ranges, nested matches, `if let` chains.
    pub async fn reply(text: &str, n: u8, more: Option<u8>) -> String {
        let one = classify::<Kind>("Which?", text);
        let two = classify::<Kind>("Which else?", text);
        let a = match one {
            Kind::A if long(text) => transform("Shorten", text),
            kind @ (Kind::A | Kind::B) => transform("Explain {kind}", text),
            Kind::C => String::new(),
        };
        let b = match (one, two) {
            (Kind::A, Kind::B) => transform("Both", text),
            (Kind::A, _) => transform("The first", text),
            (_, Kind::C) => match n {
                0 => transform("None", text),
                1..=5 => transform("Some", text),
                _ => transform("Many", text),
            },
            _ => String::new(),
        };
        let c = match text {
            "hello world" => transform("Greet", text),
            "" => String::new(),
            other => transform("Answer", "{other}"),
        };
        let d = if n == 1 {
            transform("One", text)
        } else if let Some(more) = more
            && more > 3
        {
            transform("{more}", text)
        } else if let Kind::A = one {
            let last = transform("A");
            last
        } else {
            transform("Other", text)
        };
        format!("{a}{b}{c}{d}")
    }
);

fn main() {
    let ids: Vec<_> = reply::graph().steps.iter().map(|step| step.id).collect();
    assert_eq!(
        ids,
        [
            "one",
            "two",
            "A/a",
            "A+B/a",
            "A_B/b",
            "A__/b",
            "__C/0/b",
            "__C/1___5/b",
            "__C/_/b",
            "helloworld/c",
            "_/c",
            "then/d",
            "else/then/d",
            "else/else/then/last",
            "else/else/else/d",
        ]
    );
}
