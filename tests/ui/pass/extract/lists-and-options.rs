// What holds extracted types is extracted too.
use std::collections::{BTreeMap, HashMap};

use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Topic {
    name: String,
}

fn extracted<T: Extract>() -> Option<T> {
    None
}

fn main() {
    extracted::<Vec<Topic>>();
    extracted::<Option<Topic>>();
    extracted::<Box<Topic>>();
    extracted::<BTreeMap<String, Vec<Topic>>>();
    extracted::<HashMap<String, f64>>();
    extracted::<Vec<String>>();
    extracted::<bool>();
}
