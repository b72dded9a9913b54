// A tuple struct with two fields.
// In JSON it is an array, and a model must guess what each place means.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Pair(String, u32);

fn main() {}
