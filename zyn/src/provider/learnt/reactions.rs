//! The words by which servers say that they do not take a part of a request: a table, long because servers are many.

use super::Part;
use crate::provider::rejection::Said;

/// How a server says that it does not take a part: it names one of these parameters, under a code or in a form of words
/// that says so; or it says one of these phrases. Where it says it of several at once, each may be meant.
struct Reaction {
    parts: &'static [Part],
    /// With a leading `*`, wherever in the request it stands.
    parameters: &'static [&'static str],
    phrases: &'static [&'static str],
}

/// Which parts of a request a server does not take, if that is why it refused it. It may speak of parts that were not
/// sent, so that what it says can be meant in several ways.
#[derive(Debug, Default)]
pub(in crate::provider) struct Refused {
    /// Each way, as the parts that are left out together.
    pub(in crate::provider) parts: Vec<&'static [Part]>,
    /// The most tokens that may be asked for, where it says so.
    pub(in crate::provider) most_tokens: Option<u32>,
}

impl Refused {
    /// The parts of which any may be meant.
    pub(in crate::provider) fn suspects(&self) -> impl Iterator<Item = Part> {
        let several = self.parts.iter().filter(|parts| parts.len() > 1);
        several.flat_map(|parts| parts.iter().copied())
    }
}

/// The statuses of such a refusal. To forbid logprobs, OpenAI says 403; where no server behind it takes a part,
/// OpenRouter says 404; inside a success only words can tell.
const STATUSES: &[u16] = &[200, 400, 403, 404, 422];

/// The codes that say that a parameter is not taken, whatever its value.
const UNSUPPORTED: &[&str] = &[
    "unsupported_parameter",
    "unsupported_value",
    "unknown_parameter",
    "extra_forbidden",
];

/// What stands before and behind a parameter in words that say the same, in lower case.
const FORMS: &[(&str, &str)] = &[
    ("", ": extra inputs are not permitted"),
    ("unsupported parameter: '", "'"),
    ("unknown parameter: '", "'"),
    ("unrecognized request argument supplied: ", ""),
    ("unknown name \"", "\""),
    ("unknown field `", "`"),
    ("property '", "' is unsupported"),
    ("argument not supported on this model: ", ""),
    ("does not support parameter ", ""),
    ("not allowed to request ", ""),
    ("`", "` is deprecated"),
    ("`", "` is not supported"),
    ("'", "' is not supported"),
    ("'", "' does not support"),
    ("", " is not supported"),
    ("", " are not supported"),
    ("", " is not enabled"),
];

const REACTIONS: &[Reaction] = &[
    Reaction {
        parts: &[Part::Temperature],
        parameters: &["temperature"],
        phrases: &[],
    },
    Reaction {
        parts: &[Part::MaxTokensName],
        parameters: &["max_tokens", "max_completion_tokens"],
        phrases: &[],
    },
    Reaction {
        parts: &[Part::Logprobs],
        parameters: &["logprobs", "top_logprobs", "responselogprobs"],
        phrases: &[],
    },
    Reaction {
        parts: &[Part::StreamUsage],
        parameters: &["stream_options", "stream_options.include_usage"],
        phrases: &[],
    },
    Reaction {
        parts: &[Part::CacheKey],
        parameters: &["prompt_cache_key"],
        phrases: &[],
    },
    Reaction {
        parts: &[Part::DeveloperRole],
        parameters: &["messages[0].role"],
        phrases: &["'developer' is not one of"],
    },
    Reaction {
        parts: &[Part::Schemas],
        parameters: &[
            "response_format.type",
            "output_config",
            "output_config.format",
            "responsejsonschema",
        ],
        phrases: &[
            "response_format type is unavailable",
            "does not support response format `json_schema`",
            "of type 'json_schema' is not supported",
            "invalid value: `json_schema`",
            "does not support output format",
            "structured outputs are not supported",
        ],
    },
    Reaction {
        parts: &[Part::JsonObject],
        parameters: &[],
        phrases: &[
            "does not support response format `json_object`",
            "'response_format' of type 'json_object' is not supported",
            // LM Studio's words
            "'response_format.type' must be 'json_schema'",
        ],
    },
    Reaction {
        parts: &[Part::Json],
        parameters: &["response_format"],
        phrases: &["json mode is not enabled"],
    },
    Reaction {
        parts: &[Part::Tool],
        parameters: &["tools", "tool_choice"],
        phrases: &[
            "does not support tools",
            "does not support this tool_choice",
            "does not support forcing tool use",
            "forced tool use is not supported",
            "thinking may not be enabled when tool_choice forces",
            "no endpoints found that support tool use",
            "no endpoints found that support the provided 'tool_choice'",
        ],
    },
    Reaction {
        parts: &[Part::CacheMarks],
        parameters: &["*cache_control", "*cache_control.ephemeral.ttl"],
        phrases: &["cache_control.ephemeral.ttl: "],
    },
    // if it is neither, it is the schema
    Reaction {
        parts: &[Part::Temperature, Part::Logprobs],
        parameters: &[],
        phrases: &["no endpoints found that can handle the requested parameters"],
    },
];

