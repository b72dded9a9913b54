//! What a workflow is, once it has been read.

use proc_macro2::Ident;
use syn::{Expr, Pat};

/// The functions that are steps inside a workflow.
pub(crate) const VERBS: &[&str] = &["extract", "classify", "transform"];

/// One step, as the graph tells it.
pub(crate) struct Step {
    pub(crate) id: String,
    pub(crate) verb: String,
    /// The type of the answer, as written; `_` where it is left to inference.
    pub(crate) output: String,
    /// The instruction, as written; empty where it is not a literal.
    pub(crate) instruction: String,
    pub(crate) reads: Vec<String>,
    /// Whether it has no input and reads the conversation instead.
    pub(crate) conversation: bool,
    pub(crate) line: usize,
}

/// A `match` or `if` with steps in its arms.
pub(crate) struct Branch {
    /// The path of the place where it stands; empty at the top.
    pub(crate) within: String,
    pub(crate) on: String,
    pub(crate) reads: Vec<String>,
    pub(crate) arms: Vec<Arm>,
    /// How many steps stand before it in the text.
    pub(crate) after: usize,
}

/// One way out of a [`Branch`].
pub(crate) struct Arm {
    pub(crate) label: String,
    pub(crate) path: String,
}

/// A body that has been read: its steps, and its statements with the steps rewritten.
pub(crate) struct Body {
    pub(crate) steps: Vec<Step>,
    pub(crate) branches: Vec<Branch>,
    /// Inputs and steps that the workflow's value is made of.
    pub(crate) result: Vec<String>,
}

/// The name of a bare verb in `expr`, if it is a call of one, with or without options behind it.
pub(crate) fn verb(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) if path.qself.is_none() && path.path.leading_colon.is_none() => {
                let mut segments = path.path.segments.iter();
                match (segments.next(), segments.next()) {
                    (Some(only), None) if is_verb(&only.ident) => Some(&only.ident),
                    _ => None,
                }
            }
            _ => None,
        },
        Expr::MethodCall(call) => verb(&call.receiver),
        Expr::Field(field) => verb(&field.base),
        Expr::Paren(paren) => verb(&paren.expr),
        Expr::Group(group) => verb(&group.expr),
        _ => None,
    }
}

/// Whether `ident` is a verb.
pub(crate) fn is_verb(ident: &Ident) -> bool {
    VERBS.iter().any(|verb| ident == verb)
}

/// A name without the mark of a raw identifier.
pub(crate) fn plain(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// An arm's part of a step's id: the last path segment of each alternative joined by `+`, `_` for a
/// catch-all or a binding, a literal as written. Fields and guards add nothing.
pub(crate) fn segment(pat: &Pat) -> String {
    match pat {
        Pat::Or(or) => or.cases.iter().map(segment).collect::<Vec<_>>().join("+"),
        Pat::Guard(guard) => segment(&guard.pat),
        Pat::Paren(paren) => segment(&paren.pat),
        Pat::Reference(reference) => segment(&reference.pat),
        Pat::Ident(ident) => match &ident.subpat {
            Some((_, pat)) => segment(pat),
            // `None`, `Low` in scope: a path of one segment looks like a binding; types begin upper case
            None if ident.by_ref.is_none()
                && ident.ident.to_string().starts_with(char::is_uppercase) =>
            {
                ident.ident.to_string()
            }
            None => "_".to_owned(),
        },
        Pat::Path(path) => last(&path.path),
        Pat::Struct(pat) => last(&pat.path),
        Pat::TupleStruct(pat) => last(&pat.path),
        Pat::Lit(lit) => clean(&quote::quote!(#lit).to_string()),
        Pat::Range(range) => clean(&quote::quote!(#range).to_string()),
        _ => "_".to_owned(),
    }
}

fn last(path: &syn::Path) -> String {
    path.segments
        .last()
        .map_or_else(|| "_".to_owned(), |last| last.ident.to_string())
}

/// An id has the characters `[A-Za-z0-9_+/\[\]]`; what else a literal has becomes `_`.
fn clean(text: &str) -> String {
    text.trim_matches('"')
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}
