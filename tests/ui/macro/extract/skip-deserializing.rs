// A field that is written but never read.
// `skip` leaves it out of both the schema and the answer.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Invoice {
    total: u32,
    #[serde(skip_deserializing)]
    paid: bool,
}

fn main() {}
