// Two flattened maps, one of them optional.
// A key that is nobody's own could go to either.
use zyn::prelude::*;

use std::collections::{BTreeMap, HashMap};

#[derive(Deserialize, JsonSchema, Extract)]
struct Page {
    title: String,
    #[serde(flatten)]
    meta: HashMap<String, String>,
    #[serde(flatten)]
    rest: Option<BTreeMap<String, String>>,
}

fn main() {}
