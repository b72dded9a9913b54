//! What an error holds back, and what it shows.

use std::fmt;
use std::marker::PhantomData;

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
        Length(&self.0).fmt(f)
    }
}

/// A text in a `Debug` that shows no content: how long it is.
pub(crate) struct Length<'a>(pub(crate) &'a str);

impl fmt::Debug for Length<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.0.len())
    }
}

/// A value in a `Debug` that shows no content: its type.
pub(crate) struct TypeOf<T>(PhantomData<fn() -> T>);

impl<T> TypeOf<T> {
    pub(crate) const fn new(_: &T) -> Self {
        Self(PhantomData)
    }
}

impl<T> fmt::Debug for TypeOf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", std::any::type_name::<T>())
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
