//! What chat completions call things.

use crate::provider::WireFormat;
use crate::provider::openai::encode::Operation;
use crate::provider::openai::message;
use crate::provider::profile::MaxTokens;
use crate::session::{Media, MediaKind};

pub(super) const CHAT: Operation = Operation {
    messages: "messages",
    text: "text",
    media: part,
    schema: [
        r#""response_format":{"type":"json_schema","json_schema":{"#,
        "}}",
    ],
    json_object: r#","response_format":{"type":"json_object"}"#,
    max_tokens: MaxTokens::name,
    logprobs: r#","logprobs":true"#,
    always: "",
    stream_usage: r#","stream_options":{"include_usage":true}"#,
    wire: [WireFormat::OpenAiChat, WireFormat::OpenAiChatByTurns],
};

/// An image or a PDF. One that the server takes by no address was refused before.
fn part(media: &Media) -> String {
    let url = message::url(media);
    match media.kind() {
        MediaKind::Image => format!(r#"{{"type":"image_url","image_url":{{"url":{url}}}}}"#),
        MediaKind::Pdf => {
            let name = message::name(media);
            format!(r#"{{"type":"file","file":{{"filename":{name},"file_data":{url}}}}}"#)
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::{Value, json};

    use super::*;
    use crate::provider::attached::*;
    use crate::provider::profile::{Capabilities, OPENAI, OPENAI_HOST, capabilities as of};
    use crate::provider::{Dialect, Request, WireSchema};
    use crate::session::Message;

    fn body(model: &str, request: &Request, takes: &Capabilities, streamed: bool) -> Vec<Bytes> {
        CHAT.body(model, request, takes, streamed)
    }

    fn capabilities(host: &str, model: &str) -> Capabilities {
        of(OPENAI, host, model)
    }

    /// As it is sent to a server that takes a conversation as it is.
    fn joined(request: &Request) -> String {
        let pieces = body("m", request, &capabilities(OPENAI_HOST, "gpt-4o"), false);
        String::from_utf8(pieces.concat()).unwrap()
    }

    fn parsed(request: &Request) -> Value {
        serde_json::from_str(&joined(request)).unwrap()
    }

    #[test]
    fn the_keys_stand_in_a_stable_order() {
        let request = Request {
            schema: Some(WireSchema {
                dialect: Dialect::OpenAi,
                name: "A".into(),
                json: r#"{"z":1,"a":2}"#.into(),
            }),
            temperature: Some(0.5),
            max_tokens: Some(9),
            logprobs: true,
            system: "s",
            ..Request::new(Message::user("hi"))
        };
        assert_eq!(
            joined(&request),
            concat!(
                r#"{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"hi"}],"#,
                r#""response_format":{"type":"json_schema","json_schema":{"name":"A","strict":true,"schema":{"z":1,"a":2}}},"#,
                r#""temperature":0.5,"max_completion_tokens":9,"logprobs":true}"#
            )
        );
    }

    #[test]
    fn a_schema_for_the_prompt_alone_is_not_sent() {
        let request = Request {
            schema: Some(WireSchema {
                dialect: Dialect::Prompted,
                name: "A".into(),
                json: "{}".into(),
            }),
            ..Request::new(Message::user("hi"))
        };
        let body = parsed(&request);
        assert_eq!(body["response_format"], json!({"type": "json_object"}));
    }

    #[test]
    fn servers_must_take_all_parameters_where_a_schema_is_one_of_them() {
        for (dialect, all) in [
            (Dialect::OpenAi, json!({"require_parameters": true})),
            (Dialect::Prompted, Value::Null),
        ] {
            let request = Request {
                schema: Some(WireSchema {
                    dialect,
                    name: "A".into(),
                    json: "{}".into(),
                }),
                ..Request::new(Message::user("hi"))
            };
            let takes = capabilities("openrouter.ai", "m");
            let pieces = body("m", &request, &takes, false);
            let body: Value = serde_json::from_slice(&pieces.concat()).unwrap();
            assert_eq!(body["provider"], all, "{dialect}");
        }
    }

    #[test]
    fn a_blank_system_message_is_left_out() {
        for host in [OPENAI_HOST, "127.0.0.1"] {
            let request = Request {
                system: " \n",
                ..Request::new(Message::user("hi"))
            };
            let pieces = body("m", &request, &capabilities(host, "m"), false);
            let body: Value = serde_json::from_slice(&pieces.concat()).unwrap();
            let messages = json!([{"role": "user", "content": "hi"}]);
            assert_eq!(body["messages"], messages, "{host}");
        }
    }

    #[test]
    fn nothing_is_sent_that_was_not_set() {
        let body = parsed(&Request::new(Message::user("hi")));
        let keys: Vec<_> = body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["model", "messages"]);
    }

    #[test]
    fn messages_come_in_order_and_the_note_is_in_the_prompts_own_string() {
        let request = Request {
            system: "rules \"1\"",
            history: [
                Message::system("s"),
                Message::user("u"),
                Message::assistant("a"),
            ]
            .into_iter()
            .collect(),
            note: Some("a \"note\"\n".into()),
            feedback: vec![Message::assistant("bad"), Message::user("fix")],
            ..Request::new(Message::user("ask \"x\""))
        };
        assert_eq!(
            parsed(&request)["messages"],
            json!([
                {"role": "system", "content": "rules \"1\""},
                {"role": "system", "content": "s"},
                {"role": "user", "content": "u"},
                {"role": "assistant", "content": "a"},
                {"role": "user", "content": "ask \"x\"\n\na \"note\"\n"},
                {"role": "assistant", "content": "bad"},
                {"role": "user", "content": "fix"},
            ])
        );
    }

    #[test]
    fn what_is_attached_comes_before_the_text_and_its_note() {
        let address = image_at("https://x.com/a.png");
        let prompt = prompt("Say", [image(), pdf().named("a.pdf"), pdf(), address]);
        let text = prompt.text().to_owned();
        assert_eq!(
            parsed(&noted(prompt))["messages"][0]["content"],
            json!([
                {"type": "image_url", "image_url": {"url": format!("data:image/gif;base64,{IMAGE}")}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": format!("data:application/pdf;base64,{PDF}")}},
                {"type": "file", "file": {"filename": "document.pdf", "file_data": format!("data:application/pdf;base64,{PDF}")}},
                {"type": "image_url", "image_url": {"url": "https://x.com/a.png"}},
                {"type": "text", "text": format!("{text}\n\nthe \"note\"")},
            ])
        );
    }

    #[test]
    fn the_history_is_encoded_once() {
        let stored = Message::user("long");
        let request = Request {
            history: [stored].into_iter().collect(),
            ..Request::new(Message::user("hi"))
        };
        let first = body("m", &request, &capabilities("", "m"), false);
        let second = body("m", &request.clone(), &capabilities("", "m"), false);
        assert_eq!(first[1].as_ptr(), second[1].as_ptr());
    }

    #[test]
    fn a_server_without_schemas_gets_none() {
        let request = Request {
            schema: Some(WireSchema {
                dialect: Dialect::OpenAi,
                name: "A".into(),
                json: "{}".into(),
            }),
            ..Request::new(Message::user("hi"))
        };
        let pieces = body("m", &request, &capabilities("api.groq.com", "m"), false);
        let body: Value = serde_json::from_slice(&pieces.concat()).unwrap();
        assert_eq!(body["response_format"], json!({"type": "json_object"}));
    }

    #[test]
    fn a_stream_is_asked_to_end_with_its_usage_where_the_server_knows_that() {
        let request = Request::new(Message::user("hi"));
        for (host, usage) in [("127.0.0.1", true), ("api.mistral.ai", false)] {
            let pieces = body("m", &request, &capabilities(host, "m"), true);
            let body: Value = serde_json::from_slice(&pieces.concat()).unwrap();
            assert_eq!(body["stream"], true);
            assert_eq!(body["stream_options"]["include_usage"] == true, usage);
        }
    }

    #[test]
    fn a_conversation_has_a_key_in_the_cache_of_openai_alone() {
        let request = Request {
            conversation: Some("c-1".into()),
            ..Request::new(Message::user("hi"))
        };
        for (host, key) in [(OPENAI_HOST, json!("c-1")), ("127.0.0.1", Value::Null)] {
            let pieces = body("m", &request, &capabilities(host, "m"), false);
            let body: Value = serde_json::from_slice(&pieces.concat()).unwrap();
            assert_eq!(body["prompt_cache_key"], key);
        }
    }

    #[test]
    fn a_reasoning_model_hears_the_developer() {
        let request = Request {
            system: "rules",
            ..Request::new(Message::user("hi"))
        };
        let pieces = body("o3", &request, &capabilities(OPENAI_HOST, "o3"), false);
        let body: Value = serde_json::from_slice(&pieces.concat()).unwrap();
        assert_eq!(body["messages"][0]["role"], "developer");
    }
}
