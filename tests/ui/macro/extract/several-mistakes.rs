// Four mistakes in one type: an empty instruction, a slip in a key, a limit, one wire name twice.
// Four errors, one each: a mistake does not hide the next one.
#![allow(unreachable_patterns)]
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
#[extract(task = "")]
struct Rating {
    #[extract(valdate = in_range)]
    stars: u8,
    #[extract(range(min = 1))]
    count: u32,
    #[serde(rename = "count")]
    number: u32,
}

fn main() {}
