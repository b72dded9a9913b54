//! Ordinary Rust between the steps: left as it is, with no step where its value has no name.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{BinOp, Block, Expr, ExprCall, ExprReturn, Item, Macro};

use super::ahead::decides_by_step;
use super::body::{Reader, Returns};
use super::place::{ASYNC, Barrier, Place};
use super::scope::Sources;
use super::step;
use super::target::Target;
use super::words::{is_history, join, note, verb};
use super::{located, macro_call, named};

impl VisitMut for Reader<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        let place = self.place;
        if verb(expr).is_some() {
            return self.misplaced(expr, place);
        }
        if self.bare(expr) {
            return self.misplaced(expr, place);
        }
        if note(expr).is_some() {
            return self.note(expr);
        }
        if join(expr).is_some() {
            return self.misplaced_join(expr);
        }
        self.called(expr, matches!(place, Place::Statement));
        let made_of = match expr {
            // what a closure among its arguments is called with
            Expr::Call(_) | Expr::MethodCall(_) => self.scope.reads(expr.to_token_stream()),
            _ => Sources::new(),
        };
        match expr {
            Expr::Match(_) | Expr::If(_) | Expr::Block(_) | Expr::Unsafe(_) => {
                self.value(expr, &mut Target::nothing(place));
            }
            Expr::Assign(assign) => match Target::of_assignment(&assign.left) {
                Some(mut target) => {
                    let sources = self.value(&mut assign.right, &mut target);
                    self.scope
                        .assign(&assign.left.to_token_stream().to_string(), sources);
                }
                None => {
                    self.assigned(&assign.left, &assign.right);
                    self.at(Place::Operand, &mut assign.left);
                    self.at(Place::Assigned, &mut assign.right);
                }
            },
            Expr::Closure(closure) => self.closure(closure, &Sources::new()),
            Expr::Async(block) => self.apart(ASYNC, |reader| {
                reader.at_block(Place::Inside, &mut block.block);
            }),
            Expr::ForLoop(each) => {
                if let Some(counted) = self.repeat(each) {
                    *expr = counted;
                }
            }
            Expr::While(each) => {
                let at = Barrier::unbounded(each.while_token.span);
                self.aside(at, |reader| {
                    reader.at(Place::Condition, &mut each.cond);
                    reader.at_block(Place::Statement, &mut each.body);
                });
            }
            Expr::Loop(each) => {
                let at = Barrier::unbounded(each.loop_token.span);
                self.aside(at, |reader| {
                    reader.at_block(Place::Statement, &mut each.body);
                });
            }
            Expr::Call(call) if is_history(call) => {
                let history = self.history(call);
                *expr = history;
            }
            Expr::Call(call) => {
                self.at(Place::Operand, &mut call.func);
                call.args.iter_mut().for_each(|it| self.given(it, &made_of));
            }
            Expr::MethodCall(call) => {
                self.receiver(&mut call.receiver);
                call.args.iter_mut().for_each(|it| self.given(it, &made_of));
            }
            Expr::Return(returned) => self.returned(returned),
            Expr::Break(left) if left.label.is_some() => {
                self.broken_with(left);
                self.inside(Place::Inside, expr);
            }
            Expr::Macro(call) => match macro_call::join(&call.mac) {
                Some(mut join) => {
                    self.errors
                        .at(&call.mac.path, "use zyn's `join(…)`, without `!`");
                    let values = join.args.len();
                    *expr = self.refused_join(&mut join, values);
                }
                None => self.inside(Place::Inside, expr),
            },
            Expr::Binary(both) => {
                if is_assignment(&both.op) {
                    self.assigned(&both.left, &both.right);
                }
                self.inside(Place::Operand, expr);
            }
            Expr::Unary(_) | Expr::Cast(_) | Expr::Reference(_) => {
                self.inside(Place::Operand, expr);
            }
            Expr::Let(_) | Expr::Paren(_) | Expr::Group(_) => self.inside(place, expr),
            _ => self.inside(Place::Inside, expr),
        }
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        self.at_block(self.place, block);
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        self.invoked(mac);
        macro_call::refuse_steps(self, mac);
    }
}

