// An enum without variants.
// It has no value, so there is no right answer.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
enum Never {}

fn main() {}
