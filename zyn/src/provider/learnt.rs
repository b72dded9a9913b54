//! What a server has refused: the tables of capabilities cannot know every model.

mod reactions;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, PoisonError};

pub(super) use self::reactions::unsupported;
use super::profile::{Api, Capabilities, SystemRole};
use super::{Dialect, Mode, WireSchema};

/// What was learnt from refusals. It belongs to one set-up.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    refused: AtomicU16,
    warned: AtomicU16,
    schemas: Mutex<HashSet<u64>>,
}

/// A part of a request that a server has refused, and that can be left out or said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Part {
    Temperature = 1,
    MaxTokensName = 1 << 1,
    Logprobs = 1 << 2,
    StreamUsage = 1 << 3,
    CacheKey = 1 << 4,
    DeveloperRole = 1 << 5,
    /// JSON Schema as such, not a certain one.
    Schemas = 1 << 6,
    JsonObject = 1 << 7,
    /// The operation itself: the server knows chat completions alone.
    Responses = 1 << 8,
    /// A tool that must be called.
    Tool = 1 << 9,
    /// JSON in any way: by a schema, or by the word alone.
    Json = 1 << 10,
}

impl Part {
    /// The parts without which the schema is in the prompt alone.
    pub(super) const OF_SCHEMA: [Self; 3] = [Self::Schemas, Self::Tool, Self::Json];
}

impl Learnt {
    /// The capabilities, without what was refused.
    pub(super) fn apply(&self, known: Capabilities) -> Capabilities {
        if self.refused.load(Ordering::Relaxed) == 0 {
            return known;
        }
        let mut now = known;
        if self.has(Part::Temperature) {
            now.sampling = false;
        }
        if self.has(Part::MaxTokensName) {
            now.max_tokens = known.max_tokens.other();
        }
        if self.has(Part::Logprobs) {
            now.logprobs = false;
        }
        if self.has(Part::StreamUsage) {
            now.stream_usage = false;
        }
        if self.has(Part::CacheKey) {
            now.cache_key = false;
        }
        if self.has(Part::DeveloperRole) {
            now.system = SystemRole::System;
        }
        if self.has(Part::Responses) {
            now.api = Api::Chat;
        }
        if self.has(Part::JsonObject) || self.has(Part::Json) {
            now.json_object = false;
        }
        let no_schemas = Part::OF_SCHEMA.into_iter().any(|part| self.has(part));
        if no_schemas || self.has(Part::Responses) && !known.schemas_in_chat {
            now.mode = Mode::Prompted;
            now.dialect = Dialect::Prompted;
        }
        now
    }

    /// Notes that `part` was refused.
    pub(super) fn note(&self, part: Part) {
        self.refused.fetch_or(part as u16, Ordering::Relaxed);
    }

    /// Whether this is the first time that a user hears that `part` is left out.
    pub(super) fn warns_of(&self, part: Part) -> bool {
        self.warned.fetch_or(part as u16, Ordering::Relaxed) & part as u16 == 0
    }

    /// Notes that the server does not take this schema.
    pub(super) fn refuse(&self, schema: &WireSchema) {
        let mut schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        schemas.insert(hash(schema));
    }

    pub(super) fn takes(&self, schema: &WireSchema) -> bool {
        let schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        schemas.is_empty() || !schemas.contains(&hash(schema))
    }

    fn has(&self, part: Part) -> bool {
        self.refused.load(Ordering::Relaxed) & part as u16 != 0
    }
}

fn hash(schema: &WireSchema) -> u64 {
    let mut hasher = DefaultHasher::new();
    schema.json.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_warned_once() {
        let learnt = Learnt::default();
        assert!(learnt.warns_of(Part::Tool) && !learnt.warns_of(Part::Tool));
        assert!(learnt.warns_of(Part::Logprobs));
    }
}
