//! What is known of a body before it is read: which names will be steps, and where its blocks lead.

use std::collections::BTreeSet;

use proc_macro2::Ident;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Lifetime, Local, Stmt};

use super::model::End;
use super::scope::{Sources, bound};
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

/// A loop or block that a `break` can leave.
#[derive(Clone)]
pub(crate) struct Exit {
    pub(crate) label: Option<Lifetime>,
    pub(crate) is_loop: bool,
    /// The path of the loop, the label of the block.
    pub(crate) path: String,
    /// What the values of its `break`s are made of.
    pub(crate) given: Sources,
}

/// Where it goes on behind `stmts`, which stand in these loops and blocks.
pub(crate) fn end_of(stmts: &[Stmt], exits: &[Exit]) -> End {
    match stmts.last() {
        Some(Stmt::Expr(expr, _)) => end(expr, exits),
        _ => End::Next,
    }
}

/// Where it goes on behind `expr`, which stands in these loops and blocks.
pub(crate) fn end(expr: &Expr, exits: &[Exit]) -> End {
    let left = |label: &Option<Lifetime>| {
        let mut outwards = exits.iter().rev();
        outwards.find(|exit| match label {
            Some(_) => exit.label == *label,
            None => exit.is_loop,
        })
    };
    match expr {
        Expr::Return(_) => End::Return,
        Expr::Break(at) => left(&at.label).map_or(End::Next, |it| End::Break(it.path.clone())),
        Expr::Continue(at) => {
            left(&at.label).map_or(End::Next, |it| End::Continue(it.path.clone()))
        }
        // one with a label is a node of its own
        Expr::Block(block) if block.label.is_none() => end_of(&block.block.stmts, exits),
        Expr::Unsafe(block) => end_of(&block.block.stmts, exits),
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
