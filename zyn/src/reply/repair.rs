use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Length;

/// One thing that was done to read an answer, in [`Answer::repairs`](crate::Answer::repairs).
///
/// None of them fills in what the reply does not say. These remove something from it: [`LeftOut`](Self::LeftOut) a field,
/// [`Chosen`](Self::Chosen) other answers, [`Prose`](Self::Prose) and [`Fenced`](Self::Fenced) the text around the
/// answer, [`Thinking`](Self::Thinking) the reasoning, [`Syntax::Comment`] a comment, and [`Syntax::TripleQuotes`] the
/// indentation of a text and the line that names its language. With [`.strict()`](crate::Synapse::strict) none is
/// made, and a reply that needs one is asked for again.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::repair::{Coercion, Syntax};
/// use zyn::testing::Scripted;
/// use zyn::{Llm, Repair, Session};
///
/// let llm = Llm::new(Scripted::new(["```json\n{\"answer\": \"true\",}\n```"]));
/// let spam = zyn::binary("Is it spam?");
/// let answer = spam.fire_detailed(&llm, &mut Session::new(), "Cheap watches").await?;
/// assert!(answer.value);
/// let (slip, line) = (Syntax::ExtraComma, 2);
/// let (path, how) = ("/answer".to_owned(), Coercion::TextToBoolean);
/// assert_eq!(answer.repairs, [
///     Repair::Fenced,
///     Repair::Syntax { slip, line },
///     Repair::Coerced { path, how },
/// ]);
/// # Ok(()) }
/// ```
///
/// `Debug` shows no path, for the keys of a map are a part of the answer.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repair {
    /// It was taken out of a Markdown fence.
    Fenced,
    /// It was taken out of the text around it.
    Prose,
    /// The reasoning in front of it was left out.
    Thinking,
    /// It came without the `{"value": …}` that was asked for.
    Unwrapped,
    /// Several different answers fitted. The last was taken, and the others were dropped.
    Chosen {
        /// How many there were.
        answers: usize,
    },
    /// Several values that stood one after another are the items of the list.
    Joined {
        /// How many there were.
        items: usize,
    },
    /// JSON was read over a slip.
    Syntax {
        /// The slip.
        slip: Syntax,
        /// The line of the reply that it is on, from 1.
        line: usize,
    },
    /// A value was read as the kind that the type has there.
    Coerced {
        /// Where, as a JSON pointer; empty for the whole answer.
        path: String,
        /// What was done.
        how: Coercion,
    },
    /// A field that the type does not have was left out.
    LeftOut {
        /// The field, as a JSON pointer.
        path: String,
    },
}

impl fmt::Debug for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fenced => f.write_str("Fenced"),
            Self::Prose => f.write_str("Prose"),
            Self::Thinking => f.write_str("Thinking"),
            Self::Unwrapped => f.write_str("Unwrapped"),
            Self::Chosen { answers } => write!(f, "Chosen({answers})"),
            Self::Joined { items } => write!(f, "Joined({items})"),
            Self::Syntax { slip, line } => write!(f, "Syntax({slip:?}, line {line})"),
            Self::Coerced { path, how } => write!(f, "Coerced({:?}, {how:?})", Length(path)),
            Self::LeftOut { path } => write!(f, "LeftOut({:?})", Length(path)),
        }
    }
}

/// A slip in JSON, in a [`Repair`].
#[derive(Debug, Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Syntax {
    /// A comma before the first item, after the last, or a second one.
    ExtraComma,
    /// No comma between two items or fields.
    MissingComma,
    /// A text in single quotes, backticks or typographic quotes.
    Quotes,
    /// A text in `"""` or in a Markdown fence: its indentation is dropped, and the line that names its language.
    TripleQuotes,
    /// A quote inside a text, not escaped.
    InnerQuote,
    /// A name without quotes.
    UnquotedName,
    /// A text without quotes.
    UnquotedText,
    /// A comment, which is dropped.
    Comment,
    /// A line break or another control character in a text, not escaped.
    RawCharacter,
    /// A backslash that begins no escape of JSON.
    Escape,
    /// `True`, `None` and the like.
    Word,
    /// A number in a form that JSON does not have: `+1`, `007`, `0x1F`.
    Number,
    /// `=` or `=>` for a colon.
    EqualsSign,
    /// A space that is none in JSON.
    Space,
    /// A bracket that closes more than one, of which it matches the outermost.
    MismatchedBracket,
    /// A closing bracket after the end.
    StrayBracket,
}

