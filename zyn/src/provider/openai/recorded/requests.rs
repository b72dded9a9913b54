//! The requests of recorded exchanges, built anew from what they asked for: where ours differ, it is on purpose.

use serde_json::{Map, Value, json};

use super::{Exchange, api, exchanges};
use crate::provider::canned::Canned;
use crate::provider::openai::{KIND, OpenAi};
use crate::provider::profile::Api;
use crate::provider::remote::Remote;
use crate::provider::{Dialect, Heard, Request, WireSchema};
use crate::session::Message;

/// Which address stands for each server; the capabilities go by it.
const ADDRESSES: &[(&str, &str)] = &[
    ("openai", "https://api.openai.com/v1"),
    ("llamacpp", "http://127.0.0.1:8080/v1"),
    ("mistral", "https://api.mistral.ai/v1"),
    ("openrouter", "https://openrouter.ai/api/v1"),
    ("xai", "https://api.x.ai/v1"),
    ("doubleword", "https://api.doubleword.ai/v1"),
];

/// A schema and a conversation, in either operation.
struct Asked<'v> {
    name: &'v str,
    schema: &'v Value,
    messages: Vec<(&'v str, &'v str)>,
}

impl<'v> Asked<'v> {
    /// What a body asks for, if zyn could ask for it: a schema, at most one system text, and no tools or grammars.
    fn by(body: &'v Value) -> Option<Self> {
        let foreign = ["tools", "grammar"];
        if foreign.iter().any(|name| body.get(name).is_some()) {
            return None;
        }
        let format = body
            .pointer("/response_format/json_schema")
            .or_else(|| body.pointer("/text/format"))?;
        let mut messages: Vec<_> = match &body["instructions"] {
            Value::String(text) => vec![("system", &**text)],
            _ => Vec::new(),
        };
        let items = body.get("messages").or(body.get("input"))?.as_array()?;
        messages.extend(items.iter().map(|item| {
            let content = &item["content"];
            let text = content.as_str().or(content[0]["text"].as_str());
            (item["role"].as_str().unwrap(), text.unwrap())
        }));
        Some(Self {
            name: format["name"].as_str()?,
            schema: &format["schema"],
            messages,
        })
    }

    fn request(&self, body: &Value) -> Request {
        let (_, prompt) = *self.messages.last().unwrap();
        let system = self.messages.iter().find(|(role, _)| *role == "system");
        let limit = body.get("max_tokens").or(body.get("max_output_tokens"));
        Request {
            system: system.map_or("", |(_, text)| String::leak((*text).to_owned())),
            schema: Some(WireSchema {
                dialect: Dialect::OpenAi,
                name: self.name.into(),
                json: self.schema.to_string().into(),
            }),
            temperature: body["temperature"].as_f64(),
            max_tokens: limit
                .and_then(Value::as_u64)
                .map(|it| it.try_into().unwrap()),
            ..Request::new(Message::user(prompt))
        }
    }
}

/// The body that zyn would have sent.
async fn ours(exchange: &Exchange, asked: &Asked<'_>) -> Value {
    let body = &exchange.request["body"];
    let server = exchange.name.split('/').next().unwrap();
    let (_, address) = ADDRESSES.iter().find(|(name, _)| *name == server).unwrap();
    let model = body["model"].as_str().unwrap().to_owned();
    let mut openai = OpenAi(Remote::new(KIND, model)).key("k").base_url(*address);
    if api(exchange) == Api::Responses {
        openai = openai.responses();
    }
    let reply = Canned::recorded(&exchange.response);
    let (remote, sent) = openai.0.answered(move |_| reply.clone());
    let request = asked.request(body);
    let mut hear = |_: &str| {};
    let heard = exchange
        .is_streamed()
        .then_some(&mut hear as &mut Heard<'_>);
    // whatever comes of it
    let _outcome = remote.attempt(&request, heard).await;
    let sent = sent.lock().unwrap();
    sent[0].2.clone()
}

/// A recorded body as zyn writes it.
fn as_ours(body: &Value, asked: &Asked<'_>, server: &str) -> Value {
    let mut body = body.as_object().unwrap().clone();
    // what the system says is the first item, and contents are strings
    let messages = asked.messages.iter();
    let messages = messages.map(|(role, content)| json!({"role": role, "content": content}));
    body.remove("instructions");
    let list = if body.contains_key("input") {
        "input"
    } else {
        "messages"
    };
    body.insert(list.to_owned(), messages.collect());
    if list == "input" {
        // nothing is kept on the server
        body.insert("store".to_owned(), false.into());
    }
    if server == "openai" {
        // the name that every model of OpenAI's reads
        rename(&mut body, "max_tokens", "max_completion_tokens");
    }
    if let Some(Value::Object(provider)) = body.get_mut("provider") {
        // a choice of the caller's
        provider.remove("order");
    }
    body.into()
}

fn rename(body: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = body.remove(from) {
        body.insert(to.to_owned(), value);
    }
}

#[tokio::test(start_paused = true)]
async fn recorded_requests_are_built_alike_but_for_what_differs_on_purpose() {
    let mut count = 0;
    let exchanges = exchanges();
    for exchange in &exchanges {
        let body = &exchange.request["body"];
        let Some(asked) = Asked::by(body) else {
            continue;
        };
        let server = exchange.name.split('/').next().unwrap();
        let wanted = as_ours(body, &asked, server);
        assert_eq!(ours(exchange, &asked).await, wanted, "{}", exchange.name);
        count += 1;
    }
    println!("{count} requests");
    assert!(exchanges.is_empty() || count >= 25, "{count}");
}
