//! How a value reads in a prompt. Long because each kind of value has a line of its own.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::session::{Block, Media};

/// A value that can be written into a prompt: as a step's input, or in a hole such as `{customer.name}`.
///
/// Text is written as it is, numbers as `Display` writes them, an absent option as nothing, a list as one
/// `- ` line per item. A [`Media`] is attached. `#[derive(Classify)]` writes the label's name; `#[derive(Extract)]` writes JSON,
/// if the type is [`Serialize`]. There is no blanket impl over `Display`, or no derived type could ever
/// have a `Display` of its own.
///
/// # Examples
///
/// ```
/// use zyn::ToPrompt;
///
/// struct Celsius(f64);
///
/// impl ToPrompt for Celsius {
///     fn to_prompt(&self) -> String {
///         format!("{} °C", self.0)
///     }
/// }
///
/// assert_eq!(Celsius(21.5).to_prompt(), "21.5 °C");
/// assert_eq!(["milk", "bread"].to_prompt(), "- milk\n- bread");
/// assert_eq!(None::<String>.to_prompt(), "");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written into a prompt",
    label = "does not implement `ToPrompt`",
    note = "bind `let text = x.to_string();` or implement `ToPrompt`"
)]
pub trait ToPrompt {
    /// The text of this value in a prompt. A derived one is empty if the type's own `Serialize` refuses; a synapse that
    /// is given such a value says so instead, before anything is sent.
    ///
    /// A text is all that it gives: a type of your own that holds a [`Media`](crate::Media) writes the words for it, and
    /// the image itself is an input beside it, as in `(&report, &report.scan)`.
    fn to_prompt(&self) -> String;

    /// The text of this value in a prompt, or why there is none.
    #[doc(hidden)]
    fn try_prompt(&self) -> Written {
        Ok(self.to_prompt())
    }

    /// What this value is in a prompt, where it can be more than a text, or why it is nothing.
    #[doc(hidden)]
    fn try_parts(&self) -> WrittenParts {
        self.try_prompt().map(|text| vec![Part::Text(text)])
    }

    /// This value as an answer that a model is shown: JSON. The text, unless the type is read from something else.
    #[doc(hidden)]
    fn to_answer(&self) -> Shown {
        Ok(Value::String(self.to_prompt()))
    }
}

/// A value as an answer that a model is shown, if it can be written as JSON.
#[doc(hidden)]
pub type Shown = Result<Value, serde_json::Error>;

/// The text of a value in a prompt, if it can be written.
#[doc(hidden)]
pub type Written = Result<String, serde_json::Error>;

/// A piece of what a value is in a prompt.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Written into it.
    Text(String),
    /// Attached to it.
    Media(Media),
}

/// What a value is in a prompt, if it can be written.
#[doc(hidden)]
pub type WrittenParts = Result<Vec<Part>, serde_json::Error>;

impl Part {
    pub(super) fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty())
    }

    fn block(self, name: String) -> Block {
        match self {
            Self::Text(text) => Block::new(name, text),
            Self::Media(media) => Block::attached(name, media),
        }
    }
}

/// The blocks of what is called `name`: one, or one for each of its parts. A blank part among others is none.
pub(super) fn blocks(name: &str, mut parts: Vec<Part>) -> Vec<Block> {
    if !parts.iter().all(Part::is_blank) {
        parts.retain(|part| !part.is_blank());
    }
    if parts.len() < 2 {
        let parts = parts.into_iter();
        return parts.map(|part| part.block(name.to_owned())).collect();
    }
    let numbered = parts.into_iter().zip(1..);
    let numbered = numbered.map(|(part, number)| part.block(format!("{name}{PART}{number}")));
    numbered.collect()
}

/// What stands between the name of what has several parts and the number of one.
pub(super) const PART: &str = " part ";

/// How `#[derive(Extract)]` writes a `T` into a prompt.
#[doc(hidden)]
#[derive(Debug)]
pub struct AsJson;

/// `Serialize`, as the [`ToPrompt`] that `#[derive(Extract)]` writes asks for it: so that a missing derive is
/// named in our words, and only where the type is used in a prompt.
///
/// It is a trait of [`AsJson`], not of `T`, or the compiler would show the words of `ToPrompt` instead.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be written into a prompt: it has no `Serialize`",
    label = "needs `#[derive(Serialize)]`",
    note = "derive `Serialize` to write it as JSON, or write its fields one by one"
)]
pub trait PromptJson<T: ?Sized> {
    /// Compact JSON, if the type's own `Serialize` does not refuse.
    fn prompt_json(value: &T) -> Written;

