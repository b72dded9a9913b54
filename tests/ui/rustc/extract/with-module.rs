// A field that a module reads and writes, with the schema of its type.
// Two errors for one mistake: schemars takes `with` for a type, and the compiler does not find that type.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Wait {
    #[serde(with = "seconds")]
    time: u64,
}

mod seconds {
    use zyn::prelude::*;

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        text.trim_end_matches('s')
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

fn main() {}
