//! Shapes and classes. Compiled under `cfg(test)` alone.

use serde_json::json;

use super::*;
use crate::provider::Failure;

#[track_caller]
fn check(status: u16, body: Value, wanted: Failure) {
    let said = said(&body);
    assert_eq!(
        kind(said.status().unwrap_or(status), &said),
        wanted,
        "{status} {body}"
    );
}

#[test]
fn words_are_found_in_every_shape() {
    for body in [
        json!({"error": {"message": "m", "type": "t", "param": "p", "code": "c"}}),
        json!([{"error": {"message": "m", "type": "t", "param": "p", "code": "c"}}]),
        json!({"object": "error", "message": "m", "type": "t", "param": "p", "code": "c"}),
    ] {
        let said = said(&body);
        let found = (
            said.message.as_deref(),
            said.kind.as_deref(),
            said.param.as_deref(),
            said.code.as_deref(),
        );
        assert_eq!(
            found,
            (Some("m"), Some("t"), Some("p"), Some("c")),
            "{body}"
        );
    }
    for body in [
        json!({"error": "m"}),
        json!({"code": "c", "error": "m"}),
        json!({"detail": "m"}),
    ] {
        assert_eq!(said(&body).message.as_deref(), Some("m"), "{body}");
    }
    assert_eq!(
        said(&json!({"detail": [{"msg": "m"}]})).message.as_deref(),
        Some("m")
    );
    assert_eq!(
        said(&json!({"error": {"code": 429}})).code.as_deref(),
        Some("429")
    );
    for nothing in [
        json!(null),
        json!([]),
        json!(7),
        json!("x"),
        json!({"error": null}),
        json!({"error": []}),
    ] {
        let said = said(&nothing);
        assert!(said.code.is_none() && said.kind.is_none(), "{nothing}");
    }
}

#[test]
fn the_status_decides_where_words_are_unknown() {
    let nothing = || json!({});
    for (status, wanted) in [
        (301, Failure::Redirect),
        (307, Failure::Redirect),
        (400, Failure::Rejected),
        (401, Failure::Auth),
        (402, Failure::Quota),
        (403, Failure::Auth),
        (404, Failure::NotFound),
        (408, Failure::Server),
        (409, Failure::Server),
        (413, Failure::Rejected),
        (422, Failure::Rejected),
        (429, Failure::RateLimit),
        (500, Failure::Server),
        (502, Failure::Server),
        (503, Failure::Unavailable),
        (504, Failure::Server),
        (529, Failure::Overloaded),
    ] {
        check(status, nothing(), wanted);
    }
}

#[test]
fn words_refine_the_status() {
    check(
        429,
        json!({"error": {"code": "insufficient_quota"}}),
        Failure::Quota,
    );
    check(
        400,
        json!({"error": {"code": "context_length_exceeded"}}),
        Failure::ContextWindow,
    );
    check(
        400,
        json!({"error": {"code": 400, "type": "exceed_context_size_error"}}),
        Failure::ContextWindow,
    );
    check(
        400,
        json!({"error": {"message": "This model's Maximum context length is 8"}}),
        Failure::ContextWindow,
    );
    check(
        503,
        json!({"error": "The server is overloaded"}),
        Failure::Overloaded,
    );
    check(
        400,
        json!({"code": "invalid-argument", "error": "Incorrect API key provided."}),
        Failure::Auth,
    );
    check(
        400,
        json!({"error": {"code": "model_not_found"}}),
        Failure::NotFound,
    );
    check(
        400,
        json!({"error": {"code": "content_filter", "innererror": {}}}),
        Failure::Refusal,
    );
    check(
        400,
        json!({"error": {"code": "json_validate_failed", "failed_generation": "{"}}),
        Failure::Rejected,
    );
}

#[test]
fn inside_a_success_the_code_may_be_the_status() {
    check(
        200,
        json!({"error": {"code": 429, "message": "slow down"}}),
        Failure::RateLimit,
    );
    check(200, json!({"error": {"code": "503"}}), Failure::Unavailable);
    check(
        200,
        json!({"error": {"type": "overloaded_error"}}),
        Failure::Overloaded,
    );
    check(
        200,
        json!({"error": {"type": "invalid_request_error"}}),
        Failure::Rejected,
    );
    check(200, json!({"error": "it broke"}), Failure::Server);
}

