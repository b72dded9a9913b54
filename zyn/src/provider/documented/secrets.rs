//! Servers echo keys: in what field of an error ever, none is shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

/// A key with what JSON and addresses write otherwise.
const KEY: &str = r#"canary/Key+1"2\3=="#;

/// `value` with `text` in place of each of its strings in turn, and of all of them.
fn echoing(value: &Value, text: &str) -> Vec<Value> {
    fn count(value: &Value) -> usize {
        match value {
            Value::String(_) => 1,
            Value::Array(items) => items.iter().map(count).sum(),
            Value::Object(fields) => fields.values().map(count).sum(),
            _ => 0,
        }
    }
    fn replace(value: &mut Value, text: &str, at: Option<usize>, seen: &mut usize) {
        match value {
            Value::String(old) => {
                if at.is_none_or(|at| at == *seen) {
                    text.clone_into(old);
                }
                *seen += 1;
            }
            Value::Array(items) => items.iter_mut().for_each(|it| replace(it, text, at, seen)),
            Value::Object(fields) => fields
                .values_mut()
                .for_each(|it| replace(it, text, at, seen)),
            _ => {}
        }
    }
    let places = (0..count(value)).map(Some).chain([None]);
    places
        .map(|at| {
            let mut value = value.clone();
            replace(&mut value, text, at, &mut 0);
            value
        })
        .collect()
}

#[track_caller]
fn check(reply: &Canned, streamed: bool, what: &Value) -> bool {
    let remote = remote("openai").with(|it| it.key = Some(Key::new(KEY.into())));
    let (outcome, _) = remote.outcome(reply, streamed);
    let Err(error) = outcome else {
        // the words of a model are no error
        return false;
    };
    let detail = error.detail().unwrap_or_default();
    for shown in [&format!("{error}"), &format!("{error:?}"), detail] {
        assert!(!shown.contains("canary"), "{shown}\nof {what}");
        assert!(!shown.contains("Y2FuYXJ5"), "{shown}\nof {what}");
    }
    detail.contains("[key]") || error.to_string().contains("[key]")
}

#[test]
fn a_key_in_any_field_of_any_error_is_not_shown() {
    let escaped = Value::from(KEY).to_string().replace('/', r"\/");
    let quoted = json!({"error": {"message": KEY, "code": KEY}}).to_string();
    let base64 = STANDARD.encode(KEY);
    let percent = "canary%2FKey%2B1%222%5C3%3D%3D";
    let mut masked = 0;
    for (_, lines, _) in FILES {
        for row in rows::<Row>(lines) {
            for echo in [KEY, &escaped, &quoted, &base64, percent] {
                let text = format!("got {echo} here");
                for body in echoing(&row.body, &text) {
                    masked += u32::from(check(
                        &Row {
                            body: body.clone(),
                            ..row.copy()
                        }
                        .reply(),
                        row.in_stream,
                        &body,
                    ));
                }
            }
        }
    }
    println!("{masked} keys were echoed where errors are shown");
    assert!(masked > 3_000, "{masked}");
}

#[test]
fn a_key_in_a_header_is_not_shown() {
    for name in ["x-request-id", "request-id", "mistral-correlation-id"] {
        let reply = Canned::json(400, &json!({})).header(name, KEY);
        assert!(check(&reply, false, &json!(name)));
    }
}

impl Row {
    /// The same, but for what is expected of it.
    fn copy(&self) -> Self {
        Self {
            name: String::new(),
            api: self.api.clone(),
            server: String::new(),
            status: self.status,
            in_stream: self.in_stream,
            headers: self.headers.clone(),
            body: Value::Null,
            failure: String::new(),
            part: None,
            class: String::new(),
            retry_after_ms: None,
            source: String::new(),
            evidence: String::new(),
        }
    }
}
