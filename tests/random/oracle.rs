//! What a run must come to: the tree walked in written order, without zyn.

use std::collections::BTreeMap;

use super::plan::Plan;
use super::tree::{Block, End, Kind, Step, Stmt, Value, Workflow, arm, otherwise};

/// What the written order says.
#[derive(Debug, Default, PartialEq)]
pub struct Expected {
    /// The workflow's value; none if it fails.
    pub value: Option<String>,
    /// What is new in the conversation if it ends well: who, and what.
    pub messages: Vec<(&'static str, String)>,
    /// How many answers are kept, those of steps that stand `alone` included.
    pub accepted: u64,
    /// The steps that run, with their attempts and whether they fail.
    pub ran: BTreeMap<String, (u64, bool)>,
    /// Those of joins that fail: whether they run is for the clock to say.
    pub perhaps: BTreeMap<String, (u64, bool)>,
    /// How many messages the model is sent before the prompt of each step.
    pub before: BTreeMap<String, usize>,
    pub tally: Tally,
}

/// What happened, to know that the plans are not all alike.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Tally {
    pub fell_back: usize,
    pub broke: usize,
    pub continued: usize,
    pub returned: usize,
    pub joined: usize,
    pub torn: usize,
    pub nested: usize,
    pub assigned: usize,
    pub noted: usize,
}

/// What to expect of a run of `all[which]` on a conversation of `len` messages.
pub fn expected(all: &[Workflow], which: usize, plan: Plan, len: usize) -> Expected {
    let mut walk = Walk {
        all,
        plan,
        len,
        seen: Expected::default(),
    };
    let value = walk.workflow(which, "");
    walk.seen.value = value.ok();
    walk.seen
}

struct Walk<'a> {
    all: &'a [Workflow],
    plan: Plan,
    /// How long the conversation was.
    len: usize,
    seen: Expected,
}

/// A step without an `else` failed.
struct Failed;

enum Flow {
    Next,
    Values(Vec<Value>),
    Return(String),
    Break,
    Continue,
}

#[derive(Default)]
struct Scope(Vec<(String, Value)>);

impl Scope {
    fn get(&self, name: &str) -> Value {
        let found = self.0.iter().rev().find(|(bound, _)| bound == name);
        found.unwrap().1.clone()
    }

    fn bind(&mut self, name: &str, value: Value) {
        self.0.push((name.to_owned(), value));
    }

    fn shown(&self, names: &[String]) -> String {
        let values = names.iter().map(|name| match self.get(name) {
            Value::Text(text) => format!("{text:?}"),
            Value::Label(label) => format!("{label:?}"),
            Value::Yes(yes) => yes.to_string(),
            Value::Fact(n) => format!("Fact {{ n: {n} }}"),
        });
        format!("= {}", values.collect::<Vec<_>>().join(" "))
    }
}

