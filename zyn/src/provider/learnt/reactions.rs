//! The words by which servers say that they do not take a part of a request.

use super::Part;
use crate::provider::rejection::Said;

/// How a server says that it does not take a part: it names one of these parameters, under a code or in a form of words
/// that says so; or it says one of these phrases.
struct Reaction {
    part: Part,
    parameters: &'static [&'static str],
    phrases: &'static [&'static str],
}

/// The statuses of such a refusal. To forbid logprobs, OpenAI says 403; where no server behind it takes a part,
/// OpenRouter says 404.
const STATUSES: &[u16] = &[400, 403, 404, 422];

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
        part: Part::Temperature,
        parameters: &["temperature"],
        phrases: &[],
    },
    Reaction {
        part: Part::MaxTokensName,
        parameters: &["max_tokens", "max_completion_tokens"],
        phrases: &[],
    },
    Reaction {
        part: Part::Logprobs,
        parameters: &["logprobs", "top_logprobs", "responselogprobs"],
        phrases: &[],
    },
    Reaction {
        part: Part::StreamUsage,
        parameters: &["stream_options", "stream_options.include_usage"],
        phrases: &[],
    },
    Reaction {
        part: Part::CacheKey,
        parameters: &["prompt_cache_key"],
        phrases: &[],
    },
    Reaction {
        part: Part::DeveloperRole,
        parameters: &["messages[0].role"],
        phrases: &["'developer' is not one of"],
    },
    Reaction {
        part: Part::Schemas,
        parameters: &["response_format.type", "output_config"],
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
        part: Part::JsonObject,
        parameters: &[],
        phrases: &[
            "does not support response format `json_object`",
            "'response_format' of type 'json_object' is not supported",
            // LM Studio's words
            "'response_format.type' must be 'json_schema'",
        ],
    },
    Reaction {
        part: Part::Json,
        parameters: &["response_format"],
        phrases: &["json mode is not enabled"],
    },
    Reaction {
        part: Part::Tool,
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
];

/// Which part of a request the server does not take, if that is why it refused it.
pub(in crate::provider) fn unsupported(status: u16, said: &Said) -> Option<Part> {
    if !STATUSES.contains(&status) {
        return None;
    }
    let named = said.param.as_deref().filter(|_| said.is(UNSUPPORTED));
    let is_refused = |parameter: &&str| {
        let in_words = |(before, after): &(&str, &str)| {
            is_said(said.text(), &format!("{before}{parameter}{after}"))
        };
        named == Some(*parameter) || FORMS.iter().any(in_words)
    };
    let fits = |it: &&Reaction| it.parameters.iter().any(is_refused) || said.contains(it.phrases);
    REACTIONS.iter().find(fits).map(|found| found.part)
}

/// Whether `words` are in `text`, and not as a piece of a longer name.
fn is_said(text: &str, words: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut found = text.match_indices(words);
    found.any(|(at, words)| {
        let before = text.get(..at).and_then(|it| it.chars().next_back());
        let after = text.get(at + words.len()..).unwrap_or_default();
        let after = after.trim_start_matches('.').chars().next();
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
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
    fn what_only_resembles_a_parameter_of_ours_is_none() {
        for message in [
            "sampling.temperature: Extra inputs are not permitted",
            "max_tokens_to_sample: Extra inputs are not permitted",
            "Unknown parameter: 'response_format.schema'.",
            "Unrecognized request argument supplied: logprobs.content",
            "Argument not supported on this model: logprobs_of_all",
            "'my_tools' is not supported",
            "the parameter image-tools is not supported",
        ] {
            check(400, json!({ "message": message }), None);
        }
    }
}
