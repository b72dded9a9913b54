//! Reads a body: finds the steps, names them, and rewrites each in place.
//!
//! A step may stand where it decides a value that has a name: the right side of a `let` or an assignment,
//! an arm or tail of such a right side, an arm or tail that decides the workflow's value. Where it may not
//! stand, the mistake is reported and the step becomes a plain value of its type, so that rustc has nothing
//! to add.

use std::collections::BTreeSet;

use proc_macro2::Ident;
use quote::ToTokens;
use syn::visit_mut::VisitMut;
use syn::{Attribute, Expr, Local, Path, Stmt, Type};

use super::ahead::{decides_by_step, named_steps};
use super::model::{Body, id_part, plain, verb};
use super::place::{Barrier, Place};
use super::scope::{Scope, Sources};
use super::step;
use super::target::{Name, Target};
use crate::diag::Errors;

/// Reads `stmts`, whose value is the value of the workflow called `workflow`.
pub(crate) fn read(
    stmts: &mut [Stmt],
    workflow: &Ident,
    inputs: &[Ident],
    output: &Type,
    returns: Returns,
    krate: &Path,
    errors: &Errors,
) -> Body {
    let mut scope = Scope::default();
    for input in inputs {
        scope.bind(input.to_string(), Sources::from([plain(input)]));
    }
    let mut reader = Reader {
        krate,
        errors,
        output,
        returns: Some(returns),
        scope,
        inputs,
        later: named_steps(stmts),
        ids: BTreeSet::new(),
        path: Vec::new(),
        place: Place::Statement,
        barrier: None,
        last: Sources::new(),
        excused: false,
        result: Sources::new(),
        body: Body::default(),
    };
    let mut target = Target::new(Name::Workflow(workflow.clone()));
    let mut result = reader.statements(stmts, &mut target);
    result.append(&mut reader.result);
    reader.body.result = reader.ordered(&result);
    reader.body
}

/// What the workflow returns.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Returns {
    /// `-> T`: the value; an error of a step ends the run.
    Value,
    /// `-> Result<T, E>`: as written.
    Result,
}

pub(crate) struct Reader<'a> {
    pub(crate) krate: &'a Path,
    pub(crate) errors: &'a Errors,
    /// The type of the workflow's value.
    pub(crate) output: &'a Type,
    /// What a `return` gives; `None` where it leaves a closure or an `async` block.
    pub(crate) returns: Option<Returns>,
    pub(crate) scope: Scope,
    inputs: &'a [Ident],
    /// The names of all steps of the body, to tell a name that comes too early from one that never comes.
    pub(crate) later: BTreeSet<String>,
    ids: BTreeSet<String>,
    /// The arms that lead here.
    pub(crate) path: Vec<String>,
    pub(crate) place: Place,
    pub(crate) barrier: Option<Barrier>,
    /// The steps of which one has run last when the run comes here.
    pub(crate) last: Sources,
    /// Whether a mistake that is reported already could explain that nothing has run yet.
    pub(crate) excused: bool,
    /// What the values of `return`s are made of.
    pub(crate) result: Sources,
    pub(crate) body: Body,
}

