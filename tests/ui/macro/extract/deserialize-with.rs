// A field that is read by a function, with the schema of its type.
// The schema says `integer`, and `seconds` wants something else: the model is told the wrong thing.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Wait {
    #[serde(deserialize_with = "seconds")]
    time: u64,
}

fn seconds<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let text = String::deserialize(from)?;
    text.trim_end_matches('s')
        .parse()
        .map_err(serde::de::Error::custom)
}

fn main() {}
