// Without the standard prelude. schemars' own derive asks for two of its traits.
#![no_implicit_prelude]

use ::std::convert::{From, Into};
use ::zyn::schemars;

/// A customer.
#[derive(
    ::serde::Serialize, ::serde::Deserialize, ::zyn::schemars::JsonSchema, ::zyn::Extract,
)]
#[extract(validate = plausible)]
struct Customer<T> {
    #[extract(validate = plausible)]
    name: ::std::string::String,
    contact: T,
}

#[derive(
    ::serde::Serialize, ::serde::Deserialize, ::zyn::schemars::JsonSchema, ::zyn::Extract,
)]
enum Contact {
    Mail { address: ::std::string::String },
    None,
}

fn plausible<T>(_: &T) -> ::std::result::Result<(), &'static str> {
    ::std::result::Result::Err("never")
}

fn main() {
    let customer = Customer {
        name: ::std::string::String::new(),
        contact: Contact::None,
    };
    ::std::assert_eq!(::zyn::Extract::violations(&customer).len(), 2);
    ::std::assert_eq!(
        ::zyn::ToPrompt::to_prompt(&customer),
        r#"{"name":"","contact":"None"}"#
    );
    let mail = Contact::Mail {
        address: ::std::string::String::new(),
    };
    ::std::assert!(::zyn::Extract::violations(&mail).is_empty());
}
