use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::session::{Bill, History, Message, Usage};

/// What a context window did before a request. Enough to do it again without a model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Windowed {
    /// Which messages fell out, by their places in the conversation as it was, in order.
    pub fell_out: Vec<usize>,
    /// The summary that stands in their place, if one was made.
    pub summary: Option<Box<Summary>>,
    /// About how many tokens the request had: an estimate, corrected by what the provider counted before.
    pub tokens: u64,
}

/// What fell out of a context window, summed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// The exchange that enters the session: the request for a summary, and the summary.
    pub turn: [Message; 2],
    /// What the accepted attempt cost, which enters the session; `None` if the provider did not say.
    pub usage: Option<Usage>,
    /// What all attempts cost, failed and invalid ones included, as far as the provider said so.
    pub spent: Usage,
    /// How many attempts may have been billed without the provider's word on what they cost.
    #[serde(default)]
    pub uncounted: u32,
    /// How many attempts were made.
    pub attempts: u32,
    /// What they cost, model by model.
    #[serde(default, skip_serializing_if = "Bill::is_nothing")]
    pub bill: Bill,
    /// The model that answered, as the provider names it.
    pub model: Option<String>,
}

impl Summary {
    /// The model that was asked for it.
    pub(crate) fn asked(&self) -> Option<&Arc<str>> {
        self.turn.iter().find_map(Message::asked_by)
    }

    /// Adds what it cost to `bill`.
    pub(crate) fn charge(&self, bill: &mut Bill) {
        // one that was stored before it had a bill
        if self.bill.is_nothing() {
            bill.add(self.asked(), self.spent);
            bill.add_uncounted(self.uncounted);
        } else {
            bill.add_all(&self.bill);
        }
    }
}

impl Windowed {
    /// What it makes of `history`. What stood before the first message that fell out is shared, not copied.
    pub(crate) fn apply(&self, history: &History) -> History {
        let Some(&first) = self.fell_out.first() else {
            return history.clone();
        };
        let summary = self.summary.iter().flat_map(|summary| &summary.turn);
        let rest = history.iter().enumerate().skip(first);
        let kept = rest.filter(|(place, _)| self.fell_out.binary_search(place).is_err());
        let kept = kept.map(|(_, message)| message);
        let mut left = history.first(first);
        left.append(summary.chain(kept).cloned());
        left
    }

    /// Whether it can have been done to `history`.
    pub(crate) fn fits(&self, history: &History) -> bool {
        self.fell_out.is_sorted_by(|one, next| one < next)
            && self
                .fell_out
                .last()
                .is_none_or(|&last| last < history.len())
    }
}
