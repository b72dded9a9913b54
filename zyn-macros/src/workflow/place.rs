//! Where no step may stand, and what is said about one that does.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Attribute, Expr};

use super::body::Reader;
use super::model::verb;
use super::scope::Sources;
use super::step;

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

pub(crate) const LOOP: Barrier = Barrier::new("a step cannot run inside a loop");
pub(crate) const CLOSURE: Barrier = Barrier::new("a step cannot run inside a closure");
pub(crate) const ASYNC: Barrier = Barrier::new("a step cannot run inside an `async` block");
pub(crate) const JOIN: Barrier =
    Barrier::new("a step cannot run inside `join`: steps run one after another");

/// What no step can run in.
#[derive(Clone, Copy)]
pub(crate) struct Barrier {
    message: &'static str,
    reported: bool,
}

impl Barrier {
    const fn new(message: &'static str) -> Self {
        Self {
            message,
            reported: false,
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
            self.errors.at(step::call_of(expr), barrier.message);
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
        let mut bare = false;
        while is_handled_step(expr) {
            *expr = match &*expr {
                Expr::Try(tried) => {
                    self.errors.at(
                        tried.question_token,
                        "a failed step already ends the workflow; drop the `?`",
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

    /// Refuses `#[cfg]` on what has steps in it: those read since there were `steps_before`.
    pub(crate) fn refuse_cfg(&mut self, attrs: &[Attribute], steps_before: usize) {
        if self.body.steps.len() == steps_before {
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

/// Whether `expr` is a step with `?` or `.await` behind it.
fn is_handled_step(expr: &Expr) -> bool {
    let base = match expr {
        Expr::Try(tried) => &tried.expr,
        Expr::Await(awaited) => &awaited.base,
        _ => return false,
    };
    verb(base).is_some() || is_handled_step(base)
}
