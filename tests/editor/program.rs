//! The package that the queries type into.

use std::fs;
use std::path::{Path, PathBuf};

/// The lines in front of what is typed.
const BEFORE: &str = r#"use zyn::prelude::*;

/// What a customer reports.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Issue {
    /// The product's name.
    pub name: String,
    /// The part of it.
    pub area: String,
    /// Whether work stands still.
    pub urgent: bool,
}

/// What the customer wants.
#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    /// Something is broken.
    Bug,
    /// Something is unclear.
    Question,
    /// Something is good.
    Praise,
}

/// What the customer gets.
#[derive(Debug)]
pub struct Reply {
    /// What it answers.
    pub kind: Kind,
    /// The words.
    pub text: String,
}

workflow!(
    /// Answers a ticket.
    pub async fn answer(ticket: &str) -> Reply {
        let issue = extract::<Issue>("What does the ticket report?", ticket);
        let kind = classify::<Kind>("What does the customer want?", ticket);
"#;

/// The lines behind it.
const AFTER: &str = r#"
        Reply { kind, text }
    }

    /// Says what a ticket is.
    pub async fn triage(ticket: &str) -> Kind {
        classify::<Kind>("What does the customer want?", ticket)
    }
);
"#;

/// The program with `typed` in the middle of its workflow.
pub(crate) fn with(typed: &str) -> String {
    format!("{BEFORE}{typed}{AFTER}")
}

/// Writes the package, which depends on this zyn and on what zyn is locked to, and says where it is.
pub(crate) fn write() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let workspace = workspace.canonicalize().expect("the workspace");
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor");
    let manifest = format!(
        r#"[package]
name = "typed"
edition = "2024"

[dependencies]
serde = "1"
zyn = {{ path = {:?}, default-features = false }}

[workspace]
"#,
        workspace.join("zyn"),
    );
    fs::create_dir_all(package.join("src")).expect("a directory for the package");
    fs::write(package.join("Cargo.toml"), manifest).expect("its manifest");
    fs::write(package.join("src/lib.rs"), with(WHOLE)).expect("its program");
    fs::copy(workspace.join("Cargo.lock"), package.join("Cargo.lock")).expect("its versions");
    package
}

/// What stands there before anything is typed.
const WHOLE: &str = r#"        let text = transform("Answer", &issue.name);"#;
