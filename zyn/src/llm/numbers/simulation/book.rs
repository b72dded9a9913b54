//! What the servers of a world write down: their bill, what each operation has cost, what was answered, and what went
//! against a promise.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hasher};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

use super::exchange::Exchange;
use super::line::Line;
use super::policy::Facts;
use super::purse::{Purse, Unit};
use super::shelf::Shelf;
use crate::clock;
use crate::cost::Budget;
use crate::llm::estimate;
use crate::policy::BreakerState;
use crate::provider::Request;
use crate::session::{Message, Usage};

tokio::task_local! {
    /// The operation that is being polled: who else asks the same may be another.
    pub(super) static OPERATION: usize;
}

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
    /// Whether the last attempt of an operation with a prompt that has ended may have been done, whoever was asked.
    pub(super) doubtful: HashMap<(usize, String), bool>,
    /// What was answered to a prompt.
    pub(super) given: HashMap<String, Vec<Given>>,
    pub(super) purses: Vec<Purse>,
    pub(super) lines: Vec<Line>,
    pub(super) shelves: Vec<Shelf>,
    pub(super) probes: u64,
    /// The probes under way, and when they began.
    pub(super) probing: BTreeMap<&'static str, Vec<(u64, Instant)>>,
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
    /// Who is asked first.
    pub(super) asked: &'static str,
    pub(super) samples: u32,
    pub(super) is_streamed: bool,
    /// Until when it may ask, if that is known.
    pub(super) until: Option<Instant>,
    /// Whose limits it spends of, beside those of models.
    pub(super) purses: Vec<usize>,
    /// Whether nothing that may have been done may be repeated.
    pub(super) at_most_once: bool,
    /// Whether several attempts of a step may run side by side.
    pub(super) side_by_side: bool,
    /// Whether an answer may be to the conversation as it was before turns that precede it: those of a `join`.
    pub(super) is_forked: bool,
}

/// An answer, and the conversation that it was given to.
pub(super) struct Given {
    pub(super) text: String,
    pub(super) model: &'static str,
    pub(super) operation: usize,
    pub(super) at: Instant,
    pub(super) before: usize,
    pub(super) history: u64,
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
            doubtful: HashMap::new(),
            given: HashMap::new(),
            purses: Vec::new(),
            lines: Vec::new(),
            shelves: Vec::new(),
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
        let operation = OPERATION.with(|it| *it);
        let estimated = estimate::usage(request);
        let mut pages = self.open();
        pages.requests += 1;
        let number = pages.requests;
        pages.write(format_args!("{model} #{number} asked for {operation}"));

        let facts = Arc::clone(&pages.facts);
        let fact = facts.of(model);
        let is_probe = match fact.breaker.as_ref().map(|(it, _)| it.state()) {
            None | Some(BreakerState::Closed) => false,
            Some(BreakerState::HalfOpen) => true,
            Some(BreakerState::Open { .. }) => {
                pages.breaks(format!("{model} was asked while its circuit was open"));
                false
            }
        };
        if is_probe {
            pages.probes += 1;
            let now = clock::now();
            let time = fact
                .breaker
                .as_ref()
                .map_or(Duration::ZERO, |(_, time)| *time);
            let probing = pages.probing.entry(model).or_default();
            // one that has taken as long as the circuit was open counts as failed, and another may follow
            let is_crowded = probing.iter().any(|(_, begun)| now - *begun < time);
            probing.push((number, now));
            if is_crowded {
                pages.breaks(format!("{model} was probed twice at once"));
            }
        }

        let noted = pages.operations[operation].clone();
        if noted.until.is_some_and(|until| until < clock::now()) {
            pages.breaks(format!("#{number} was made after its deadline"));
        }
        let doubtful = pages.doubtful.get(&(operation, prompt.clone()));
        let repeats = doubtful.copied().unwrap_or_default();
        if repeats && noted.at_most_once && !noted.side_by_side {
            pages.breaks(format!("#{number} repeats what may have been done"));
        }
        let repeated = u64::from(repeats);
        let bill = pages.bills.entry(model).or_default();
        bill.attempts += 1;
        bill.repeated += repeated;
        pages.operations[operation].bill.attempts += 1;

