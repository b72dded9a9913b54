//! What ordinary Rust does to the names of a body: a value that something is put into is made of that too.
//!
//! What a method does is not known here. One that is called as a statement is called for what it does, so its
//! receiver takes in what it is given; elsewhere only a receiver that is `mut` does. Rather too much than too little:
//! a graph without a source would be wrong.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, ExprClosure, Macro};

use super::body::Reader;
use super::place::{CLOSURE, Place};
use super::scope::Sources;

impl Reader<'_> {
    /// `left = right` or `left += right`: what is assigned to is made of `right` too, and of what picks it out.
    pub(crate) fn assigned(&mut self, left: &Expr, right: &Expr) {
        let mut sources = self.scope.reads(right.to_token_stream());
        sources.extend(self.scope.reads(left.to_token_stream()));
        self.take_in(roots(left), &sources);
    }

    /// A call puts what it is given into its receiver and into what it may change.
    pub(crate) fn called(&mut self, call: &Expr, is_statement: bool) {
        let (receiver, arguments) = match call {
            Expr::MethodCall(call) => (&call.receiver, &call.args),
            Expr::Call(call) => (&call.func, &call.args),
            Expr::Try(tried) => return self.called(&tried.expr, is_statement),
            Expr::Await(awaited) => return self.called(&awaited.base, is_statement),
            Expr::Paren(paren) => return self.called(&paren.expr, is_statement),
            _ => return,
        };
        let mut changed = roots(receiver);
        changed.retain(|name| is_statement || self.scope.is_mutable(name));
        for argument in arguments {
            match argument {
                Expr::Reference(lent) if lent.mutability.is_some() => {
                    changed.extend(roots(&lent.expr));
                }
                Expr::Path(_) => {
                    let mut names = roots(argument);
                    names.retain(|name| self.scope.is_mutable(name));
                    changed.extend(names);
                }
                _ => {}
            }
        }
        let sources = self.scope.reads(call.to_token_stream());
        self.take_in(changed, &sources);
    }

    /// A macro puts what it is given into what it is lent, and `write!` into its first argument.
    pub(crate) fn invoked(&mut self, mac: &Macro) {
        let mut changed = lent(mac.tokens.clone());
        let name = mac.path.segments.last().map(|it| it.ident.to_string());
        if matches!(name.as_deref(), Some("write" | "writeln")) {
            let first = mac.tokens.clone().into_iter().find_map(name_of);
            changed.extend(first);
        }
        let sources = self.scope.reads(mac.to_token_stream());
        self.take_in(changed, &sources);
    }

    /// Reads a closure whose parameters are made of `given`.
    pub(crate) fn closure(&mut self, closure: &mut ExprClosure, given: &Sources) {
        let depth = self.scope.enter();
        for parameter in &closure.inputs {
            self.scope.bind_pattern(parameter, given);
        }
        self.apart(CLOSURE, |reader| {
            reader.at(Place::Inside, &mut closure.body);
        });
        self.scope.leave(depth);
    }

    fn take_in(&mut self, names: Vec<String>, sources: &Sources) {
        for name in names {
            self.scope.assign(&name, sources.clone());
        }
    }
}

/// The names whose values a place is part of: `all` of `all[0].name`, both of `(a, b)`.
fn roots(place: &Expr) -> Vec<String> {
    match place {
        Expr::Path(path) => path
            .path
            .get_ident()
            .map(ToString::to_string)
            .into_iter()
            .collect(),
        Expr::Field(field) => roots(&field.base),
        Expr::Index(index) => roots(&index.expr),
        Expr::Unary(unary) => roots(&unary.expr),
        Expr::Reference(lent) => roots(&lent.expr),
        Expr::MethodCall(call) => roots(&call.receiver),
        Expr::Try(tried) => roots(&tried.expr),
        Expr::Await(awaited) => roots(&awaited.base),
        Expr::Paren(paren) => roots(&paren.expr),
        Expr::Group(group) => roots(&group.expr),
        Expr::Tuple(tuple) => tuple.elems.iter().flat_map(roots).collect(),
        Expr::Array(array) => array.elems.iter().flat_map(roots).collect(),
        Expr::Call(call) => call.args.iter().flat_map(roots).collect(),
        Expr::Struct(of) => of.fields.iter().flat_map(|it| roots(&it.expr)).collect(),
        _ => Vec::new(),
    }
}

/// The names behind `&mut`.
fn lent(tokens: TokenStream) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_lent = false;
    for token in tokens {
        match &token {
            TokenTree::Group(group) => names.extend(lent(group.stream())),
            TokenTree::Ident(name) if is_lent => names.push(name.to_string()),
            _ => {}
        }
        is_lent = matches!(&token, TokenTree::Ident(word) if word == "mut");
    }
    names
}

/// The name that a token is; `mut` is none.
fn name_of(token: TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(name) if name != "mut" => Some(name.to_string()),
        _ => None,
    }
}
