//! Where no step may stand, and what is said about one that does.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{Attribute, Expr};

use super::body::Reader;
use super::model::Node;
use super::scope::Sources;
use super::step;
use super::words::{join, verb};

/// Where an expression stands that decides nothing with a name.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Statement,
    Argument,
    Operand,
    Assigned,
    Condition,
    Scrutinee,
    Return,
    Inside,
}

impl Place {
    fn message(self, verb: &str) -> String {
        let what = match self {
            Self::Statement => return format!("give this step a name: `let name = {verb}(…)`"),
            Self::Argument => "be an argument",
            Self::Operand => "be an operand",
            Self::Assigned => "be assigned to anything but a plain name",
            Self::Condition => "be a condition",
            Self::Scrutinee => "be matched on where it stands",
            Self::Return => "be returned where it stands",
            Self::Inside => "stand inside an expression",
        };
        format!("a step cannot {what}; bind it with `let` first")
    }
}

pub(crate) const CLOSURE: Barrier =
    Barrier::new("a step cannot run inside a closure; use a `for` loop");
pub(crate) const ASYNC: Barrier =
    Barrier::new("a step cannot run inside an `async` block; use `join(…)` to run steps at once");

/// What no step can run in.
#[derive(Clone, Copy)]
pub(crate) struct Barrier {
    message: &'static str,
    /// Where it begins, if that is what is wrong.
    at: Option<Span>,
    reported: bool,
}

impl Barrier {
    const fn new(message: &'static str) -> Self {
        Self {
            message,
            at: None,
            reported: false,
        }
    }

    /// A `loop` or `while` that begins at `at`.
    pub(crate) fn unbounded(at: Span) -> Self {
        Self {
            at: Some(at),
            ..Self::new(
                "a loop around steps needs a bound, or it can spend without end; write `for round in 0..10 { … }` and `break` out of it",
            )
        }
    }
}

impl Reader<'_> {
    /// Reads what stands behind a barrier; the outermost one is what is reported, once.
    pub(crate) fn behind(&mut self, barrier: Barrier, read: impl FnOnce(&mut Self)) {
        let outer = self.barrier;
        self.barrier = outer.or(Some(barrier));
        read(self);
        self.barrier = outer.and(self.barrier);
    }

    /// Whether a step stands behind a barrier, which is then reported.
    pub(crate) fn barred(&mut self, expr: &Expr) -> bool {
        let Some(barrier) = &mut self.barrier else {
            return false;
        };
        if !std::mem::replace(&mut barrier.reported, true) {
            match barrier.at {
                Some(span) => self.errors.span(span, barrier.message),
                None => self.errors.at(step::call_of(expr), barrier.message),
            }
        }
        true
    }

    /// Reports the step that stands where its value has no name.
    pub(crate) fn misplaced(&mut self, expr: &mut Expr, place: Place) {
        if !self.barred(expr) {
            let verb = verb(expr).map_or_else(String::new, Ident::to_string);
            self.errors.at(step::call_of(expr), place.message(&verb));
        }
        self.refuse(expr);
    }

    /// Makes a step that may not stand here a plain value of its type.
    pub(crate) fn refuse(&mut self, expr: &mut Expr) -> Sources {
        step::refuse(self, expr);
        // it would have run: what reads the conversation after it is no mistake of its own
        self.excused = true;
        Sources::new()
    }

    /// Takes `?` and `.await` off a step, and reports them. Says whether there were some.
    pub(crate) fn bare(&mut self, expr: &mut Expr) -> bool {
        if let Expr::Try(tried) = expr
            && step_behind(&tried.expr).is_some_and(|verb| *verb == "call")
        {
            // its `?` is Rust's own
            return self.bare(&mut tried.expr);
        }
        self.peel(expr, is_handled_step)
    }

    /// Takes `?` and `.await` off a `join`, and reports them.
    pub(crate) fn bare_join(&mut self, expr: &mut Expr) {
        self.peel(expr, is_handled_join);
    }

    fn peel(&mut self, expr: &mut Expr, is_handled: fn(&Expr) -> bool) -> bool {
        let mut bare = false;
        while is_handled(expr) {
            *expr = match &*expr {
                Expr::Try(tried) => {
                    self.errors.at(
                        tried.question_token,
                        "a failed step already ends the workflow; drop the `?` (or handle it with `let … = … else { … }`)",
                    );
                    (*tried.expr).clone()
                }
                Expr::Await(awaited) => {
                    self.errors.at(
                        awaited.await_token,
                        "steps are awaited for you; drop `.await`",
                    );
                    (*awaited.base).clone()
                }
                _ => return bare,
            };
            bare = true;
        }
        bare
    }

    /// Refuses `#[cfg]` on what has steps in it: what was read since there were `before` nodes.
    pub(crate) fn refuse_cfg(&mut self, attrs: &[Attribute], before: usize) {
        if !self.nodes.iter().skip(before).any(Node::acts) {
            return;
        }
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("cfg")) {
            self.errors.at(
                attr.to_token_stream(),
                "`#[cfg]` on a step would change the workflow's graph; put it on the whole workflow",
            );
        }
    }
}

/// Whether `expr` is a step with `?` or `.await` behind it, which are not its own.
pub(crate) fn is_handled_step(expr: &Expr) -> bool {
    verb(expr).is_none() && step_behind(expr).is_some()
}

/// Whether `expr` is a `join` with `?` or `.await` behind it.
fn is_handled_join(expr: &Expr) -> bool {
    match expr {
        Expr::Try(tried) => join(&tried.expr).is_some() || is_handled_join(&tried.expr),
        Expr::Await(awaited) => join(&awaited.base).is_some() || is_handled_join(&awaited.base),
        _ => false,
    }
}

/// The verb of the step behind every `?` and `.await`.
fn step_behind(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Try(tried) => step_behind(&tried.expr),
        Expr::Await(awaited) => step_behind(&awaited.base),
        expr => verb(expr),
    }
}
