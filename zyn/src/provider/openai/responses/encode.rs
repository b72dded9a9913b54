//! What responses call things.

use crate::provider::WireFormat;
use crate::provider::openai::encode::Operation;
use crate::provider::openai::message;
use crate::session::{Media, MediaKind};

pub(super) const RESPONSES: Operation = Operation {
    messages: "input",
    text: "input_text",
    media: part,
    schema: [r#""text":{"format":{"type":"json_schema","#, "}}"],
    json_object: r#","text":{"format":{"type":"json_object"}}"#,
    max_tokens: |_| "max_output_tokens",
    logprobs: r#","include":["message.output_text.logprobs"]"#,
    // else the server keeps prompt and answer: the session is zyn's
    always: r#","store":false"#,
    stream_usage: "",
    wire: [
        WireFormat::OpenAiResponses,
        WireFormat::OpenAiResponsesByTurns,
    ],
};

/// An image or a PDF. One that the server takes by no address was refused before.
fn part(media: &Media) -> String {
    let url = message::url(media);
    match (media.kind(), media.url()) {
        (MediaKind::Image, _) => format!(r#"{{"type":"input_image","image_url":{url}}}"#),
        (MediaKind::Pdf, Some(_)) => format!(r#"{{"type":"input_file","file_url":{url}}}"#),
        (MediaKind::Pdf, None) => {
            let name = message::name(media);
            format!(r#"{{"type":"input_file","filename":{name},"file_data":{url}}}"#)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::provider::attached::*;
    use crate::provider::profile::{OPENAI, OPENAI_HOST, capabilities as of};
    use crate::provider::{Dialect, Request, WireSchema};
    use crate::session::Message;

    fn sent(request: &Request, host: &str, model: &str, streamed: bool) -> String {
        let takes = of(OPENAI, host, model);
        String::from_utf8(RESPONSES.body(model, request, &takes, streamed).concat()).unwrap()
    }

    fn parsed(request: &Request, host: &str, model: &str, streamed: bool) -> Value {
        serde_json::from_str(&sent(request, host, model, streamed)).unwrap()
    }

    fn schema(dialect: Dialect, json: &str) -> Option<WireSchema> {
        Some(WireSchema {
            dialect,
            name: "A".into(),
            json: json.into(),
        })
    }

    #[test]
    fn the_keys_stand_in_a_stable_order() {
        let request = Request {
            system: "s",
            conversation: Some("c-1".into()),
            schema: schema(Dialect::OpenAi, r#"{"z":1,"a":2}"#),
            temperature: Some(0.5),
            max_tokens: Some(9),
            logprobs: true,
            ..Request::new(Message::user("hi"))
        };
        assert_eq!(
            sent(&request, OPENAI_HOST, "m", true),
            concat!(
                r#"{"model":"m","input":[{"role":"system","content":"s"},{"role":"user","content":"hi"}],"#,
                r#""text":{"format":{"type":"json_schema","name":"A","strict":true,"schema":{"z":1,"a":2}}},"#,
                r#""temperature":0.5,"max_output_tokens":9,"include":["message.output_text.logprobs"],"#,
                r#""prompt_cache_key":"c-1","store":false,"stream":true}"#
            )
        );
    }

    #[test]
    fn a_schema_for_the_prompt_alone_is_not_sent() {
        let request = Request {
            schema: schema(Dialect::Prompted, "{}"),
            ..Request::new(Message::user("hi"))
        };
        let body = parsed(&request, "127.0.0.1", "m", false);
        assert_eq!(body["text"], json!({"format": {"type": "json_object"}}));
    }

    #[test]
    fn nothing_is_sent_that_was_not_set_but_that_nothing_be_kept() {
        let body = parsed(&Request::new(Message::user("hi")), "127.0.0.1", "m", false);
        let keys: Vec<_> = body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["model", "input", "store"]);
        assert_eq!(body["store"], false);
    }

    #[test]
    fn items_come_in_order_and_the_note_is_in_the_prompts_own_string() {
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
            parsed(&request, OPENAI_HOST, "m", false)["input"],
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
        let addresses = [
            image_at("https://x.com/a.png"),
            pdf_at("https://x.com/a\"b.pdf"),
        ];
        let media = [image(), pdf().named("a.pdf"), pdf()];
        let prompt = prompt("Say", media.into_iter().chain(addresses));
        let text = prompt.text().to_owned();
        let body = parsed(&noted(prompt), "127.0.0.1", "m", false);
        assert_eq!(
            body["input"][0],
            json!({"role": "user", "content": [
                {"type": "input_image", "image_url": format!("data:image/gif;base64,{IMAGE}")},
                {"type": "input_file", "filename": "a.pdf", "file_data": format!("data:application/pdf;base64,{PDF}")},
                {"type": "input_file", "filename": "document.pdf", "file_data": format!("data:application/pdf;base64,{PDF}")},
                {"type": "input_image", "image_url": "https://x.com/a.png"},
                {"type": "input_file", "file_url": "https://x.com/a\"b.pdf"},
                {"type": "input_text", "text": format!("{text}\n\nthe \"note\"")},
            ]})
        );
    }

    #[test]
    fn a_reasoning_model_hears_the_developer_and_takes_no_temperature() {
        let request = Request {
            system: "rules",
            temperature: Some(0.5),
            logprobs: true,
            ..Request::new(Message::user("hi"))
        };
        let body = parsed(&request, OPENAI_HOST, "o3", false);
        assert_eq!(body["input"][0]["role"], "developer");
        assert_eq!((body.get("temperature"), body.get("include")), (None, None));
    }
}