/// What stands before the most tokens that may be asked for: first the one, later the other.
const MOST_TOKENS: &[(&str, &str)] = &[
    ("max_tokens: ", " > "),
    ("valid range of max_tokens is [", ", "),
    ("max_tokens", "must be less than or equal to `"),
    ("max_tokens", "must be less than or equal to "),
    ("max_tokens", "supports at most "),
];

/// Which parts of a request the server does not take, if that is why it refused it.
pub(in crate::provider) fn unsupported(status: u16, said: &Said) -> Refused {
    if !STATUSES.contains(&status) {
        return Refused::default();
    }
    let named = said.param.as_deref().filter(|_| said.is(UNSUPPORTED));
    let is_refused = |parameter: &&str| {
        let (parameter, anywhere) = match parameter.strip_prefix('*') {
            Some(parameter) => (parameter, true),
            None => (*parameter, false),
        };
        let in_words = |(before, after): &(&str, &str)| {
            is_said(said.text(), before, parameter, after, anywhere)
        };
        let is_named = |it: &str| {
            let above = it.strip_suffix(parameter);
            above.is_some_and(|above| above.is_empty() || anywhere && above.ends_with('.'))
        };
        named.is_some_and(is_named) || FORMS.iter().any(in_words)
    };
    let fits = |it: &&Reaction| it.parameters.iter().any(is_refused) || said.contains(it.phrases);
    let mut parts: Vec<_> = REACTIONS.iter().filter(fits).map(|it| it.parts).collect();
    let most_tokens = most_tokens(said.text());
    parts.extend(most_tokens.map(|_| &[Part::UsualMaxTokens] as &[_]));
    Refused { parts, most_tokens }
}

/// The most tokens that may be asked for, by a sentence in lower case.
fn most_tokens(text: &str) -> Option<u32> {
    MOST_TOKENS.iter().find_map(|(first, before)| {
        let (_, rest) = text.split_once(first)?;
        let (_, rest) = rest.split_once(before)?;
        let end = rest.find(|c: char| !c.is_ascii_digit());
        let digits = rest.get(..end.unwrap_or(rest.len()))?;
        digits.parse().ok().filter(|most| *most > 0)
    })
}

