//! The APIs that misbehave: one row for each, with a good answer of its own.

use crate::llm::Llm;
use crate::provider::{Anthropic, Failure, Gemini, Ollama, OpenAi};

/// What a provider is made of.
#[derive(Clone)]
pub(super) struct Setup {
    pub(super) base: String,
    pub(super) model: String,
    pub(super) key: Option<String>,
    pub(super) header: Option<(String, String)>,
    pub(super) client: Option<reqwest::Client>,
    pub(super) insecure: bool,
}

impl Setup {
    pub(super) fn new(base: impl Into<String>) -> Self {
        Self {
            base: base.into(),
            model: "m".to_owned(),
            key: None,
            header: None,
            client: None,
            insecure: false,
        }
    }

    pub(super) fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }
}

/// One API: how to make its provider, and what its server says. Every good answer is [`TEXT`], and costs [`USAGE`].
#[derive(Clone, Copy)]
pub(super) struct Api {
    pub(super) name: &'static str,
    pub(super) llm: fn(Setup) -> Llm,
    /// Header of the key, and what stands before the key in it.
    pub(super) key: (&'static str, &'static str),
    /// How many operations it tries, where a server does not know the first.
    pub(super) operations: u64,
    pub(super) wire: &'static Wire,
}

/// What a server of an API says when all is well, and when something is wrong in the middle of a stream.
pub(super) struct Wire {
    /// A whole answer.
    pub(super) whole: &'static str,
    /// The content type of a stream.
    pub(super) stream_type: &'static str,
    /// The events of a stream, up to the first half of the text, which is `{\"va`.
    pub(super) begun: &'static [&'static str],
    /// Those behind.
    pub(super) rest: &'static [&'static str],
    /// What keeps a stream alive and says nothing.
    pub(super) ping: &'static str,
    /// An event that is none.
    pub(super) garbage: &'static str,
    /// An error in the middle of a stream, and what it is.
    pub(super) error: (&'static str, Failure),
}

/// The text of every good answer: a text for `transform`, and the number 7 for `extract`.
pub(super) const TEXT: &str = r#"{"value":7}"#;
/// Tokens in and out of every good answer.
pub(super) const USAGE: (u64, u64) = (9, 3);

impl Wire {
    /// A whole stream.
    pub(super) fn stream(&self) -> String {
        [self.begun, self.rest].concat().concat()
    }
}

/// Makes a provider of a [`Setup`] with what all of them have.
macro_rules! llm {
    ($new:expr) => {
        |setup: Setup| {
            let mut provider = $new(setup.model).base_url(setup.base);
            if let Some(key) = setup.key {
                provider = provider.key(key);
            }
            if let Some((name, value)) = setup.header {
                provider = provider.header(name, value);
            }
            if let Some(client) = setup.client {
                provider = provider.client(client);
            }
            if setup.insecure {
                provider = provider.allow_insecure();
            }
            Llm::new(provider)
        }
    };
}

/// All that there are.
pub(super) fn apis() -> Vec<Api> {
    vec![
        Api {
            name: "openai chat",
            llm: llm!(OpenAi::new),
            key: ("authorization", "Bearer "),
            operations: 1,
            wire: &CHAT,
        },
        Api {
            name: "openai responses",
            llm: llm!(|model| OpenAi::new(model).responses()),
            key: ("authorization", "Bearer "),
            operations: 2,
            wire: &RESPONSES,
        },
        Api {
            name: "anthropic",
            llm: llm!(Anthropic::new),
            key: ("x-api-key", ""),
            operations: 1,
            wire: &ANTHROPIC,
        },
        Api {
            name: "gemini",
            llm: llm!(Gemini::new),
            key: ("x-goog-api-key", ""),
            operations: 1,
            wire: &GEMINI,
        },
        Api {
            name: "ollama",
            llm: llm!(Ollama::new),
            key: ("authorization", "Bearer "),
            operations: 1,
            wire: &OLLAMA,
        },
    ]
}

