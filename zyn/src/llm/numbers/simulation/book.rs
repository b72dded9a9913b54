//! What the servers of a world write down: their bill, what each operation has cost, what was answered, and what went
//! against a promise.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hasher};
use std::sync::{Arc, Mutex, MutexGuard};

use fastrand::Rng;
use tokio::time::Instant;

use super::policy::Facts;
use super::server::Failed;
use crate::clock;
use crate::llm::Budget;
use crate::llm::estimate;
use crate::policy::BreakerState;
use crate::provider::Request;
use crate::session::{Message, Usage};

/// The book of a world. A clone is the same.
#[derive(Clone)]
pub(super) struct Book(Arc<Mutex<Pages>>);

pub(super) struct Pages {
    start: Instant,
    pub(super) rng: Rng,
    pub(super) trace: String,
    pub(super) broken: Vec<String>,
    pub(super) facts: Arc<Facts>,
    pub(super) bills: BTreeMap<&'static str, Bill>,
    pub(super) operations: Vec<Noted>,
    steps: HashMap<String, Step>,
    pub(super) purses: Vec<Purse>,
    pub(super) probes: u64,
    probing: BTreeMap<&'static str, u32>,
    requests: u64,
}

/// What was asked of one model, or for one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Bill {
    pub(super) attempts: u64,
    /// What the server has told of it.
    pub(super) usage: Usage,
    /// Attempts of which it has told nothing, and was not free of.
    pub(super) unknown: u64,
    /// Attempts that followed on one that may have been done.
    pub(super) repeated: u64,
}

/// What is known of an operation.
#[derive(Debug, Clone, Default)]
pub(super) struct Noted {
    pub(super) bill: Bill,
    /// Whose limits it spends of, beside those of models.
    pub(super) purses: Vec<usize>,
    /// Whether nothing that may have been done may be repeated.
    pub(super) at_most_once: bool,
    /// Whether several attempts of a step may run side by side.
    pub(super) side_by_side: bool,
    /// Whether an answer may be to the conversation as it was before turns that precede it: those of a `join`.
    pub(super) is_forked: bool,
}

/// A budget, and what it must have come to.
pub(super) struct Purse {
    pub(super) budget: Budget,
    pub(super) unit: Unit,
    pub(super) limit: u128,
    spent: u128,
    /// By how much answers were longer than was estimated.
    longer: u128,
}

#[derive(Debug, Clone)]
pub(super) enum Unit {
    Tokens,
    Attempts,
    Money(crate::cost::Prices),
}

/// One prompt, whoever is asked.
#[derive(Default)]
struct Step {
    /// Whether the last attempt that has ended may have been done.
    doubtful: bool,
    given: Vec<Given>,
}

/// An answer, and the conversation that it was given to.
struct Given {
    text: String,
    before: usize,
    history: u64,
}

/// An attempt that a server has taken.
pub(super) struct Exchange {
    book: Book,
    pub(super) number: u64,
    model: &'static str,
    operation: usize,
    prompt: String,
    purses: Vec<(usize, u128)>,
    is_probe: bool,
    /// Whether a part of an answer was told.
    pub(super) told: bool,
    before: usize,
    history: u64,
    settled: bool,
}

