// A field that serde skips, of a type without a default.
// The answer has no value for it, and serde says what it would take.
use zyn::prelude::*;

struct Ledger;

#[derive(Deserialize, JsonSchema, Extract)]
struct Invoice {
    total: u32,
    #[serde(skip)]
    ledger: Ledger,
}

fn main() {}