#[test]
fn words_are_known_that_no_documented_error_here_has() {
    let said = |message: &str| json!({"error": {"message": message}});
    let reason = |reason: &str| {
        let detail = json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason});
        json!({"error": {"message": "m", "details": [detail]}})
    };
    for (status, body, wanted) in [
        (403, reason("BILLING_DISABLED"), Failure::Quota),
        (403, reason("CONSUMER_SUSPENDED"), Failure::Auth),
        (
            403,
            said("Key limit exceeded (monthly limit). Manage it"),
            Failure::Quota,
        ),
        (
            429,
            said("you've reached your weekly usage limit"),
            Failure::Quota,
        ),
        (
            400,
            said("Unknown name \"x\" at 'generation_config.response_json_schema.properties'"),
            Failure::SchemaRefused,
        ),
        (
            400,
            said("gpt-nope is not a valid model ID"),
            Failure::NotFound,
        ),
        (
            503,
            said("m is currently over capacity. Please back off"),
            Failure::Overloaded,
        ),
        (
            503,
            json!({"error": {"type": "server_overloaded"}}),
            Failure::Overloaded,
        ),
    ] {
        check(status, body, wanted);
    }
}

#[test]
fn an_error_that_another_one_quotes_is_heard() {
    let inner = json!({"error": {"message": "Prompt is too long", "code": "c", "param": "p"}});
    for outer in [
        json!({"error": {"code": 400, "message": "failed", "metadata": {"raw": inner}}}),
        json!({"error": {"code": 400, "message": "failed", "metadata": {"raw": inner.to_string()}}}),
        json!({"error": {"code": 400, "message": inner.to_string()}}),
        json!({"code": 400, "message": inner}),
        json!({"detail": inner, "code": 400}),
    ] {
        let said = said(&outer);
        assert_eq!(said.param.as_deref(), Some("p"), "{outer}");
        assert_eq!(said.status(), Some(400), "{outer}");
        assert!(said.is(&["C"]), "{outer}");
        let message = said.message.as_deref().unwrap();
        assert!(message.ends_with("Prompt is too long"), "{message}");
        assert_eq!(kind(400, &said), Failure::ContextWindow, "{outer}");
    }
    // quoted text doubles with each time, objects do not
    let mut deep = json!({"message": "m"});
    for _ in 0..50 {
        deep = json!({"error": {"metadata": {"raw": deep}}});
    }
    assert!(said(&deep).message.is_some());
}

#[test]
fn a_validation_error_names_its_parameter() {
    for (place, param) in [
        (json!(["body", "stream_options"]), "stream_options"),
        (json!(["body", "messages", 0, "role"]), "messages[0].role"),
    ] {
        let list = json!([{"type": "extra_forbidden", "loc": place, "msg": "m"}]);
        for body in [
            json!({"detail": list}),
            json!({"message": {"detail": list}}),
            json!({"message": list}),
        ] {
            let said = said(&body);
            assert!(said.is(&["extra_forbidden"]), "{body}");
            assert!(said.message.is_some(), "{body}");
            assert_eq!(said.param.as_deref(), Some(param), "{body}");
        }
    }
}

#[test]
fn what_was_sent_is_not_the_servers_word() {
    let prompt = "My credit balance is too low, and structured outputs are not supported";
    let item = json!({"type": "string_type", "loc": ["body", "messages"], "msg": "No text", "input": prompt});
    let python = format!(
        "[{{'type': 'string_type', 'loc': ('body', 'messages'), 'msg': 'No text', 'input': '{prompt}'}}]"
    );
    let sentence = format!(
        "1 error\nmessages\n  No text [type=string_type, input_value='{prompt}', input_type=str]"
    );
    for body in [
        json!({"detail": [item]}),
        json!({"message": {"detail": [item]}}),
        json!({"object": "error", "message": [item]}),
        json!({ "message": python }),
        json!({ "error": {"message": sentence} }),
        json!({"error": {"code": 422, "message": "failed", "metadata": {"raw": {"detail": [item]}}}}),
        json!({"detail": {"what": prompt}}),
    ] {
        let heard = said(&body);
        assert!(!heard.text().contains("credit"), "{}", heard.text());
        check(422, body, Failure::Rejected);
    }
}

#[test]
fn a_prompt_is_refused_only_where_it_was_flagged() {
    let error = |message: &str| json!({"error": {"code": "invalid_prompt", "message": message}});
    let flagged =
        "Invalid prompt: your prompt was flagged as potentially violating our usage policy.";
    check(400, error(flagged), Failure::Refusal);
    check(
        400,
        error("Invalid Responses API request"),
        Failure::Rejected,
    );
}
