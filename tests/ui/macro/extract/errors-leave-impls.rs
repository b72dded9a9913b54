// A bad `#[extract(…)]` on a type that is used where `Extract` is asked for, and in a prompt.
// Exactly one error: the impls stand beside it, so nothing is "not implemented".
use zyn::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema, Extract)]
#[extract(taks = "The customer")]
struct Customer {
    name: String,
}

fn extracted<T: Extract>() -> Option<T> {
    None
}

fn main() {
    let customer: Option<Customer> = extracted();
    println!("{}", customer.to_prompt());
}