impl Walk<'_> {
    fn workflow(&mut self, which: usize, path: &str) -> Result<String, Failed> {
        let body = &self.all[which].body;
        match self.block(body, path, &mut Scope::default())? {
            Flow::Return(value) => Ok(value),
            _ => panic!("a workflow ends with its value"),
        }
    }

    fn block(&mut self, block: &Block, path: &str, scope: &mut Scope) -> Result<Flow, Failed> {
        let kept = scope.0.len();
        let flow = self.stmts(block, path, scope);
        scope.0.truncate(kept);
        flow
    }

    fn stmts(&mut self, block: &Block, path: &str, scope: &mut Scope) -> Result<Flow, Failed> {
        for stmt in &block.stmts {
            match self.stmt(stmt, path, scope)? {
                Flow::Next => {}
                leaving => return Ok(leaving),
            }
        }
        Ok(match &block.end {
            End::Nothing => Flow::Next,
            End::Values(values) => Flow::Values(values.clone()),
            End::Step(step) => Flow::Values(vec![self.step(step, path, scope)?]),
            End::Show(names) => Flow::Return(scope.shown(names)),
            End::Return(names) => {
                self.seen.tally.returned += 1;
                Flow::Return(scope.shown(names))
            }
            End::Break => {
                self.seen.tally.broke += 1;
                Flow::Break
            }
            End::Continue => {
                self.seen.tally.continued += 1;
                Flow::Continue
            }
        })
    }

    fn stmt(&mut self, stmt: &Stmt, path: &str, scope: &mut Scope) -> Result<Flow, Failed> {
        match stmt {
            Stmt::Let {
                step,
                otherwise: way_out,
                ..
            } => {
                let tried = self.step(step, path, scope).map(|value| vec![value]);
                self.bound(std::slice::from_ref(step), tried, way_out, path, scope)
            }
            Stmt::Join {
                steps,
                otherwise: way_out,
            } => {
                let tried = self.join(steps, path, scope);
                self.bound(steps, tried, way_out, path, scope)
            }
            Stmt::Assign(step) => {
                self.seen.tally.assigned += 1;
                let value = self.step(step, path, scope)?;
                let place = scope
                    .0
                    .iter_mut()
                    .rev()
                    .find(|(name, _)| *name == step.name);
                place.unwrap().1 = value;
                Ok(Flow::Next)
            }
            Stmt::Match { bound, on, arms } => {
                let Value::Label(label) = scope.get(on) else {
                    panic!("{on} is no label")
                };
                let fits = |labels: &Vec<_>| labels.is_empty() || labels.contains(&label);
                let (labels, body) = arms.iter().find(|(labels, _)| fits(labels)).unwrap();
                let path = format!("{path}{}/", arm(labels));
                let flow = self.block(body, &path, scope)?;
                match (bound, flow) {
                    (Some(name), Flow::Values(values)) => {
                        scope.bind(name, values[0].clone());
                        Ok(Flow::Next)
                    }
                    (_, flow) => Ok(flow),
                }
            }
            Stmt::If { on, yes, no } => match (scope.get(on), no) {
                (Value::Yes(true), _) => self.block(yes, &format!("{path}then/"), scope),
                (_, Some(no)) => self.block(no, &format!("{path}else/"), scope),
                _ => Ok(Flow::Next),
            },
            Stmt::For { name, rounds, body } => {
                for round in 0..*rounds {
                    match self.block(body, &format!("{path}{name}[{round}]/"), scope)? {
                        Flow::Next | Flow::Continue => {}
                        Flow::Break => break,
                        leaving => return Ok(leaving),
                    }
                }
                Ok(Flow::Next)
            }
            Stmt::Note { role, text } => {
                self.seen.tally.noted += 1;
                self.seen.messages.push((role, text.clone()));
                Ok(Flow::Next)
            }
        }
    }

    /// Binds what was tried, or what its `else` gives.
    fn bound(
        &mut self,
        steps: &[Step],
        tried: Result<Vec<Value>, Failed>,
        way_out: &Option<Block>,
        path: &str,
        scope: &mut Scope,
    ) -> Result<Flow, Failed> {
        let values = match (tried, way_out) {
            (Ok(values), _) => values,
            (Err(Failed), None) => return Err(Failed),
            (Err(Failed), Some(block)) => {
                self.seen.tally.fell_back += 1;
                match self.block(block, &format!("{path}{}", otherwise(steps)), scope)? {
                    Flow::Values(values) => values,
                    leaving => return Ok(leaving),
                }
            }
        };
        for (step, value) in steps.iter().zip(values) {
            scope.bind(&step.name, value);
        }
        Ok(Flow::Next)
    }

    fn step(&mut self, step: &Step, path: &str, scope: &Scope) -> Result<Value, Failed> {
        let id = format!("{path}{}", step.name);
        if let Kind::Run(which) = step.kind {
            self.seen.tally.nested += 1;
            let (kept, accepted) = (self.seen.messages.len(), self.seen.accepted);
            let value = self.workflow(which, &format!("{id}/"));
            self.seen.ran.insert(id, (0, value.is_err()));
            if value.is_err() {
                self.seen.messages.truncate(kept);
                self.seen.accepted = accepted;
            }
            return value.map(Value::Text);
        }
        let before = match step.alone {
            true => 0,
            false => self.len + self.seen.messages.len(),
        };
        self.seen.before.insert(id.clone(), before);
        let (attempts, good) = self.plan.outcome(step, &id);
        self.seen.ran.insert(id.clone(), (attempts, !good));
        if !good {
            return Err(Failed);
        }
        self.seen.accepted += 1;
        let value = self.plan.answer(step.kind, &id);
        if !step.alone {
            let read = step.reads.as_ref().map(|name| match scope.get(name) {
                Value::Text(text) => format!(" {text}"),
                _ => panic!("{name} is no text"),
            });
            let input = id + &read.unwrap_or_default();
            self.seen.messages.push(("user", input));
            let answer = match &value {
                Value::Text(text) => text.clone(),
                Value::Label(label) => format!("{label:?}"),
                Value::Yes(true) => "yes".to_owned(),
                Value::Yes(false) => "no".to_owned(),
                Value::Fact(n) => format!(r#"{{"n":{n}}}"#),
            };
            self.seen.messages.push(("assistant", answer));
        }
        Ok(value)
    }

    /// Every lane begins with the conversation as it is here, and their turns follow as they are written.
    fn join(&mut self, steps: &[Step], path: &str, scope: &Scope) -> Result<Vec<Value>, Failed> {
        let len = self.len + self.seen.messages.len();
        let lanes = steps.iter().map(|step| {
            let mut lane = Walk {
                all: self.all,
                plan: self.plan,
                len,
                seen: Expected::default(),
            };
            let value = lane.step(step, path, scope);
            (value, lane.seen)
        });
        let lanes: Vec<_> = lanes.collect();
        let whole = lanes.iter().all(|(value, _)| value.is_ok());
        let tally = &mut self.seen.tally;
        *(if whole {
            &mut tally.joined
        } else {
            &mut tally.torn
        }) += 1;
        let mut values = Vec::new();
        for (value, lane) in lanes {
            self.seen.before.extend(lane.before);
            self.seen.perhaps.extend(lane.perhaps);
            if whole {
                self.seen.messages.extend(lane.messages);
                self.seen.accepted += lane.accepted;
                self.seen.ran.extend(lane.ran);
                self.seen.tally.add(lane.tally);
                values.extend(value.ok());
            } else {
                self.seen.perhaps.extend(lane.ran);
            }
        }
        whole.then_some(values).ok_or(Failed)
    }
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        self.fell_back += other.fell_back;
        self.broke += other.broke;
        self.continued += other.continued;
        self.returned += other.returned;
        self.joined += other.joined;
        self.torn += other.torn;
        self.nested += other.nested;
        self.assigned += other.assigned;
        self.noted += other.noted;
    }
}
