// Nothing is in scope but what the expansion brings.
#![no_implicit_prelude]
#![deny(warnings)]

#[derive(
    ::std::fmt::Debug,
    ::std::clone::Clone,
    ::std::marker::Copy,
    ::std::cmp::PartialEq,
    ::zyn::Classify,
)]
pub enum Kind {
    A,
    B,
}

::zyn::workflow!(
    /// Names are absolute.
    pub async fn value(text: &str, n: u8) -> ::std::string::String {
        let kind = classify::<Kind>("Which of {n}?", text).retry(2);
        let answer = match kind {
            Kind::A => transform("About {text}"),
            Kind::B => return ::std::string::String::new(),
        };
        answer
    }

    /// So they are in a result.
    pub async fn result(text: &str) -> ::std::result::Result<::std::string::String, ::zyn::Error> {
        transform("Answer", text)
    }

    /// So they are in joins, rounds, notes, fallbacks and workflows in workflows.
    pub async fn whole(text: &str, rounds: u8) -> ::std::string::String {
        system("About {text}");
        let (a, b) = join(run(value(text, 1)), transform("B", text)) else {
            return ::std::string::String::new();
        };
        let mut draft = transform("{a} {b}") else { a };
        for _round in 0..rounds {
            let good = binary("Good?", &draft) else { break };
            if good {
                continue;
            }
            draft = transform("Again", &draft);
        }
        let length = call(async { 3_u8 });
        let _summary = compact("Sum up to {length}", ::zyn::Window::last_turns(2));
        draft
    }
);

fn main() {}