/// Whether `parameter` is in `text` between these words, and not as a piece of a longer name, or if so at its end where it
/// may stand `anywhere`.
fn is_said(text: &str, before: &str, parameter: &str, after: &str, anywhere: bool) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let words = match anywhere {
        true => format!("{parameter}{after}"),
        false => format!("{before}{parameter}{after}"),
    };
    let mut found = text.match_indices(&words);
    found.any(|(at, words)| {
        let front = text.get(..at).unwrap_or_default();
        let behind = text.get(at + words.len()..).unwrap_or_default();
        let behind = behind.trim_start_matches('.').chars().next();
        let is_whole = match anywhere {
            true => {
                let above = front.trim_end_matches(|c| is_name(c) || matches!(c, '[' | ']'));
                let is_begun = above.len() == front.len() || front.ends_with('.');
                is_begun && above.ends_with(before)
            }
            false => !front.chars().next_back().is_some_and(is_name),
        };
        is_whole && !behind.is_some_and(is_name)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::rejection::said;

    #[track_caller]
    fn check(status: u16, error: serde_json::Value, part: Option<Part>) {
        let body = json!({ "error": error });
        let refused = unsupported(status, &said(&body));
        let found = refused.parts.first().and_then(|parts| parts.first());
        assert_eq!(found, part.as_ref(), "{status} {body}");
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
                "Thinking may not be enabled when tool_choice forces tool use.",
                Part::Tool,
            ),
        ] {
            check(400, json!({ "message": message }), Some(part));
        }
        check(400, json!({"message": "temperature: range: 0..1"}), None);
    }

    #[test]
    fn a_refused_parameter_is_recognised_in_every_form_of_words() {
        for (message, part) in [
            (
                "prompt_cache_key: Extra inputs are not permitted",
                Part::CacheKey,
            ),
            (
                "[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'msg': 'Extra inputs are not permitted'}]",
                Part::StreamUsage,
            ),
            (
                "messages.0.content.0.cache_control: Extra inputs are not permitted",
                Part::CacheMarks,
            ),
            (
                "system.0.cache_control.ephemeral.ttl: Extra inputs are not permitted",
                Part::CacheMarks,
            ),
            (
                "messages.0.content.0.text.cache_control.ephemeral.ttl: Input should be '5m'",
                Part::CacheMarks,
            ),
            (
                "Unknown parameter: 'messages[0].cache_control'.",
                Part::CacheMarks,
            ),
            (
                "output_config.format: Extra inputs are not permitted",
                Part::Schemas,
            ),
            (
                "Invalid JSON payload received. Unknown name \"responseJsonSchema\" at 'generation_config': Cannot find field.",
                Part::Schemas,
            ),
            (
                "max_tokens: 16000 > 8192, which is the maximum allowed number of output tokens for m",
                Part::UsualMaxTokens,
            ),
            (
                "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
                Part::UsualMaxTokens,
            ),
            (
                "Unsupported parameter: 'stream_options.include_usage'.",
                Part::StreamUsage,
            ),
            ("Unknown parameter: 'prompt_cache_key'.", Part::CacheKey),
            (
                "Unrecognized request argument supplied: top_logprobs",
                Part::Logprobs,
            ),
            (
                "Invalid JSON payload received. Unknown name \"responseLogprobs\" at 'generation_config'",
                Part::Logprobs,
            ),
            (
                "messages: unknown field `stream_options`, expected one of",
                Part::StreamUsage,
            ),
            ("property 'prompt_cache_key' is unsupported", Part::CacheKey),
            (
                "Argument not supported on this model: logprobs",
                Part::Logprobs,
            ),
            (
                "Model grok does not support parameter temperature.",
                Part::Temperature,
            ),
            (
                "You are not allowed to request logprobs from this model.",
                Part::Logprobs,
            ),
            (
                "`logprobs` is not supported with this model",
                Part::Logprobs,
            ),
            (
                "logprobs are not supported with reasoning models",
                Part::Logprobs,
            ),
            ("Logprobs is not enabled for models/m", Part::Logprobs),
            (
                "'messages[0].role' does not support 'developer' with this model",
                Part::DeveloperRole,
            ),
            (
                "'developer' is not one of ['system', 'user']",
                Part::DeveloperRole,
            ),
            (
                "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
                Part::Schemas,
            ),
            ("structured outputs are not supported by m", Part::Schemas),
            (
                "This model does not support response format `json_object`",
                Part::JsonObject,
            ),
            (
                "m does not support this tool_choice while thinking",
                Part::Tool,
            ),
            (
                "tool_choice: this model does not support forcing tool use",
                Part::Tool,
            ),
            ("forced tool use is not supported", Part::Tool),
        ] {
            check(400, json!({ "message": message }), Some(part));
            check(500, json!({ "message": message }), None);
        }
    }

    #[test]
    fn how_many_tokens_may_be_asked_for_is_read() {
        for text in [
            "max_tokens: 16000 > 8192, which is the maximum",
            "invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
            "`max_tokens` must be less than or equal to `8192`, the maximum value",
            "max_tokens is too large: 16000. this model supports at most 8192 completion tokens",
        ] {
            assert_eq!(most_tokens(text), Some(8192), "{text}");
        }
    }

    #[test]
    fn what_only_resembles_a_parameter_of_ours_is_none() {
        for message in [
            "sampling.temperature: Extra inputs are not permitted",
            "max_tokens_to_sample: Extra inputs are not permitted",
            "Unknown parameter: 'response_format.schema'.",
            "Unrecognized request argument supplied: logprobs.content",
            "Argument not supported on this model: logprobs_of_all",
            "'my_tools' is not supported",
            "the parameter image-tools is not supported",
            "my_cache_control: Extra inputs are not permitted",
            "cache_control.kind: Extra inputs are not permitted",
            "max_tokens: 16000 > many",
        ] {
            check(400, json!({ "message": message }), None);
        }
    }
}
