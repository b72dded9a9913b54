// A validator whose error cannot be shown.
// Its text is what the model is told, so it is `Display`.
use zyn::prelude::*;

struct Blank;

#[derive(Deserialize, JsonSchema, Extract)]
struct Customer {
    #[extract(validate = not_blank)]
    name: String,
}

fn not_blank(name: &str) -> Result<(), Blank> {
    if name.trim().is_empty() {
        Err(Blank)
    } else {
        Ok(())
    }
}

fn main() {}
