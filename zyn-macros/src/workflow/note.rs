//! Reads a note: a message that the workflow itself puts into the conversation.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprCall};

use super::body::Reader;
use super::model::{Node, Note};
use super::place::Place;
use super::scope::Sources;
use super::words::note;
use super::{argument, hole, step};

impl Reader<'_> {
    /// Reads the note that `expr` is.
    pub(crate) fn note(&mut self, expr: &mut Expr) {
        let Some(role) = note(expr).cloned() else {
            return;
        };
        let is_statement = matches!(self.place, Place::Statement) && self.barrier.is_none();
        let refusal = match expr {
            Expr::Call(call) if is_statement => {
                *expr = self.say(&role, call);
                return;
            }
            _ if self.barrier.is_some() => format!(
                "a note cannot stand in a closure, an `async` block or a loop without a bound; put `{role}(…)` where a step may stand"
            ),
            _ => format!("a note has no value; write it as a statement of its own: `{role}(…);`"),
        };
        self.errors.at(step::call_of(expr), refusal);
        *expr = Expr::Verbatim(quote!(()));
    }

    fn say(&mut self, role: &Ident, call: &mut ExprCall) -> Expr {
        if call.args.len() != 1 {
            self.errors.at(
                role,
                format!("`{role}` takes one argument, what is said: `{role}(\"…\")`"),
            );
            call.args.clear();
            call.args.push(Expr::Verbatim(quote!("")));
        }
        self.as_word(call);
        let mut reads = Sources::new();
        let mut text = String::new();
        for said in &mut call.args {
            text = argument::written(said);
            match argument::literal(said) {
                Some(literal) => {
                    if literal.value().trim().is_empty() {
                        self.errors.at(&literal, "the note is empty");
                    }
                    *said = Expr::Verbatim(hole::fill(self, &literal, false, &mut reads));
                }
                None => {
                    argument::refuse_holes_in_concat(self, said);
                    reads.extend(self.scope.reads(said.to_token_stream()));
                    self.argument(said);
                }
            }
        }
        self.nodes.push(Node::Note(Note {
            role: role.to_string(),
            text,
            reads,
            line: step::line(role.span()),
        }));
        self.heard = true;
        self.said += 1;
        let (enter, cx) = (
            Ident::new("__enter", Span::mixed_site()),
            Ident::new("__cx", Span::mixed_site()),
        );
        let close = call.paren_token.span.close();
        let end = quote_spanned!(close=> ?);
        Expr::Verbatim(quote!(#call.#enter(#cx) #end))
    }
}
