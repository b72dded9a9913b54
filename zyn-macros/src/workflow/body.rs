//! Reads a body: finds the steps, names them, and rewrites each in place.
//!
//! A step may stand where it decides a value that has a name: the right side of a `let` or an assignment,
//! an arm or tail of such a right side, an arm or tail that decides the workflow's value. Where it may not
//! stand, the mistake is reported and the step becomes a plain value of its type, so that rustc has nothing
//! to add.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Arm as MatchArm, Attribute, Block, Expr, Item, Local, Macro, Pat, Path, Stmt};

use super::macro_call;
use super::model::{Arm, Body, Branch, plain, segment, verb};
use super::print::{print_code, print_type};
use super::scope::{Scope, Sources, bound};
use super::step;
use crate::diag::Errors;

/// Reads `stmts`, whose value is the value of the workflow called `workflow`.
pub(crate) fn read(
    stmts: &mut [Stmt],
    workflow: &Ident,
    inputs: &[Ident],
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
        returns,
        scope,
        inputs,
        later: named_steps(stmts),
        used: BTreeSet::new(),
        path: Vec::new(),
        place: Place::Statement,
        barrier: None,
        may_have_run: false,
        body: Body {
            steps: Vec::new(),
            branches: Vec::new(),
            result: Vec::new(),
        },
    };
    let target = Target {
        name: Name::Workflow(workflow.clone()),
        refused: false,
    };
    let result = reader.statements(stmts, &target);
    reader.body.result = reader.ordered(result);
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
    returns: Returns,
    pub(crate) scope: Scope,
    inputs: &'a [Ident],
    /// The names of all steps of the body, to tell a name that comes too early from one that never comes.
    pub(crate) later: BTreeSet<String>,
    used: BTreeSet<String>,
    path: Vec<String>,
    place: Place,
    barrier: Option<Barrier>,
    pub(crate) may_have_run: bool,
    pub(crate) body: Body,
}

/// What a value is decided for.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) name: Name,
    /// Whether a step for it was refused already: one mistake, one error.
    refused: bool,
}

#[derive(Clone)]
pub(crate) enum Name {
    /// A `let` or an assignment; with the type, if the `let` says it.
    Binding(Ident, Option<String>),
    /// The workflow's own value.
    Workflow(Ident),
    /// `let _ = …`
    Wild(TokenStream),
    /// `let (a, b) = …`
    Pattern(TokenStream),
    /// No value with a name: what stands here is ordinary Rust.
    Nothing(Place),
}

/// Where an expression stands that decides nothing with a name.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Statement,
    Argument,
    Operand,
    Condition,
    Scrutinee,
    Return,
    Inside,
}

/// What no step can run in.
#[derive(Clone, Copy)]
struct Barrier {
    message: &'static str,
    reported: bool,
}

