//! The names of a body, and what each is made of: inputs and steps, through ordinary `let`s.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::visit_mut::{self, VisitMut};
use syn::{ExprClosure, Pat, PatIdent};

/// Inputs and step ids that a value is made of.
pub(crate) type Sources = BTreeSet<String>;

/// The names that can be read at one place of a body; later ones shadow earlier ones.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Scope {
    names: Vec<Known>,
}

#[derive(Clone, PartialEq)]
struct Known {
    name: String,
    sources: Sources,
    /// Whether it is bound as `mut`.
    mutable: bool,
}

impl Scope {
    /// Adds `name`, made of `sources`.
    pub(crate) fn bind(&mut self, name: impl Into<String>, sources: Sources) {
        self.names.push(Known {
            name: name.into(),
            sources,
            mutable: false,
        });
    }

    /// Adds every name that `pat` binds, each made of `sources`.
    pub(crate) fn bind_pattern(&mut self, pat: &Pat, sources: &Sources) {
        for name in names(pat) {
            self.names.push(Known {
                name: name.ident.to_string(),
                sources: sources.clone(),
                mutable: name.mutability.is_some(),
            });
        }
    }

    /// Adds `sources` to what the newest `name` is made of: it was assigned to.
    pub(crate) fn assign(&mut self, name: &str, sources: Sources) {
        if let Some(known) = self.names.iter_mut().rev().find(|it| it.name == name) {
            known.sources.extend(sources);
        }
    }

    /// What `name` is made of, if there is such a name.
    pub(crate) fn get(&self, name: &str) -> Option<&Sources> {
        self.known(name).map(|known| &known.sources)
    }

    /// Whether the newest `name` is bound as `mut`.
    pub(crate) fn is_mutable(&self, name: &str) -> bool {
        self.known(name).is_some_and(|known| known.mutable)
    }

    fn known(&self, name: &str) -> Option<&Known> {
        self.names.iter().rev().find(|known| known.name == name)
    }

    /// All names, newest first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().rev().map(|known| known.name.as_str())
    }

    /// How many names there are, to [`leave`](Self::leave) a block with.
    pub(crate) fn enter(&self) -> usize {
        self.names.len()
    }

    /// Forgets the names of a block.
    pub(crate) fn leave(&mut self, depth: usize) {
        self.names.truncate(depth);
    }

    /// What the names in `tokens` are made of. Fields, paths, the names of struct fields and the parameters of closures
    /// are not names; inside a macro call, `{name}` in a literal is one.
    pub(crate) fn reads(&self, tokens: TokenStream) -> Sources {
        let mut sources = Sources::new();
        self.collect(tokens, false, &mut sources);
        sources
    }

    fn collect(&self, tokens: TokenStream, in_macro: bool, sources: &mut Sources) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            match token {
                TokenTree::Ident(ident) => {
                    let is_member = is(before, '.')
                        && !is(at.checked_sub(2).and_then(|at| tokens.get(at)), '.');
                    let is_path =
                        is(before, ':') && is(at.checked_sub(2).and_then(|at| tokens.get(at)), ':');
                    // a field's or a module's
                    let is_label = is(tokens.get(at + 1), ':');
                    if !is_member && !is_path && !is_label {
                        self.add(&ident.to_string(), sources);
                    }
                }
                TokenTree::Group(group) => {
                    let is_call = is(before, '!') && group.delimiter() != Delimiter::None;
                    self.collect(group.stream(), in_macro || is_call, sources);
                }
                TokenTree::Literal(literal) if in_macro => {
                    let text = literal.to_string();
                    for hole in text.split('{').skip(1) {
                        let end = hole
                            .find(|c: char| !c.is_alphanumeric() && c != '_')
                            .unwrap_or(hole.len());
                        self.add(hole.get(..end).unwrap_or_default(), sources);
                    }
                }
                TokenTree::Punct(bar) if bar.as_char() == '|' && begins(before) => {
                    let rest = tokens.iter().skip(at).cloned().collect();
                    if let Ok((closure, rest)) = closure.parse2(rest) {
                        let mut inner = self.clone();
                        for parameter in &closure.inputs {
                            inner.bind_pattern(parameter, &Sources::new());
                        }
                        inner.collect(closure.body.to_token_stream(), in_macro, sources);
                        return self.collect(rest, in_macro, sources);
                    }
                }
                TokenTree::Literal(_) | TokenTree::Punct(_) => {}
            }
        }
    }

    fn add(&self, name: &str, sources: &mut Sources) {
        if let Some(known) = self.get(name) {
            sources.extend(known.iter().cloned());
        }
    }
}

fn is(token: Option<&TokenTree>, punct: char) -> bool {
    matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == punct)
}

/// Whether an expression can begin behind `before`, so that a `|` there begins a closure.
fn begins(before: Option<&TokenTree>) -> bool {
    match before {
        None => true,
        Some(TokenTree::Punct(punct)) => !matches!(punct.as_char(), '|' | '?'),
        Some(TokenTree::Ident(word)) => word == "move" || word == "return",
        Some(TokenTree::Group(_) | TokenTree::Literal(_)) => false,
    }
}

/// A closure, and what follows it.
fn closure(input: ParseStream<'_>) -> syn::Result<(ExprClosure, TokenStream)> {
    Ok((input.parse()?, input.parse()?))
}

/// The names that a pattern binds.
pub(crate) fn bound(pat: &Pat) -> Vec<Ident> {
    names(pat).into_iter().map(|name| name.ident).collect()
}

fn names(pat: &Pat) -> Vec<PatIdent> {
    struct Names(Vec<PatIdent>);

    impl VisitMut for Names {
        fn visit_pat_ident_mut(&mut self, pat: &mut PatIdent) {
            self.0.push(pat.clone());
            visit_mut::visit_pat_ident_mut(self, pat);
        }
        // a guard binds nothing that lives on
        fn visit_expr_mut(&mut self, _: &mut syn::Expr) {}
    }

    let mut names = Names(Vec::new());
    names.visit_pat_mut(&mut pat.clone());
    names.0
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn reads(tokens: TokenStream) -> Vec<String> {
        let mut scope = Scope::default();
        scope.bind("ticket", Sources::from(["ticket".to_owned()]));
        scope.bind(
            "line",
            Sources::from(["ticket".to_owned(), "urgency".to_owned()]),
        );
        scope.reads(tokens).into_iter().collect()
    }

    #[test]
    fn a_let_reads_what_its_names_are_made_of() {
        assert_eq!(reads(quote!(line.len())), ["ticket", "urgency"]);
        assert_eq!(reads(quote!(Some(&ticket))), ["ticket"]);
    }

    #[test]
    fn members_paths_and_field_names_are_not_names() {
        assert!(reads(quote!(other.ticket)).is_empty());
        assert!(reads(quote!(crate::ticket())).is_empty());
        assert!(reads(quote!(Reply { ticket: 1 })).is_empty());
        assert_eq!(reads(quote!(Reply { ticket })), ["ticket"]);
        assert_eq!(reads(quote!(0..ticket)), ["ticket"]);
    }

    #[test]
    fn a_captured_name_in_a_macro_is_a_name() {
        assert_eq!(reads(quote!(format!("{ticket:?}"))), ["ticket"]);
        assert!(reads(quote!(f("{ticket}"))).is_empty());
    }
}
