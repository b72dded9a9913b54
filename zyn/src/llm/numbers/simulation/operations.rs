//! Callers: each has a conversation and does a few things with it, one after another.

use std::fmt;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::{Instant, timeout};

use super::book::{Book, Noted, OPERATION, fingerprint};
use super::checks::{Before, Done, May, done, name};
use super::flow::{Kind, Parcel, handle};
use super::policy::{self, seconds};
use crate::clock;
use crate::session::Session;
use crate::synapse::Synapse;

/// Nothing takes longer than this.
const HOUR: Duration = Duration::from_secs(3600);

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counted {
    pub(super) operations: u64,
    pub(super) failed: u64,
    pub(super) cancelled: u64,
    pub(super) waits: u64,
    pub(super) cached: u64,
    pub(super) followed: u64,
    /// Whether attempts of one step may have run side by side.
    pub(super) side_by_side: bool,
}

pub(super) struct Caller {
    rng: Rng,
    pub(super) book: Book,
    pub(super) session: Session,
    /// The operations that its turns are of.
    turns: Vec<usize>,
    /// Who is asked.
    pub(super) asked: &'static str,
    /// The budget of the conversation.
    purse: Option<usize>,
    pub(super) counted: Counted,
}

pub(super) async fn caller(name: u8, mut rng: Rng, book: Book) -> Counted {
    let mut session = Session::named(format!("session {name}"));
    let purse = (rng.u8(..4) == 0).then(|| policy::purse(&mut rng, &book));
    if let Some(purse) = purse {
        session.set_budget(book.open().purses[purse].budget.clone());
    }
    let operations = rng.u8(1..=3);
    let asked = book.open().facts.asked(&mut rng);
    let mut caller = Caller {
        rng,
        book,
        session,
        turns: Vec::new(),
        asked,
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
    caller.book.check(&messages, &caller.turns);
    caller.counted
}

impl Caller {
    async fn operate(&mut self) {
        let facts = self.book.open().facts.clone();
        let limits = facts.of(self.asked).llm.limits();
        let kind = *self.rng.choice(&facts.kinds).unwrap();
        let mut may = May {
            limit: limits.timeout,
            retries: limits.retries,
            reasks: 2,
            samples: 1,
            is_one_call: true,
            at_most_once: limits.at_most_once,
            max_tokens: None,
            is_alone: false,
            is_streamed: matches!(kind, 4 | 5),
        };
        let is_flow = matches!(kind, 6 | 7);
        if is_flow {
            may.is_one_call = false;
            may.is_streamed = self.rng.u8(..4) == 0;
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
        let start = clock::now();
        let number = self.book.operation(Noted {
            asked: self.asked,
            samples: may.samples,
            is_streamed: may.is_streamed,
            until: may.is_one_call.then(|| start + may.limit),
            purses: run_purse.into_iter().chain(self.purse).collect(),
            at_most_once: may.at_most_once,
            side_by_side,
            is_forked: is_flow,
            ..Noted::default()
        });
        self.counted.side_by_side |= side_by_side;
        self.counted.operations += 1;

        let mail = match facts.mails {
            Some(mails) => self.rng.u8(..mails).to_string(),
            None => format!("{number} alone"),
        };
        let input = format!("Mail {mail}.");
        let before = self.before(kind, &input, may, start);
        let cancelled = (self.rng.u8(..5) == 0).then(|| seconds(&mut self.rng, 0, 8));
        self.book
            .write(format_args!("operation {number} of kind {kind} begins"));
        let run = async {
            match is_flow {
                true => Box::pin(self.flow(&input, &mut may, run_purse)).await,
                false => Box::pin(self.fire(kind, &input, may)).await,
            }
        };
        let run = OPERATION.scope(number, Box::pin(run));
        let done = timeout(cancelled.unwrap_or(HOUR), run).await;
        match done {
            Ok(done) => self.check(number, &before, may, &done),
            Err(_) => {
                self.write(number, "is cancelled");
                self.counted.cancelled += 1;
                if cancelled.is_none() {
                    self.breaks(number, "hangs");
                }
                if self.session != before.session {
                    self.breaks(number, "was cancelled, and the session has something of it");
                }
            }
        }
        self.turns.resize(self.session.len() / 2, number);
    }

    /// What is known before an operation begins.
    fn before(&self, kind: u8, input: &str, may: May, start: Instant) -> Before {
        let pages = self.book.open();
        let shelf = pages.facts.of(self.asked).shelf;
        let asks = shelf.filter(|_| may.is_one_call).map(|shelf| {
            // a text that is streamed is the same text
            let kind = if kind == 4 { 0 } else { kind };
            let history = match may.is_alone {
                true => fingerprint([]),
                false => fingerprint(self.session.messages().iter()),
            };
            let (who, samples, most) = (self.asked, may.samples, may.max_tokens);
            (
                shelf,
                format!("{who} {kind} {samples} {most:?} {history} {input}"),
            )
        });
        let kept = asks.as_ref();
        let kept = kept.and_then(|(shelf, asks)| pages.shelves[*shelf].has(asks));
        let session = self.session.clone();
        Before {
            session,
            start,
            asks,
            kept,
        }
    }

    pub(super) fn write(&self, number: usize, what: impl fmt::Display) {
        self.book.write(format_args!("operation {number} {what}"));
    }

    pub(super) fn breaks(&self, number: usize, what: impl fmt::Display) {
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
        may.max_tokens = (rng.u8(..4) == 0).then(|| [20, 250][rng.usize(..2)]);
        may.is_alone = rng.u8(..4) == 0;
    }

    async fn fire(&mut self, kind: u8, input: &str, may: May) -> Done {
        let llm = self.book.open().facts.of(self.asked).llm.clone();
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
        let llm = self.book.open().facts.of(self.asked).llm.clone();
        let mut run = handle(input);
        if self.rng.bool() {
            may.limit = seconds(&mut self.rng, 0, 60) + Duration::from_millis(1);
            run = run.timeout(may.limit);
        }
        if let Some(purse) = purse {
            run = run.budget(&self.book.open().purses[purse].budget);
        }
        if may.is_streamed {
            run = run.streamed();
        }
        let (outcome, report) = run.run_detailed(&llm, &mut self.session).await;
        Done {
            added: outcome.is_ok().then(|| report.usage()),
            log: report.steps.into_iter().flat_map(|it| it.log).collect(),
            failed: outcome.err().map(|error| name(&error)),
            ..Done::default()
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
    if let Some(most) = may.max_tokens {
        synapse = synapse.max_tokens(most);
    }
    if may.is_alone {
        synapse = synapse.alone();
    }
    if rng.u8(..6) == 0 {
        synapse = synapse.otherwise(otherwise);
    }
    synapse
}
