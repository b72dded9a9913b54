//! Reads the branches of a body: `match` and `if`, with what can have run on each way through them.

use quote::ToTokens;
use syn::{Arm as MatchArm, Block, Expr, ExprBreak, ExprIf, ExprMatch, Lifetime, LocalInit, Pat};

use super::ahead::{Exit, end, end_of};
use super::body::Reader;
use super::id::segment;
use super::model::{Arm, Branch, End, Node, Sequence};
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
        let before = self.heard;
        let (mut reads, mut sources, mut heard) = (on.clone(), Sources::new(), false);
        let mut arms = Vec::new();
        for arm in &mut expr.arms {
            self.heard = before;
            let (arm, made_of) = self.arm(arm, &on, &mut reads, target);
            arms.push(arm);
            sources.extend(made_of);
            heard |= self.heard;
        }
        self.heard = heard;
        sources.extend(reads.iter().cloned());
        self.decide(label, reads, arms);
        sources
    }

    /// Reads one arm of a `match` on what is made of `on`; what its guard is made of decides too, and goes to `reads`.
    fn arm(
        &mut self,
        arm: &mut MatchArm,
        on: &Sources,
        reads: &mut Sources,
        target: &mut Target,
    ) -> (Arm, Sources) {
        let depth = self.scope.enter();
        let label = print_code(arm.pat.to_token_stream());
        self.scope.bind_pattern(&arm.pat, on);
        if let Pat::Guard(guard) = &arm.pat {
            reads.extend(self.scope.reads(guard.guard.to_token_stream()));
        }
        let attrs = std::mem::take(&mut arm.attrs);
        let segment = segment(&arm.pat);
        let read = self.way(label, Some(segment), |reader| {
            if let Pat::Guard(guard) = &mut arm.pat {
                reader.at(Place::Condition, &mut guard.guard);
            }
            let end = end(&arm.body, &reader.exits);
            let sources = reader.value(&mut arm.body, target);
            reader.refuse_cfg(&attrs, 0);
            (end, sources)
        });
        arm.attrs = attrs;
        self.scope.leave(depth);
        read
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
        let before = self.heard;
        let mut sources = on.clone();

        let (yes, made_of) = self.way("yes".to_owned(), Some("then".to_owned()), |reader| {
            let stmts = &mut expr.then_branch.stmts;
            let end = end_of(stmts, &reader.exits);
            (end, reader.statements(stmts, target))
        });
        sources.extend(made_of);
        self.scope.leave(depth);
        let heard = std::mem::replace(&mut self.heard, before);

        let otherwise = &mut expr.else_branch;
        let (no, made_of) =
            self.way(
                "no".to_owned(),
                Some("else".to_owned()),
                |reader| match otherwise {
                    Some((_, otherwise)) => (
                        end(otherwise, &reader.exits),
                        reader.value(otherwise, target),
                    ),
                    None => (End::Next, Sources::new()),
                },
            );
        sources.extend(made_of);
        self.heard |= heard;
        self.decide(label, on, vec![yes, no]);
        sources
    }

    /// Reads the `else` of a `let` that is ordinary Rust, `written` so: the way there leaves.
    pub(crate) fn refutable(&mut self, written: String, init: &mut LocalInit) {
        let Some((_, otherwise)) = &mut init.diverge else {
            return;
        };
        let on = self.scope.reads(init.expr.to_token_stream());
        // nothing that runs there has run on the way past it
        let before = self.heard;
        let (yes, _) = self.way("yes".to_owned(), None, |_| (End::Next, Sources::new()));
        let (no, _) = self.way("no".to_owned(), None, |reader| {
            let end = end(otherwise, &reader.exits);
            reader.at(Place::Inside, otherwise);
            (end, Sources::new())
        });
        self.heard = before;
        self.decide(written, on, vec![yes, no]);
    }

    /// Reads a block with a label; its value may be that of a `break`, too.
    pub(crate) fn labelled(
        &mut self,
        label: &Lifetime,
        block: &mut Block,
        target: &mut Target,
    ) -> Sources {
        let path = label.to_string();
        self.exits.push(Exit {
            label: Some(label.clone()),
            is_loop: false,
            path: path.clone(),
            given: Sources::new(),
        });
        let (before, said) = (self.heard, self.said);
        let (body, mut sources) = self.sequence(block, target);
        // a `break` may leave it at any step
        self.heard = before || self.said > said;
        sources.extend(self.exits.pop().map(|exit| exit.given).unwrap_or_default());
        if !body.nodes.is_empty() || body.end != End::Next {
            self.nodes.push(Node::Block(path, body));
        }
        sources
    }

    /// Learns what the value of a `break` is made of.
    pub(crate) fn broken_with(&mut self, left: &ExprBreak) {
        let sources = self.scope.reads(left.expr.to_token_stream());
        let mut outwards = self.exits.iter_mut().rev();
        if let Some(exit) = outwards.find(|exit| exit.label == left.label) {
            exit.given.extend(sources);
        }
    }

    /// Reads one way through a branch, whose steps have `segment` in their ids.
    fn way(
        &mut self,
        label: String,
        segment: Option<String>,
        read: impl FnOnce(&mut Self) -> (End, Sources),
    ) -> (Arm, Sources) {
        let depth = self.path.len();
        self.path.extend(segment);
        let path = self.path.join("/");
        let outer = std::mem::take(&mut self.nodes);
        let (end, sources) = read(self);
        let nodes = std::mem::replace(&mut self.nodes, outer);
        self.path.truncate(depth);
        if end != End::Next {
            self.heard = false;
        }
        let body = Sequence { nodes, end };
        (Arm { label, path, body }, sources)
    }

    /// Adds a branch. One without steps whose arms all lead on is ordinary Rust: the graph does not show it.
    fn decide(&mut self, on: String, reads: Sources, arms: Vec<Arm>) {
        let shown = |arm: &Arm| !arm.body.nodes.is_empty() || arm.body.end != End::Next;
        if arms.iter().any(shown) {
            self.nodes.push(Node::Branch(Branch { on, reads, arms }));
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
