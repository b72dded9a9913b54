// zyn under another name.
extern crate zyn as pipelines;

mod zyn {}

use pipelines::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema, Extract)]
#[extract(crate = pipelines)]
struct Customer {
    name: String,
}

fn main() {
    let customer = Customer {
        name: "Ada".to_owned(),
    };
    assert!(customer.violations().is_empty());
    assert_eq!(customer.to_prompt(), r#"{"name":"Ada"}"#);
}
