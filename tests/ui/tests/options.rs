//! What may be called on a synapse may be called on a step in `workflow!`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn source(file: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(file);
    fs::read_to_string(file).unwrap_or_default()
}

#[test]
fn every_option_of_a_step_is_one_of_the_macros_words() {
    let options = source("zyn/src/synapse/options.rs");
    let options: BTreeSet<&str> = options
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub fn "))
        .filter_map(|rest| rest.split(['(', '<']).next())
        .collect();
    assert!(
        options.contains("temperature") && options.len() > 15,
        "{options:?}"
    );
    let words = source("zyn-macros/src/workflow/words.rs");
    let list = words.split("const OPTIONS: &[&str] = &[").nth(1);
    let list = list
        .and_then(|list| list.split("];").next())
        .expect("the list is there");
    let known: BTreeSet<&str> = list.split('"').skip(1).step_by(2).collect();
    let unknown: Vec<_> = options.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
