//! The answer that a server usually gives, read without a tree of it in between: half of what a call costs here is that
//! tree. Whatever is unusual about an answer is left to [`decode`](super::decode), and what both read is the same.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::decode::end;
use crate::provider::completion::Completion;
use crate::session;

#[derive(Deserialize)]
struct Answer<'a> {
    error: Option<IgnoredAny>,
    x_groq: Option<IgnoredAny>,
    model: Option<String>,
    #[serde(borrow)]
    choices: Vec<Object<Choice<'a>>>,
    usage: Option<Object<Usage>>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    error: Option<IgnoredAny>,
    logprobs: Option<IgnoredAny>,
    finish_reason: Option<String>,
    #[serde(borrow)]
    message: Object<Message<'a>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    refusal: Option<IgnoredAny>,
    #[serde(borrow)]
    content: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    prompt_cache_hit_tokens: Option<u64>,
    prompt_tokens_details: Option<Object<PromptDetails>>,
    completion_tokens_details: Option<Object<CompletionDetails>>,
}

#[derive(Deserialize, Default)]
struct PromptDetails {
    cached_tokens: Option<u64>,
    cache_write_tokens: Option<u64>,
}

#[derive(Deserialize, Default)]
struct CompletionDetails {
    reasoning_tokens: Option<u64>,
}

/// A JSON object as `T`: by itself, serde takes the fields of a list in order too.
#[derive(Default)]
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields(PhantomData))
    }
}

struct Fields<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields)).map(Object)
    }
}

/// Reads a whole answer, if it is a usual one.
pub(super) fn read(body: &str, said: &mut Completion) -> bool {
    let Ok(Object(answer)) = serde_json::from_str::<Object<Answer<'_>>>(body) else {
        return false;
    };
    let Some(Object(choice)) = answer.choices.into_iter().next() else {
        return false;
    };
    let unusual = [answer.error, answer.x_groq, choice.error, choice.logprobs];
    if unusual.iter().any(Option::is_some) || choice.message.0.refusal.is_some() {
        return false;
    }
    if let Some(finish) = choice.finish_reason {
        if finish == "error" {
            return false;
        }
        said.end = Some(end(&finish));
        said.finish = Some(finish);
    }
    said.model = answer.model;
    said.usage = answer.usage.map(|Object(usage)| usage.into());
    said.text.push(&choice.message.0.content);
    true
}

impl From<Usage> for session::Usage {
    fn from(usage: Usage) -> Self {
        let prompt = usage.prompt_tokens_details.unwrap_or_default().0;
        let completion = usage.completion_tokens_details.unwrap_or_default().0;
        let hit = usage.prompt_cache_hit_tokens;
        Self {
            input_tokens: usage.prompt_tokens,
            output_tokens: usage.completion_tokens,
            cached_tokens: prompt.cached_tokens.or(hit).unwrap_or(0),
            written_tokens: prompt.cache_write_tokens.unwrap_or(0),
            reasoning_tokens: completion.reasoning_tokens.unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::provider::openai::chat::decode;

    /// Whether the answer is a usual one; what it says is then what it says to the other reader.
    #[track_caller]
    fn check(body: &Value) -> bool {
        let mut usual = Completion::default();
        let mut other = Completion::default();
        let text = body.to_string();
        let untouched = format!("{usual:?}");
        let is_usual = read(&text, &mut usual);
        if is_usual {
            decode::answer(body, &mut other);
            assert_eq!(format!("{usual:?}"), format!("{other:?}"), "{body}");
        } else {
            assert_eq!(format!("{usual:?}"), untouched, "{body}");
        }
        is_usual
    }

    fn answer() -> Value {
        json!({
            "id": "chatcmpl-1",
            "model": "m",
            "error": null,
            "choices": [{
                "index": 0,
                "message": {"role": "assistant", "content": "<think>a</think>\n\"b\"", "refusal": null},
                "logprobs": null,
                "error": null,
                "finish_reason": "stop",
            }],
            "usage": {
                "prompt_tokens": 9,
                "completion_tokens": 8,
                "prompt_cache_hit_tokens": 7,
                "prompt_tokens_details": {"cached_tokens": 6, "cache_write_tokens": 5},
                "completion_tokens_details": {"reasoning_tokens": 4},
            },
        })
    }

    /// The paths of all values in `value`.
    fn paths(value: &Value, path: &str, all: &mut Vec<String>) {
        all.push(path.to_owned());
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    paths(value, &format!("{path}/{name}"), all);
                }
            }
            Value::Array(items) => {
                for (i, value) in items.iter().enumerate() {
                    paths(value, &format!("{path}/{i}"), all);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn a_usual_answer_is_read_here() {
        assert!(check(&answer()));
        let mut plain = answer();
        plain["usage"] = json!({"prompt_tokens": 1, "completion_tokens": 2});
        assert!(check(&plain));
        plain.as_object_mut().unwrap().remove("usage");
        plain["choices"][0]["finish_reason"] = "length".into();
        assert!(check(&plain));
    }

    #[test]
    fn whatever_is_changed_in_an_answer_both_readers_say_the_same() {
        let mut all = Vec::new();
        paths(&answer(), "", &mut all);
        let values = [
            json!(null),
            json!(true),
            json!(-1),
            json!(1.5),
            json!(3),
            json!(""),
            json!("error"),
            json!("content_filter"),
            json!([]),
            json!([{"type": "text", "text": "x"}]),
            // the fields of each object in order
            json!([null, null, "m", [], null]),
            json!([null, null, "stop", {"content": "x"}]),
            json!([null, "x"]),
            json!([1, 2, null, null, null]),
            json!([3, 4]),
            json!([5]),
            json!({}),
            json!({"message": "no"}),
        ];
        let mut usual = 0;
        for path in &all {
            for value in &values {
                let mut changed = answer();
                *changed.pointer_mut(path).unwrap() = value.clone();
                usual += usize::from(check(&changed));
            }
            if let Some((parent, name)) = path.rsplit_once('/') {
                let mut without = answer();
                let parent = without.pointer_mut(parent).unwrap();
                if let Some(fields) = parent.as_object_mut() {
                    fields.remove(name);
                }
                usual += usize::from(check(&without));
            }
        }
        println!("{usual} of the changed answers are usual ones");
        assert!(usual > all.len());
    }

    #[test]
    fn what_one_reader_alone_knows_is_left_to_it() {
        for (path, value) in [
            ("/error", json!({"message": "no"})),
            ("/choices/0/error", json!({"message": "no"})),
            ("/choices/0/finish_reason", json!("error")),
            ("/choices/0/message/refusal", json!("no")),
            ("/choices/0/logprobs", json!({"content": []})),
            ("/choices/0/message/content", json!(null)),
            ("/choices", json!([])),
        ] {
            let mut changed = answer();
            *changed.pointer_mut(path).unwrap() = value;
            assert!(!check(&changed), "{path}");
        }
    }
}
