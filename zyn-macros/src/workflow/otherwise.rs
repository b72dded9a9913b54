//! Reads a step with an `else`: what runs instead if it fails.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Block, Expr, LocalInit, Pat, Token};

use super::body::Reader;
use super::id::{id_part, plain};
use super::located;
use super::model::{End, Node, Sequence};
use super::scope::Sources;
use super::step;
use super::target::Target;
use super::words::verb;

impl Reader<'_> {
    /// Reads the right side and the `else` of a `let` whose value is a step's.
    pub(crate) fn with_fallback(
        &mut self,
        pat: &Pat,
        init: &mut LocalInit,
        target: &mut Target,
    ) -> Sources {
        let Some((token, otherwise)) = init.diverge.take() else {
            return Sources::new();
        };
        self.bare(&mut init.expr);
        let refusal = match verb(&init.expr) {
            Some(verb) if *verb == "call" => Some(
                "`call` gives what its future gives; handle it on the next line, without an `else` here",
            ),
            Some(_) => None,
            None => {
                Some("an `else` belongs to one step; bind the step in its arm, with its `else`")
            }
        };
        if let Some(message) = refusal {
            self.errors.at(token, message);
            target.refused = true;
            init.diverge = self.leaving(pat, token);
            return self.value(&mut init.expr, target);
        }
        let Some((name, ty)) = self.named(&mut init.expr, target) else {
            init.diverge = self.leaving(pat, token);
            return Sources::new();
        };
        let id = self.id(&name, &init.expr, target.decided);
        let mut sources = Sources::from([id.clone()]);
        let Some(placed) = self.place_step(&mut init.expr, id, ty) else {
            return sources;
        };
        let (at, speaks, close) = (placed.at, placed.speaks, placed.close);
        let tried = step::attempt(&init.expr, placed);
        let mut block = block_of(*otherwise);
        let segment = id_part(&plain(&name));
        let (otherwise, made_of) = self.otherwise(&segment, &mut block, target);
        sources.extend(made_of);
        self.heard |= speaks;
        self.nodes.push(Node::Fallback {
            tried: Box::new(Node::Step(at)),
            otherwise,
        });
        *init.expr = self.or_else(&tried, close, &block);
        sources
    }

    /// Reads the `else` of what is called `name`; nothing of what failed is in the conversation there.
    pub(crate) fn otherwise(
        &mut self,
        name: &str,
        block: &mut Block,
        target: &mut Target,
    ) -> (Sequence, Sources) {
        let (depth, before) = (self.path.len(), self.heard);
        self.path.extend([name.to_owned(), "else".to_owned()]);
        let (sequence, sources) = self.sequence(block, target);
        self.path.truncate(depth);
        if sequence.end != End::Next {
            self.heard = before;
        }
        (sequence, sources)
    }

    /// The value of what is tried, which ends at `close`, or of `block` if it failed.
    pub(crate) fn or_else(&self, tried: &TokenStream, close: Span, block: &Block) -> Expr {
        let krate = self.krate;
        let value = Ident::new("__value", located(close));
        let at = located(close);
        Expr::Verbatim(quote_spanned!(at=> match #tried {
            #krate::__private::Option::Some(#value) => #value,
            #krate::__private::Option::None => #block
        }))
    }
}

impl Reader<'_> {
    /// An `else` beside a mistake, for a pattern that needs one.
    pub(crate) fn leaving(
        &self,
        pat: &Pat,
        token: Token![else],
    ) -> Option<(Token![else], Box<Expr>)> {
        let krate = self.krate;
        let leave = quote!({ return #krate::__private::refused_body() });
        is_refutable(pat).then(|| (token, Box::new(Expr::Verbatim(leave))))
    }
}

/// Whether a value may not match `pat`, as far as its form tells.
fn is_refutable(pat: &Pat) -> bool {
    match pat {
        Pat::Ident(name) => name
            .subpat
            .as_ref()
            .is_some_and(|(_, pat)| is_refutable(pat)),
        Pat::Type(typed) => is_refutable(&typed.pat),
        Pat::Paren(paren) => is_refutable(&paren.pat),
        Pat::Reference(reference) => is_refutable(&reference.pat),
        Pat::Tuple(tuple) => tuple.elems.iter().any(is_refutable),
        Pat::Wild(_) | Pat::Rest(_) => false,
        _ => true,
    }
}

/// The block behind `else`.
pub(crate) fn block_of(otherwise: Expr) -> Block {
    match otherwise {
        Expr::Block(block) => block.block,
        // syn reads nothing but a block there
        expr => syn::parse_quote!({ #expr }),
    }
}
