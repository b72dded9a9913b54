//! JSON as models write it: strict, or with the slips that people's tools forgive.
//!
//! One parser for both. It reads one value, says where that ends and tells every slip it read over; strict
//! JSON has none. What the text does not say is never filled in: text that ends inside a value is an error.

mod ahead;
mod parse;
mod scalar;
mod text;
mod tree;

pub(super) use parse::{parse, strict};
pub(super) use scalar::{is_json_number, is_lost, whole, without_underscores, word};
pub(super) use tree::Tree;

use super::Syntax;

/// How deep brackets may be nested. Walks over a tree are recursive, and a thread's stack may be small.
pub(super) const MOST_DEPTH: usize = 64;

/// One value, and where it was read.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) tree: Tree,
    /// Where it ends, as a byte of the text.
    pub(super) end: usize,
    pub(super) fixes: Vec<Fix>,
}

/// A slip that was read over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fix {
    /// Where it is, as a byte of the text.
    pub(super) at: usize,
    pub(super) what: Syntax,
}

/// Why a text cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure {
    /// Where, as a byte of the text.
    pub(super) at: usize,
    pub(super) why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The text ends inside a value.
    BrokenOff,
    /// What stands there cannot be there.
    Unreadable(&'static str),
    /// Brackets are nested too deep.
    TooDeep,
}

impl Failure {
    /// The failure in words, without a word of the text.
    pub(super) fn reason(&self, text: &str) -> String {
        let (line, column) = place(text, self.at);
        match self.why {
            Why::BrokenOff => {
                let column = column.saturating_sub(1);
                format!("the JSON breaks off at line {line}, column {column}")
            }
            Why::Unreadable(what) => {
                format!("the JSON cannot be read at line {line}, column {column}: {what}")
            }
            Why::TooDeep => format!(
                "the JSON cannot be read at line {line}, column {column}: \
                 brackets are nested more than {MOST_DEPTH} deep"
            ),
        }
    }
}

/// Line and column of a byte, both from 1; the column counts characters.
pub(super) fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let lead = before.rsplit('\n').next().unwrap_or_default();
    (line, lead.chars().count() + 1)
}

#[cfg(test)]
mod tests;
