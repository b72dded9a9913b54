// The instruction on a field, a validator on a variant (two mistakes).
// The place where each belongs is named.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
enum Request {
    Refund {
        #[extract(task = "The amount")]
        amount: u32,
    },
    #[extract(validate = plausible)]
    Question { text: String },
}

fn main() {}
