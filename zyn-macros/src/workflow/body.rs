//! Reads a body: finds the steps, names them, and rewrites each in place.
//!
//! A step may stand where it decides a value that has a name: the right side of a `let` or an assignment,
//! an arm or tail of such a right side, an arm or tail that decides the workflow's value. Where it may not
//! stand, the mistake is reported and the step becomes a plain value of its type, so that rustc has nothing
//! to add.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit_mut::VisitMut;
use syn::{Attribute, Block, Expr, ExprCall, Local, Path, Stmt, Type, parse_quote_spanned};

use super::ahead::{Exit, decides_by_step, end_of, named_steps};
use super::id::{id_part, plain};
use super::located;
use super::model::{Body, Node, Sequence};
use super::place::{Barrier, Place, is_handled_step};
use super::repair::in_editor;
use super::scope::{Scope, Sources};
use super::step;
use super::target::{Name, Target};
use super::words::{join, taken, verb};
use crate::diag::Errors;
use crate::print::print_code;

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
    let taken = taken(stmts.iter().map(ToTokens::to_token_stream).collect());
    let mut reader = Reader {
        krate,
        errors,
        taken: &taken,
        workflow,
        output,
        returns: Some(returns),
        scope,
        inputs,
        later: named_steps(stmts),
        ids: BTreeSet::new(),
        path: Vec::new(),
        exits: Vec::new(),
        place: Place::Statement,
        barrier: None,
        heard: false,
        said: 0,
        excused: false,
        result: Sources::new(),
        nodes: Vec::new(),
        body: Body::default(),
    };
    let mut target = Target::new(Name::Workflow(workflow.clone()));
    let mut result = reader.statements(stmts, &mut target);
    result.append(&mut reader.result);
    reader.body.sequence = Sequence {
        nodes: reader.nodes,
        end: end_of(stmts, &[]),
    };
    reader.body.result = result;
    let mut body = reader.body;
    body.taken = taken;
    body
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
    /// The words that the body has as names of its own too.
    taken: &'a BTreeSet<&'static str>,
    /// The name of the workflow.
    pub(crate) workflow: &'a Ident,
    /// The type of the workflow's value.
    pub(crate) output: &'a Type,
    /// What a `return` gives; `None` where it leaves a closure or an `async` block.
    pub(crate) returns: Option<Returns>,
    pub(crate) scope: Scope,
    inputs: &'a [Ident],
    /// The names of all steps of the body, to tell a name that comes too early from one that never comes.
    pub(crate) later: BTreeSet<String>,
    ids: BTreeSet<String>,
    /// The arms, rounds and `else`s that lead here.
    pub(crate) path: Vec<String>,
    pub(crate) place: Place,
    pub(crate) barrier: Option<Barrier>,
    /// The loops, and the blocks with a label, that lead here.
    pub(crate) exits: Vec<Exit>,
    /// Whether something may be in the conversation when the run comes here.
    pub(crate) heard: bool,
    /// How many steps and notes that enter the conversation have been read.
    pub(crate) said: usize,
    /// Whether a mistake that is reported already could explain that nothing has run yet.
    pub(crate) excused: bool,
    /// What the values of `return`s are made of.
    pub(crate) result: Sources,
    /// What the sequence that is being read is made of so far.
    pub(crate) nodes: Vec<Node>,
    pub(crate) body: Body,
}

