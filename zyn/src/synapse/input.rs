//! What a synapse works on.

use super::ToPrompt;

/// The input that is no input: the synapse reads the conversation so far.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::testing::Scripted;
/// use zyn::{Conversation, Llm, Session};
///
/// let llm = Llm::new(Scripted::new(["It is late.", "A parcel is late."]));
/// let mut session = Session::new();
/// zyn::transform("Answer").fire(&llm, &mut session, "Where is my parcel?").await?;
/// let summary = zyn::transform("Sum up").fire(&llm, &mut session, Conversation).await?;
/// assert_eq!(summary, "A parcel is late.");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversation;

/// What a synapse can work on: anything that is [`ToPrompt`], or the [`Conversation`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written into a prompt",
    label = "does not implement `ToPrompt`",
    note = "bind `let text = x.to_string();` or implement `ToPrompt`"
)]
pub trait Input {
    /// The text, or `None` to read the conversation.
    fn into_text(self) -> Option<String>;
}

impl Input for Conversation {
    fn into_text(self) -> Option<String> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<T: ToPrompt> Input for T {
    fn into_text(self) -> Option<String> {
        Some(self.to_prompt())
    }
}
