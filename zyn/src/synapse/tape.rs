//! What is heard of an answer while it is written, between the call that hears it and whoever reads it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::llm::Ear;
use crate::reply::{self, Grown, SoFar};
use crate::schema::{Rewritten, Schema};

/// A tape of one answer. Behind an attempt that came to nothing it begins anew. A clone is a handle on the same tape.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tape(Arc<Mutex<Heard>>);

/// What was heard of the answer that is being written.
#[derive(Debug, Default)]
struct Heard {
    /// What nobody has taken yet.
    text: String,
    /// How it was asked for; `None` for plain text.
    asked: Option<Rewritten>,
    /// The part of the text that is not read as JSON yet.
    ahead: String,
    /// What is complete of the JSON.
    so_far: SoFar,
    /// The same as the type has it, as of the last time that something was asked.
    grown: Option<Arc<Grown>>,
    /// Whether something was taken of this attempt.
    is_begun: bool,
    /// Whether what was taken of another attempt does not count, and nobody knows yet.
    is_void: bool,
    /// Whether something was read that cannot be taken back.
    is_read: bool,
}

/// What someone hears who follows a tape and can forget.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece {
    Text(String),
    /// What came before does not count.
    Again,
}

impl Tape {
    /// Says in which form the answer is asked for.
    pub(super) fn asked(&self, rewritten: Option<&Rewritten>) {
        self.heard().asked = rewritten.cloned();
    }

    /// Takes the text that was not taken yet, if there is any, for good.
    pub(super) fn read(&self) -> Option<String> {
        let mut heard = self.heard();
        if heard.text.is_empty() {
            return None;
        }
        heard.is_read = true;
        Some(std::mem::take(&mut heard.text))
    }

    /// Takes the text that was not taken yet, if there is any, for someone who can forget it.
    pub(crate) fn follow(&self) -> Option<Piece> {
        let mut heard = self.heard();
        if std::mem::take(&mut heard.is_void) {
            return Some(Piece::Again);
        }
        if heard.text.is_empty() {
            return None;
        }
        heard.is_begun = true;
        Some(Piece::Text(std::mem::take(&mut heard.text)))
    }

    /// What is complete of an answer that is asked for in `schema`, if more is since this was last asked.
    pub(super) fn grown(&self, schema: &Schema) -> Option<Arc<Grown>> {
        let mut heard = self.heard();
        let has_more = heard.read_on(schema);
        heard.grown.clone().filter(|_| has_more)
    }

    /// What is complete of such an answer.
    pub(super) fn all(&self, schema: &Schema) -> Option<Arc<Grown>> {
        let mut heard = self.heard();
        heard.read_on(schema);
        heard.grown.clone()
    }

    /// Marks what was told as handed out for good.
    pub(super) fn keep(&self) {
        self.heard().is_read = true;
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Heard {
    /// Reads the text as JSON as far as it goes; whether something more is complete.
    fn read_on(&mut self, schema: &Schema) -> bool {
        let ahead = std::mem::take(&mut self.ahead);
        let has_more = self.so_far.push(&ahead);
        if has_more && let Some(asked) = &self.asked {
            self.grown = reply::so_far(&self.so_far, schema, asked).map(Arc::new);
        }
        has_more
    }
}

impl Ear for Tape {
    fn tell(&self, text: &str) {
        let mut heard = self.heard();
        heard.text.push_str(text);
        if heard.asked.is_some() {
            heard.ahead.push_str(text);
        }
    }

    fn forget(&self) -> bool {
        let mut heard = self.heard();
        if heard.is_read {
            return false;
        }
        let is_void = heard.is_void || heard.is_begun;
        let asked = heard.asked.take();
        *heard = Heard {
            asked,
            is_void,
            ..Heard::default()
        };
        true
    }
}