impl Book {
    pub(super) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Pages {
            start: clock::now(),
            rng: Rng::with_seed(seed),
            trace: String::new(),
            broken: Vec::new(),
            facts: Arc::default(),
            bills: BTreeMap::new(),
            operations: Vec::new(),
            steps: HashMap::new(),
            purses: Vec::new(),
            probes: 0,
            probing: BTreeMap::new(),
            requests: 0,
        })))
    }

    pub(super) fn open(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap()
    }

    pub(super) fn write(&self, event: fmt::Arguments<'_>) {
        self.open().write(event);
    }

    pub(super) fn breaks(&self, problem: String) {
        self.open().breaks(problem);
    }

    /// A budget that is watched from here on.
    pub(super) fn watch(&self, budget: Budget, unit: Unit, limit: u128) -> usize {
        let mut pages = self.open();
        pages.purses.push(Purse {
            budget,
            unit,
            limit,
            spent: 0,
            longer: 0,
        });
        pages.purses.len() - 1
    }

    /// A new operation, by its number.
    pub(super) fn operation(&self, noted: Noted) -> usize {
        let mut pages = self.open();
        pages.operations.push(noted);
        pages.operations.len() - 1
    }

    /// An attempt begins at the server of `model`.
    pub(super) fn begin(&self, model: &'static str, request: &Request) -> Exchange {
        let prompt = request.prompt.text().to_owned();
        let operation = operation_of(&prompt);
        let estimated = estimate::usage(request);
        let mut pages = self.open();
        pages.requests += 1;
        let number = pages.requests;
        pages.write(format_args!("{model} #{number} asked for {operation}"));

        let facts = Arc::clone(&pages.facts);
        let fact = facts.of(model);
        let is_probe = match fact.breaker.as_ref().map(|it| it.state()) {
            None | Some(BreakerState::Closed) => false,
            Some(BreakerState::HalfOpen) => true,
            Some(BreakerState::Open { .. }) => {
                pages.breaks(format!("{model} was asked while its circuit was open"));
                false
            }
        };
        if is_probe {
            pages.probes += 1;
            let probing = pages.probing.entry(model).or_default();
            *probing += 1;
            if *probing > 1 {
                pages.breaks(format!("{model} was probed twice at once"));
            }
        }

        let noted = pages.operations[operation].clone();
        let step = pages.steps.entry(prompt.clone()).or_default();
        let repeats = step.doubtful;
        if repeats && noted.at_most_once && !noted.side_by_side {
            pages.breaks(format!("#{number} repeats what may have been done"));
        }
        let repeated = u64::from(repeats);
        let bill = pages.bills.entry(model).or_default();
        bill.attempts += 1;
        bill.repeated += repeated;
        pages.operations[operation].bill.attempts += 1;

        let mut purses = Vec::new();
        for place in fact.purse.into_iter().chain(noted.purses) {
            // one budget counts an attempt once, whoever has it
            if purses.iter().any(|(known, _)| *known == place) {
                continue;
            }
            let purse = &mut pages.purses[place];
            let amount = purse.amount(model, estimated);
            purse.spent += amount;
            if purse.spent > purse.limit {
                let (spent, limit) = (purse.spent, purse.limit);
                pages.breaks(format!("#{number} was made with {spent} of {limit} spent"));
            }
            purses.push((place, amount));
        }
        Exchange {
            book: self.clone(),
            number,
            model,
            operation,
            before: request.history.len(),
            history: fingerprint(request.history.iter()),
            prompt,
            purses,
            is_probe,
            told: false,
            settled: false,
        }
    }

    /// What is wrong with a conversation that is to be whole turns of what was asked and answered.
    pub(super) fn check(&self, messages: &[Message]) {
        let mut pages = self.open();
        if !messages.len().is_multiple_of(2) {
            pages.breaks(format!("a conversation has {} messages", messages.len()));
        }
        let prefixes: Vec<u64> = (0..=messages.len())
            .map(|end| fingerprint(&messages[..end]))
            .collect();
        for (place, turn) in messages.chunks_exact(2).enumerate() {
            let place = place * 2;
            let [asked, answer] = turn else { continue };
            let operation = operation_of(asked.text());
            let is_forked = pages.operations[operation].is_forked;
            let step = pages.steps.get(asked.text());
            let given = step.is_some_and(|step| {
                step.given.iter().any(|given| {
                    given.text == answer.text()
                        && (given.before == place || is_forked && given.before < place)
                        && given.history == prefixes[given.before]
                })
            });
            if !given {
                pages.breaks(format!(
                    "no server gave {:?} at {place} of operation {operation}",
                    answer.text()
                ));
            }
        }
    }
}

impl Pages {
    pub(super) fn write(&mut self, event: fmt::Arguments<'_>) {
        let now = (clock::now() - self.start).as_micros();
        writeln!(self.trace, "{now} {event}").unwrap();
    }

