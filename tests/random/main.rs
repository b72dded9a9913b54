//! Random workflows under random failures: what the written order says, or nothing.

mod generate;
mod print;
mod seed;
mod tree;
mod workflows;

use std::{env, fs};

use zyn::prelude::*;

/// What the labels of a random workflow are.
#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Label {
    One,
    Two,
    Three,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
pub struct Fact {
    n: u8,
}

const SEED: u64 = 4;
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/random/workflows.rs");

#[test]
fn the_workflows_are_those_of_the_seed() {
    let made = print::file(&generate::workflows(SEED));
    if env::var("ZYN_RANDOM").is_ok_and(|it| it == "write") {
        fs::write(FILE, made).unwrap();
        return;
    }
    let found = fs::read_to_string(FILE).unwrap();
    assert!(
        found == made,
        "`random/workflows.rs` is not what the generator writes; write it anew with \
         `ZYN_RANDOM=write cargo test -p zyn-tests --test random the_workflows_are`"
    );
}
