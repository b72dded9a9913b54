//! What a workflow is, once it has been read.

use proc_macro2::Ident;
use syn::{Expr, Pat};

/// The functions that are steps inside a workflow.
pub(crate) const VERBS: &[&str] = &["extract", "classify", "transform"];

/// What may be called on a step; what else is called on it means its answer.
const OPTIONS: &[&str] = &[
    "retry",
    "reask",
    "timeout",
    "temperature",
    "max_tokens",
    "validate",
];

/// One step, as the graph tells it.
pub(crate) struct Step {
    pub(crate) id: String,
    pub(crate) verb: String,
    /// The type of the answer, as written; `_` where it is left to inference.
    pub(crate) output: String,
    /// The instruction, as written; empty where it is not a literal.
    pub(crate) instruction: String,
    pub(crate) reads: Vec<String>,
    /// The steps of which one has run last before it.
    pub(crate) follows: Vec<String>,
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
}

/// One way out of a [`Branch`].
pub(crate) struct Arm {
    pub(crate) label: String,
    pub(crate) path: String,
    /// Its steps are `start..end` of the body's.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether it ends the workflow.
    pub(crate) ends: bool,
}

/// What a body says about the graph.
#[derive(Default)]
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

/// Whether `ident` is an option of a step.
pub(crate) fn is_option(ident: &Ident) -> bool {
    OPTIONS.iter().any(|option| ident == option)
}

/// Whether `func` is a bare `join`.
pub(crate) fn is_join(func: &Expr) -> bool {
    matches!(func, Expr::Path(path) if path.path.is_ident("join"))
}

/// An arm's part of a step's id: the last path segment of each alternative joined by `+`, the parts of a tuple
/// by `_`, `_` for a catch-all or a binding, a literal as written. Fields and guards add nothing.
pub(crate) fn segment(pat: &Pat) -> String {
    match pat {
        Pat::Or(or) => or.cases.iter().map(segment).collect::<Vec<_>>().join("+"),
        Pat::Guard(guard) => segment(&guard.pat),
        Pat::Paren(paren) => segment(&paren.pat),
        Pat::Reference(reference) => segment(&reference.pat),
        Pat::Tuple(tuple) => joined(&tuple.elems),
        Pat::Slice(slice) => joined(&slice.elems),
        Pat::Ident(ident) => match &ident.subpat {
            Some((_, pat)) => segment(pat),
            // `None`, `Low` in scope: a path of one segment looks like a binding; types begin upper case
            None if ident.by_ref.is_none()
                && ident.ident.to_string().starts_with(char::is_uppercase) =>
            {
                id_part(&plain(&ident.ident))
            }
            None => "_".to_owned(),
        },
        Pat::Path(path) => last(&path.path),
        Pat::Struct(pat) => last(&pat.path),
        Pat::TupleStruct(pat) => last(&pat.path),
        Pat::Lit(lit) => id_part(&quote::quote!(#lit).to_string()),
        Pat::Range(range) => id_part(&quote::quote!(#range).to_string()),
        _ => "_".to_owned(),
    }
}

fn joined<'a>(pats: impl IntoIterator<Item = &'a Pat>) -> String {
    let parts: Vec<String> = pats.into_iter().map(segment).collect();
    if parts.iter().all(|part| part == "_") {
        "_".to_owned()
    } else {
        parts.join("_")
    }
}

fn last(path: &syn::Path) -> String {
    path.segments
        .last()
        .map_or_else(|| "_".to_owned(), |last| id_part(&plain(&last.ident)))
}

/// A name or a literal as a part of an id, which has the characters `[A-Za-z0-9_+/\[\]]`: others become `_`.
pub(crate) fn id_part(text: &str) -> String {
    let part: String = text
        .trim_matches('"')
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if part.is_empty() {
        "_".to_owned()
    } else {
        part
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::parse::Parser;

    use super::*;

    fn segment_of(pat: proc_macro2::TokenStream) -> String {
        segment(
            &Pat::parse_multi_with_leading_vert
                .parse2(pat)
                .expect("a pattern"),
        )
    }

    #[test]
    fn an_arm_is_called_like_its_alternatives() {
        assert_eq!(segment_of(quote!(Kind::Low)), "Low");
        assert_eq!(segment_of(quote!(Kind::Low | Kind::Medium)), "Low+Medium");
        assert_eq!(
            segment_of(quote!(x @ (Kind::Low | Kind::Medium))),
            "Low+Medium"
        );
        assert_eq!(segment_of(quote!(&Some(x))), "Some");
        assert_eq!(segment_of(quote!(Kind::Other { level, .. })), "Other");
        assert_eq!(segment_of(quote!(None)), "None");
    }

    #[test]
    fn a_catch_all_and_a_binding_are_a_dash() {
        assert_eq!(segment_of(quote!(_)), "_");
        assert_eq!(segment_of(quote!(other)), "_");
        assert_eq!(segment_of(quote!((a, _))), "_");
    }

    #[test]
    fn the_parts_of_a_tuple_tell_arms_apart() {
        assert_eq!(segment_of(quote!((Kind::A, Kind::B))), "A_B");
        assert_eq!(segment_of(quote!((Kind::A, _))), "A__");
        assert_eq!(segment_of(quote!([1, 2])), "1_2");
    }

    #[test]
    fn an_id_keeps_to_its_characters() {
        assert_eq!(segment_of(quote!("hello-world")), "hello_world");
        assert_eq!(segment_of(quote!("")), "_");
        assert_eq!(segment_of(quote!(1..=5)), "1___5");
        assert_eq!(segment_of(quote!(r#Type::r#Self_)), "Self_");
        assert_eq!(id_part("größe"), "gr__e");
    }
}
