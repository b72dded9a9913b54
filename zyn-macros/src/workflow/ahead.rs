//! What is known of a body before it is read: which names will be steps.

use std::collections::BTreeSet;

use proc_macro2::Ident;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Local, Stmt};

use super::model::{is_join, verb};
use super::scope::bound;

/// Whether the value of `expr` is a step's answer, directly or at the end of an arm or block.
pub(crate) fn decides_by_step(expr: &Expr) -> bool {
    verb(expr).is_some()
        || match expr {
            Expr::Match(expr) => expr.arms.iter().any(|arm| decides_by_step(&arm.body)),
            Expr::If(expr) => {
                let otherwise = expr.else_branch.as_ref();
                ends_in_step(&expr.then_branch)
                    || otherwise.is_some_and(|(_, expr)| decides_by_step(expr))
            }
            Expr::Block(block) => ends_in_step(&block.block),
            Expr::Unsafe(block) => ends_in_step(&block.block),
            Expr::Call(call) => is_join(&call.func) && call.args.iter().any(decides_by_step),
            _ => false,
        }
}

fn ends_in_step(block: &Block) -> bool {
    match block.stmts.last() {
        Some(Stmt::Expr(expr, None)) => decides_by_step(expr),
        _ => false,
    }
}

/// Whether `expr` ends the workflow, so that nothing after it runs.
pub(crate) fn returns(expr: &Expr) -> bool {
    match expr {
        Expr::Return(_) => true,
        Expr::Block(block) => ends_in_return(&block.block),
        _ => false,
    }
}

/// Whether the last statement of `block` is a `return`.
pub(crate) fn ends_in_return(block: &Block) -> bool {
    match block.stmts.last() {
        Some(Stmt::Expr(expr, _)) => returns(expr),
        _ => false,
    }
}

/// The names of the steps in `stmts`, however deep.
pub(crate) fn named_steps(stmts: &[Stmt]) -> BTreeSet<String> {
    struct Lets(BTreeSet<String>);

    impl VisitMut for Lets {
        fn visit_local_mut(&mut self, local: &mut Local) {
            let init = local.init.as_ref();
            if init.is_some_and(|init| decides_by_step(&init.expr)) {
                let names = bound(&local.pat);
                self.0.extend(names.iter().map(Ident::to_string));
            }
            visit_mut::visit_local_mut(self, local);
        }
    }

    let mut lets = Lets(BTreeSet::new());
    for stmt in stmts {
        lets.visit_stmt_mut(&mut stmt.clone());
    }
    lets.0
}
