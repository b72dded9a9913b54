//! What a server has refused: the tables of capabilities cannot know every model.

mod reactions;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(super) use self::reactions::{Refused, unsupported};
use super::profile::{Api, Capabilities, SystemRole};
use super::{Dialect, Mode, PARTS, WireSchema};

/// What was learnt from refusals. It belongs to one set-up.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    left: Mutex<Left>,
    warned: AtomicU16,
    schemas: Mutex<HashSet<u64>>,
}

/// What is left out of requests.
#[derive(Debug, Clone, Copy, Default)]
struct Left {
    parts: u16,
    /// The most tokens that may be asked for.
    most_tokens: Option<u32>,
    /// Whether chat completions are asked because the newer operation was not there; whether it is the one that the
    /// server knows, is not known yet.
    tries_chat: bool,
}

/// A part of a request that a server has refused, and that can be left out or said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Temperature,
    MaxTokensName,
    Logprobs,
    StreamUsage,
    CacheKey,
    DeveloperRole,
    /// JSON Schema as such, not a certain one.
    Schemas,
    JsonObject,
    /// The operation itself: the server knows chat completions alone.
    Responses,
    /// A tool that must be called.
    Tool,
    /// JSON in any way: by a schema, or by the word alone.
    Json,
    /// The marks up to which a conversation is to be kept in a cache.
    CacheMarks,
    /// The limit of tokens that is sent where none is set.
    UsualMaxTokens,
}

const _: () = assert!(Part::ALL.len() == PARTS as usize);

impl Part {
    const ALL: [Self; 13] = [
        Self::Temperature,
        Self::MaxTokensName,
        Self::Logprobs,
        Self::StreamUsage,
        Self::CacheKey,
        Self::DeveloperRole,
        Self::Schemas,
        Self::JsonObject,
        Self::Responses,
        Self::Tool,
        Self::Json,
        Self::CacheMarks,
        Self::UsualMaxTokens,
    ];

    fn bit(self) -> u16 {
        1 << self as u16
    }

    /// What a server takes that does not take this part, and no more than `most_tokens`.
    pub(super) fn left_out(self, takes: Capabilities, most_tokens: Option<u32>) -> Capabilities {
        let mut now = takes;
        match self {
            Self::Temperature => now.sampling = false,
            Self::MaxTokensName => now.max_tokens = takes.max_tokens.other(),
            Self::Logprobs => now.logprobs = false,
            Self::StreamUsage => now.stream_usage = false,
            Self::CacheKey => now.cache_key = false,
            Self::DeveloperRole => now.system = SystemRole::System,
            Self::JsonObject => now.json_object = false,
            Self::CacheMarks => {
                now.kept = None;
                now.schema_in_cache = false;
            }
            Self::UsualMaxTokens => {
                let most = most_tokens.unwrap_or(u32::MAX);
                now.usual_max_tokens = takes.usual_max_tokens.map(|usual| usual.min(most));
            }
            Self::Responses => {
                now.api = Api::Chat;
                if !takes.schemas_in_chat {
                    now = Self::Schemas.left_out(now, most_tokens);
                }
            }
            Self::Schemas | Self::Tool | Self::Json => {
                now.mode = Mode::Prompted;
                now.dialect = Dialect::Prompted;
                now.json_object &= self != Self::Json;
            }
        }
        now
    }
}

impl Learnt {
    /// The capabilities, without what was refused.
    pub(super) fn apply(&self, known: Capabilities) -> Capabilities {
        let left = *self.left();
        if left.parts == 0 && !left.tries_chat {
            return known;
        }
        let is_out = |part: &Part| {
            left.parts & part.bit() != 0 || *part == Part::Responses && left.tries_chat
        };
        let parts = Part::ALL.into_iter().filter(is_out);
        parts.fold(known, |now, part| part.left_out(now, left.most_tokens))
    }

    /// Notes that `part` was refused, and how many tokens may be asked for, if that was told.
    pub(super) fn note(&self, part: Part, most_tokens: Option<u32>) {
        let mut left = self.left();
        left.parts |= part.bit();
        if part == Part::UsualMaxTokens {
            let most = left.most_tokens.into_iter().chain(most_tokens).min();
            left.most_tokens = most;
        }
    }

    /// Notes that `part` was not refused after all.
    pub(super) fn restore(&self, part: Part) {
        self.left().parts &= !part.bit();
    }

    /// Has chat completions asked, to see whether they are the operation that the server knows.
    pub(super) fn try_chat(&self) {
        self.left().tries_chat = true;
    }

    /// Notes that `api` gave an answer.
    pub(super) fn answered(&self, api: Api) {
        let mut left = self.left();
        if std::mem::take(&mut left.tries_chat) && api == Api::Chat {
            left.parts |= Part::Responses.bit();
        }
    }

    /// Notes that chat completions gave none.
    pub(super) fn chat_failed(&self) {
        self.left().tries_chat = false;
    }

    /// Whether this is the first time that a user hears that `part` is left out.
    pub(super) fn warns_of(&self, part: Part) -> bool {
        self.warned.fetch_or(part.bit(), Ordering::Relaxed) & part.bit() == 0
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

    fn left(&self) -> MutexGuard<'_, Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
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
