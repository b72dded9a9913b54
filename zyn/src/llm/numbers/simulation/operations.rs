//! Callers: each has a conversation and does a few things with it, one after another. What each operation has come to is
//! held against what the servers know of it.

use std::fmt;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::timeout;

use super::book::{Book, Noted};
use super::flow::{Kind, Parcel, handle};
use super::policy::{self, seconds};
use crate::clock;
use crate::llm::attempt::{self, Attempt, Reason};
use crate::session::{Session, Usage};
use crate::synapse::{Answer, Synapse};
use crate::{Error, ErrorKind};

/// Nothing takes longer than this.
const HOUR: Duration = Duration::from_secs(3600);

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counted {
    pub(super) operations: u64,
    pub(super) failed: u64,
    pub(super) cancelled: u64,
    /// Whether attempts of one step may have run side by side.
    pub(super) side_by_side: bool,
}

/// What an operation has come to.
struct Done {
    /// What it added to the conversation's usage, if it ended well and with an answer.
    added: Option<Usage>,
    /// Each attempt that it made.
    log: Vec<Attempt>,
    failed: Option<String>,
}

/// What an operation may do.
#[derive(Clone, Copy)]
struct May {
    limit: Duration,
    retries: u32,
    reasks: u32,
    samples: u32,
    /// How many calls it has, if that is known.
    is_one_call: bool,
    at_most_once: bool,
}

struct Caller {
    rng: Rng,
    book: Book,
    session: Session,
    /// The budget of the conversation.
    purse: Option<usize>,
    counted: Counted,
}

pub(super) async fn caller(name: u8, mut rng: Rng, book: Book) -> Counted {
    let mut session = Session::named(format!("session {name}"));
    let purse = (rng.u8(..4) == 0).then(|| policy::purse(&mut rng, &book));
    if let Some(purse) = purse {
        session.set_budget(book.open().purses[purse].budget.clone());
    }
    let operations = rng.u8(1..=3);
    let mut caller = Caller {
        rng,
        book,
        session,
        purse,
        counted: Counted::default(),
    };
    for _ in 0..operations {
        if caller.rng.bool() {
            tokio::time::sleep(seconds(&mut caller.rng, 0, 9)).await;
        }
        caller.operate().await;
    }
    let messages: Vec<_> = caller.session.messages().iter().cloned().collect();
    caller.book.check(&messages);
    caller.counted
}

impl Caller {
    async fn operate(&mut self) {
        let facts = self.book.open().facts.clone();
        let limits = facts.llm().limits();
        let kind = self.rng.u8(..9);
        let mut may = May {
            limit: limits.timeout,
            retries: limits.retries,
            reasks: 2,
            samples: 1,
            is_one_call: true,
            at_most_once: limits.at_most_once,
        };
        let is_flow = matches!(kind, 6 | 7);
        if is_flow {
            may.is_one_call = false;
            // each of its steps has its own time
            may.limit *= 4;
        } else {
            self.draw(&mut may);
        }
        if kind == 8 {
            may.samples = self.rng.u32(2..5);
        }
        let run_purse =
            (is_flow && self.rng.u8(..3) == 0).then(|| policy::purse(&mut self.rng, &self.book));
        let side_by_side = may.samples > 1 || facts.hedged;
        let number = self.book.operation(Noted {
            purses: run_purse.into_iter().chain(self.purse).collect(),
            at_most_once: may.at_most_once,
            side_by_side,
            is_forked: is_flow,
            ..Noted::default()
        });
        self.counted.side_by_side |= side_by_side;
        self.counted.operations += 1;

        let before = self.session.clone();
        let cancelled = (self.rng.u8(..5) == 0).then(|| seconds(&mut self.rng, 0, 8));
        self.book
            .write(format_args!("operation {number} of kind {kind} begins"));
        let start = clock::now();
        let input = format!("Mail of operation {number}.");
        let done = match kind {
            6 | 7 => {
                let flow = Box::pin(self.flow(&input, &mut may, run_purse));
                timeout(cancelled.unwrap_or(HOUR), flow).await
            }
            _ => {
                let fire = Box::pin(self.fire(kind, &input, may));
                timeout(cancelled.unwrap_or(HOUR), fire).await
            }
        };
        let took = clock::now() - start;
        match done {
            Ok(done) => self.check(number, &before, took, may, &done),
            Err(_) => {
                self.write(number, "is cancelled");
                self.counted.cancelled += 1;
                if cancelled.is_none() {
                    self.breaks(number, "hangs");
                }
                if self.session != before {
                    self.breaks(number, "was cancelled, and the session has something of it");
                }
            }
        }
    }

