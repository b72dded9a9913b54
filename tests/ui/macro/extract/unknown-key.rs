// A key with a slip in it.
// The nearest key is named.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Customer {
    #[extract(validat = not_blank)]
    name: String,
}

fn not_blank(_: &str) -> Result<(), String> {
    Ok(())
}

fn main() {}
