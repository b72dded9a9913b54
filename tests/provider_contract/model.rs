//! The model behind every server.

use serde_json::{Value, json};
use zyn::schema::{Dialect, Schema};
use zyn::testing::Fake;
use zyn::{Message, Provider, Request};

/// What the model writes, a character a token.
pub struct Said {
    pub characters: Vec<String>,
    pub is_cut: bool,
}

impl Said {
    pub fn text(&self) -> String {
        self.characters.concat()
    }

    /// The text as it is streamed.
    pub fn pieces(&self) -> impl Iterator<Item = String> {
        self.characters.chunks(3).map(<[String]>::concat)
    }

    pub fn tokens(&self) -> usize {
        self.characters.len()
    }

    /// In the form that OpenAI has for how likely tokens were.
    pub fn logprobs(&self) -> Value {
        let tokens = self.characters.iter();
        tokens
            .map(|it| json!({"token": it, "logprob": -0.25, "bytes": it.as_bytes()}))
            .collect()
    }
}

/// What the model writes next in `conversation`, held by its server to a `schema` and cut at so many characters. If none is
/// sent, but told in words, it follows those.
pub fn said(conversation: &Value, schema: Option<(Dialect, &Value)>, limit: &Value) -> Said {
    let text = match (schema, told(conversation)) {
        (None, Some(words)) => followed(&words),
        (schema, _) => made_up(conversation, schema),
    };
    let characters: Vec<_> = text.chars().map(String::from).collect();
    let most = limit.as_u64().map_or(usize::MAX, |it| it as usize);
    Said {
        is_cut: characters.len() > most,
        characters: characters.into_iter().take(most).collect(),
    }
}

fn made_up(conversation: &Value, schema: Option<(Dialect, &Value)>) -> String {
    let mut request = Request::new(Message::user(conversation.to_string()));
    request.schema = schema.map(|(dialect, document)| {
        let schema = Schema::from_value("Answer", document.clone()).unwrap();
        schema.for_dialect(dialect).unwrap().wire().clone()
    });
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.build().unwrap();
    runtime.block_on(Fake::new().call(&request)).unwrap().text
}

/// The last words in which `conversation` asks for a document.
fn told(conversation: &Value) -> Option<String> {
    match conversation {
        Value::String(text) => {
            let start = text.rfind("Answer with one JSON object")?;
            Some(text[start..].to_owned())
        }
        Value::Array(values) => values.iter().rev().find_map(told),
        Value::Object(fields) => fields.values().rev().find_map(told),
        _ => None,
    }
}

/// A document with one field, which is the first of the texts that it may be.
fn followed(words: &str) -> String {
    let field = words.lines().find(|line| line.starts_with("- \""));
    let field = field.unwrap_or_else(|| panic!("{words}"));
    let mut quoted = field.split('"').skip(1).step_by(2);
    let (name, text) = (quoted.next().unwrap(), quoted.next().unwrap());
    json!({ name: text }).to_string()
}