        let mut purses = Vec::new();
        for place in fact.purse.into_iter().chain(noted.purses.iter().copied()) {
            // one budget counts an attempt once, whoever has it
            if purses.iter().any(|(known, _)| *known == place) {
                continue;
            }
            let purse = &mut pages.purses[place];
            let amount = purse.amount(model, estimated);
            purse.spent += amount;
            // while it stood in the line, others may have cost more than they were to
            let longer = fact.line.map_or(0, |_| purse.longer);
            if purse.spent > purse.limit + longer {
                let (spent, limit) = (purse.spent, purse.limit);
                pages.breaks(format!("#{number} was made with {spent} of {limit} spent"));
            }
            purses.push((place, amount));
        }
        if let Some(line) = fact.line {
            let problem = pages.lines[line].came(number, clock::now());
            problem.into_iter().for_each(|it| pages.breaks(it));
        }
        let history = fingerprint(request.history.iter());
        let shelf = facts.of(noted.asked).shelf;
        let shelf = shelf.filter(|_| !noted.is_streamed).map(|shelf| {
            let schema = request.schema.as_ref().map(|it| &it.json);
            let Noted { asked, samples, .. } = noted;
            let most = request.max_tokens;
            let asked = format!("{asked} {model} {samples} {most:?} {history} {schema:?} {prompt}");
            if pages.shelves[shelf].begin(&asked, operation) {
                pages.breaks(format!("#{number} asks what another is asking"));
            }
            (shelf, asked)
        });
        Exchange {
            book: self.clone(),
            number,
            model,
            operation,
            before: request.history.len(),
            history,
            line: fact.line,
            shelf,
            prompt,
            purses,
            is_probe,
            told: false,
            settled: false,
        }
    }

    /// What is wrong with a conversation that is to be whole turns of what was asked and answered, in these operations.
    pub(super) fn check(&self, messages: &[Message], operations: &[usize]) {
        let mut pages = self.open();
        if !messages.len().is_multiple_of(2) {
            pages.breaks(format!("a conversation has {} messages", messages.len()));
        }
        let prefixes: Vec<u64> = (0..=messages.len())
            .map(|end| fingerprint(&messages[..end]))
            .collect();
        let facts = Arc::clone(&pages.facts);
        for (place, turn) in messages.chunks_exact(2).enumerate() {
            let operation = operations[place];
            let place = place * 2;
            let [asked, answer] = turn else { continue };
            let noted = &pages.operations[operation];
            let may_be_kept = facts.of(noted.asked).shelf.is_some();
            let is_it = |given: &Given| {
                let before = given.before;
                given.text == answer.text()
                    && Some(given.model) == answer.asked()
                    && (given.operation == operation || may_be_kept)
                    && (before == place || noted.is_forked && before < place)
                    && prefixes.get(before) == Some(&given.history)
            };
            let given = pages.given.get(asked.text());
            if !given.is_some_and(|given| given.iter().any(is_it)) {
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

    /// Whether an answer to a prompt may be taken from this cache now by who asks that model: it is young enough, and the
    /// model's own, or that of another that was asked in its place at this moment.
    pub(super) fn may_be_kept(
        &self,
        shelf: usize,
        model: &str,
        [asked, answer]: [&Message; 2],
    ) -> bool {
        let now = clock::now();
        let given = self.given.get(asked.text()).into_iter().flatten();
        let mut given = given.filter(|it| it.text == answer.text());
        given.any(|it| {
            let is_young = self.shelves[shelf].is_young(it.at, now);
            is_young && (it.model == model || it.at == now)
        })
    }

    /// Nobody is left in a line when all has ended.
    pub(super) fn check_lines(&mut self) {
        let waiting = self
            .lines
            .iter()
            .map(|it| it.limit.waiting())
            .sum::<usize>();
        if waiting > 0 {
            self.breaks(format!(
                "{waiting} wait for a rate limit, and all has ended"
            ));
        }
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

/// A number that stands for these messages.
pub(super) fn fingerprint<'m>(messages: impl IntoIterator<Item = &'m Message>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for message in messages {
        hasher.write(message.text().as_bytes());
        hasher.write_u8(0xff);
    }
    hasher.finish()
}
