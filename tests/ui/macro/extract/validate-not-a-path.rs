// A closure as validator, and a path in quotes (two mistakes).
// A validator is a function with a name.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Customer {
    #[extract(validate = |name: &String| Ok::<(), String>(()))]
    name: String,
    #[extract(validate = "not_blank")]
    city: String,
}

fn main() {}
