//! Prompts: `"… {customer.name} …"` in literals.

use proc_macro2::Span;
use syn::{Ident, LitStr};

use crate::diag::Errors;

/// A part of a prompt literal.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece {
    /// Text, with `{{` and `}}` undone.
    Text(String),
    /// `{root.field.0}`.
    Hole(Hole),
}

/// A value that is written into a prompt.
#[derive(Debug, PartialEq)]
pub(crate) struct Hole {
    /// As written, without the braces.
    pub(crate) written: String,
    pub(crate) root: String,
    pub(crate) fields: Vec<String>,
}

/// Reads a prompt. What is wrong with it is reported at the literal, and left out.
pub(crate) fn scan(literal: &LitStr, errors: &Errors) -> Vec<Piece> {
    let (pieces, mistakes) = pieces(&literal.value());
    for mistake in mistakes {
        errors.span(literal.span(), mistake);
    }
    pieces
}

fn pieces(text: &str) -> (Vec<Piece>, Vec<String>) {
    let (mut pieces, mut mistakes) = (Vec::new(), Vec::new());
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, brace)) = rest.find(['{', '}']).map(|at| rest.split_at(at)) {
        plain.push_str(before);
        if let Some(after) = brace.strip_prefix("{{") {
            plain.push('{');
            rest = after;
        } else if let Some(after) = brace.strip_prefix("}}") {
            plain.push('}');
            rest = after;
        } else if let Some(after) = brace.strip_prefix('}') {
            mistakes
                .push("unmatched `}` in this prompt; write `}}` for a literal brace".to_owned());
            rest = after;
        } else {
            let open = brace.get(1..).unwrap_or_default();
            let end = open
                .find(['{', '}'])
                .filter(|&at| open[at..].starts_with('}'));
            let Some((inside, after)) = end.map(|at| (&open[..at], &open[at + 1..])) else {
                mistakes
                    .push("unclosed `{` in this prompt; write `{{` for a literal brace".to_owned());
                rest = "";
                break;
            };
            rest = after;
            match hole(inside.trim()) {
                Ok(hole) => {
                    if !plain.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    }
                    pieces.push(Piece::Hole(hole));
                }
                Err(mistake) => mistakes.push(mistake),
            }
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    (pieces, mistakes)
}

fn hole(written: &str) -> Result<Hole, String> {
    if written.is_empty() {
        return Err(
            "empty `{}` in this prompt: name a step or an input, as in `{customer.name}`"
                .to_owned(),
        );
    }
    let mut parts = written.split('.').map(str::trim);
    let root = parts.next().unwrap_or_default();
    let fields: Vec<String> = parts.map(str::to_owned).collect();
    let is_field = |field: &String| is_name(field) || field.parse::<u32>().is_ok();
    if !is_name(root) || !fields.iter().all(is_field) {
        return Err(format!(
            "`{{{written}}}` is not a name: a prompt takes names and fields only; bind the expression with `let` first"
        ));
    }
    Ok(Hole {
        written: written.to_owned(),
        root: root.to_owned(),
        fields,
    })
}

fn is_name(text: &str) -> bool {
    syn::parse_str::<Ident>(text).is_ok()
}

/// An identifier for a name in a prompt: `r#type` stays raw.
pub(crate) fn ident(name: &str, span: Span) -> Ident {
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, span),
        None => Ident::new(name, span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    fn holes(prompt: &str) -> Vec<String> {
        pieces(prompt)
            .0
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Hole(hole) => Some(hole.written),
                Piece::Text(_) => None,
            })
            .collect()
    }

    #[test]
    fn text_and_holes_alternate() {
        let (pieces, mistakes) = pieces("Dear {customer.name}, {pair.0}!");
        assert!(mistakes.is_empty());
        assert_eq!(pieces.len(), 5);
        assert_eq!(pieces[0], text("Dear "));
        assert_eq!(
            holes("Dear {customer.name}, {pair.0}!"),
            ["customer.name", "pair.0"]
        );
    }

    #[test]
    fn doubled_braces_are_literal() {
        assert_eq!(pieces("a {{b}} c").0, [text("a {b} c")]);
    }

    #[test]
    fn each_mistake_is_reported_once_and_the_rest_is_read() {
        for (prompt, mistake) in [
            ("{} {b}", "empty `{}`"),
            ("{a + 1} {b}", "`{a + 1}` is not a name"),
            ("} {b}", "unmatched `}`"),
            ("{b} {a", "unclosed `{`"),
        ] {
            let (_, mistakes) = pieces(prompt);
            assert_eq!(mistakes.len(), 1, "{prompt}: {mistakes:?}");
            assert!(mistakes[0].starts_with(mistake), "{prompt}: {mistakes:?}");
            assert_eq!(holes(prompt), ["b"], "{prompt}");
        }
    }
}
