//! What is heard of an answer while it is written, between the call that hears it and whoever reads it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::llm::Ear;
use crate::reply::{AskedSoFar, Grown, SoFar, Stand};
use crate::schema::Rewritten;

/// A tape of one answer. Behind an attempt that came to nothing it begins anew. A clone is a handle on the same tape.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tape(Arc<Mutex<Heard>>);

/// What was heard of the answer that is being written.
#[derive(Debug, Default)]
struct Heard {
    /// What nobody has taken yet.
    text: String,
    /// Whether there was more than blanks.
    has_text: bool,
    /// How it was asked for; `None` for plain text.
    asked: Option<Rewritten>,
    /// The part of the text that is not read as JSON yet.
    ahead: String,
    /// What is complete of the JSON, since someone has first asked.
    so_far: Option<SoFar>,
    /// How many attempts came to nothing.
    attempt: usize,
    /// Whether something was taken of this attempt.
    is_begun: bool,
    /// Whether what was taken of another attempt does not count, and nobody knows yet.
    is_void: bool,
    /// Whether something was read that cannot be taken back.
    is_read: bool,
}

/// What of an answer was shown last, and of which attempt.
pub(super) type Shown = Option<(usize, Stand)>;

/// What someone hears who follows a tape and can forget.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece {
    Text(String),
    /// What came before does not count.
    Again,
}

impl Tape {
    /// Says in which form the answer is asked for.
    pub(super) fn asked(&self, rewritten: Option<&Rewritten>) {
        self.heard().asked = rewritten.cloned();
    }

    /// Takes the text that was not taken yet, if there is any, for good.
    pub(super) fn read(&self) -> Option<String> {
        let mut heard = self.heard();
        if heard.text.is_empty() {
            return None;
        }
        heard.is_read = true;
        Some(std::mem::take(&mut heard.text))
    }

    /// Takes the text that was not taken yet, if there is any, for someone who can forget it.
    pub(crate) fn follow(&self) -> Option<Piece> {
        let mut heard = self.heard();
        if std::mem::take(&mut heard.is_void) {
            return Some(Piece::Again);
        }
        if heard.text.is_empty() {
            return None;
        }
        heard.is_begun = true;
        Some(Piece::Text(std::mem::take(&mut heard.text)))
    }

    /// What is complete of an answer, if more is than what was last `shown`.
    pub(super) fn grown(&self, asked: AskedSoFar<'_>, shown: &mut Shown) -> Option<Grown> {
        let mut heard = self.heard();
        let attempt = heard.attempt;
        let (so_far, rewritten) = heard.read_on(asked)?;
        let stand = asked.stand(so_far);
        let is_new =
            !stand.is_nothing() && shown.replace((attempt, stand)) != Some((attempt, stand));
        is_new.then(|| asked.grown(so_far, rewritten)).flatten()
    }

    /// The item at `place` of an answer that is a list, once it is complete.
    pub(super) fn item(&self, asked: AskedSoFar<'_>, place: usize) -> Option<Value> {
        let mut heard = self.heard();
        let (so_far, rewritten) = heard.read_on(asked)?;
        asked.item(so_far, rewritten, place)
    }

    /// Marks what was told as handed out for good.
    pub(super) fn keep(&self) {
        self.heard().is_read = true;
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Heard {
    /// Reads the text as JSON as far as it goes.
    fn read_on(&mut self, asked: AskedSoFar<'_>) -> Option<(&SoFar, &Rewritten)> {
        let so_far = self.so_far.get_or_insert_with(|| asked.reader());
        so_far.push(&std::mem::take(&mut self.ahead));
        Some((so_far, self.asked.as_ref()?))
    }
}

impl Ear for Tape {
    fn tell(&self, text: &str) {
        let mut heard = self.heard();
        // An answer in plain text is trimmed; what is behind its last word is not known before its end.
        let own = match heard.asked.is_some() || heard.has_text {
            true => text,
            false => text.trim_start(),
        };
        heard.has_text |= !own.is_empty();
        heard.text.push_str(own);
        if heard.asked.is_some() {
            heard.ahead.push_str(text);
        }
    }

    fn forget(&self) -> bool {
        let mut heard = self.heard();
        if heard.is_read {
            return false;
        }
        let is_void = heard.is_void || heard.is_begun;
        let asked = heard.asked.take();
        let attempt = heard.attempt.saturating_add(1);
        *heard = Heard {
            asked,
            attempt,
            is_void,
            ..Heard::default()
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::Dialect;
    use crate::reply::FITTED;
    use crate::schema::Schema;

    fn list() -> Schema {
        let item = json!({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}, "required": ["a", "b"]});
        Schema::from_value("List", json!({"type": "array", "items": item})).unwrap()
    }

    #[test]
    fn each_item_is_fitted_once_however_the_list_comes() {
        let schema = list();
        let tape = Tape::default();
        tape.asked(Some(&schema.for_dialect(Dialect::OpenAi).unwrap()));
        let (schema, field) = (&schema, None);
        let before = FITTED.get();
        let mut given = 0;
        let mut read = |tape: &Tape| {
            while tape.item(AskedSoFar { schema, field }, given).is_some() {
                given += 1;
            }
        };
        tape.tell(r#"{"value":["#);
        for place in 0..500 {
            let comma = if place == 0 { "" } else { "," };
            for piece in [comma, r#"{"a":"#, "1,", r#""b":"x"#, r#"y""#, "}"] {
                tape.tell(piece);
                read(&tape);
            }
        }
        tape.tell("]}");
        read(&tape);
        assert_eq!((given, FITTED.get() - before), (500, 500));
    }

    #[test]
    fn a_partial_is_made_once_for_what_it_shows() {
        let schema = list();
        let tape = Tape::default();
        tape.asked(Some(&schema.for_dialect(Dialect::OpenAi).unwrap()));
        let (schema, field) = (&schema, None);
        let mut shown = Shown::default();
        let mut told = Vec::new();
        for c in r#"{"value":[{"a":1,"b":"x"},{"a":1,"b":"y"}]} "#.chars() {
            tape.tell(&c.to_string());
            told.push(
                tape.grown(AskedSoFar { schema, field }, &mut shown)
                    .is_some(),
            );
        }
        // the two fields of each item, its end, and the end of the list
        assert_eq!(told.iter().filter(|told| **told).count(), 7);
    }

    #[test]
    fn of_plain_text_the_blanks_before_it_are_no_part() {
        let tape = Tape::default();
        for piece in [" \n", "", "\u{3000} a", " ", "b "] {
            tape.tell(piece);
        }
        assert_eq!(tape.read().as_deref(), Some("a b "));
        tape.tell(" c");
        assert_eq!(tape.read().as_deref(), Some(" c"));
    }
}
