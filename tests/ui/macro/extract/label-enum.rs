// `Extract` on an enum none of whose variants has a field.
// That is a set of labels: `Classify` asks for one label and nothing else.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
enum Mood {
    Good,
    Bad,
}

fn main() {}
