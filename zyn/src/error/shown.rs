//! What an error holds back, and what it shows.

use std::fmt;

use crate::reply::Violation;

/// A piece of a model's answer, or of what may quote an input. Neither `Debug` nor `Display` shows it; ask for [`text`](Self::text).
#[derive(Clone, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    pub(crate) fn new(text: &str) -> Self {
        const LIMIT: usize = 2048;
        let cut = (0..=LIMIT.min(text.len()))
            .rev()
            .find(|&at| text.is_char_boundary(at));
        Self(
            cut.and_then(|cut| text.get(..cut))
                .unwrap_or_default()
                .to_owned(),
        )
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.0.len())
    }
}

pub(crate) struct Listed<'a>(pub(crate) &'a [Violation]);

impl fmt::Display for Listed<'_> {
    /// What was expected and where, without what came: an answer may quote its prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, violation) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}{}", violation.expectation())?;
        }
        Ok(())
    }
}
