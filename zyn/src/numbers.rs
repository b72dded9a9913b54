//! The rows of the table of promises, which `cargo test -p zyn -p zyn-soak -- numbers --nocapture` prints.

/// Prints the row of a number: what was run, and what came of it.
pub(crate) fn row(number: &str, ran: &str, came: &str) {
    println!("| #{number} | {ran} | {came} |");
}

#[cfg(feature = "http")]
mod canary;
mod panics;
