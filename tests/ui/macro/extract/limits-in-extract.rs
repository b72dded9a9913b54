// Limits where only zyn would see them (four mistakes).
// schemars has a word for each, and its words reach the model.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Rating {
    #[extract(range(min = 1, max = 5))]
    stars: u8,
    #[extract(length(max = 200), email)]
    text: String,
    #[extract(pattern("[A-Z]{2}"))]
    country: String,
}

fn main() {}
