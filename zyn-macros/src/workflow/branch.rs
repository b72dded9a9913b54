//! Reads the branches of a body: `match` and `if`, with what can have run on each way through them.

use quote::ToTokens;
use syn::{Arm as MatchArm, Expr, ExprIf, ExprMatch, Pat};

use super::ahead::{ends_in_return, returns};
use super::body::Reader;
use super::model::{Arm, Branch, segment};
use super::place::Place;
use super::scope::Sources;
use super::target::Target;
use crate::print::print_code;

impl Reader<'_> {
    /// Reads a `match` that decides the value of `target`.
    pub(crate) fn branch(&mut self, expr: &mut ExprMatch, target: &mut Target) -> Sources {
        let on = self.scope.reads(expr.expr.to_token_stream());
        let label = print_code(expr.expr.to_token_stream());
        self.at(Place::Scrutinee, &mut expr.expr);
        let slot = self.open_branch(label, &on);
        let before = self.last.clone();
        let (mut sources, mut last) = (on.clone(), Sources::new());
        for arm in &mut expr.arms {
            self.last.clone_from(&before);
            sources.extend(self.arm(arm, &on, slot, target));
            last.append(&mut self.last);
        }
        self.last = last;
        self.close_branch(slot);
        sources
    }

    fn arm(
        &mut self,
        arm: &mut MatchArm,
        on: &Sources,
        slot: usize,
        target: &mut Target,
    ) -> Sources {
        let steps_before = self.body.steps.len();
        let depth = self.scope.enter();
        let label = match &arm.pat {
            Pat::Guard(guard) => print_code(guard.pat.to_token_stream()),
            pat => print_code(pat.to_token_stream()),
        };
        self.open_arm(slot, label, segment(&arm.pat));
        self.scope.bind_pattern(&arm.pat, on);
        if let Pat::Guard(guard) = &mut arm.pat {
            self.at(Place::Condition, &mut guard.guard);
        }
        let ends = returns(&arm.body);
        let sources = self.value(&mut arm.body, target);
        self.close_arm(slot, ends);
        self.scope.leave(depth);
        self.refuse_cfg(&arm.attrs, steps_before);
        sources
    }

    /// Reads an `if` that decides the value of `target`.
    pub(crate) fn conditional(&mut self, expr: &mut ExprIf, target: &mut Target) -> Sources {
        let depth = self.scope.enter();
        let on = self.scope.reads(expr.cond.to_token_stream());
        let label = print_code(expr.cond.to_token_stream());
        self.at(Place::Condition, &mut expr.cond);
        for pat in let_patterns(&expr.cond) {
            self.scope.bind_pattern(&pat, &on);
        }
        let slot = self.open_branch(label, &on);
        let before = self.last.clone();
        let mut sources = on;

        self.open_arm(slot, "yes".to_owned(), "then".to_owned());
        let ends = ends_in_return(&expr.then_branch);
        sources.extend(self.statements(&mut expr.then_branch.stmts, target));
        self.close_arm(slot, ends);
        self.scope.leave(depth);
        let mut last = std::mem::replace(&mut self.last, before);

        self.open_arm(slot, "no".to_owned(), "else".to_owned());
        let mut ends = false;
        if let Some((_, otherwise)) = &mut expr.else_branch {
            ends = returns(otherwise);
            sources.extend(self.value(otherwise, target));
        }
        self.close_arm(slot, ends);
        self.last.append(&mut last);
        self.close_branch(slot);
        sources
    }

    fn open_branch(&mut self, on: String, reads: &Sources) -> usize {
        self.body.branches.push(Branch {
            within: self.path.join("/"),
            on,
            reads: self.ordered(reads),
            arms: Vec::new(),
        });
        self.body.branches.len() - 1
    }

    fn open_arm(&mut self, slot: usize, label: String, segment: String) {
        self.path.push(segment);
        let path = self.path.join("/");
        let start = self.body.steps.len();
        if let Some(branch) = self.body.branches.get_mut(slot) {
            branch.arms.push(Arm {
                label,
                path,
                start,
                end: start,
                ends: false,
            });
        }
    }

    /// Leaves an arm; `ends` says that it ends the workflow.
    fn close_arm(&mut self, slot: usize, ends: bool) {
        self.path.pop();
        let branch = self.body.branches.get_mut(slot);
        if let Some(arm) = branch.and_then(|branch| branch.arms.last_mut()) {
            arm.end = self.body.steps.len();
            arm.ends = ends;
        }
        if ends {
            self.last.clear();
        }
    }

    /// A branch without steps is ordinary Rust: the graph does not show it.
    fn close_branch(&mut self, slot: usize) {
        let branch = self.body.branches.get(slot);
        if branch.is_some_and(|branch| branch.arms.iter().all(|arm| arm.start == arm.end)) {
            self.body.branches.truncate(slot);
        }
    }
}

/// The patterns of an `if let … && let …`.
fn let_patterns(cond: &Expr) -> Vec<Pat> {
    match cond {
        Expr::Let(cond) => vec![(*cond.pat).clone()],
        Expr::Binary(both) => [let_patterns(&both.left), let_patterns(&both.right)].concat(),
        Expr::Paren(paren) => let_patterns(&paren.expr),
        _ => Vec::new(),
    }
}
