//! Which messages fall out: the rules, on places alone.

use super::Rule;
use super::estimate::{self, Correction};
use crate::session::turns::turns;
use crate::session::{History, Message, Role};

/// What falls out together or not at all: an exchange, or a message that is part of none.
pub(super) struct Unit<'h> {
    pub(super) places: Vec<usize>,
    pub(super) messages: Vec<&'h Message>,
}

impl Unit<'_> {
    pub(super) fn is_pinned(&self) -> bool {
        self.messages.iter().any(|message| message.is_pinned())
    }
}

/// All that is not a system message, oldest first.
pub(super) fn units(history: &History) -> Vec<Unit<'_>> {
    let mut turns = turns(history).into_iter().peekable();
    let mut units: Vec<Unit<'_>> = Vec::new();
    for (place, message) in history.iter().enumerate() {
        if message.role() == Role::System {
            continue;
        }
        let answers = turns.next_if(|turn| turn.answer == place).is_some();
        match units.last_mut() {
            // only system messages stand between a question and its answer
            Some(question) if answers => {
                question.places.push(place);
                question.messages.push(message);
            }
            _ => units.push(Unit {
                places: vec![place],
                messages: vec![message],
            }),
        }
    }
    units
}

impl Rule {
    /// Those of `units` that fall out of `history`, whose request has `beside` tokens beside it.
    pub(super) fn fallen<'u, 'h>(
        &self,
        slack: usize,
        units: &'u [Unit<'h>],
        history: &History,
        beside: u64,
    ) -> Vec<&'u Unit<'h>> {
        let fallen: Vec<_> = match self {
            Self::Tokens(budget) => return over(*budget, slack, units, history, beside),
            Self::Ends { first, last } => {
                let tail = units.len().saturating_sub(*last);
                let middle = units.get(*first..tail);
                middle.unwrap_or_default().iter().collect()
            }
            Self::KeepIf(keep) => units.iter().filter(|unit| !keep(&unit.messages)).collect(),
        };
        if fallen.len() > slack {
            fallen
        } else {
            Vec::new()
        }
    }
}

/// The oldest of `units` without which the request is within the budget.
fn over<'u, 'h>(
    budget: u64,
    slack: usize,
    units: &'u [Unit<'h>],
    history: &History,
    beside: u64,
) -> Vec<&'u Unit<'h>> {
    let correction = Correction::by(history);
    let mut sent = estimate::messages(history).saturating_add(beside);
    if correction.apply(sent) <= budget.saturating_add(slack as u64) {
        return Vec::new();
    }
    let falls = |unit: &&Unit<'h>| {
        let over = correction.apply(sent) > budget;
        let size = estimate::messages(unit.messages.iter().copied());
        sent = sent.saturating_sub(size);
        over
    };
    units.iter().take_while(falls).collect()
}
