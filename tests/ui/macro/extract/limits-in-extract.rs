// Limits where only zyn would see them (three mistakes).
// schemars has a word for each, and its words reach the model.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Rating {
    #[extract(range(min = 1, max = 5))]
    stars: u8,
    #[extract(length(max = 200), email)]
    text: String,
}

fn main() {}
