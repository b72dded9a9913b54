//! Reads a `for` loop, whose rounds the run counts.

use proc_macro2::{Ident, Literal, Span};
use quote::{ToTokens, quote};
use syn::{Block, Expr, ExprForLoop, Stmt};

use super::ahead::Exit;
use super::body::Reader;
use super::id::round;
use super::model::{Loop, Node};
use super::place::Place;
use super::scope::Sources;
use super::target::Target;
use crate::diag::Errors;
use crate::print::print_code;

impl Reader<'_> {
    /// Reads a `for` loop, and gives it as it runs. One without steps and notes is ordinary Rust: it stays as it is, and
    /// the graph does not show it.
    pub(crate) fn repeat(&mut self, each: &mut ExprForLoop) -> Option<Expr> {
        let reads = self.scope.reads(each.expr.to_token_stream());
        let over = print_code(each.expr.to_token_stream());
        let pattern = print_code(each.pat.to_token_stream());
        let open = is_open(&each.expr).then(|| each.expr.to_token_stream());
        self.at(Place::Inside, &mut each.expr);

        let depth = self.scope.enter();
        self.scope.bind_pattern(&each.pat, &reads);
        let level = self.path.len();
        self.path.push(round(&each.pat));
        let path = self.path.join("/");
        self.exits.push(Exit {
            label: each.label.as_ref().map(|label| label.name.clone()),
            is_loop: true,
            path: path.clone(),
            given: Sources::new(),
        });
        self.foresee(&each.body);
        let (before, said) = (self.heard, self.said);
        let mut target = Target::nothing(Place::Statement);
        let (body, _) = self.sequence(&mut each.body, &mut target);
        // a round may never come, and a `break` may leave it at any step
        self.heard = before || self.said > said;
        self.path.truncate(level);
        self.exits.pop();
        self.scope.leave(depth);

        if !body.nodes.iter().any(Node::acts) {
            return None;
        }
        if let Some(range) = open {
            self.errors.at(
                range,
                "a loop around steps needs a bound, or it can spend without end; write where the range ends: `0..10`",
            );
        }
        self.nodes.push(Node::Loop(Loop {
            path,
            each: pattern,
            over,
            reads,
            body,
        }));
        Some(count(each, level))
    }

    /// Learns what a later round knows: a name that the body assigns to is also made of what it was given there.
    fn foresee(&mut self, body: &Block) {
        loop {
            let (scope, _) = Errors::collect(|errors| {
                let mut scout = self.scout(errors);
                scout.sequence(&mut body.clone(), &mut Target::nothing(Place::Statement));
                scout.scope
            });
            if scope == self.scope {
                return;
            }
            self.scope = scope;
        }
    }
}

/// Counts the rounds, so that each has a context of its own; the loop's part of the ids is number `level`.
fn count(each: &mut ExprForLoop, level: usize) -> Expr {
    let (round, cx) = (
        Ident::new("__round", Span::mixed_site()),
        Ident::new("__cx", Span::mixed_site()),
    );
    let level = Literal::usize_unsuffixed(level);
    let begin = quote!(let #cx = &#cx.round(#level, #round); #round += 1;);
    each.body
        .stmts
        .insert(0, Stmt::Expr(Expr::Verbatim(begin), None));
    // beside the loop and not in its iterator, so that what rustc says about that is about the user's
    Expr::Verbatim(quote!({
        let mut #round = 0;
        // which is no advice to the user
        #[allow(clippy::explicit_counter_loop)]
        #each
    }))
}

/// Whether `expr` is a range without an end.
fn is_open(expr: &Expr) -> bool {
    match expr {
        Expr::Range(range) => range.end.is_none(),
        Expr::Paren(paren) => is_open(&paren.expr),
        Expr::Group(group) => is_open(&group.expr),
        _ => false,
    }
}