    /// The same, as a value.
    fn answer_json(value: &T) -> Shown;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> PromptJson<T> for AsJson {
    fn prompt_json(value: &T) -> Written {
        serde_json::to_string(value)
    }

    fn answer_json(value: &T) -> Shown {
        serde_json::to_value(value)
    }
}

macro_rules! as_displayed {
    ($($type:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl ToPrompt for $type {
            fn to_prompt(&self) -> String {
                self.to_string()
            }

            fn to_answer(&self) -> Shown {
                serde_json::to_value(self)
            }
        }
    )*};
}

as_displayed!(str String char bool Value);
as_displayed!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64);

macro_rules! as_inner {
    ($($type:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: ToPrompt + ?Sized> ToPrompt for $type {
            fn to_prompt(&self) -> String {
                T::to_prompt(self)
            }

            fn try_prompt(&self) -> Written {
                T::try_prompt(self)
            }

            fn try_parts(&self) -> WrittenParts {
                T::try_parts(self)
            }

            fn to_answer(&self) -> Shown {
                T::to_answer(self)
            }
        }
    )*};
}

as_inner!(&T &mut T Box<T> Arc<T>);

#[diagnostic::do_not_recommend]
impl<T: ToPrompt + ToOwned + ?Sized> ToPrompt for Cow<'_, T> {
    fn to_prompt(&self) -> String {
        T::to_prompt(self)
    }

    fn try_prompt(&self) -> Written {
        T::try_prompt(self)
    }

    fn try_parts(&self) -> WrittenParts {
        T::try_parts(self)
    }

    fn to_answer(&self) -> Shown {
        T::to_answer(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: ToPrompt> ToPrompt for Option<T> {
    fn to_prompt(&self) -> String {
        self.as_ref().map(T::to_prompt).unwrap_or_default()
    }

    fn try_prompt(&self) -> Written {
        self.as_ref().map_or(Ok(String::new()), T::try_prompt)
    }

    fn try_parts(&self) -> WrittenParts {
        match self {
            Some(value) => value.try_parts(),
            None => Ok(vec![Part::Text(String::new())]),
        }
    }

    fn to_answer(&self) -> Shown {
        self.as_ref().map_or(Ok(Value::Null), T::to_answer)
    }
}

#[diagnostic::do_not_recommend]
impl<T: ToPrompt> ToPrompt for [T] {
    fn to_prompt(&self) -> String {
        let items: Vec<String> = self.iter().map(|it| item(&it.to_prompt())).collect();
        items.join("\n")
    }

    fn try_prompt(&self) -> Written {
        let items = self
            .iter()
            .map(|it| it.try_prompt().map(|text| item(&text)));
        let items: Vec<String> = items.collect::<Result<_, _>>()?;
        Ok(items.join("\n"))
    }

    fn try_parts(&self) -> WrittenParts {
        let parts: Vec<Vec<Part>> = self.iter().map(T::try_parts).collect::<Result<_, _>>()?;
        let parts = parts.concat();
        // a list of texts is one text
        match parts.iter().any(|part| matches!(part, Part::Media(_))) {
            true => Ok(parts),
            false => self.try_prompt().map(|text| vec![Part::Text(text)]),
        }
    }

    fn to_answer(&self) -> Shown {
        self.iter().map(T::to_answer).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<T: ToPrompt, const N: usize> ToPrompt for [T; N] {
    fn to_prompt(&self) -> String {
        self.as_slice().to_prompt()
    }

    fn try_prompt(&self) -> Written {
        self.as_slice().try_prompt()
    }

    fn try_parts(&self) -> WrittenParts {
        self.as_slice().try_parts()
    }

    fn to_answer(&self) -> Shown {
        self.as_slice().to_answer()
    }
}

#[diagnostic::do_not_recommend]
impl<T: ToPrompt> ToPrompt for Vec<T> {
    fn to_prompt(&self) -> String {
        self.as_slice().to_prompt()
    }

    fn try_prompt(&self) -> Written {
        self.as_slice().try_prompt()
    }

    fn try_parts(&self) -> WrittenParts {
        self.as_slice().try_parts()
    }

    fn to_answer(&self) -> Shown {
        self.as_slice().to_answer()
    }
}

/// Attached: the text that stands for it has its kind alone.
#[diagnostic::do_not_recommend]
impl ToPrompt for Media {
    fn to_prompt(&self) -> String {
        format!("({})", self.kind())
    }

    fn try_parts(&self) -> WrittenParts {
        Ok(vec![Part::Media(self.clone())])
    }

    /// An example's answer is looked for among the items by this, and shown as its number.
    fn to_answer(&self) -> Shown {
        Ok(Value::from(self.base64().or(self.url().map(str::to_owned))))
    }
}

/// One item of a list; its further lines are indented, so that no line of it looks like the next item.
fn item(text: &str) -> String {
    format!("- {}", text.replace('\n', "\n  "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_numbers_read_as_displayed() {
        assert_eq!("a\nb".to_prompt(), "a\nb");
        assert_eq!('x'.to_prompt(), "x");
        assert_eq!((-7_i64).to_prompt(), "-7");
        assert_eq!(0.5_f32.to_prompt(), "0.5");
        assert_eq!(true.to_prompt(), "true");
        assert_eq!(
            serde_json::json!({"b": 1, "a": null}).to_prompt(),
            r#"{"b":1,"a":null}"#
        );
    }

    #[test]
    fn what_points_to_a_value_reads_like_it() {
        let text = String::from("x");
        assert_eq!((&&text).to_prompt(), "x");
        assert_eq!(Box::new(text.clone()).to_prompt(), "x");
        assert_eq!(Arc::<str>::from("x").to_prompt(), "x");
        assert_eq!(Cow::Borrowed("x").to_prompt(), "x");
        assert_eq!(Some(&text).to_prompt(), "x");
    }

    #[test]
    fn an_item_of_a_list_cannot_be_taken_for_two() {
        let items = vec!["one", "two\n- three"];
        assert_eq!(items.to_prompt(), "- one\n- two\n  - three");
        assert_eq!(vec![vec![1, 2], vec![3]].to_prompt(), "- - 1\n  - 2\n- - 3");
    }

    #[test]
    fn media_are_parts_of_their_own_however_they_are_held() {
        let photo = Media::image("GIF89a").unwrap();
        let part = || Part::Media(photo.clone());
        assert_eq!((&&photo).try_parts().unwrap(), [part()]);
        assert_eq!(Some(Box::new(photo.clone())).try_parts().unwrap(), [part()]);
        assert_eq!(Cow::Borrowed(&photo).try_parts().unwrap(), [part()]);
        assert_eq!(vec![&photo, &photo].try_parts().unwrap(), [part(), part()]);
        let absent = || Part::Text(String::new());
        assert_eq!(
            [Some(&photo), None].try_parts().unwrap(),
            [part(), absent()]
        );
        assert_eq!(
            [None::<Media>].try_parts().unwrap(),
            [Part::Text("- ".to_owned())]
        );
        assert_eq!(photo.to_prompt(), "(an image)");
        let texts = ["a", "b"].try_parts().unwrap();
        assert_eq!(texts, [Part::Text("- a\n- b".to_owned())]);
    }

    #[test]
    fn several_parts_are_numbered_and_a_blank_one_among_them_is_left_out() {
        let photo = || Part::Media(Media::image("GIF89a").unwrap());
        let text = |text: &str| Part::Text(text.to_owned());
        let names = |parts: Vec<Part>| -> Vec<String> {
            let blocks = blocks("input", parts).into_iter();
            blocks.map(|block| block.name.into_owned()).collect()
        };
        assert_eq!(names(vec![photo()]), ["input"]);
        assert_eq!(names(vec![text(" "), photo()]), ["input"]);
        assert_eq!(names(vec![text(" ")]), ["input"]);
        let both = ["input part 1", "input part 2"];
        assert_eq!(names(vec![text("a"), photo()]), both);
    }

    #[test]
    fn nothing_reads_as_nothing() {
        assert_eq!(Vec::<String>::new().to_prompt(), "");
        assert_eq!(None::<u8>.to_prompt(), "");
    }
}
