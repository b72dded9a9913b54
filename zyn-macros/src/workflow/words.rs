//! The bare names that mean something inside a workflow. A path or a method of such a name is the user's own.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use syn::{Expr, ExprCall};

/// The calls that are steps.
const VERBS: &[&str] = &[
    "extract",
    "classify",
    "transform",
    "binary",
    "rank",
    "sentiment",
    "analyze",
    "convert",
    "run",
    "call",
    "compact",
];

/// The calls that put a message into the conversation.
const NOTES: &[&str] = &["system", "user", "assistant"];

/// The words that are neither.
const OTHERS: &[&str] = &["join", "history"];

/// What may be called on a step; what else is called on it means its answer.
const OPTIONS: &[&str] = &[
    "agreement",
    "alone",
    "aspects",
    "at_most_once",
    "attempt_timeout",
    "confidence",
    "connect_timeout",
    "context",
    "criteria",
    "examples",
    "first_byte_timeout",
    "focus",
    "idle_timeout",
    "max_chars",
    "max_tokens",
    "measured",
    "otherwise",
    "reask",
    "reasoning",
    "retry",
    "rules",
    "runner_up",
    "strict",
    "style",
    "temperature",
    "timeout",
    "top",
    "using",
    "validate",
];

/// The verb of the step that `expr` is, with or without options behind it. `call(…)?` is a step too: its `?` is
/// Rust's own, on what the future gives.
pub(crate) fn verb(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Try(tried) => chain(&tried.expr).filter(|verb| *verb == "call"),
        Expr::Paren(paren) => verb(&paren.expr),
        Expr::Group(group) => verb(&group.expr),
        expr => chain(expr).filter(|word| is_verb(word)),
    }
}

/// All words.
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    [VERBS, NOTES, OTHERS].into_iter().flatten().copied()
}

/// The words that `body` has as names of its own too: with another meaning than that of a call.
pub(crate) fn taken(body: TokenStream) -> BTreeSet<&'static str> {
    let mut taken = BTreeSet::new();
    let mut tokens = body.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => taken.extend(self::taken(group.stream())),
            TokenTree::Ident(ident) => {
                let is_call = match tokens.peek() {
                    Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Parenthesis,
                    // `::`
                    Some(TokenTree::Punct(colon)) => {
                        colon.as_char() == ':' && colon.spacing() == Spacing::Joint
                    }
                    _ => false,
                };
                if !is_call {
                    taken.extend(words().find(|word| ident == word));
                }
            }
            // `println!("{user}")`
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                taken.extend(words().filter(|word| text.contains(&format!("{{{word}"))));
            }
            TokenTree::Punct(_) => {}
        }
    }
    taken
}

/// Whether `ident` is a verb.
pub(crate) fn is_verb(ident: &Ident) -> bool {
    VERBS.iter().any(|verb| ident == verb)
}

/// Whether `ident` is an option of a step.
pub(crate) fn is_option(ident: &Ident) -> bool {
    OPTIONS.iter().any(|option| ident == option)
}

/// Who speaks in the note that `expr` is, whatever is called on it.
pub(crate) fn note(expr: &Expr) -> Option<&Ident> {
    chain(expr).filter(|word| is_note(word))
}

/// Whether `ident` is the beginning of a note.
pub(crate) fn is_note(ident: &Ident) -> bool {
    NOTES.iter().any(|role| ident == role)
}

/// The call of `join` that `expr` is.
pub(crate) fn join(expr: &Expr) -> Option<&ExprCall> {
    match expr {
        Expr::Call(call) if bare(call)? == "join" => Some(call),
        Expr::Paren(paren) => join(&paren.expr),
        Expr::Group(group) => join(&group.expr),
        _ => None,
    }
}

/// Whether `call` asks for the conversation.
pub(crate) fn is_history(call: &ExprCall) -> bool {
    bare(call).is_some_and(|word| word == "history")
}

/// The bare name that a chain of methods and fields begins with.
fn chain(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Call(call) => bare(call),
        Expr::MethodCall(call) => chain(&call.receiver),
        Expr::Field(field) => chain(&field.base),
        Expr::Paren(paren) => chain(&paren.expr),
        Expr::Group(group) => chain(&group.expr),
        _ => None,
    }
}

/// The name of the function that is called, if it has no path.
fn bare(call: &ExprCall) -> Option<&Ident> {
    match &*call.func {
        Expr::Path(path) if path.qself.is_none() && path.path.leading_colon.is_none() => {
            let mut segments = path.path.segments.iter();
            match (segments.next(), segments.next()) {
                (Some(only), None) => Some(&only.ident),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verb_of(code: &str) -> Option<String> {
        let expr: Expr = syn::parse_str(code).expect("an expression");
        verb(&expr).map(Ident::to_string)
    }

    #[test]
    fn a_step_is_a_call_of_a_bare_verb() {
        assert_eq!(verb_of("rank(a, b).top(3)").as_deref(), Some("rank"));
        assert_eq!(verb_of("(extract::<T>(a))").as_deref(), Some("extract"));
        assert_eq!(verb_of("run(triage(a))").as_deref(), Some("run"));
    }

    #[test]
    fn a_path_and_a_method_of_the_name_are_the_users_own() {
        assert_eq!(verb_of("self::run(a)"), None);
        assert_eq!(verb_of("x.run()"), None);
        assert_eq!(verb_of("run"), None);
    }

    #[test]
    fn a_word_is_taken_by_what_is_no_call_of_it() {
        let taken =
            |code: &str| -> Vec<_> { taken(code.parse().expect("tokens")).into_iter().collect() };
        assert!(taken("user(text); rank::<T>(text); let a = run(other(b)); c.call()").is_empty());
        assert_eq!(taken("let user: T = extract(text, run);"), ["run", "user"]);
        assert_eq!(taken("println!(\"{system:?}\")"), ["system"]);
    }

    #[test]
    fn only_a_call_may_have_a_question_mark() {
        assert_eq!(verb_of("call(f())?").as_deref(), Some("call"));
        assert_eq!(verb_of("transform(a, b)?"), None);
        assert_eq!(verb_of("call(f())?.len()"), None);
    }
}
