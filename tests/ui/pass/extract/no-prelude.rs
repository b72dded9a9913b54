// Without the standard prelude.
#![no_implicit_prelude]

use ::zyn::schemars;

#[derive(::serde::Serialize, ::serde::Deserialize, schemars::JsonSchema, ::zyn::Extract)]
#[extract(task = "The customer", validate = plausible)]
struct Customer {
    #[extract(validate = plausible)]
    name: ::std::string::String,
}

fn plausible<T>(_: &T) -> ::std::result::Result<(), &'static str> {
    ::std::result::Result::Err("never")
}

fn main() {
    let customer = Customer {
        name: ::std::string::String::new(),
    };
    ::std::assert_eq!(::zyn::Extract::check(&customer).len(), 2);
    ::std::assert_eq!(::zyn::ToPrompt::to_prompt(&customer), "{\"name\":\"\"}");
}