pub(super) static CHAT: Wire = Wire {
    whole: r#"{"id":"c-1","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"{\"value\":7}","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":3}}"#,
    stream_type: "text/event-stream; charset=utf-8",
    begun: &[
        "data: {\"id\":\"c-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},\"finish_reason\":null}],\"usage\":null}\n\n",
        "data: {\"id\":\"c-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"{\\\"va\"},\"finish_reason\":null}],\"usage\":null}\n\n",
    ],
    rest: &[
        "data: {\"id\":\"c-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lue\\\":7}\"},\"finish_reason\":null}],\"usage\":null}\n\n",
        "data: {\"id\":\"c-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n",
        "data: {\"id\":\"c-1\",\"model\":\"m-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}\n\n",
        "data: [DONE]\n\n",
    ],
    ping: ": keep-alive\n\n",
    garbage: "data: {not JSON\n\n",
    error: (
        "data: {\"error\":{\"message\":\"The server is overloaded\",\"type\":\"server_overloaded\",\"code\":null}}\n\n",
        Failure::Overloaded,
    ),
};

pub(super) static RESPONSES: Wire = Wire {
    whole: r#"{"id":"r-1","object":"response","status":"completed","model":"m-1","error":null,"incomplete_details":null,"output":[{"type":"message","id":"msg-1","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"{\"value\":7}"}]}],"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":0},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":12}}"#,
    stream_type: "text/event-stream; charset=utf-8",
    begun: &[
        "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"r-1\",\"object\":\"response\",\"status\":\"in_progress\",\"model\":\"m-1\",\"error\":null,\"incomplete_details\":null,\"output\":[],\"usage\":null}}\n\n",
        "event: response.output_item.added\ndata: {\"type\":\"response.output_item.added\",\"sequence_number\":1,\"output_index\":0,\"item\":{\"id\":\"msg-1\",\"type\":\"message\",\"status\":\"in_progress\",\"content\":[],\"role\":\"assistant\"}}\n\n",
        "event: response.content_part.added\ndata: {\"type\":\"response.content_part.added\",\"sequence_number\":2,\"item_id\":\"msg-1\",\"output_index\":0,\"content_index\":0,\"part\":{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"\"}}\n\n",
        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":3,\"item_id\":\"msg-1\",\"output_index\":0,\"content_index\":0,\"delta\":\"{\\\"va\",\"logprobs\":[]}\n\n",
    ],
    rest: &[
        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":4,\"item_id\":\"msg-1\",\"output_index\":0,\"content_index\":0,\"delta\":\"lue\\\":7}\",\"logprobs\":[]}\n\n",
        "event: response.output_text.done\ndata: {\"type\":\"response.output_text.done\",\"sequence_number\":5,\"item_id\":\"msg-1\",\"output_index\":0,\"content_index\":0,\"text\":\"{\\\"value\\\":7}\",\"logprobs\":[]}\n\n",
        "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":6,\"response\":{\"id\":\"r-1\",\"object\":\"response\",\"status\":\"completed\",\"model\":\"m-1\",\"error\":null,\"incomplete_details\":null,\"output\":[{\"type\":\"message\",\"id\":\"msg-1\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"{\\\"value\\\":7}\"}]}],\"usage\":{\"input_tokens\":9,\"input_tokens_details\":{\"cached_tokens\":0},\"output_tokens\":3,\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":12}}}\n\n",
    ],
    ping: ": keepalive\n\n",
    garbage: "event: response.output_text.delta\ndata: {not JSON\n\n",
    error: (
        "event: error\ndata: {\"type\":\"error\",\"sequence_number\":4,\"code\":\"server_error\",\"message\":\"The server had an error\",\"param\":null}\n\n",
        Failure::Server,
    ),
};