    fn write(&self, number: usize, what: impl fmt::Display) {
        self.book.write(format_args!("operation {number} {what}"));
    }

    fn breaks(&self, number: usize, what: impl fmt::Display) {
        self.book.breaks(format!("operation {number} {what}"));
    }

    /// The options of a call.
    fn draw(&mut self, may: &mut May) {
        let rng = &mut self.rng;
        if rng.u8(..3) == 0 {
            may.limit = seconds(rng, 0, 40) + Duration::from_millis(1);
        }
        if rng.u8(..3) == 0 {
            may.retries = rng.u32(..4);
        }
        may.reasks = rng.u32(..3);
        may.at_most_once |= rng.u8(..4) == 0;
    }

    async fn fire(&mut self, kind: u8, input: &str, may: May) -> Done {
        let llm = self.book.open().facts.llm().clone();
        let text = zyn::transform("Answer the mail").max_chars(200);
        let angry = zyn::binary("Is the customer angry?");
        let Self { rng, session, .. } = self;
        match kind {
            0 => {
                let text = with(rng, text, may, String::new());
                done(text.fire_detailed(&llm, session, input).await)
            }
            1 => {
                let parcel = Parcel {
                    number: 0,
                    stops: Vec::new(),
                };
                let parcel = with(rng, zyn::extract("The parcel"), may, parcel);
                done(parcel.fire_detailed(&llm, session, input).await)
            }
            2 => {
                let angry = with(rng, angry, may, false).confidence(0.4);
                done(angry.fire_detailed(&llm, session, input).await)
            }
            3 => {
                let kind = zyn::classify("Which kind of mail is this?");
                let kind = with(rng, kind, may, Kind::Other);
                done(kind.fire_detailed(&llm, session, input).await)
            }
            4 => {
                let text = with(rng, text, may, String::new());
                let mut stream = text.stream(&llm, session, input).unwrap();
                let pieces = rng.u8(..6);
                for _ in 0..pieces {
                    if stream.text().await.is_none() {
                        break;
                    }
                }
                done(stream.finish_detailed().await)
            }
            5 => {
                let stops = zyn::extract::<Vec<String>>("The stops");
                let stops = with(rng, stops, may, Vec::new());
                let mut stream = stops.stream(&llm, session, input).unwrap();
                match rng.u8(..3) {
                    0 => {}
                    1 => while stream.item().await.is_some() {},
                    _ => while stream.partial().await.is_some() {},
                }
                done(stream.finish_detailed().await)
            }
            _ => {
                let angry = with(rng, angry, may, false).agreement(may.samples);
                done(angry.fire_detailed(&llm, session, input).await)
            }
        }
    }

    async fn flow(&mut self, input: &str, may: &mut May, purse: Option<usize>) -> Done {
        let llm = self.book.open().facts.llm().clone();
        let mut run = handle(input);
        if self.rng.bool() {
            may.limit = seconds(&mut self.rng, 0, 60) + Duration::from_millis(1);
            run = run.timeout(may.limit);
        }
        if let Some(purse) = purse {
            run = run.budget(&self.book.open().purses[purse].budget);
        }
        if self.rng.u8(..4) == 0 {
            run = run.streamed();
        }
        let (outcome, report) = run.run_detailed(&llm, &mut self.session).await;
        Done {
            added: outcome.is_ok().then(|| report.usage()),
            log: report.steps.into_iter().flat_map(|it| it.log).collect(),
            failed: outcome.err().map(|error| name(&error)),
        }
    }

