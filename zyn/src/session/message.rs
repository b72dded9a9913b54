use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::{Deserialize, Serialize, Serializer};

use super::prompt::{Block, Prompt};
use crate::provider::WireFormat;
use crate::verb::Verb;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// The author of the program.
    System,
    /// Whoever asks.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// The role by its usual name: `system`, `user`, `assistant`.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One message of a conversation. It cannot be changed, and a clone copies no text.
///
/// A synapse's user message keeps [`verb`](Self::verb), [`instruction`](Self::instruction) and
/// [`blocks`](Self::blocks) apart; its [`text`](Self::text) is made of them and of nothing else. Messages are equal if
/// role and content are. `Debug` shows sizes, not texts.
///
/// # Examples
///
/// ```
/// use zyn::{Message, Role};
///
/// let question = Message::user("Where is my parcel?");
/// assert_eq!(question.role(), Role::User);
/// assert_eq!(question.text(), "Where is my parcel?");
/// assert_eq!(format!("{question:?}"), "Message { role: User, bytes: 19 }");
/// ```
#[derive(Clone, Deserialize)]
#[serde(from = "Content")]
pub struct Message(Arc<Shared>);

/// The content of a message and what has been computed from it.
#[cfg_attr(
    not(feature = "openai"),
    allow(dead_code, reason = "no provider, no wire format")
)]
struct Shared {
    content: Content,
    prompt_text: OnceLock<String>,
    wire: WireCells,
}

#[derive(PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Content {
    System(String),
    User(String),
    Assistant(String),
    Prompt(Prompt),
}

/// A message's bytes, one cell per wire format.
#[cfg_attr(
    not(feature = "openai"),
    allow(dead_code, reason = "no provider, no wire format")
)]
#[derive(Default)]
struct WireCells {
    open_ai_chat: OnceLock<Bytes>,
}

#[cfg_attr(
    not(feature = "openai"),
    allow(dead_code, reason = "no provider, no wire format")
)]
impl WireCells {
    fn cell(&self, format: WireFormat) -> &OnceLock<Bytes> {
        match format {
            WireFormat::OpenAiChat => &self.open_ai_chat,
        }
    }
}

impl Message {
    /// A message that tells the model how to behave in this conversation.
    pub fn system(text: impl Into<String>) -> Self {
        Content::System(text.into()).into()
    }

    /// A message from whoever asks.
    pub fn user(text: impl Into<String>) -> Self {
        Content::User(text.into()).into()
    }

    /// A message from the model.
    pub fn assistant(text: impl Into<String>) -> Self {
        Content::Assistant(text.into()).into()
    }

    /// The user message of a synapse.
    pub(crate) fn prompt(verb: Verb, instruction: String, blocks: Vec<Block>) -> Self {
        Content::Prompt(Prompt {
            verb,
            instruction,
            blocks,
        })
        .into()
    }

    /// Who speaks.
    pub fn role(&self) -> Role {
        match self.0.content {
            Content::System(_) => Role::System,
            Content::User(_) | Content::Prompt(_) => Role::User,
            Content::Assistant(_) => Role::Assistant,
        }
    }

    /// What the model reads.
    ///
    /// For a synapse's message: the verb's full sentence with the instruction as written, then each block under its name
    /// and between fences that are longer than any run of backticks in the message.
    pub fn text(&self) -> &str {
        match &self.0.content {
            Content::System(text) | Content::User(text) | Content::Assistant(text) => text,
            Content::Prompt(prompt) => self.0.prompt_text.get_or_init(|| prompt.render()),
        }
    }

    /// What a synapse was asked to do; `None` for a message that none wrote.
    pub fn verb(&self) -> Option<Verb> {
        self.as_prompt().map(|prompt| prompt.verb)
    }

    /// A synapse's instruction as written, holes visible; `None` for a message that none wrote.
    pub fn instruction(&self) -> Option<&str> {
        self.as_prompt().map(|prompt| prompt.instruction.as_str())
    }

    /// The data of a synapse's message; empty for a message that none wrote.
    pub fn blocks(&self) -> &[Block] {
        self.as_prompt().map_or(&[], |prompt| &prompt.blocks)
    }