    pub(super) fn breaks(&mut self, problem: String) {
        self.write(format_args!("BROKEN: {problem}"));
        self.broken.push(problem);
    }

    /// What is wrong with the budgets when all has ended.
    pub(super) fn check_purses(&mut self) {
        let mut problems = Vec::new();
        for purse in &self.purses {
            let Purse {
                spent,
                limit,
                longer,
                ..
            } = *purse;
            let left = match limit {
                0 => 0.0,
                _ => limit.saturating_sub(spent) as f64 / limit as f64,
            };
            let shown = purse.budget.left();
            if shown != left {
                problems.push(format!("a budget says {shown} is left where {left} is"));
            }
            if spent > limit + longer {
                problems.push(format!("{spent} of {limit} was spent, and {longer} longer"));
            }
        }
        problems.into_iter().for_each(|it| self.breaks(it));
    }
}

impl Purse {
    fn amount(&self, model: &str, usage: Usage) -> u128 {
        match &self.unit {
            Unit::Tokens => usage.total().into(),
            Unit::Attempts => 1,
            Unit::Money(prices) => prices.cost(model, usage).unwrap().picodollars(),
        }
    }
}

impl Exchange {
    /// The server has answered; a valid answer by what it is in a conversation.
    pub(super) fn answered(mut self, usage: Option<Usage>, valid: Option<&str>) {
        let given = valid.map(|text| Given {
            text: text.to_owned(),
            before: self.before,
            history: self.history,
        });
        let kind = match (&given, usage) {
            (Some(_), Some(_)) => "answered",
            (Some(_), None) => "answered, and told no cost",
            (None, _) => "answered nonsense",
        };
        self.settle(usage, false, kind);
        let mut pages = self.book.open();
        let step = pages.steps.entry(self.prompt.clone()).or_default();
        step.given.extend(given);
    }

    /// The server has failed.
    pub(super) fn failed(mut self, failed: &Failed) {
        let free = failed.is_free && !self.told;
        let usage = failed.usage.or(free.then(Usage::default));
        let doubtful = failed.is_doubtful || failed.is_passing && self.told;
        self.settle(usage, doubtful, failed.name);
    }

    fn settle(&mut self, usage: Option<Usage>, doubtful: bool, event: &str) {
        self.settled = true;
        let (number, model) = (self.number, self.model);
        let mut pages = self.book.open();
        let pages = &mut *pages;
        pages.write(format_args!("{model} #{number} {event} {usage:?}"));
        if self.is_probe {
            *pages.probing.entry(model).or_default() -= 1;
        }
        let step = pages.steps.entry(self.prompt.clone()).or_default();
        step.doubtful = doubtful;
        for bill in [
            pages.bills.entry(model).or_default(),
            &mut pages.operations[self.operation].bill,
        ] {
            match usage {
                Some(usage) => bill.usage += usage,
                None => bill.unknown += 1,
            }
        }
        for (place, estimated) in std::mem::take(&mut self.purses) {
            let purse = &mut pages.purses[place];
            let amount = match usage {
                Some(usage) => purse.amount(model, usage),
                None => estimated,
            };
            purse.spent = purse.spent - estimated + amount;
            purse.longer += amount.saturating_sub(estimated);
        }
    }
}

impl Drop for Exchange {
    /// Nobody waits for it any more: it may have been done.
    fn drop(&mut self) {
        if !self.settled {
            self.settle(None, true, "was dropped");
        }
    }
}

/// The operation that a prompt is of: its input says so.
fn operation_of(prompt: &str) -> usize {
    let (_, behind) = prompt.split_once("operation ").unwrap();
    let digits = behind.split(|c: char| !c.is_ascii_digit()).next().unwrap();
    digits.parse().unwrap()
}

/// A number that stands for these messages.
fn fingerprint<'m>(messages: impl IntoIterator<Item = &'m Message>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for message in messages {
        hasher.write(message.text().as_bytes());
        hasher.write_u8(0xff);
    }
    hasher.finish()
}