pub(super) static ANTHROPIC: Wire = Wire {
    whole: r#"{"type":"message","id":"msg_1","role":"assistant","model":"m-1","content":[{"type":"text","text":"{\"value\":7}"}],"stop_reason":"end_turn","stop_sequence":null,"stop_details":null,"usage":{"input_tokens":9,"output_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":0}}"#,
    stream_type: "text/event-stream; charset=utf-8",
    begun: &[
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"type\":\"message\",\"id\":\"msg_1\",\"role\":\"assistant\",\"model\":\"m-1\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":9,\"output_tokens\":1,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0}}}\n\n",
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"{\\\"va\"}}\n\n",
    ],
    rest: &[
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"lue\\\":7}\"}}\n\n",
        "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"input_tokens\":9,\"output_tokens\":3,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0}}\n\n",
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    ],
    ping: "event: ping\ndata: {\"type\":\"ping\"}\n\n",
    garbage: "event: content_block_delta\ndata: {not JSON\n\n",
    error: (
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
        Failure::Overloaded,
    ),
};

pub(super) static GEMINI: Wire = Wire {
    whole: r#"{"candidates":[{"content":{"parts":[{"text":"{\"value\":7}"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":3,"totalTokenCount":12},"modelVersion":"m-1","responseId":"g-1"}"#,
    stream_type: "text/event-stream",
    begun: &[
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"{\\\"va\"}],\"role\":\"model\"},\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":9,\"totalTokenCount\":9},\"modelVersion\":\"m-1\",\"responseId\":\"g-1\"}\r\n\r\n",
    ],
    rest: &[
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"lue\\\":7}\"}],\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":9,\"candidatesTokenCount\":3,\"totalTokenCount\":12},\"modelVersion\":\"m-1\",\"responseId\":\"g-1\"}\r\n\r\n",
    ],
    ping: ": keep-alive\r\n\r\n",
    garbage: "data: {not JSON\r\n\r\n",
    error: (
        "data: {\"error\":{\"code\":503,\"message\":\"The model is overloaded. Please try again later.\",\"status\":\"UNAVAILABLE\"}}\r\n\r\n",
        Failure::Overloaded,
    ),
};

pub(super) static OLLAMA: Wire = Wire {
    whole: r#"{"model":"m-1","created_at":"1970-01-01T00:00:00Z","message":{"role":"assistant","content":"{\"value\":7}"},"done":true,"done_reason":"stop","prompt_eval_count":9,"eval_count":3}"#,
    stream_type: "application/x-ndjson",
    begun: &[
        "{\"model\":\"m-1\",\"created_at\":\"1970-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"{\\\"va\"},\"done\":false}\n",
    ],
    rest: &[
        "{\"model\":\"m-1\",\"created_at\":\"1970-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"lue\\\":7}\"},\"done\":false}\n",
        "{\"model\":\"m-1\",\"created_at\":\"1970-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":9,\"eval_count\":3}\n",
    ],
    ping: "\n",
    garbage: "{not JSON\n",
    error: (
        "{\"error\":\"an error was encountered while running the model\"}\n",
        Failure::Server,
    ),
};

/// The words of every API, to be taken for those of another.
pub(super) static WIRES: [(&str, &Wire); 5] = [
    ("openai chat", &CHAT),
    ("openai responses", &RESPONSES),
    ("anthropic", &ANTHROPIC),
    ("gemini", &GEMINI),
    ("ollama", &OLLAMA),
];

#[test]
fn every_good_answer_says_the_same() {
    for (name, wire) in WIRES {
        let whole: serde_json::Value = serde_json::from_str(wire.whole).unwrap();
        assert!(whole.to_string().contains(r#"{\"value\":7}"#), "{name}");
        for event in [wire.begun, wire.rest].concat() {
            let data = event.split_once("data: ").map_or(event, |(_, data)| data);
            let data = data.trim();
            assert!(
                data == "[DONE]" || serde_json::from_str::<serde_json::Value>(data).is_ok(),
                "{name}: {event}"
            );
        }
        assert!(wire.begun.last().unwrap().contains(r#"{\"va"#), "{name}");
        assert!(wire.rest.concat().contains(r#"lue\":7}"#), "{name}");
    }
}
