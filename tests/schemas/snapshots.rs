//! The snapshots, a file per type: its schema, and for each dialect what is sent, in which words, with which verdicts.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use zyn::schema::{Dialect, Schema};

use crate::types;

fn told(schema: &Schema) -> String {
    let mut text = format!("{}: {}\n", schema.name(), schema.document());
    for dialect in Dialect::ALL {
        text.push('\n');
        match schema.for_dialect(dialect) {
            Ok(sent) => writeln!(text, "{sent}\n{}", sent.words()),
            Err(refused) => writeln!(text, "{dialect}: {refused}"),
        }
        .unwrap();
    }
    text
}

/// Compares with the snapshots in `folder`, all of them, or writes them.
fn check(folder: &str, types: &[(String, Schema)]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("schemas/snapshots")
        .join(folder);
    let file = |name: &str| -> PathBuf {
        let name = name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        folder.join(name + ".txt")
    };
    if env::var_os("ZYN_SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (name, schema) in types {
            fs::write(file(name), told(schema)).unwrap();
        }
    }
    let mut different = Vec::new();
    for (name, schema) in types {
        let known = fs::read_to_string(file(name)).unwrap_or_default();
        let told = told(schema);
        if known != told {
            let line = known.lines().zip(told.lines()).find(|(a, b)| a != b);
            different.push(format!("{name}: {line:?}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), types.len());
}

#[test]
fn the_harder_types_are_sent_as_they_were() {
    let types = types::all();
    println!("{} types in {} dialects", types.len(), Dialect::ALL.len());
    assert!(types.len() >= 20);
    check("harder", &types);
}

/// The types of a list that is beside the repository, from what schemars makes of them.
#[test]
fn every_shape_of_schemars_is_sent_as_it_was() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/cases/schemars_1.2.3_output.txt"
    );
    let Ok(text) = fs::read_to_string(file) else {
        println!("skipped: {file} is not there");
        return;
    };
    let types: Vec<(String, Schema)> = text
        .split("### ")
        .filter_map(|case| case.split_once('\n'))
        // its references are to no part of the document that JSON Schema knows
        .filter(|(name, _)| !name.starts_with("openapi3"))
        .map(|(name, document)| {
            let document = serde_json::from_str(document.trim()).unwrap();
            (name.to_owned(), Schema::from_value(name, document).unwrap())
        })
        .collect();
    println!("{} types in {} dialects", types.len(), Dialect::ALL.len());
    check("schemars", &types);
}
