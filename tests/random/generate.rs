//! Random workflows.

use super::Label;
use super::seed::Seed;
use super::tree::{Block, End, Kind, Step, Stmt, Value, Workflow, steps_in};

pub const COUNT: usize = 60;

/// The workflows of a seed.
pub fn workflows(seed: u64) -> Vec<Workflow> {
    let mut seed = Seed(seed);
    let mut all: Vec<Workflow> = Vec::new();
    while all.len() < COUNT {
        let mut grow = Grow {
            left: 3 + seed.below(10),
            seed: Seed(seed.draw()),
            names: 0,
            scope: Vec::new(),
            loops: Vec::new(),
            // a few that run no other, so that runs stay short
            earlier: all.len().min(12),
        };
        let mut body = grow.block(0);
        while grow.left > 0 {
            grow.stmt(&mut body.stmts, 0);
        }
        body.end = End::Show(grow.shown());
        if (3..=15).contains(&steps_in(&body)) {
            let name = format!("w{:02}", all.len());
            all.push(Workflow { name, body });
        }
    }
    all
}

struct Grow {
    seed: Seed,
    /// How many steps are wanted still.
    left: usize,
    names: usize,
    scope: Vec<Bound>,
    /// How much was in scope where each loop began.
    loops: Vec<usize>,
    earlier: usize,
}

struct Bound {
    name: String,
    kind: Kind,
    /// Not assigned to yet: an id is there once.
    mutable: bool,
}

impl Grow {
    /// Begins with a step, so that a branch and a loop are never without.
    fn block(&mut self, depth: usize) -> Block {
        let kept = self.scope.len();
        let mut stmts = Vec::new();
        self.step_let(&mut stmts, None);
        for _ in 0..self.seed.below(3) {
            if self.left > 0 {
                self.stmt(&mut stmts, depth);
            }
        }
        if depth > 0 {
            self.scope.truncate(kept);
        }
        let end = End::Nothing;
        Block { stmts, end }
    }

    fn stmt(&mut self, stmts: &mut Vec<Stmt>, depth: usize) {
        match self.seed.below(16) {
            0 | 1 => self.step_let(stmts, None),
            2..=4 => self.step_otherwise(stmts, depth),
            5 | 6 => self.join(stmts, depth),
            7 | 8 if depth < 3 => self.branch(stmts, depth),
            9 | 10 if depth < 3 => self.decide(stmts, depth),
            11 | 12 if depth < 2 => self.rounds(stmts, depth),
            13 => stmts.push(self.note()),
            14 if !self.loops.is_empty() => self.assign(stmts),
            15 if !self.loops.is_empty() => self.leave_round(stmts),
            _ => self.step_let(stmts, None),
        }
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("x{}", self.names)
    }

    fn step(&mut self, name: String, kind: Kind) -> Step {
        self.left = self.left.saturating_sub(1);
        let texts: Vec<String> = (self.scope.iter())
            .filter(|it| it.kind == Kind::Text)
            .map(|it| it.name.clone())
            .collect();
        let reads = match self.seed.one_in(3) && !matches!(kind, Kind::Run(_)) {
            true => self.seed.pick(&texts).cloned(),
            false => None,
        };
        Step {
            name,
            kind,
            reads,
            reask: self.seed.below(3) as u32,
            sure: kind == Kind::Label && self.seed.one_in(2),
            alone: !matches!(kind, Kind::Run(_)) && self.seed.one_in(8),
        }
    }

    fn any_step(&mut self) -> Step {
        let kind = match self.seed.below(6) {
            0 | 1 => Kind::Text,
            2 => Kind::Label,
            3 => Kind::Yes,
            4 => Kind::Fact,
            _ if self.earlier > 0 => Kind::Run(self.seed.below(self.earlier)),
            _ => Kind::Text,
        };
        let name = self.name();
        self.step(name, kind)
    }

    fn bind(&mut self, step: &Step, mutable: bool) {
        // what a workflow gives is a text too
        let kind = match step.kind {
            Kind::Run(_) => Kind::Text,
            kind => kind,
        };
        let name = step.name.clone();
        self.scope.push(Bound {
            name,
            kind,
            mutable,
        });
    }

    fn step_let(&mut self, stmts: &mut Vec<Stmt>, kind: Option<Kind>) {
        let step = match kind {
            Some(kind) => {
                let name = self.name();
                self.step(name, kind)
            }
            None => self.any_step(),
        };
        let mutable = step.kind == Kind::Text && self.seed.one_in(2);
        self.bind(&step, mutable);
        stmts.push(Stmt::Let {
            step,
            mutable,
            otherwise: None,
        });
    }

    fn step_otherwise(&mut self, stmts: &mut Vec<Stmt>, depth: usize) {
        let step = self.any_step();
        let wanted = std::slice::from_ref(&step);
        let mut block = self.way_out(wanted, depth);
        let again = match step.kind {
            Kind::Run(_) => Kind::Text,
            kind => kind,
        };
        if matches!(block.end, End::Values(_)) && self.seed.one_in(2) {
            block.end = End::Step(self.step(step.name.clone(), again));
        }
        self.bind(&step, false);
        stmts.push(Stmt::Let {
            step,
            mutable: false,
            otherwise: Some(block),
        });
    }

