//! Which failure an error is: the first rule that fits, else what the status means.

use std::ops::RangeInclusive;

use super::Said;
use crate::provider::Failure;

/// With one of these statuses, under one of these names or in one of these phrases, an error is this failure.
struct Rule {
    failure: Failure,
    at: &'static [RangeInclusive<u16>],
    names: &'static [&'static str],
    /// In lower case. Each is long enough not to be in what an ordinary bad request says.
    phrases: &'static [&'static str],
}

/// What kind of failure this is: by the words where they are known, else by the status.
pub(in crate::provider) fn kind(status: u16, said: &Said) -> Failure {
    let fits = |rule: &&Rule| {
        rule.at.iter().any(|range| range.contains(&status))
            && (said.is(rule.names) || said.contains(rule.phrases))
    };
    match RULES.iter().find(fits) {
        Some(rule) => rule.failure.clone(),
        None => by_status(status),
    }
}

/// What a refusal of a schema is where no schema was sent.
pub(in crate::provider) fn without_schema(status: Option<u16>) -> Failure {
    match status {
        Some(status @ 400..600) => by_status(status),
        _ => Failure::Rejected,
    }
}

fn by_status(status: u16) -> Failure {
    match status {
        300..400 => Failure::Redirect,
        401 | 403 => Failure::Auth,
        402 => Failure::Quota,
        404 => Failure::NotFound,
        408 | 409 => Failure::Server,
        429 => Failure::RateLimit,
        400..500 => Failure::Rejected,
        503 => Failure::Unavailable,
        529 => Failure::Overloaded,
        // a server that breaks off within a success says so in words of its own, or in none
        _ => Failure::Server,
    }
}

const ANY: &[RangeInclusive<u16>] = &[0..=999];
/// Inside a success only words can tell.
const SUCCESS: RangeInclusive<u16> = 200..=299;
const BAD: RangeInclusive<u16> = 400..=400;