    #[cfg_attr(
        not(feature = "openai"),
        allow(dead_code, reason = "no provider, no wire format")
    )]
    /// The message's bytes in `format`. `encode` runs at most once per message and format, clones included.
    pub(crate) fn wire(&self, format: WireFormat, encode: impl FnOnce(&Message) -> Bytes) -> Bytes {
        let cell = self.0.wire.cell(format);
        cell.get_or_init(|| encode(self)).clone()
    }

    fn as_prompt(&self) -> Option<&Prompt> {
        match &self.0.content {
            Content::Prompt(prompt) => Some(prompt),
            _ => None,
        }
    }
}

impl From<Content> for Message {
    fn from(content: Content) -> Self {
        Self(Arc::new(Shared {
            content,
            prompt_text: OnceLock::new(),
            wire: WireCells::default(),
        }))
    }
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.content == other.0.content
    }
}

impl Eq for Message {}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.content.serialize(serializer)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Message");
        shown.field("role", &self.role());
        if let Some(verb) = self.verb() {
            shown.field("verb", &verb);
        }
        shown.field("bytes", &self.text().len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeting() -> Message {
        Message::prompt(
            Verb::Transform,
            "Greet {name}".to_owned(),
            vec![Block::new("name", "Ada")],
        )
    }

    #[test]
    fn a_prompt_keeps_verb_instruction_and_blocks_apart() {
        let message = greeting();
        assert_eq!(message.role(), Role::User);
        assert_eq!(message.verb(), Some(Verb::Transform));
        assert_eq!(message.instruction(), Some("Greet {name}"));
        assert_eq!(message.blocks(), [Block::new("name", "Ada")]);
    }

    #[test]
    fn a_message_that_no_synapse_wrote_has_text_alone() {
        let message = Message::assistant("Hello");
        assert_eq!(message.text(), "Hello");
        assert_eq!(message.verb(), None);
        assert_eq!(message.instruction(), None);
        assert!(message.blocks().is_empty());
    }

    #[test]
    fn the_text_is_computed_once_for_all_clones() {
        let message = greeting();
        let clone = message.clone();
        assert!(std::ptr::eq(message.text(), clone.text()));
    }

    #[test]
    fn messages_are_equal_if_role_and_content_are() {
        assert_eq!(Message::user("a"), Message::user("a"));
        assert_ne!(Message::user("a"), Message::user("b"));
        assert_ne!(Message::user("a"), Message::assistant("a"));
        assert_ne!(greeting(), Message::user(greeting().text()));
    }

    #[test]
    fn the_wire_form_is_encoded_once_for_all_clones() {
        let message = greeting();
        let clone = message.clone();
        let first = message.wire(WireFormat::OpenAiChat, |m| m.text().to_owned().into());
        let second = clone.wire(WireFormat::OpenAiChat, |_| unreachable!("encoded twice"));
        assert_eq!(first.as_ptr(), second.as_ptr());
    }

    #[test]
    fn caches_are_neither_compared_nor_serialised() {
        let (used, fresh) = (greeting(), greeting());
        let before = serde_json::to_string(&used).unwrap();
        used.wire(WireFormat::OpenAiChat, |m| m.text().to_owned().into());
        assert_eq!(used, fresh);
        assert_eq!(serde_json::to_string(&used).unwrap(), before);
    }

    #[test]
    fn a_message_is_stored_by_its_fields() {
        let stored = serde_json::to_value([greeting(), Message::assistant("Hi")]).unwrap();
        let expected = serde_json::json!([
            { "prompt": {
                "verb": "transform",
                "instruction": "Greet {name}",
                "blocks": [{ "name": "name", "text": "Ada" }],
            } },
            { "assistant": "Hi" },
        ]);
        assert_eq!(stored, expected);
        let read: Vec<Message> = serde_json::from_value(stored).unwrap();
        assert_eq!(read, [greeting(), Message::assistant("Hi")]);
    }

    #[test]
    fn debug_of_a_message_shows_no_text() {
        let secret = Message::prompt(
            Verb::Extract,
            "canary".to_owned(),
            vec![Block::new("input", "canary")],
        );
        for message in [secret, Message::system("canary"), Message::user("canary")] {
            assert!(!format!("{message:?}").contains("canary"));
        }
    }
}