    fn join(&mut self, stmts: &mut Vec<Stmt>, depth: usize) {
        let lanes = 2 + self.seed.below(4);
        let steps: Vec<Step> = (0..lanes).map(|_| self.any_step()).collect();
        let otherwise = match self.seed.one_in(2) {
            true => Some(self.way_out(&steps, depth)),
            false => None,
        };
        for step in &steps {
            self.bind(step, false);
        }
        stmts.push(Stmt::Join { steps, otherwise });
    }

    /// The block of an `else`: it leaves, or gives values in the place of those of `steps`.
    fn way_out(&mut self, steps: &[Step], depth: usize) -> Block {
        let mut block = match self.seed.one_in(2) && depth < 3 {
            true => self.block(depth + 1),
            false => Block {
                stmts: Vec::new(),
                end: End::Nothing,
            },
        };
        block.end = match self.seed.below(4) {
            0 => self.leave(),
            _ => End::Values(steps.iter().map(|step| plain(step.kind)).collect()),
        };
        block
    }

    fn leave(&mut self) -> End {
        if !self.loops.is_empty() {
            match self.seed.below(3) {
                0 => return End::Break,
                1 => return End::Continue,
                _ => {}
            }
        }
        End::Return(self.shown())
    }

    /// A few of what is in scope.
    fn shown(&self) -> Vec<String> {
        let names = self.scope.iter().rev().take(4);
        names.map(|it| it.name.clone()).collect()
    }

    fn last(&self, kind: Kind) -> Option<String> {
        let found = self.scope.iter().rev().find(|it| it.kind == kind);
        found.map(|it| it.name.clone())
    }

    fn given(&mut self, stmts: &mut Vec<Stmt>, kind: Kind) -> String {
        if self.last(kind).is_none() || self.seed.one_in(2) {
            self.step_let(stmts, Some(kind));
        }
        self.last(kind).unwrap()
    }

    fn branch(&mut self, stmts: &mut Vec<Stmt>, depth: usize) {
        let on = self.given(stmts, Kind::Label);
        let patterns: &[&[Label]] = match self.seed.below(3) {
            0 => &[&[Label::One], &[Label::Two, Label::Three]],
            1 => &[&[Label::One, Label::Three], &[]],
            _ => &[&[Label::Two], &[Label::One], &[]],
        };
        let bound = self.seed.one_in(2).then(|| self.name());
        let mut arms = Vec::new();
        for (place, labels) in patterns.iter().enumerate() {
            let mut body = self.block(depth + 1);
            body.end = match &bound {
                _ if place == 0 && self.seed.one_in(3) => self.leave(),
                Some(name) if self.seed.one_in(2) => End::Step(self.step(name.clone(), Kind::Text)),
                Some(_) => End::Values(vec![plain(Kind::Text)]),
                None => End::Nothing,
            };
            arms.push((labels.to_vec(), body));
        }
        if let Some(name) = &bound {
            self.scope.push(Bound {
                name: name.clone(),
                kind: Kind::Text,
                mutable: false,
            });
        }
        stmts.push(Stmt::Match { bound, on, arms });
    }

    fn decide(&mut self, stmts: &mut Vec<Stmt>, depth: usize) {
        let on = self.given(stmts, Kind::Yes);
        let mut yes = self.block(depth + 1);
        let no = self.seed.one_in(2).then(|| self.block(depth + 1));
        if self.seed.one_in(4) {
            yes.end = self.leave();
        }
        stmts.push(Stmt::If { on, yes, no });
    }

    fn rounds(&mut self, stmts: &mut Vec<Stmt>, depth: usize) {
        self.names += 1;
        let name = format!("r{}", self.names);
        self.loops.push(self.scope.len());
        let kept = self.scope.len();
        let mut body = self.block(depth + 1);
        if self.seed.one_in(2) {
            self.leave_round(&mut body.stmts);
        }
        if self.seed.one_in(2) {
            self.assign(&mut body.stmts);
        }
        self.scope.truncate(kept);
        self.loops.pop();
        let rounds = 1 + self.seed.below(3);
        stmts.push(Stmt::For { name, rounds, body });
    }

    fn leave_round(&mut self, stmts: &mut Vec<Stmt>) {
        self.step_let(stmts, Some(Kind::Yes));
        let on = self.last(Kind::Yes).unwrap();
        let end = match self.seed.one_in(2) {
            true => End::Break,
            false => End::Continue,
        };
        let yes = Block {
            stmts: Vec::new(),
            end,
        };
        let no = None;
        stmts.push(Stmt::If { on, yes, no });
    }

    fn assign(&mut self, stmts: &mut Vec<Stmt>) {
        let outside = self.loops.last().copied().unwrap_or_default();
        let found = self.scope[..outside].iter().position(|it| it.mutable);
        match found {
            Some(place) => {
                self.scope[place].mutable = false;
                let name = self.scope[place].name.clone();
                let step = self.step(name, Kind::Text);
                stmts.push(Stmt::Assign(step));
            }
            None => self.step_let(stmts, None),
        }
    }

    fn note(&mut self) -> Stmt {
        let role = ["system", "user", "assistant"][self.seed.below(3)];
        self.names += 1;
        let text = format!("note {}", self.names);
        Stmt::Note { role, text }
    }
}

/// What stands in the place of a step that failed.
fn plain(kind: Kind) -> Value {
    match kind {
        Kind::Text | Kind::Run(_) => Value::Text("none".to_owned()),
        Kind::Label => Value::Label(Label::Two),
        Kind::Yes => Value::Yes(true),
        Kind::Fact => Value::Fact(0),
    }
}
