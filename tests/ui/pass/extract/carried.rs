//! What no provider's schema has is carried all the same, or said in the prompt alone.

use std::collections::{BTreeMap, HashMap};

use zyn::prelude::*;
use zyn::schema::Dialect;

#[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
struct Carried {
    map: HashMap<String, u8>,
    numbered: BTreeMap<u16, String>,
    pair: (String, bool),
    wide: u128,
    #[serde(flatten)]
    shape: Shape,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
#[serde(tag = "kind")]
enum Shape {
    Circle { r: f64 },
    Tree(Tree),
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
struct Tree {
    kids: Vec<Tree>,
}

fn main() {
    let carried = Carried::schema().unwrap();
    for dialect in [Dialect::OpenAi, Dialect::LlamaCpp, Dialect::Prompted] {
        assert!(carried.for_dialect(dialect).is_ok());
    }
    // Anthropic takes no type that contains itself.
    assert!(carried.for_dialect(Dialect::Anthropic).is_err());
}
