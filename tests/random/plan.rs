//! What happens to each step of a run, and the provider that does it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use zyn::{
    BoxFuture, Failure, Message, Profile, Provider, ProviderError, Request, Response, Usage,
};

use super::Label;
use super::seed::Seed;
use super::tree::{Kind, Step, Value};

/// What each step of a run is answered: a function of its id, so that two runs of one plan go alike.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub seed: u64,
    /// One step in so many does not go well at once; 0 for none.
    pub trouble: usize,
}

/// How a step goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fate {
    Good,
    /// Not available, then good.
    Late,
    /// Refused by the provider; not retried.
    Rejected,
    /// An answer that is not valid, then a good one.
    InvalidOnce,
    /// Never a valid answer.
    Invalid,
    /// An answer that says of itself that it is a guess.
    Unsure,
}

impl Plan {
    pub fn fate(&self, id: &str) -> Fate {
        let mut seed = Seed::of(self.seed, id);
        if self.trouble == 0 || !seed.one_in(self.trouble) {
            return Fate::Good;
        }
        let fates = [
            Fate::Late,
            Fate::Rejected,
            Fate::InvalidOnce,
            Fate::Invalid,
            Fate::Unsure,
        ];
        fates[seed.below(fates.len())]
    }

    pub fn answer(&self, kind: Kind, id: &str) -> Value {
        let mut seed = Seed::of(self.seed ^ 1, id);
        match kind {
            Kind::Text | Kind::Run(_) => Value::Text(format!("t{}", seed.below(1000))),
            Kind::Label => Value::Label([Label::One, Label::Two, Label::Three][seed.below(3)]),
            Kind::Yes => Value::Yes(seed.one_in(2)),
            Kind::Fact => Value::Fact(seed.below(100) as u8),
        }
    }

    /// The attempts that a step takes, and whether it has a value in the end.
    pub fn outcome(&self, step: &Step, id: &str) -> (u64, bool) {
        let asked = u64::from(step.reask) + 1;
        match self.fate(id) {
            Fate::Good => (1, true),
            Fate::Late => (2, true),
            Fate::Rejected => (1, false),
            // there is no text that is not valid
            Fate::InvalidOnce | Fate::Invalid if step.kind == Kind::Text => (1, true),
            Fate::InvalidOnce => (asked.min(2), step.reask > 0),
            Fate::Invalid => (asked, false),
            Fate::Unsure => (1, !step.sure),
        }
    }

    fn delay(&self, id: &str) -> Duration {
        let class = Seed::of(self.seed ^ 2, id).below(4);
        Duration::from_millis([0, 1, 5, 40][class])
    }
}

/// The model of a plan. It remembers the calls.
#[derive(Clone)]
pub struct Planned {
    plan: Plan,
    seen: Arc<Mutex<Vec<Call>>>,
}

/// One call that came.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub id: String,
    /// How many messages were sent before the prompt.
    pub before: usize,
}

impl Planned {
    pub fn new(plan: Plan) -> Self {
        let seen = Arc::default();
        Self { plan, seen }
    }

    pub fn seen(&self) -> Vec<Call> {
        self.seen.lock().unwrap().clone()
    }

    fn reply(
        &self,
        kind: Kind,
        id: &str,
        times: usize,
        sure: bool,
    ) -> Result<String, ProviderError> {
        let failed = |kind| Err(ProviderError::new("planned", kind));
        let value = self.plan.answer(kind, id);
        let confidence = match self.plan.fate(id) {
            Fate::Late if times == 0 => return failed(Failure::Unavailable),
            Fate::Rejected => return failed(Failure::Rejected),
            Fate::InvalidOnce if times > 0 => 0.9,
            Fate::InvalidOnce | Fate::Invalid if kind != Kind::Text => return Ok("{}".to_owned()),
            Fate::Unsure => 0.3,
            _ => 0.9,
        };
        Ok(match value {
            Value::Text(text) => text,
            Value::Label(label) if !sure => format!(r#"{{"label":"{label:?}"}}"#),
            Value::Label(label) => {
                format!(r#"{{"label":"{label:?}","confidence":{confidence}}}"#)
            }
            Value::Yes(yes) => format!(r#"{{"answer":{yes}}}"#),
            Value::Fact(n) => format!(r#"{{"n":{n}}}"#),
        })
    }
}

/// What a prompt is to work on: the step's id, then what it reads.
pub fn input(prompt: &Message) -> Option<&str> {
    let found = prompt.blocks().iter().find(|it| it.name == "input");
    found.map(|it| it.text.as_str())
}

impl Provider for Planned {
    fn name(&self) -> &str {
        "planned"
    }

    fn model(&self) -> &str {
        "planned"
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            let input = input(&request.prompt).unwrap();
            let id = input.split(' ').next().unwrap().to_owned();
            let times = {
                let mut seen = self.seen.lock().unwrap();
                let times = seen.iter().filter(|it| it.id == id).count();
                let before = request.history.len();
                let id = id.clone();
                seen.push(Call { id, before });
                times
            };
            let delay = self.plan.delay(&id);
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            let kind = match request.prompt.verb().unwrap().name() {
                "transform" => Kind::Text,
                "classify" => Kind::Label,
                "binary" => Kind::Yes,
                _ => Kind::Fact,
            };
            let schema = request.schema.as_ref().map_or("", |it| &*it.json);
            let sure = schema.contains("confidence");
            let text = self.reply(kind, &id, times, sure)?;
            Ok(Response::new(text, Usage::new(10, 1)))
        })
    }
}

/// How often each id was called.
pub fn counted(calls: &[Call]) -> BTreeMap<&str, u64> {
    let mut counts = BTreeMap::new();
    for call in calls {
        *counts.entry(call.id.as_str()).or_default() += 1;
    }
    counts
}
