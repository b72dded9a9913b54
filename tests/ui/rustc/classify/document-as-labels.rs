// A type that is extracted where a set of labels is asked for.
// The note names the verb that fills in a type with fields.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Issue {
    title: String,
}

fn main() {
    zyn::classify::<Issue>("What is it about?");
}
