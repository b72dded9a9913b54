//! What a server has refused: the tables of capabilities cannot know every model.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, PoisonError};

use super::profile::{Api, Capabilities, SystemRole};
use super::rejection::Said;
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
}

/// How a server says that it does not take a part: with one of these parameters, under a code that says so; or in one of
/// these phrases.
struct Reaction {
    part: Part,
    parameters: &'static [&'static str],
    phrases: &'static [&'static str],
}

/// The codes that say that a parameter is not taken, whatever its value.
const UNSUPPORTED: &[&str] = &[
    "unsupported_parameter",
    "unsupported_value",
    "unknown_parameter",
];

const REACTIONS: &[Reaction] = &[
    Reaction {
        part: Part::Temperature,
        parameters: &["temperature"],
        phrases: &[
            "`temperature` is deprecated",
            "temperature: extra inputs are not permitted",
            "'temperature' is not supported",
            "'temperature' does not support",
        ],
    },
    Reaction {
        part: Part::MaxTokensName,
        parameters: &["max_tokens", "max_completion_tokens"],
        phrases: &[
            "'max_tokens' is not supported",
            "max_completion_tokens: extra inputs are not permitted",
        ],
    },
    Reaction {
        part: Part::Logprobs,
        parameters: &["logprobs"],
        phrases: &["`logprobs` is not supported", "logprobs are not supported"],
    },
    Reaction {
        part: Part::StreamUsage,
        parameters: &["stream_options", "stream_options.include_usage"],
        phrases: &["stream_options: extra inputs are not permitted"],
    },
    Reaction {
        part: Part::CacheKey,
        parameters: &["prompt_cache_key"],
        phrases: &["prompt_cache_key: extra inputs are not permitted"],
    },
    Reaction {
        part: Part::DeveloperRole,
        parameters: &["messages[0].role"],
        phrases: &["'developer' is not one of", "does not support 'developer'"],
    },
    Reaction {
        part: Part::Schemas,
        parameters: &["response_format.type"],
        phrases: &[
            "response_format type is unavailable",
            "does not support response format `json_schema`",
            "of type 'json_schema' is not supported",
            "invalid value: `json_schema`",
            "output_config: extra inputs are not permitted",
            "structured outputs are not supported",
        ],
    },
    Reaction {
        part: Part::JsonObject,
        parameters: &[],
        phrases: &[
            "does not support response format `json_object`",
            // LM Studio's words
            "'response_format.type' must be 'json_schema'",
        ],
    },
    Reaction {
        part: Part::Tool,
        parameters: &[],
        phrases: &[
            "tool_choice forces tool use is not",
            "forced tool use is not supported",
            "thinking may not be enabled when tool_choice forces",
        ],
    },
];

/// Which part of a request the server does not take, if that is why it refused it.
pub(super) fn unsupported(status: u16, said: &Said<'_>) -> Option<Part> {
    if !matches!(status, 400 | 422) {
        return None;
    }
    let by_parameter = |it: &&Reaction| {
        let param = said.param.filter(|_| said.is(UNSUPPORTED));
        param.is_some_and(|param| it.parameters.contains(&param))
    };
    let by_phrase = |it: &&Reaction| said.contains(it.phrases);
    let mut reactions = REACTIONS.iter();
    let found = reactions.find(|it| by_parameter(it) || by_phrase(it))?;
    Some(found.part)
}

impl Learnt {
    /// The capabilities, without what was refused.
    pub(super) fn apply(&self, known: Capabilities) -> Capabilities {
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
        if self.has(Part::JsonObject) {
            now.json_object = false;
        }
        let no_schemas = self.has(Part::Schemas) || self.has(Part::Tool);
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
    use serde_json::json;

    use super::super::rejection::said;
    use super::*;

    #[track_caller]
    fn check(status: u16, error: serde_json::Value, part: Option<Part>) {
        let body = json!({ "error": error });
        assert_eq!(unsupported(status, &said(&body)), part, "{status} {body}");
    }

    #[test]
    fn a_refused_parameter_is_recognised_by_its_code() {
        let error = |code: &str, param: &str| json!({"code": code, "param": param});
        for (code, param, part) in [
            ("unsupported_value", "temperature", Part::Temperature),
            ("unsupported_parameter", "max_tokens", Part::MaxTokensName),
            ("unsupported_value", "logprobs", Part::Logprobs),
            ("unsupported_parameter", "logprobs", Part::Logprobs),
            ("unknown_parameter", "prompt_cache_key", Part::CacheKey),
            ("unsupported_value", "messages[0].role", Part::DeveloperRole),
        ] {
            check(400, error(code, param), Some(part));
            check(500, error(code, param), None);
        }
        check(400, error("decimal_above_max_value", "temperature"), None);
        check(400, error("unsupported_value", "messages"), None);
        check(400, json!("<html>"), None);
    }

    #[test]
    fn a_refused_parameter_is_recognised_by_the_servers_words() {
        for (message, part) in [
            (
                "`temperature` is deprecated for this model.",
                Part::Temperature,
            ),
            (
                "This response_format type is unavailable now",
                Part::Schemas,
            ),
            (
                "This model does not support response format `json_schema`. See",
                Part::Schemas,
            ),
            (
                "Invalid parameter: 'text.format' of type 'json_schema' is not supported with this model.",
                Part::Schemas,
            ),
            (
                "The parameter `response_format.type` is not valid: invalid value: `json_schema`, supported values are: `text`",
                Part::Schemas,
            ),
            (
                "'response_format.type' must be 'json_schema' or 'text'",
                Part::JsonObject,
            ),
            (
                "Thinking may not be enabled when tool_choice forces tool use.",
                Part::Tool,
            ),
        ] {
            check(400, json!({ "message": message }), Some(part));
        }
        check(400, json!({"message": "temperature: range: 0..1"}), None);
    }

    #[test]
    fn a_user_is_warned_once() {
        let learnt = Learnt::default();
        assert!(learnt.warns_of(Part::Tool) && !learnt.warns_of(Part::Tool));
        assert!(learnt.warns_of(Part::Logprobs));
    }
}