impl Reader<'_> {
    /// Reads `expr`, which stands at `place`.
    pub(crate) fn at(&mut self, place: Place, expr: &mut Expr) {
        let outer = std::mem::replace(&mut self.place, place);
        self.visit_expr_mut(expr);
        self.place = outer;
    }

    pub(crate) fn argument(&mut self, expr: &mut Expr) {
        self.at(Place::Argument, expr);
    }

    /// Reads an argument of a call that is made of `sources`.
    fn given(&mut self, expr: &mut Expr, sources: &Sources) {
        match expr {
            Expr::Closure(closure) => self.closure(closure, sources),
            expr => self.argument(expr),
        }
    }

    /// Reads the parts of `expr`, each of which stands at `place`.
    fn inside(&mut self, place: Place, expr: &mut Expr) {
        let outer = std::mem::replace(&mut self.place, place);
        visit_mut::visit_expr_mut(self, expr);
        self.place = outer;
    }

    fn at_block(&mut self, place: Place, block: &mut Block) {
        self.statements(&mut block.stmts, &mut Target::nothing(place));
    }

    /// Reads what no step can stand in, and the graph does not show.
    fn aside(&mut self, barrier: Barrier, read: impl FnOnce(&mut Self)) {
        let nodes = self.nodes.len();
        let heard = self.heard;
        self.behind(barrier, read);
        self.heard = heard;
        self.nodes.truncate(nodes);
    }

    /// The conversation so far, as the run has it.
    fn history(&self, call: &ExprCall) -> Expr {
        if !call.args.is_empty() {
            self.errors.at(
                &call.args,
                "`history` takes no arguments: it is the conversation so far",
            );
        }
        let (cx, history) = (
            Ident::new("__cx", Span::mixed_site()),
            Ident::new("history", named(call.func.span())),
        );
        Expr::Verbatim(quote!(#cx.#history()))
    }

    /// Reads what a `return` does not leave the workflow from.
    pub(crate) fn apart(&mut self, barrier: Barrier, read: impl FnOnce(&mut Self)) {
        let returns = self.returns.take();
        self.aside(barrier, read);
        self.returns = returns;
    }

    /// `step.await.unwrap()` is one mistake, and a result to go on with.
    fn receiver(&mut self, expr: &mut Expr) {
        let awaited = matches!(expr, Expr::Await(_));
        if self.bare(expr) {
            self.refuse(expr);
            if awaited {
                let krate = self.krate;
                *expr = Expr::Verbatim(
                    quote!(#krate::__private::Result::Ok::<_, #krate::Error>(#expr)),
                );
            }
        } else {
            self.at(Place::Operand, expr);
        }
    }

    /// A `return` gives the workflow's value, so that of `-> T` is wrapped in `Ok`.
    fn returned(&mut self, returned: &mut ExprReturn) {
        let krate = self.krate;
        let Some(value) = &mut returned.expr else {
            if self.returns == Some(Returns::Value) {
                let (name, output) = (Ident::new("__value", Span::mixed_site()), self.output);
                // what is wrong about it, unless the value is `()`, is the user's `return`
                let unit = quote_spanned!(returned.return_token.span=> ());
                let mut value = Expr::Verbatim(quote!({ let #name: #output = #unit; #name }));
                step::in_ok(krate, &mut value);
                returned.expr = Some(Box::new(value));
            }
            return;
        };
        let is_step = decides_by_step(value);
        if self.returns.is_some() {
            let sources = self.scope.reads(value.to_token_stream());
            self.result.extend(sources);
        }
        self.at(Place::Return, value);
        let typed = |value: &Expr| {
            let (name, output) = (Ident::new("__value", Span::mixed_site()), self.output);
            // with its type, so that a wrong value is E0308 where it stands, not on the whole macro
            let span = located(returned.return_token.span);
            Expr::Verbatim(quote_spanned!(span=> { let #name: #output = #value; #name }))
        };
        match self.returns {
            Some(Returns::Value) => {
                **value = typed(value);
                step::in_ok(krate, value);
            }
            Some(Returns::Result) => {
                if is_step {
                    step::in_ok(krate, value);
                }
                **value = typed(value);
            }
            None => {}
        }
    }
}

/// Whether `op` is `+=` or another of its kind.
fn is_assignment(op: &BinOp) -> bool {
    let is_comparison = matches!(
        op,
        BinOp::Eq(_) | BinOp::Ne(_) | BinOp::Le(_) | BinOp::Ge(_)
    );
    !is_comparison && op.to_token_stream().to_string().ends_with('=')
}
