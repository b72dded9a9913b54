// `-> Result` with `?` on ordinary Rust, `return`, and a step that decides the value.
#![deny(warnings)]
use zyn::prelude::*;

#[derive(Debug)]
pub enum MyError {
    Number(std::num::ParseIntError),
    Zyn(zyn::Error),
}

impl From<std::num::ParseIntError> for MyError {
    fn from(error: std::num::ParseIntError) -> Self {
        Self::Number(error)
    }
}

impl From<zyn::Error> for MyError {
    fn from(error: zyn::Error) -> Self {
        Self::Zyn(error)
    }
}

workflow!(
    /// Ends early, with a value or with an error.
    pub async fn reply(text: &str, times: &str) -> Result<String, MyError> {
        let times: u32 = times.parse()?;
        if times == 0 {
            return Ok(String::new());
        }
        transform("Answer in {times} sentences", text)
    }
);

fn main() {
    fn is(_: zyn::Run<'_, String, MyError>) {}
    is(reply("text", "1"));
}
