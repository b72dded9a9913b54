// Types with the names of the prelude's beside the extracted one.
#![allow(dead_code, unused_imports)]

mod shadows {
    pub struct Option;
    pub struct Result;
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Err;
    pub struct Box;
    pub struct Vec;
    pub struct String;
    pub struct Send;
}

use shadows::*;
use zyn::{Extract, ToPrompt, schemars};

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Extract)]
#[extract(task = "The customer", validate = plausible)]
struct Customer {
    #[extract(validate = plausible)]
    name: std::string::String,
}

fn plausible<T>(_: &T) -> std::result::Result<(), std::string::String> {
    std::result::Result::Ok(())
}

fn main() {
    let customer = Customer {
        name: "Ada".to_owned(),
    };
    assert!(customer.violations().is_empty());
    assert_eq!(customer.to_prompt(), r#"{"name":"Ada"}"#);
}