    /// Holds what an operation has come to against what is known of it.
    fn check(&mut self, number: usize, before: &Session, took: Duration, may: May, done: &Done) {
        let ended = done.failed.as_deref().unwrap_or("well");
        self.write(number, format_args!("ends after {took:?}: {ended}"));
        for attempt in &done.log {
            self.write(number, format_args!("{attempt:?}"));
        }
        self.counted.failed += u64::from(done.failed.is_some());
        if took > may.limit {
            self.breaks(number, format_args!("took {took:?} of {:?}", may.limit));
        }
        let added = done.added.unwrap_or_default();
        if self.session.usage() != before.usage() + added {
            self.breaks(number, "has other usage than its conversation");
        }
        match done.added {
            None if self.session != *before => {
                self.breaks(number, "failed, and the session has something of it");
            }
            Some(_) if may.is_one_call && self.session.len() != before.len() + 2 => {
                self.breaks(number, "is not one turn");
            }
            _ => {}
        }
        let bill = self.book.open().operations[number].bill;
        let log = &done.log;
        let logged = (
            log.len() as u64,
            attempt::spent(log),
            u64::from(attempt::uncounted(log)),
        );
        if logged != (bill.attempts, bill.usage, bill.unknown) {
            self.breaks(
                number,
                format_args!("logs {logged:?} where {bill:?} is billed"),
            );
        }
        if may.is_one_call {
            self.check_attempts(number, may, log);
        }
    }

    fn check_attempts(&self, number: usize, may: May, log: &[Attempt]) {
        let fallbacks = self.book.open().facts.fallbacks;
        let models = 1 + fallbacks;
        let many = if may.samples > 1 {
            may.samples * models
        } else {
            1
        };
        let count = |reason| log.iter().filter(|it| it.reason == reason).count();
        let hedges = log.len() - count(Reason::Hedge);
        for (reason, most) in [
            (Reason::First, may.samples as usize),
            (Reason::Retry, may.retries as usize),
            (Reason::Reask, (may.reasks * many) as usize),
            (Reason::Fallback, (fallbacks * may.samples) as usize),
            (Reason::Hedge, hedges),
            // a schema that is refused, and what a provider has learnt
            (Reason::Adapted, (14 * models * may.samples) as usize),
        ] {
            let made = count(reason);
            if made > most {
                self.breaks(
                    number,
                    format_args!("made {made} attempts of {most}: {reason:?}"),
                );
            }
        }
    }
}

/// `synapse` with the options that were drawn, and others.
fn with<T: Clone + Send + Sync + 'static>(
    rng: &mut Rng,
    synapse: Synapse<T>,
    may: May,
    otherwise: T,
) -> Synapse<T> {
    let mut synapse = synapse
        .timeout(may.limit)
        .retry(may.retries)
        .reask(may.reasks);
    if may.at_most_once {
        synapse = synapse.at_most_once();
    }
    if rng.u8(..4) == 0 {
        synapse = synapse.attempt_timeout(seconds(rng, 1, 9));
    }
    if rng.u8(..4) == 0 {
        synapse = synapse.max_tokens(rng.u32(1..300));
    }
    if rng.u8(..6) == 0 {
        synapse = synapse.otherwise(otherwise);
    }
    synapse
}

fn done<T>(outcome: Result<Answer<T>, Error>) -> Done {
    match outcome {
        Ok(answer) => Done {
            added: answer
                .instead_of
                .is_none()
                .then(|| answer.usage.unwrap_or_default()),
            log: answer.log,
            failed: None,
        },
        Err(error) => Done {
            added: None,
            log: error.log().to_vec(),
            failed: Some(name(&error)),
        },
    }
}

/// What failed, without what differs from run to run.
fn name(error: &Error) -> String {
    match error.kind() {
        ErrorKind::Provider(error) => format!("{:?}", error.kind),
        kind => format!("{kind:?}"),
    }
}
