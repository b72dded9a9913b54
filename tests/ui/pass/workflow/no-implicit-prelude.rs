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
);

fn main() {}
