//! A message that a workflow puts into the conversation.

use std::fmt;

use super::cx::Cx;
use crate::error::{Error, ErrorKind};
use crate::session::Message;
use crate::synapse::Input;
use crate::synapse::input::Text;
use crate::synapse::to_prompt::Part;

/// A message for the conversation: what `system(…)`, `user(…)` and `assistant(…)` give inside `workflow!`.
#[must_use = "a note is entered where `workflow!` finds it: as a statement"]
pub struct Note {
    made: fn(String) -> Message,
    text: Text,
}

impl Note {
    pub(super) fn new(made: fn(String) -> Message, text: impl Input) -> Self {
        Self {
            made,
            text: text.into_input(),
        }
    }

    /// Puts it into the conversation. For the expansion of `workflow!`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::EmptyNote`] if it is blank, [`ErrorKind::InputNotJson`] if it cannot be written,
    /// [`ErrorKind::MediaInNote`] if it is no text.
    #[doc(hidden)]
    pub fn __enter(self, cx: &Cx<'_>) -> Result<(), Error> {
        let mut texts = Vec::new();
        let mut attached = None;
        for part in self.text.parts()?.unwrap_or_default() {
            match part {
                Part::Text(text) => texts.push(text),
                Part::Media(media) => attached = attached.or(Some(media.kind())),
            }
        }
        let text = texts.join("\n");
        let is_blank = text.trim().is_empty();
        let message = (self.made)(text);
        let role = message.role().name();
        if let Some(kind) = attached {
            return Err(ErrorKind::MediaInNote { role, kind }.into());
        }
        if is_blank {
            return Err(ErrorKind::EmptyNote { role }.into());
        }
        cx.append(message);
        Ok(())
    }
}

impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Note").field("text", &self.text).finish()
    }
}
