//! What each operation has come to is held against what the servers know of it, and what was known before.

use std::time::Duration;

use tokio::time::Instant;

use super::operations::Caller;
use crate::clock;
use crate::llm::attempt::{self, Attempt, Reason};
use crate::session::{Session, Usage};
use crate::synapse::Answer;
use crate::{Error, ErrorKind};

/// What an operation has come to.
#[derive(Default)]
pub(super) struct Done {
    /// What it added to the conversation's usage, if it ended well and with an answer.
    pub(super) added: Option<Usage>,
    /// Each attempt that it made.
    pub(super) log: Vec<Attempt>,
    pub(super) failed: Option<String>,
    /// Whether it failed by what a server said.
    pub(super) is_servers: bool,
    /// Whether its answer is one that nobody was asked for.
    pub(super) cached: bool,
    /// Whether its answer was written beforehand, for where there is none.
    pub(super) instead: bool,
}

/// What an operation may do.
#[derive(Clone, Copy)]
pub(super) struct May {
    pub(super) limit: Duration,
    pub(super) retries: u32,
    pub(super) reasks: u32,
    pub(super) samples: u32,
    /// How many calls it has, if that is known.
    pub(super) is_one_call: bool,
    pub(super) at_most_once: bool,
    pub(super) max_tokens: Option<u32>,
    pub(super) is_alone: bool,
    pub(super) is_streamed: bool,
}

/// What is known of an operation before it begins.
pub(super) struct Before {
    pub(super) session: Session,
    pub(super) start: Instant,
    /// The cache, and what is asked, if that is known.
    pub(super) asks: Option<(usize, String)>,
    /// Since when an answer to it is kept.
    pub(super) kept: Option<Instant>,
}

impl Caller {
    /// Holds what an operation has come to against what is known of it.
    pub(super) fn check(&mut self, number: usize, known: &Before, may: May, done: &Done) {
        let took = clock::now() - known.start;
        let Before {
            session: before, ..
        } = known;
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
        // what is said alone leaves nothing but what it cost
        let turn = if may.is_alone { 0 } else { 2 };
        match done.added {
            None if self.session != *before => {
                self.breaks(number, "failed, and the session has something of it");
            }
            Some(_) if may.is_one_call && self.session.len() != before.len() + turn => {
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
        let waited = log.iter().filter(|it| it.reason == Reason::First);
        let waited = waited.filter(|it| it.waited > Duration::ZERO);
        self.counted.waits += waited.count() as u64;
        if may.is_one_call {
            self.check_attempts(number, may, log);
            self.check_kept(number, known, may, done);
        }
    }

    fn check_attempts(&self, number: usize, may: May, log: &[Attempt]) {
        let fallbacks = self.book.open().facts.of(self.asked).fallbacks;
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

    /// Holds an operation against what was answered before: what is kept is not asked for again.
    fn check_kept(&mut self, number: usize, known: &Before, may: May, done: &Done) {
        let asked = done.log.len();
        let answered = done.failed.is_none() && !done.instead;
        if done.cached && (asked > 0 || done.added != Some(Usage::default())) {
            self.breaks(
                number,
                format_args!("paid for what was kept, with {asked} attempts"),
            );
        }
        if answered && !done.cached && asked == 0 {
            self.breaks(number, "has an answer of nobody");
        }
        let Some((shelf, asks)) = &known.asks else {
            if done.cached || done.is_servers && asked == 0 {
                self.breaks(number, "has what came of another call, and no cache");
            }
            return;
        };
        let now = clock::now();
        let mut pages = self.book.open();
        let messages = self.session.messages();
        let mut turn = messages.iter().rev().take(2);
        let is_wrong = may.samples == 1
            && !may.is_alone
            && match (turn.next(), turn.next()) {
                (Some(answer), Some(asked)) => {
                    !pages.may_be_kept(*shelf, self.asked, [asked, answer])
                }
                _ => true,
            };
        let shelf = &mut pages.shelves[*shelf];
        let kept = known.kept.filter(|since| shelf.is_young(*since, now));
        let is_own = done.log.iter().all(|it| it.reason != Reason::Fallback);
        if answered && !done.cached && is_own {
            shelf.keeps(asks.clone(), now);
        }
        drop(pages);
        if done.cached && is_wrong {
            self.breaks(number, "has an answer that is too old, or another model's");
        }
        if kept.is_some() && asked > 0 {
            self.breaks(number, "asked for what is kept");
        }
        self.counted.cached += u64::from(done.cached);
        self.counted.followed += u64::from(done.is_servers && asked == 0);
    }
}

pub(super) fn done<T>(outcome: Result<Answer<T>, Error>) -> Done {
    match outcome {
        Ok(answer) => Done {
            added: answer
                .instead_of
                .is_none()
                .then(|| answer.usage.unwrap_or_default()),
            log: answer.log,
            failed: None,
            is_servers: false,
            cached: answer.cached,
            instead: answer.instead_of.is_some(),
        },
        Err(error) => Done {
            added: None,
            log: error.log().to_vec(),
            failed: Some(name(&error)),
            is_servers: is_servers(&error),
            ..Done::default()
        },
    }
}

/// What failed, without what differs from run to run.
pub(super) fn name(error: &Error) -> String {
    match error.kind() {
        ErrorKind::Provider(error) => format!("{:?}", error.kind),
        kind => format!("{kind:?}"),
    }
}

/// Whether somebody must have asked a server for this to be said.
fn is_servers(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Provider(_) | ErrorKind::Malformed { .. } | ErrorKind::Invalid { .. }
    )
}