impl Reader<'_> {
    /// A reader of the same place, whose findings are its own and whose mistakes go to `errors`.
    pub(crate) fn scout<'b>(&'b self, errors: &'b Errors) -> Reader<'b> {
        Reader {
            errors,
            scope: self.scope.clone(),
            later: self.later.clone(),
            ids: self.ids.clone(),
            path: self.path.clone(),
            exits: self.exits.clone(),
            result: Sources::new(),
            nodes: Vec::new(),
            body: Body::default(),
            ..*self
        }
    }

    /// Reads the statements of a block and says what its value is made of.
    pub(crate) fn statements(&mut self, stmts: &mut [Stmt], target: &mut Target) -> Sources {
        let depth = self.scope.enter();
        let mut sources = Sources::new();
        let last = stmts.len().saturating_sub(1);
        for (at, stmt) in stmts.iter_mut().enumerate() {
            let before = self.nodes.len();
            let attrs = attrs(stmt).to_vec();
            match stmt {
                Stmt::Local(local) => self.local(local),
                Stmt::Expr(expr, None) if at == last => sources = self.value(expr, target),
                Stmt::Expr(expr, end @ Some(_)) if at == last && self.is_value(expr, target) => {
                    let end = end.take();
                    self.errors
                        .at(end, "remove the `;`: this step is the workflow's value");
                    sources = self.value(expr, target);
                }
                Stmt::Expr(expr, _) => self.at(Place::Statement, expr),
                Stmt::Macro(call) => {
                    if at == last && call.semi_token.is_none() {
                        sources = self.scope.reads(call.to_token_stream());
                    }
                    self.visit_macro_mut(&mut call.mac);
                }
                Stmt::Item(_) => {}
            }
            self.refuse_cfg(&attrs, before);
        }
        self.scope.leave(depth);
        sources
    }

    /// Whether the step `expr` stands where a workflow has its value, and this one has one.
    fn is_value(&self, expr: &Expr, target: &Target) -> bool {
        let has_value = !matches!(self.output, Type::Tuple(tuple) if tuple.elems.is_empty());
        matches!(target.name, Name::Workflow(_)) && has_value && verb(expr).is_some()
    }

    /// Reads a block that is a sequence of its own.
    pub(crate) fn sequence(
        &mut self,
        block: &mut Block,
        target: &mut Target,
    ) -> (Sequence, Sources) {
        let outer = std::mem::take(&mut self.nodes);
        let sources = self.statements(&mut block.stmts, target);
        let nodes = std::mem::replace(&mut self.nodes, outer);
        let end = end_of(&block.stmts, &self.exits);
        (Sequence { nodes, end }, sources)
    }

    fn local(&mut self, local: &mut Local) {
        let mut sources = Sources::new();
        if let Some(init) = &mut local.init {
            self.bare_join(&mut init.expr);
            if join(&init.expr).is_some() {
                return self.join(&local.pat, init);
            }
            let mut target = Target::of_let(&local.pat);
            let (pat, expr) = (&local.pat, &init.expr);
            sources = match &init.diverge {
                Some(_) if decides_by_step(expr) || is_handled_step(expr) => {
                    self.with_fallback(pat, init, &mut target)
                }
                Some(_) => {
                    let written = print_code(quote!(let #pat = #expr));
                    let sources = self.value(&mut init.expr, &mut target);
                    self.refutable(written, init);
                    sources
                }
                None => self.value(&mut init.expr, &mut target),
            };
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
            Expr::Block(block) => match &block.label {
                Some(label) => {
                    let label = label.name.clone();
                    self.labelled(&label, &mut block.block, target)
                }
                None => self.statements(&mut block.block.stmts, target),
            },
            Expr::Unsafe(block) => self.statements(&mut block.block.stmts, target),
            Expr::Paren(paren) if decides_by_step(&paren.expr) => {
                self.value(&mut paren.expr, target)
            }
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
        let Some((name, ty)) = self.named(expr, target) else {
            return Sources::new();
        };
        let id = self.id(&name, expr, target.decided);
        target.decided = true;
        let ends = match (&target.name, self.returns) {
            (Name::Workflow(_), Some(Returns::Result)) => step::Failure::Value,
            _ => step::Failure::Ends,
        };
        if let Some(placed) = self.place_step(expr, id.clone(), ty) {
            self.nodes.push(Node::Step(placed.at));
            self.heard |= placed.speaks;
            step::run(self.krate, expr, placed, ends);
        }
        Sources::from([id])
    }

    /// The name that `target` gives to the step `expr`, and the type if it says one; without a name, the step is
    /// refused.
    pub(crate) fn named(
        &mut self,
        expr: &mut Expr,
        target: &mut Target,
    ) -> Option<(Ident, Option<String>)> {
        if self.barred(expr) {
            self.refuse(expr);
            return None;
        }
        match &target.name {
            Name::Binding(name, ty) => return Some((name.clone(), ty.clone())),
            Name::Workflow(name) => return Some((name.clone(), None)),
            Name::Nothing(place) => {
                self.misplaced(expr, *place);
                return None;
            }
            Name::Wild(tokens) => {
                if !std::mem::replace(&mut target.refused, true) {
                    self.errors.at(tokens, NAMELESS);
                }
            }
            Name::Pattern(tokens) => {
                if !std::mem::replace(&mut target.refused, true) {
                    self.errors.at(
                        tokens,
                        "bind a step to a plain name, then take it apart on the next line",
                    );
                }
            }
        }
        self.refuse(expr);
        None
    }

    /// Makes the call of a word mean that word, whatever the body calls so.
    pub(crate) fn as_word(&self, call: &mut ExprCall) {
        let Expr::Path(path) = &mut *call.func else {
            return;
        };
        let Some(word) = path.path.segments.first().cloned() else {
            return;
        };
        if self.taken.iter().any(|taken| word.ident == taken) {
            let at = word.ident.span();
            let krate = self.krate.to_token_stream().into_iter().map(|mut token| {
                let resolved = match token {
                    TokenTree::Ident(_) => token.span(),
                    _ => at,
                };
                if !in_editor() {
                    // the call begins where its word does
                    token.set_span(resolved.located_at(at));
                }
                token
            });
            let krate: TokenStream = krate.collect();
            path.path = parse_quote_spanned!(located(at)=> #krate::verbs::#word);
        }
    }

    /// The id of the step `name`, which must be unique among steps and inputs.
    pub(crate) fn id(&mut self, name: &Ident, expr: &Expr, decided_in_another_arm: bool) -> String {
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
}

pub(crate) const NAMELESS: &str = "a step needs a name, so that traces and resumed runs can find it: write `let name = …` (or `let _name = …` if only the conversation needs it)";

fn attrs(stmt: &Stmt) -> &[Attribute] {
    match stmt {
        Stmt::Local(local) => &local.attrs,
        Stmt::Macro(call) => &call.attrs,
        Stmt::Expr(Expr::Assign(expr), _) => &expr.attrs,
        Stmt::Expr(Expr::Block(expr), _) => &expr.attrs,
        Stmt::Expr(Expr::Call(expr), _) => &expr.attrs,
        Stmt::Expr(Expr::ForLoop(expr), _) => &expr.attrs,
        Stmt::Expr(Expr::If(expr), _) => &expr.attrs,
        Stmt::Expr(Expr::Match(expr), _) => &expr.attrs,
        Stmt::Expr(Expr::Unsafe(expr), _) => &expr.attrs,
        Stmt::Expr(..) | Stmt::Item(_) => &[],
    }
}
