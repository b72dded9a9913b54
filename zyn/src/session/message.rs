use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::media::Media;
use super::prompt::{Block, Prompt};
use super::usage::Usage;
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
#[derive(Clone)]
pub struct Message(Arc<Shared>);

/// A message as it is stored, and what is known of it.
#[derive(Serialize, Deserialize)]
#[serde(from = "Stored")]
struct Shared {
    #[serde(flatten)]
    content: Content,
    #[serde(skip_serializing_if = "is_false")]
    pinned: bool,
    // of 32 bits, which cost no memory beside the pin
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate: Option<NonZeroU32>,
    #[serde(flatten)]
    origin: Option<Box<Origin>>,
}

/// Where an answer is from. Boxed, because most messages are none.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
struct Origin {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Stored {
    #[serde(flatten)]
    content: Content,
    #[serde(default)]
    pinned: bool,
    #[serde(default)]
    estimate: Option<NonZeroU32>,
    #[serde(flatten)]
    origin: Origin,
}

impl From<Stored> for Shared {
    fn from(stored: Stored) -> Self {
        let origin = Some(stored.origin).filter(|origin| *origin != Origin::default());
        Self {
            content: stored.content,
            pinned: stored.pinned,
            estimate: stored.estimate,
            origin: origin.map(Box::new),
        }
    }
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Content {
    System(Box<str>),
    User(Box<str>),
    Assistant(Box<str>),
    Prompt(Box<Prompt>),
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Message {
    /// A message that tells the model how to behave in this conversation.
    pub fn system(text: impl Into<String>) -> Self {
        Content::System(text.into().into_boxed_str()).into()
    }

    /// A message from whoever asks.
    pub fn user(text: impl Into<String>) -> Self {
        Content::User(text.into().into_boxed_str()).into()
    }

    /// A message from the model.
    pub fn assistant(text: impl Into<String>) -> Self {
        Content::Assistant(text.into().into_boxed_str()).into()
    }

    /// The user message of a synapse.
    pub(crate) fn prompt(verb: Verb, instruction: impl Into<Arc<str>>, blocks: Vec<Block>) -> Self {
        let prompt = Prompt::new(verb, instruction.into(), blocks.into());
        Content::Prompt(Box::new(prompt)).into()
    }

    /// The answer of the model `asked`, and what it cost, if the provider said so.
    pub(crate) fn answer(
        text: impl Into<Box<str>>,
        asked: &Arc<str>,
        usage: Option<Usage>,
    ) -> Self {
        Self(Arc::new(Shared {
            content: Content::Assistant(text.into()),
            pinned: false,
            estimate: None,
            origin: Some(Box::new(Origin {
                asked: Some(Arc::clone(asked)),
                usage,
            })),
        }))
    }

    /// The same message as the answer to a request that was estimated at so many tokens.
    pub(crate) fn estimated(self, tokens: u64) -> Self {
        Self(Arc::new(Shared {
            content: self.0.content.clone(),
            pinned: self.0.pinned,
            estimate: u32::try_from(tokens).ok().and_then(NonZeroU32::new),
            origin: self.0.origin.clone(),
        }))
    }

    /// What the request was estimated at that this answers; known if a context window was at work.
    pub(crate) fn estimate(&self) -> Option<u64> {
        self.0.estimate.map(|tokens| tokens.get().into())
    }

    /// The same message, pinned: no context window ever drops it, nor the other half of its exchange.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(zyn::Message::user("My customer number is 4711.").pinned().is_pinned());
    /// ```
    #[must_use]
    pub fn pinned(self) -> Self {
        Self(Arc::new(Shared {
            content: self.0.content.clone(),
            pinned: true,
            estimate: self.0.estimate,
            origin: self.0.origin.clone(),
        }))
    }

    /// Whether it is [`pinned`](Self::pinned).
    pub fn is_pinned(&self) -> bool {
        self.0.pinned
    }

    /// What the accepted attempt cost that this is the answer of; `None` for every other message, and if the provider
    /// did not say.
    pub fn usage(&self) -> Option<Usage> {
        self.0.origin.as_deref().and_then(|origin| origin.usage)
    }

    /// The model that was asked for this answer, by the name that its provider was set up with; `None` for a message
    /// that no model gave.
    pub fn asked(&self) -> Option<&str> {
        self.asked_by().map(|name| &**name)
    }

    /// The same, shared.
    pub(crate) fn asked_by(&self) -> Option<&Arc<str>> {
        self.0.origin.as_deref()?.asked.as_ref()
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
    /// and between fences that are longer than any run of backticks in it. An image or a PDF is not in it; where its
    /// block stands, it has a number: that of its place in [`media`](Self::media), counted from 1.
    pub fn text(&self) -> &str {
        match &self.0.content {
            Content::System(text) | Content::User(text) | Content::Assistant(text) => text,
            Content::Prompt(prompt) => prompt.text(),
        }
    }

    /// What a synapse was asked to do; `None` for a message that none wrote.
    pub fn verb(&self) -> Option<Verb> {
        self.as_prompt().map(|prompt| prompt.verb)
    }

    /// A synapse's instruction as written, holes visible; `None` for a message that none wrote.
    pub fn instruction(&self) -> Option<&str> {
        self.as_prompt().map(|prompt| &*prompt.instruction)
    }

    /// The data of a synapse's message; empty for a message that none wrote.
    pub fn blocks(&self) -> &[Block] {
        self.as_prompt().map_or(&[], |prompt| &prompt.blocks)
    }

    /// The images and PDFs of a synapse's message, in the order in which its text numbers them.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::testing::Scripted;
    /// use zyn::{Llm, Media, Session};
    ///
    /// let llm = Llm::new(Scripted::new(["A roof."]));
    /// let mut session = Session::new();
    /// let photo = Media::image("GIF89a…")?;
    /// zyn::transform("Say what is shown").fire(&llm, &mut session, &photo).await?;
    /// let asked = session.at(0)?;
    /// assert!(asked.text().ends_with("\n\ninput: (attachment 1: an image)"));
    /// assert_eq!(asked.media().collect::<Vec<_>>(), [&photo]);
    /// # Ok(()) }
    /// ```
    pub fn media(&self) -> impl Iterator<Item = &Media> {
        self.blocks().iter().filter_map(|it| it.media.as_ref())
    }

    /// What the model reads, not kept: an idle conversation holds each text once.
    pub(crate) fn rendered(&self) -> Cow<'_, str> {
        match &self.0.content {
            Content::Prompt(prompt) => prompt.rendered(),
            _ => self.text().into(),
        }
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
            pinned: false,
            estimate: None,
            origin: None,
        }))
    }
}

impl Message {
    /// Whether both are equal and from the same answer: what is stored of them is then the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let (own, other) = (&self.0, &other.0);
        Arc::ptr_eq(own, other)
            || own == other && (own.estimate, &own.origin) == (other.estimate, &other.origin)
    }
}

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        self.content == other.content && self.pinned == other.pinned
    }
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        let (own, other) = (&self.0, &other.0);
        Arc::ptr_eq(own, other) || own == other
    }
}

impl Eq for Message {}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Shared::deserialize(deserializer).map(|shared| Self(Arc::new(shared)))
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Message");
        shown.field("role", &self.role());
        if let Some(verb) = self.verb() {
            shown.field("verb", &verb);
        }
        if self.is_pinned() {
            shown.field("pinned", &true);
        }
        shown.field("bytes", &self.rendered().len());
        match self.media().count() {
            0 => {}
            media => {
                shown.field("media", &media);
            }
        }
        shown.finish()
    }
}

#[cfg(test)]
mod tests;