const RULES: &[Rule] = &[
    // a budget that is held by requests on their way comes back, although the status speaks of money
    Rule {
        failure: Failure::RateLimit,
        at: ANY,
        names: &["openrouter_in_flight_budget", "in_flight_budget_exhausted"],
        phrases: &[],
    },
    // it is over the limit of a minute by itself, so that waiting does not help
    Rule {
        failure: Failure::Rejected,
        at: &[SUCCESS, 413..=413, 429..=429],
        names: &[],
        phrases: &["request too large for"],
    },
    // too many requests in name, no money in fact
    Rule {
        failure: Failure::Quota,
        at: ANY,
        names: &[
            "insufficient_quota",
            "exceeded_current_quota_error",
            "quota_exceeded",
            "billing_error",
            "billing_hard_limit_reached",
            "billing_not_active",
            "billing_disabled",
            "payment_required",
            "credit_balance_exhausted",
            "enforced_spend_limit_reached",
            "contract_spend_limit_reached",
            "linked_organization_spend_limit_reached",
            "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded",
            "organization_usage_limit_exceeded",
            "openrouter_key_limit",
            "openrouter_credits",
            "personal-team-blocked:spending-limit",
        ],
        phrases: &[
            "credit balance is too low",
            "prepayment credits are depleted",
            "prepay credit balance is depleted",
            "used all available credits",
            "doesn't have any credits",
            "you have run out of credits",
            "specified api usage limits",
            "specified workspace api usage limits",
            "reached your api usage limits",
            "free tier is not available in your country",
            "extra usage is required for long context",
            "this model requires a subscription",
        ],
    },
    // what will not be back in a while
    Rule {
        failure: Failure::Quota,
        at: &[SUCCESS, 403..=403, 429..=429],
        names: &[],
        phrases: &[
            // in the name of a quota of Google's; beside it there may be a delay of seconds, which helps nobody
            "perday",
            "free-models-per-day",
            "key limit exceeded (",
            "insufficient balance",
            "usage limit reached for",
            "hourly usage limit",
            "weekly usage limit",
            "session usage limit",
        ],
    },
    Rule {
        failure: Failure::ContextWindow,
        at: &[SUCCESS, BAD, 413..=413, 422..=422, 500..=500],
        names: &["context_length_exceeded", "exceed_context_size_error"],
        phrases: &[
            "maximum context length",
            "maximum prompt length",
            "reduce the length of the messages",
            "exceeds the available context size",
            "exceeds the context window",
            "exceeds the context length",
            "exceed context limit",
            "prompt is too long",
            "input token count",
            "number of tokens allowed",
            // nothing is left for the answer (vLLM)
            "max_tokens must be at least 1, got -",
        ],
    },
    Rule {
        failure: Failure::Filtered,
        at: ANY,
        names: &["misalignment_policy_violation"],
        phrases: &["output blocked by content filtering policy"],
    },
    Rule {
        failure: Failure::Refusal,
        at: &[SUCCESS, BAD, 403..=403, 422..=422],
        names: &[
            "content_filter",
            "content_policy_violation",
            "cyber_policy",
            "bio_policy",
        ],
        phrases: &[
            "content violates usage guidelines",
            "content exists risk",
            "your input was flagged for",
            // its name, `invalid_prompt`, is OpenRouter's for any request that is not well formed
            "your prompt was flagged",
        ],
    },
    // of a schema that is not taken, or of all schemas; some servers fail over it
    Rule {
        failure: Failure::SchemaRefused,
        at: &[SUCCESS, BAD, 404..=404, 422..=422, 500..=500],
        names: &["invalid_json_schema", "invalid_function_parameters"],
        phrases: &[
            "schema is too complex",
            "compiled grammar is too large",
            "too many optional parameters",
            "parameters with union types",
            "too many strict tools",
            "circular reference detected in schema",
            "output_config.format.schema:",
            // the one tool that is ever sent is the answer
            "tools.0.custom:",
            "tools.0.custom.input_schema",
            "too many states for serving",
            "exceeds the maximum allowed nesting depth",
            "generation_config.response_schema",
            "generation_config.response_json_schema",
            "invalid schema for response_format",
            "invalid schema for response format",
            "invalid json schema for response_format",
            "invalid schema for function",
            "response_format type is unavailable",
            "does not support response format",
            "failed to parse grammar",
            "json schema conversion failed",
            "schema contains features not supported by xgrammar",
            "grammar error:",
            "invalid json schema in format",
            "failed to load model vocabulary required for format",
            r#"expected "json" or a json schema"#,
            "no endpoints found that can handle the requested parameters",
        ],
    },
    Rule {
        failure: Failure::Auth,
        at: &[SUCCESS, BAD],
        names: &[
            "invalid_api_key",
            "api_key_invalid",
            "authentication_error",
            "permission_error",
            "unauthenticated",
            "permission_denied",
            "cmek_key_disabled",
            "organization_on_hold",
            "organization_restricted",
            "claude_code_key_creator_not_member",
        ],
        phrases: &[
            "incorrect api key",
            "api key not valid. ",
            "this organization has been disabled",
        ],
    },
    Rule {
        failure: Failure::NotFound,
        at: &[SUCCESS, BAD],
        names: &[
            "model_not_found",
            "model_decommissioned",
            "invalid_model",
            "not_found",
            "not_found_error",
            "notfounderror",
        ],
        phrases: &[
            "the supported api model names are",
            "is not a valid model id",
        ],
    },
    Rule {
        failure: Failure::RateLimit,
        at: &[SUCCESS],
        names: &[
            "rate_limit_exceeded",
            "rate_limit_error",
            "rate_limit_reached",
            "rate_limit_reached_error",
            "rate_limited",
            "too_many_requests",
            "resource_exhausted",
        ],
        phrases: &[],
    },
    Rule {
        failure: Failure::Overloaded,
        at: &[SUCCESS, 429..=429, 498..=498, 503..=503],
        names: &[
            "overloaded_error",
            "server_overloaded",
            "server_is_overloaded",
            "provider_overloaded",
            "capacity_exceeded",
            "service_tier_capacity_exceeded",
            "model_capacity_exhausted",
        ],
        phrases: &[
            "overloaded",
            "over capacity",
            "experiencing high demand",
            "no capacity available",
            "service tier capacity exceeded",
            "maximum pending requests exceeded",
        ],
    },
    Rule {
        failure: Failure::Unavailable,
        at: &[SUCCESS],
        names: &[
            "service_unavailable",
            "service_unavailable_error",
            "unavailable",
            "unavailable_error",
        ],
        phrases: &[],
    },
    Rule {
        failure: Failure::Rejected,
        at: &[SUCCESS],
        names: &[
            "invalid_request_error",
            "invalid_request",
            "invalid_argument",
            "badrequesterror",
        ],
        phrases: &[],
    },
];
