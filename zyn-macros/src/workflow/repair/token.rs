//! What a token is, as far as one token tells.

use proc_macro2::{Delimiter, Punct, Spacing, TokenTree};

/// Words that begin a statement and no name.
pub(super) const STATEMENTS: &[&str] = &[
    "let", "return", "break", "continue", "match", "if", "for", "while", "loop",
];

/// Words whose block is no value's fields.
pub(super) const HEADS: &[&str] = &[
    "if", "else", "for", "while", "loop", "unsafe", "async", "fn", "mod", "impl", "trait",
];

/// Words that are no operand and begin none.
const KEYWORDS: &[&str] = &[
    "as", "async", "const", "crate", "dyn", "else", "enum", "extern", "fn", "impl", "in", "mod",
    "move", "mut", "pub", "ref", "static", "struct", "super", "trait", "type", "unsafe", "use",
    "where", "await",
];

/// Whether a statement, an arm or an element may begin with `token`, and no part of one goes on with it.
pub(super) fn begins(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(_) => !is_word(Some(token), KEYWORDS),
        TokenTree::Literal(_) => true,
        TokenTree::Group(_) | TokenTree::Punct(_) => false,
    }
}

/// Whether `token` is a name that an operand may end in.
pub(super) fn ends_name(token: Option<&TokenTree>) -> bool {
    let is_name = matches!(token, Some(token @ TokenTree::Ident(_)) if begins(token));
    is_word(token, &["await"]) || is_name && !is_word(token, STATEMENTS)
}

pub(super) fn is_word(token: Option<&TokenTree>, words: &[&str]) -> bool {
    matches!(token, Some(TokenTree::Ident(name)) if words.iter().any(|word| name == word))
}

pub(super) fn is_punct(token: Option<&TokenTree>, char: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

pub(super) fn is_joint(token: Option<&TokenTree>, char: char) -> bool {
    let joint = |punct: &Punct| punct.as_char() == char && punct.spacing() == Spacing::Joint;
    matches!(token, Some(TokenTree::Punct(punct)) if joint(punct))
}

pub(super) fn is_group(token: Option<&TokenTree>, delimiter: Delimiter) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
}

pub(super) fn is_end(token: Option<&TokenTree>) -> bool {
    token.is_none() || is_punct(token, ';') || is_punct(token, ',')
}
