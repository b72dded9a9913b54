//! An attempt from a server's side: what is written down when it ends.

use super::book::{Book, Given};
use super::line::Line;
use super::server::Failed;
use crate::clock;
use crate::session::Usage;

/// An attempt that a server has taken.
pub(super) struct Exchange {
    pub(super) book: Book,
    pub(super) number: u64,
    pub(super) model: &'static str,
    pub(super) operation: usize,
    pub(super) prompt: String,
    pub(super) purses: Vec<(usize, u128)>,
    pub(super) line: Option<usize>,
    /// The cache of who asks, and what is asked.
    pub(super) shelf: Option<(usize, String)>,
    pub(super) is_probe: bool,
    /// Whether a part of an answer was told.
    pub(super) told: bool,
    pub(super) before: usize,
    pub(super) history: u64,
    pub(super) settled: bool,
}

impl Exchange {
    /// The server has answered; a valid answer by what it is in a conversation.
    pub(super) fn answered(mut self, usage: Option<Usage>, valid: Option<&str>) {
        let given = valid.map(|text| Given {
            text: text.to_owned(),
            model: self.model,
            operation: self.operation,
            at: clock::now(),
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
        let known = pages.given.entry(self.prompt.clone()).or_default();
        known.extend(given);
    }

    /// The server has failed.
    pub(super) fn failed(mut self, failed: &Failed) {
        let free = failed.is_free && !self.told;
        let usage = failed.usage.or(free.then(Usage::default));
        let doubtful = failed.is_doubtful || failed.is_passing && self.told;
        if let Some(line) = self.line {
            let line = &mut self.book.open().lines[line];
            line.failed(self.number, failed, self.told, clock::now());
        }
        self.settle(usage, doubtful, failed.name);
    }

    fn settle(&mut self, usage: Option<Usage>, doubtful: bool, event: &str) {
        self.settled = true;
        let (number, model) = (self.number, self.model);
        let mut pages = self.book.open();
        let pages = &mut *pages;
        pages.write(format_args!("{model} #{number} {event} {usage:?}"));
        let crowds: Vec<_> = pages.lines.iter().filter_map(Line::crowd).collect();
        crowds.into_iter().for_each(|it| pages.breaks(it));
        if self.is_probe {
            let probing = pages.probing.entry(model).or_default();
            probing.retain(|(probe, _)| *probe != number);
        }
        let of = (self.operation, self.prompt.clone());
        pages.doubtful.insert(of, doubtful);
        if let Some((shelf, asked)) = &self.shelf {
            pages.shelves[*shelf].end(asked);
        }
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