impl Reader<'_> {
    /// Reads the statements of a block and says what its value is made of.
    pub(crate) fn statements(&mut self, stmts: &mut [Stmt], target: &mut Target) -> Sources {
        let depth = self.scope.enter();
        let mut sources = Sources::new();
        let last = stmts.len().saturating_sub(1);
        for (at, stmt) in stmts.iter_mut().enumerate() {
            let steps_before = self.body.steps.len();
            match stmt {
                Stmt::Local(local) => self.local(local),
                Stmt::Expr(expr, None) if at == last => sources = self.value(expr, target),
                Stmt::Expr(expr, _) => self.at(Place::Statement, expr),
                Stmt::Macro(call) => {
                    if at == last && call.semi_token.is_none() {
                        sources = self.scope.reads(call.to_token_stream());
                    }
                    self.visit_macro_mut(&mut call.mac);
                }
                Stmt::Item(_) => {}
            }
            self.refuse_cfg(attrs(stmt), steps_before);
        }
        self.scope.leave(depth);
        sources
    }

    fn local(&mut self, local: &mut Local) {
        let mut sources = Sources::new();
        if let Some(init) = &mut local.init {
            if decides_by_step(&init.expr)
                && let Some((token, _)) = init.diverge.take()
            {
                self.errors.at(
                    token,
                    "a step cannot have an `else`: a failed step ends the workflow",
                );
            }
            sources = self.value(&mut init.expr, &mut Target::of_let(&local.pat));
            if let Some((_, otherwise)) = &mut init.diverge {
                // nothing that runs there has run on the way past it
                let last = self.last.clone();
                self.at(Place::Inside, otherwise);
                self.last = last;
            }
        }
        self.scope.bind_pattern(&local.pat, &sources);
    }

    /// Reads an expression that decides the value of `target`, and says what the value is made of.
    pub(crate) fn value(&mut self, expr: &mut Expr, target: &mut Target) -> Sources {
        if !matches!(target.name, Name::Nothing(_)) {
            self.bare(expr);
        }
        if verb(expr).is_some() {
            return self.step(expr, target);
        }
        match expr {
            Expr::Match(expr) => self.branch(expr, target),
            Expr::If(expr) => self.conditional(expr, target),
            Expr::Block(block) => self.statements(&mut block.block.stmts, target),
            Expr::Unsafe(block) => self.statements(&mut block.block.stmts, target),
            _ => {
                let sources = self.scope.reads(expr.to_token_stream());
                match target.name {
                    Name::Nothing(place) => self.at(place, expr),
                    _ => self.at(Place::Inside, expr),
                }
                sources
            }
        }
    }

    /// Reads the step that `expr` is, for `target`.
    fn step(&mut self, expr: &mut Expr, target: &mut Target) -> Sources {
        if self.barred(expr) {
            return self.refuse(expr);
        }
        let (name, ty) = match &target.name {
            Name::Binding(name, ty) => (name.clone(), ty.clone()),
            Name::Workflow(name) => (name.clone(), None),
            Name::Nothing(place) => {
                self.misplaced(expr, *place);
                return Sources::new();
            }
            Name::Wild(tokens) => {
                if !std::mem::replace(&mut target.refused, true) {
                    self.errors.at(
                        tokens,
                        "a step needs a name, so that traces and resumed runs can find it: write `let name = …` (or `let _name = …` if only the conversation needs it)",
                    );
                }
                return self.refuse(expr);
            }
            Name::Pattern(tokens) => {
                if !std::mem::replace(&mut target.refused, true) {
                    self.errors.at(
                        tokens,
                        "bind a step to a plain name, then take it apart on the next line",
                    );
                }
                return self.refuse(expr);
            }
        };
        let id = self.id(&name, expr, target.decided);
        target.decided = true;
        let ends = match (&target.name, self.returns) {
            (Name::Workflow(_), Some(Returns::Result)) => step::End::Return,
            _ => step::End::Unwrap,
        };
        step::run(self, expr, id.clone(), ty, ends);
        self.last = Sources::from([id.clone()]);
        Sources::from([id])
    }

    /// The id of the step `name`, which must be unique among steps and inputs.
    fn id(&mut self, name: &Ident, expr: &Expr, decided_in_another_arm: bool) -> String {
        let mut path = self.path.clone();
        path.push(id_part(&plain(name)));
        let id = path.join("/");
        if self.inputs.iter().any(|input| plain(input) == id) {
            self.errors.span(
                name.span(),
                format!("a step and an input are both called `{id}`; a step's name is its identity in traces and resumed runs: give the step another name"),
            );
        } else if !self.ids.insert(id.clone()) {
            let problem = format!(
                "two steps are called `{id}`; a step's name is its identity in traces and resumed runs, so each must be unique"
            );
            if decided_in_another_arm {
                self.errors.at(
                    step::call_of(expr),
                    format!("{problem}: bind this one to a name of its own in its arm"),
                );
            } else {
                self.errors.span(
                    name.span(),
                    format!("{problem}: give one of them another name"),
                );
            }
        }
        id
    }

    /// Sources as the text has them: inputs, then steps.
    pub(crate) fn ordered(&self, sources: &Sources) -> Vec<String> {
        let inputs = self.inputs.iter().map(plain);
        let steps = self.body.steps.iter().map(|step| step.id.clone());
        inputs
            .chain(steps)
            .filter(|source| sources.contains(source))
            .collect()
    }
}

fn attrs(stmt: &Stmt) -> &[Attribute] {
    match stmt {
        Stmt::Local(local) => &local.attrs,
        Stmt::Macro(call) => &call.attrs,
        Stmt::Expr(Expr::Assign(expr), _) => &expr.attrs,
        Stmt::Expr(Expr::Block(expr), _) => &expr.attrs,
        Stmt::Expr(Expr::If(expr), _) => &expr.attrs,
        Stmt::Expr(Expr::Match(expr), _) => &expr.attrs,
        Stmt::Expr(Expr::Unsafe(expr), _) => &expr.attrs,
        Stmt::Expr(..) | Stmt::Item(_) => &[],
    }
}
