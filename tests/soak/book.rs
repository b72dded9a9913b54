//! What became of each attempt, as its two ends tell it.
//!
//! Neither end knows all: the server does not know whether anyone still waited for what it wrote, and the client does not
//! know what the server did to what it has given up. So each attempt has a number that goes over the wire, and what the two
//! ends say of it is put together here and forgotten, that the book does not grow.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use zyn::Usage;

use crate::way::{Cost, Way};

/// The book of all attempts.
#[derive(Default)]
pub struct Book(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    begun: u64,
    half: HashMap<u64, Half>,
    closed: Closed,
}

/// What one end has told, while the other has not.
enum Half {
    Client(Heard),
    Server(Served),
}

/// What the client made of an attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Heard {
    /// An answer or a failure, and the tokens that it was told.
    Outcome(&'static str, Option<Usage>),
    /// It stopped waiting: a timeout, or its caller was gone.
    GivenUp,
}

/// What the server did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Served {
    /// How it failed, if it did.
    pub(crate) way: Option<Way>,
    /// Whether it read the request to its end.
    pub(crate) read: bool,
    /// The tokens of an answer that it wrote to its end.
    pub(crate) written: Option<Usage>,
}

/// All attempts together.
#[derive(Default)]
pub struct Closed {
    /// The good answers, and each way to fail.
    pub rows: [Row; Way::ALL.len() + 1],
    /// Attempts that the client began.
    pub begun: u64,
    /// Attempts of which the server has read nothing, by what the client made of them.
    pub never_arrived: BTreeMap<&'static str, u64>,
    /// What the two ends say and what does not fit together.
    pub wrong: Vec<String>,
}

/// What the server did in one way.
#[derive(Default)]
pub struct Row {
    /// How often.
    pub served: u64,
    /// How often it had read the request to its end.
    pub read: u64,
    /// The tokens of the answers that it wrote to their ends.
    pub written: Usage,
    /// The part of them that nobody waited for any more.
    pub to_nobody: Usage,
    /// How often it failed or succeeded for nobody.
    pub unheard: u64,
    /// What the client made of it.
    pub heard: BTreeMap<&'static str, u64>,
}

impl Book {
    /// Gives an attempt its number.
    pub(crate) fn begin(&self) -> u64 {
        let mut pages = self.pages();
        pages.begun += 1;
        pages.begun
    }

    pub(crate) fn heard(&self, number: u64, heard: Heard) {
        let mut pages = self.pages();
        match pages.half.remove(&number) {
            Some(Half::Server(served)) => pages.closed.settle(served, heard),
            Some(Half::Client(before)) => {
                let wrong = format!("attempt {number} ended twice: {before:?}, {heard:?}");
                pages.closed.wrong.push(wrong);
            }
            None => {
                pages.half.insert(number, Half::Client(heard));
            }
        }
    }

    pub(crate) fn served(&self, number: u64, served: Served) {
        let mut pages = self.pages();
        match pages.half.remove(&number) {
            Some(Half::Client(heard)) => pages.closed.settle(served, heard),
            Some(Half::Server(before)) => {
                let wrong = format!("attempt {number} came twice: {before:?}, {served:?}");
                pages.closed.wrong.push(wrong);
            }
            None => {
                pages.half.insert(number, Half::Server(served));
            }
        }
    }

    /// What is in it, when no attempt is being made or served any more.
    pub fn close(&self) -> Closed {
        let mut pages = self.pages();
        let mut closed = std::mem::take(&mut pages.closed);
        closed.begun = pages.begun;
        for (number, half) in pages.half.drain() {
            match half {
                Half::Client(heard) => *closed.never_arrived.entry(heard.words()).or_default() += 1,
                Half::Server(served) => closed.wrong.push(format!(
                    "attempt {number} was served and never ended: {served:?}"
                )),
            }
        }
        closed
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Heard {
    fn words(self) -> &'static str {
        match self {
            Self::Outcome(words, _) => words,
            Self::GivenUp => "given up",
        }
    }
}

impl Closed {
    fn settle(&mut self, served: Served, heard: Heard) {
        let row = &mut self.rows[served.way.map_or(0, |way| way as usize + 1)];
        let written = served.written.unwrap_or_default();
        row.served += 1;
        row.read += u64::from(served.read);
        row.written += written;
        *row.heard.entry(heard.words()).or_default() += 1;
        let fits = match heard {
            Heard::GivenUp => {
                row.unheard += 1;
                row.to_nobody += written;
                true
            }
            Heard::Outcome(words, told) => {
                let expected = served.way.map_or(&["answer"][..], Way::heard_as);
                expected.contains(&words) && told == served.written
            }
        };
        if !fits {
            self.wrong.push(format!("{served:?}, heard as {heard:?}"));
        }
    }

    /// The rows with their ways; the first is that of the good answers.
    pub fn ways(&self) -> impl Iterator<Item = (Option<Way>, &Row)> {
        let ways = Way::ALL.into_iter().map(Some);
        std::iter::once(None).chain(ways).zip(&self.rows)
    }

    /// How often the server did anything.
    pub fn served(&self) -> u64 {
        self.rows.iter().map(|row| row.served).sum()
    }

    /// How many requests it read to their ends.
    pub fn read(&self) -> u64 {
        self.rows.iter().map(|row| row.read).sum()
    }

    /// How many attempts it has seen nothing of.
    pub fn never_arrived(&self) -> u64 {
        self.never_arrived.values().sum()
    }

    /// The tokens of all answers that it wrote to their ends.
    pub fn written(&self) -> Usage {
        self.rows.iter().map(|row| row.written).sum()
    }

    /// The part of them that nobody waited for any more.
    pub fn to_nobody(&self) -> Usage {
        self.rows.iter().map(|row| row.to_nobody).sum()
    }

    /// The tokens of the invalid answers, and the part of them that nobody waited for.
    pub fn invalid(&self) -> (Usage, Usage) {
        let rows = || {
            let invalid = |(way, _): &(Option<Way>, _)| way.is_some_and(Way::is_invalid);
            self.ways().filter(invalid).map(|(_, row)| row)
        };
        let written = rows().map(|row| row.written).sum();
        (written, rows().map(|row| row.to_nobody).sum())
    }

    /// The attempts whose cost the client cannot know: it was cut off, was told nothing, or had given up, whatever the
    /// server did then; one that never arrived too, unless there was no connection.
    pub fn unknown(&self) -> u64 {
        let arrived = self
            .ways()
            .map(|(way, row)| match way.map_or(Cost::Told, Way::cost) {
                Cost::Unknown => row.served,
                Cost::Told | Cost::Nothing => row.unheard,
            });
        let connected = |(words, _): &(&&str, _)| **words != "no connection";
        let others = self.never_arrived.iter().filter(connected);
        arrived.sum::<u64>() + others.map(|(_, count)| count).sum::<u64>()
    }
}