impl Reader<'_> {
    /// Reads the statements of a block and says what its value is made of.
    fn statements(&mut self, stmts: &mut [Stmt], target: &Target) -> Sources {
        let depth = self.scope.enter();
        let mut sources = Sources::new();
        let last = stmts.len().saturating_sub(1);
        for (at, stmt) in stmts.iter_mut().enumerate() {
            match stmt {
                Stmt::Local(local) => self.local(local),
                Stmt::Expr(expr, None) if at == last => {
                    sources = self.value(expr, &mut target.clone())
                }
                Stmt::Expr(expr, _) => self.at(Place::Statement, expr),
                Stmt::Macro(stmt) => self.visit_macro_mut(&mut stmt.mac),
                Stmt::Item(_) => {}
            }
        }
        if let Some(Stmt::Macro(stmt)) = stmts.last() {
            sources.extend(self.scope.reads(stmt.to_token_stream()));
        }
        self.scope.leave(depth);
        sources
    }

    fn local(&mut self, local: &mut Local) {
        let before = self.body.steps.len();
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
            sources = self.value(&mut init.expr, &mut Target::of(&local.pat));
            if let Some((_, otherwise)) = &mut init.diverge {
                self.at(Place::Inside, otherwise);
            }
        }
        self.refuse_cfg(&local.attrs, before);
        self.scope.bind_pattern(&local.pat, &sources);
    }

    /// Reads an expression that decides the value of `target`, and says what the value is made of.
    fn value(&mut self, expr: &mut Expr, target: &mut Target) -> Sources {
        if verb(expr).is_some() {
            return self.step(expr, target);
        }
        let before = self.body.steps.len();
        match expr {
            Expr::Try(tried) if verb(&tried.expr).is_some() => {
                self.errors.at(
                    tried.question_token,
                    "a failed step already ends the workflow; drop the `?`",
                );
                *expr = (*tried.expr).clone();
                self.step(expr, target)
            }
            Expr::Await(awaited) if verb(&awaited.base).is_some() => {
                self.errors.at(
                    awaited.await_token,
                    "steps are awaited for you; drop `.await`",
                );
                *expr = (*awaited.base).clone();
                self.step(expr, target)
            }
            Expr::Match(expr) => {
                let on = self.scope.reads(expr.expr.to_token_stream());
                let label = print_code(expr.expr.to_token_stream());
                self.at(Place::Scrutinee, &mut expr.expr);
                let slot = self.open_branch(label, &on);
                let mut sources = on.clone();
                let ran = self.may_have_run;
                let mut any = ran;
                for arm in &mut expr.arms {
                    self.may_have_run = ran;
                    sources.extend(self.arm(arm, &on, slot, target));
                    any |= self.may_have_run;
                }
                self.may_have_run = any;
                self.close_branch(slot, before);
                sources
            }
            Expr::If(_) => self.conditional(expr, target),
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

    fn arm(
        &mut self,
        arm: &mut MatchArm,
        on: &Sources,
        slot: usize,
        target: &mut Target,
    ) -> Sources {
        let before = self.body.steps.len();
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
        let sources = self.value(&mut arm.body, target);
        self.path.pop();
        self.scope.leave(depth);
        self.refuse_cfg(&arm.attrs, before);
        sources
    }

    fn conditional(&mut self, expr: &mut Expr, target: &mut Target) -> Sources {
        let Expr::If(expr) = expr else {
            return self.value(expr, target);
        };
        let before = self.body.steps.len();
        let depth = self.scope.enter();
        let on = self.scope.reads(expr.cond.to_token_stream());
        let label = print_code(expr.cond.to_token_stream());
        self.at(Place::Condition, &mut expr.cond);
        for pat in let_patterns(&expr.cond) {
            self.scope.bind_pattern(&pat, &on);
        }
        let slot = self.open_branch(label, &on);
        let ran = self.may_have_run;
        self.open_arm(slot, "yes".to_owned(), "then".to_owned());
        let mut sources = on.clone();
        sources.extend(self.statements(&mut expr.then_branch.stmts, target));
        self.path.pop();
        self.scope.leave(depth);
        let any = self.may_have_run;
        self.may_have_run = ran;
        if let Some((_, otherwise)) = &mut expr.else_branch {
            self.open_arm(slot, "no".to_owned(), "else".to_owned());
            sources.extend(self.value(otherwise, target));
            self.path.pop();
        }
        self.may_have_run |= any;
        self.close_branch(slot, before);
        sources
    }

    fn open_branch(&mut self, on: String, reads: &Sources) -> usize {
        self.body.branches.push(Branch {
            within: self.path.join("/"),
            on,
            reads: self.ordered(reads.clone()),
            arms: Vec::new(),
            after: self.body.steps.len(),
        });
        self.body.branches.len() - 1
    }

    fn open_arm(&mut self, slot: usize, label: String, segment: String) {
        self.path.push(segment);
        let path = self.path.join("/");
        if let Some(branch) = self.body.branches.get_mut(slot) {
            branch.arms.push(Arm { label, path });
        }
    }

    /// Sources as the text has them: inputs, then steps.
    pub(crate) fn ordered(&self, sources: Sources) -> Vec<String> {
        let inputs = self.inputs.iter().map(plain);
        let steps = self.body.steps.iter().map(|step| step.id.clone());
        inputs
            .chain(steps)
            .filter(|source| sources.contains(source))
            .collect()
    }

    /// A branch without steps is ordinary Rust: the graph does not show it.
    fn close_branch(&mut self, slot: usize, steps_before: usize) {
        if self.body.steps.len() == steps_before {
            self.body.branches.truncate(slot);
        }
    }

    /// Reads the step that `expr` is, for `target`.
    fn step(&mut self, expr: &mut Expr, target: &mut Target) -> Sources {
        if self.barred(expr) {
            return self.refuse(expr);
        }
        let name = match &target.name {
            Name::Binding(name, _) | Name::Workflow(name) => name.clone(),
            Name::Nothing(place) => {
                let outer = std::mem::replace(&mut self.place, *place);
                self.misplaced(expr);
                self.place = outer;
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
        let mut path = self.path.clone();
        path.push(plain(&name));
        let id = path.join("/");
        if !self.used.insert(id.clone()) {
            self.errors.span(
                name.span(),
                format!("two steps are called `{id}`; a step's name is its identity in traces and resumed runs, so each must be unique: give one of them another name"),
            );
        }
        let ty = match &target.name {
            Name::Binding(_, ty) => ty.clone(),
            _ => None,
        };
        let ends = match (&target.name, self.returns) {
            (Name::Workflow(_), Returns::Result) => step::End::Return,
            _ => step::End::Unwrap,
        };
        step::run(self, expr, id.clone(), ty, ends);
        self.may_have_run = true;
        Sources::from([id])
    }

    /// Makes a step that may not stand here a plain value of its type.
    pub(crate) fn refuse(&mut self, expr: &mut Expr) -> Sources {
        step::refuse(self, expr);
        // it would have run: what reads the conversation after it is no mistake of its own
        self.may_have_run = true;
        Sources::new()
    }

    fn barred(&mut self, expr: &Expr) -> bool {
        let Some(barrier) = &mut self.barrier else {
            return false;
        };
        if !std::mem::replace(&mut barrier.reported, true) {
            self.errors.at(call_of(expr), barrier.message);
        }
        true
    }

    fn misplaced(&mut self, expr: &mut Expr) {
        if !self.barred(expr) {
            let verb = verb(expr).map_or_else(String::new, Ident::to_string);
            let message = match self.place {
                Place::Statement => format!("give this step a name: `let name = {verb}(…)`"),
                Place::Argument => {
                    "a step cannot be an argument; bind it with `let` first".to_owned()
                }
                Place::Operand => {
                    "a step cannot be an operand; bind it with `let` first".to_owned()
                }
                Place::Condition => {
                    "a step cannot be a condition; bind it with `let` first".to_owned()
                }
                Place::Scrutinee => {
                    "a step cannot be matched on where it stands; bind it with `let` first"
                        .to_owned()
                }
                Place::Return => {
                    "a step cannot be returned where it stands; bind it with `let` first".to_owned()
                }
                Place::Inside => {
                    "a step cannot stand inside an expression; bind it with `let` first".to_owned()
                }
            };
            self.errors.at(call_of(expr), message);
        }
        self.refuse(expr);
    }

    fn at(&mut self, place: Place, expr: &mut Expr) {
        let outer = std::mem::replace(&mut self.place, place);
        self.visit_expr_mut(expr);
        self.place = outer;
    }

    pub(crate) fn argument(&mut self, expr: &mut Expr) {
        self.at(Place::Argument, expr);
    }

    fn behind(&mut self, message: &'static str, read: impl FnOnce(&mut Self)) {
        let outer = self.barrier;
        self.barrier = Some(outer.unwrap_or(Barrier {
            message,
            reported: false,
        }));
        read(self);
        self.barrier = outer.map(|outer| Barrier {
            reported: outer.reported || self.barrier.is_some_and(|inner| inner.reported),
            ..outer
        });
    }

    fn refuse_cfg(&mut self, attrs: &[Attribute], steps_before: usize) {
        if self.body.steps.len() == steps_before {
            return;
        }
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("cfg")) {
            self.errors.at(
                attr,
                "`#[cfg]` on a step would change the workflow's graph; put it on the whole workflow",
            );
        }
    }
}

/// Everything that decides no named value: ordinary Rust, with no step where it counts.
impl VisitMut for Reader<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if verb(expr).is_some() {
            return self.misplaced(expr);
        }
        match expr {
            Expr::Try(tried) if verb(&tried.expr).is_some() => {
                drop(self.value(expr, &mut Target::nothing(self.place)));
            }
            Expr::Await(awaited) if verb(&awaited.base).is_some() => {
                drop(self.value(expr, &mut Target::nothing(self.place)));
            }
            Expr::Assign(assign) => match plain_name(&assign.left) {
                Some(name) => {
                    let mut target = Target {
                        name: Name::Binding(name.clone(), None),
                        refused: false,
                    };
                    let sources = self.value(&mut assign.right, &mut target);
                    self.scope.assign(&name.to_string(), sources);
                }
                None => {
                    self.at(Place::Operand, &mut assign.left);
                    self.at(Place::Operand, &mut assign.right);
                }
            },
            Expr::Match(_) | Expr::If(_) | Expr::Block(_) | Expr::Unsafe(_) => {
                drop(self.value(expr, &mut Target::nothing(self.place)));
            }
            Expr::Closure(closure) => self.behind("a step cannot run inside a closure", |reader| {
                let returns = std::mem::replace(&mut reader.returns, Returns::Result);
                reader.at(Place::Inside, &mut closure.body);
                reader.returns = returns;
            }),
            Expr::Async(block) => {
                self.behind("a step cannot run inside an `async` block", |reader| {
                    let returns = std::mem::replace(&mut reader.returns, Returns::Result);
                    reader.statements(&mut block.block.stmts, &Target::nothing(Place::Inside));
                    reader.returns = returns;
                })
            }
            Expr::ForLoop(each) => {
                let sources = self.scope.reads(each.expr.to_token_stream());
                self.at(Place::Condition, &mut each.expr);
                let depth = self.scope.enter();
                self.scope.bind_pattern(&each.pat, &sources);
                self.repeated(&mut each.body);
                self.scope.leave(depth);
            }
            Expr::While(each) => {
                self.behind(LOOP, |reader| reader.at(Place::Condition, &mut each.cond));
                self.repeated(&mut each.body);
            }
            Expr::Loop(each) => self.repeated(&mut each.body),
            Expr::Call(call) if is_join(&call.func) => self.behind(
                "a step cannot run inside `join`: steps run one after another",
                |reader| call.args.iter_mut().for_each(|arg| reader.argument(arg)),
            ),
            Expr::Call(call) => {
                self.at(Place::Operand, &mut call.func);
                call.args.iter_mut().for_each(|arg| self.argument(arg));
            }
            Expr::MethodCall(call) => {
                self.at(Place::Operand, &mut call.receiver);
                call.args.iter_mut().for_each(|arg| self.argument(arg));
            }
            Expr::Binary(_) | Expr::Unary(_) | Expr::Cast(_) | Expr::Reference(_) => {
                let outer = std::mem::replace(&mut self.place, Place::Operand);
                visit_mut::visit_expr_mut(self, expr);
                self.place = outer;
            }
            Expr::Return(returned) => {
                if let Some(value) = &mut returned.expr {
                    self.at(Place::Return, value);
                }
                if self.returns == Returns::Value {
                    let krate = self.krate;
                    let value = returned
                        .expr
                        .take()
                        .map_or_else(|| quote!(()), |value| quote!(#value));
                    returned.expr = Some(Box::new(Expr::Verbatim(
                        quote!(#krate::__private::Result::Ok(#value)),
                    )));
                }
            }
            Expr::Let(_) | Expr::Paren(_) | Expr::Group(_) => visit_mut::visit_expr_mut(self, expr),
            _ => {
                let outer = std::mem::replace(&mut self.place, Place::Inside);
                visit_mut::visit_expr_mut(self, expr);
                self.place = outer;
            }
        }
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        self.statements(&mut block.stmts, &Target::nothing(self.place));
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        macro_call::refuse_steps(self, mac);
    }
}

const LOOP: &str = "a step cannot run inside a loop";

impl Reader<'_> {
    fn repeated(&mut self, body: &mut Block) {
        self.behind(LOOP, |reader| {
            drop(reader.statements(&mut body.stmts, &Target::nothing(Place::Statement)))
        });
    }
}

impl Target {
    fn nothing(place: Place) -> Self {
        Self {
            name: Name::Nothing(place),
            refused: false,
        }
    }

    fn of(pat: &Pat) -> Self {
        let name = match pat {
            Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                Name::Binding(name.ident.clone(), None)
            }
            Pat::Type(typed) => match Self::of(&typed.pat).name {
                Name::Binding(name, _) => {
                    Name::Binding(name, Some(print_type(typed.ty.to_token_stream())))
                }
                other => other,
            },
            Pat::Wild(wild) => Name::Wild(wild.to_token_stream()),
            pat => Name::Pattern(pat.to_token_stream()),
        };
        Self {
            name,
            refused: false,
        }
    }
}

/// The call of a step without its options: what an error about its place points at.
fn call_of(expr: &Expr) -> &Expr {
    match expr {
        Expr::MethodCall(call) => call_of(&call.receiver),
        Expr::Field(field) => call_of(&field.base),
        Expr::Paren(paren) => call_of(&paren.expr),
        Expr::Group(group) => call_of(&group.expr),
        expr => expr,
    }
}

fn plain_name(expr: &Expr) -> Option<Ident> {
    match expr {
        Expr::Path(path) => path.path.get_ident().cloned(),
        _ => None,
    }
}

fn is_join(func: &Expr) -> bool {
    plain_name(func).is_some_and(|name| name == "join")
}

fn let_patterns(cond: &Expr) -> Vec<Pat> {
    match cond {
        Expr::Let(cond) => vec![(*cond.pat).clone()],
        Expr::Binary(both) => [let_patterns(&both.left), let_patterns(&both.right)].concat(),
        Expr::Paren(paren) => let_patterns(&paren.expr),
        _ => Vec::new(),
    }
}

/// Whether the value of `expr` is a step's answer, directly or at the end of an arm or block.
fn decides_by_step(expr: &Expr) -> bool {
    let ends = |block: &Block| match block.stmts.last() {
        Some(Stmt::Expr(expr, None)) => decides_by_step(expr),
        _ => false,
    };
    verb(expr).is_some()
        || match expr {
            Expr::Match(expr) => expr.arms.iter().any(|arm| decides_by_step(&arm.body)),
            Expr::If(expr) => {
                ends(&expr.then_branch)
                    || expr
                        .else_branch
                        .as_ref()
                        .is_some_and(|(_, expr)| decides_by_step(expr))
            }
            Expr::Block(block) => ends(&block.block),
            Expr::Call(call) => is_join(&call.func) && call.args.iter().any(decides_by_step),
            _ => false,
        }
}

/// The names of the steps in `stmts`, however deep.
fn named_steps(stmts: &[Stmt]) -> BTreeSet<String> {
    struct Lets(BTreeSet<String>);

    impl VisitMut for Lets {
        fn visit_local_mut(&mut self, local: &mut Local) {
            if local
                .init
                .as_ref()
                .is_some_and(|init| decides_by_step(&init.expr))
            {
                self.0
                    .extend(bound(&local.pat).iter().map(Ident::to_string));
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

/// The place of machinery that belongs to `tokens`: their location, the macro's names.
pub(crate) fn located(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}
