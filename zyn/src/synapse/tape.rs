//! What is heard of an answer while it is written, between the call that hears it and whoever reads it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::llm::Ear;
use crate::schema::Rewritten;

/// A tape of one answer. When it is asked for again, the tape begins anew.
#[derive(Clone, Debug)]
pub(crate) struct Tape {
    heard: Arc<Mutex<Heard>>,
    ear: Ear,
}

/// What was heard of the answer that is being written.
#[derive(Debug, Default)]
struct Heard {
    /// What nobody has read yet.
    unread: String,
    /// How it was asked for; `None` for plain text.
    asked: Option<Rewritten>,
    /// Whether something was read that cannot be taken back.
    is_read: bool,
}

impl Tape {
    pub(crate) fn new() -> Self {
        let heard: Arc<Mutex<Heard>> = Arc::default();
        let told = Arc::clone(&heard);
        let ear = Ear::new(move |text| lock(&told).unread.push_str(text));
        Self { heard, ear }
    }

    pub(super) fn ear(&self) -> &Ear {
        &self.ear
    }

    /// An answer begins that is asked for in this form.
    pub(super) fn begin(&self, asked: Option<&Rewritten>) {
        self.ear.begin();
        let mut heard = lock(&self.heard);
        heard.unread.clear();
        heard.asked = asked.cloned();
    }

    pub(super) fn is_read(&self) -> bool {
        lock(&self.heard).is_read
    }

    /// Takes the text that was not read yet, if there is any.
    pub(super) fn read(&self) -> Option<String> {
        let mut heard = lock(&self.heard);
        if heard.unread.is_empty() {
            return None;
        }
        heard.is_read = true;
        Some(std::mem::take(&mut heard.unread))
    }
}

fn lock(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}
