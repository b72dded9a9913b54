//! A message that a workflow puts into the conversation.

use std::fmt;

use super::cx::Cx;
use crate::error::{Error, ErrorKind};
use crate::session::Message;
use crate::synapse::Input;
use crate::synapse::input::Text;

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
    /// [`ErrorKind::EmptyNote`] if it is blank, [`ErrorKind::InputNotJson`] if it cannot be written.
    #[doc(hidden)]
    pub fn __enter(self, cx: &Cx<'_>) -> Result<(), Error> {
        let text = self.text.written()?.unwrap_or_default();
        let is_blank = text.trim().is_empty();
        let message = (self.made)(text);
        if is_blank {
            let role = message.role().name();
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