impl Syntax {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::ExtraComma => "a comma too many",
            Self::MissingComma => "a missing comma",
            Self::Quotes => "quotes of another kind",
            Self::TripleQuotes => "a text in triple quotes",
            Self::InnerQuote => "a quote inside a text",
            Self::UnquotedName => "a name without quotes",
            Self::UnquotedText => "a text without quotes",
            Self::Comment => "a comment",
            Self::RawCharacter => "a control character in a text",
            Self::Escape => "an escape that JSON does not have",
            Self::Word => "a word in another spelling",
            Self::Number => "a number in another form",
            Self::EqualsSign => "an equals sign for a colon",
            Self::Space => "a space of another kind",
            Self::MismatchedBracket => "a bracket that does not match",
            Self::StrayBracket => "a bracket after the end",
        }
    }
}

impl fmt::Display for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// How a value was read as another kind, in a [`Repair`].
#[derive(Debug, Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Coercion {
    /// A text as the number it holds.
    TextToNumber,
    /// A text as `true` or `false`.
    TextToBoolean,
    /// A text as `null`.
    TextToNull,
    /// A text as the list or the object that it holds as JSON.
    TextToJson,
    /// A number as the text it was written as.
    NumberToText,
    /// `true` or `false` as the text it was written as.
    BooleanToText,
    /// `3.0` as `3`, if the digits say a whole number.
    ToWhole,
    /// A label in another case, with its words joined otherwise, or with quotes or punctuation around it.
    Label,
    /// A single value as a list of one.
    ToList,
    /// A list of one as its item.
    FromList,
    /// A value as the only field of its object.
    ToField,
    /// A list of keys and values as a map.
    Entries,
    /// An object as a map that was asked for as a list of keys and values.
    Object,
}

impl fmt::Display for Coercion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TextToNumber => "a text read as a number",
            Self::TextToBoolean => "a text read as true or false",
            Self::TextToNull => "a text read as null",
            Self::TextToJson => "a text read as JSON",
            Self::NumberToText => "a number read as a text",
            Self::BooleanToText => "true or false read as a text",
            Self::ToWhole => "a number read as a whole number",
            Self::Label => "a label read in another spelling",
            Self::ToList => "a single value read as a list",
            Self::FromList => "a list of one read as its item",
            Self::ToField => "a value read as the only field",
            Self::Entries => "a list of keys and values read as a map",
            Self::Object => "an object read as the map that was asked for as a list",
        })
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fenced => f.write_str("taken out of a Markdown fence"),
            Self::Prose => f.write_str("taken out of the text around it"),
            Self::Thinking => f.write_str("reasoning in front of it left out"),
            Self::Unwrapped => f.write_str("accepted without its wrapper"),
            Self::Chosen { answers } => write!(f, "chosen among {answers} different answers"),
            Self::Joined { items } => write!(f, "{items} values read as one list"),
            Self::Syntax { slip, line } => write!(f, "line {line}: {slip}"),
            Self::Coerced { path, how } if path.is_empty() => write!(f, "the answer: {how}"),
            Self::Coerced { path, how } => write!(f, "{path}: {how}"),
            Self::LeftOut { path } => write!(f, "{path}: a field the type does not have, left out"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repair_is_told_in_plain_words() {
        let told = |repair: Repair| repair.to_string();
        let path = String::from("/a");
        let (slip, how) = (Syntax::ExtraComma, Coercion::TextToNumber);
        assert_eq!(
            told(Repair::Syntax { slip, line: 2 }),
            "line 2: a comma too many"
        );
        assert_eq!(
            told(Repair::Coerced { path, how }),
            "/a: a text read as a number"
        );
        let path = String::new();
        assert_eq!(
            told(Repair::Coerced { path, how }),
            "the answer: a text read as a number"
        );
        assert_eq!(
            told(Repair::Chosen { answers: 2 }),
            "chosen among 2 different answers"
        );
    }

    #[test]
    fn a_repair_that_was_stored_is_read_again() {
        let path = String::from("/a");
        for repair in [
            Repair::Fenced,
            Repair::Chosen { answers: 3 },
            Repair::Syntax {
                slip: Syntax::Quotes,
                line: 7,
            },
            Repair::LeftOut { path },
        ] {
            let text = serde_json::to_string(&repair).unwrap();
            assert_eq!(serde_json::from_str::<Repair>(&text).unwrap(), repair);
        }
    }
}
