//! What a real rust-analyzer offers inside a workflow that is being typed.
//!
//! ```text
//! cargo test -p zyn-editor
//! ```
//!
//! The first run builds rust-analyzer, which takes minutes; `ZYN_RUST_ANALYZER` names another one. Each of the ten
//! queries types something into one small program and says what must come of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the environment is part of what is tested"
)]

mod analyzer;
mod document;
mod program;
mod queries;
mod server;

use std::process::ExitCode;

use document::Document;

fn main() -> ExitCode {
    let package = program::write();
    let server = server::Server::start(&analyzer::find(), &package);
    let mut document = Document::open(server, package.join("src/lib.rs"));
    let mut held = 0;
    for (name, query) in queries::ALL {
        let answer = query(&mut document);
        held += usize::from(answer.is_ok());
        let (mark, text) = match answer {
            Ok(text) => ("ok", text),
            Err(text) => ("FAILED", text),
        };
        println!("{name:44} {mark:6} {text}");
    }
    let all = queries::ALL.len();
    if held == all {
        println!("editor: ten of ten");
        ExitCode::SUCCESS
    } else {
        println!("editor: {held} of {all}");
        ExitCode::FAILURE
    }
}
