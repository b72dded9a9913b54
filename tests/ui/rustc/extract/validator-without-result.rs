// A validator that answers with a `bool`.
// A verdict says what is wrong, so it is a `Result`.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Customer {
    #[extract(validate = not_blank)]
    name: String,
}

fn not_blank(name: &str) -> bool {
    !name.trim().is_empty()
}

fn main() {}
