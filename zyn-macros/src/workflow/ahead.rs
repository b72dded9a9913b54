//! What is known of a body before it is read: which names will be steps, and where its blocks lead.

use std::collections::BTreeSet;

use proc_macro2::Ident;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Lifetime, Local, Stmt};

use super::model::End;
use super::scope::bound;
use super::words::{join, verb};

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
            Expr::Paren(paren) => decides_by_step(&paren.expr),
            expr => join(expr).is_some(),
        }
}

fn ends_in_step(block: &Block) -> bool {
    match block.stmts.last() {
        Some(Stmt::Expr(expr, None)) => decides_by_step(expr),
        _ => false,
    }
}

/// Where it goes on behind `stmts`, which stand in loops with these labels.
pub(crate) fn end_of(stmts: &[Stmt], loops: &[Lifetime]) -> End {
    match stmts.last() {
        Some(Stmt::Expr(expr, _)) => end(expr, loops),
        _ => End::Next,
    }
}

/// Where it goes on behind `expr`, which stands in loops with these labels.
pub(crate) fn end(expr: &Expr, loops: &[Lifetime]) -> End {
    match expr {
        Expr::Return(_) => End::Return,
        Expr::Break(left) => match &left.label {
            // out of a block: it goes on there
            Some(label) if !loops.contains(label) => End::Next,
            _ => End::Break,
        },
        Expr::Continue(_) => End::Continue,
        Expr::Block(block) => end_of(&block.block.stmts, loops),
        Expr::Unsafe(block) => end_of(&block.block.stmts, loops),
        _ => End::Next,
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
