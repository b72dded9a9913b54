// The whole grammar at once, under every lint, where names that the expansion needs mean something else.
#![deny(warnings, clippy::all)]
#![allow(dead_code)]
use zyn::prelude::*;

struct Ok;
struct Err;
struct Some;
struct None;
struct Box;
struct Option;
struct Result;
struct Iterator;
struct IntoIterator;
struct Future;
struct From;

workflow!(
    /// Two steps.
    pub async fn inner(text: impl AsRef<str> + Sync) -> String {
        let short = transform("Shorten it", text.as_ref());
        short
    }

    /// All of it.
    pub async fn outer(text: &str, rounds: usize) -> std::result::Result<String, zyn::Error> {
        system("You are brief about {text}.");
        let start = run(inner(text)) else {
            String::new()
        };
        let (mut a, b): (String, String) = join(transform("A", "{start}"), transform("B"));
        let (c, d) = join(binary("C?", text), call(async { 4_u8 })) else {
            return std::result::Result::Ok(b);
        };
        'rounds: for (i, _line) in text.lines().enumerate() {
            for _round in 0..rounds {
                let urgent = binary("Is it urgent?", &a) else {
                    continue 'rounds;
                };
                if urgent && c && usize::from(d) < i {
                    break 'rounds;
                }
                a = transform("Again", &a);
            }
            user("Next.");
        }
        let parsed = call(async { zyn_result() })?;
        let _summary = compact("Sum up", zyn::Window::last_turns(parsed));
        let end = if history().len() > 3 {
            transform("End {b}")
        } else {
            a
        };
        std::result::Result::Ok(end)
    }
);

fn zyn_result() -> std::result::Result<usize, zyn::Error> {
    std::result::Result::Ok(2)
}

fn main() {
    let ids: Vec<_> = outer::graph().steps.iter().map(|step| step.id).collect();
    assert_eq!(
        ids,
        [
            "start",
            "a",
            "b",
            "c",
            "d",
            "i_line/round/urgent",
            "i_line/round/a",
            "parsed",
            "_summary",
            "then/end",
        ]
    );
}
