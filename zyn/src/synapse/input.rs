//! What a synapse works on.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;

use super::ToPrompt;
use super::to_prompt::Written;
use crate::error::{ErrorKind, Excerpt};
use crate::session::Block;

/// What a synapse can work on. `I` is what it asks for: text, unless its type says otherwise.
///
/// - [`Text`]: anything that is [`ToPrompt`], or the [`Conversation`];
/// - [`Json<T>`](Json): a reference to a `T` that is `Serialize`;
/// - [`List<X>`](List): a list of `X`, as an array, a slice, a `Vec` or a reference to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written into a prompt",
    label = "does not implement `ToPrompt`",
    note = "bind `let text = x.to_string();` or implement `ToPrompt`"
)]
pub trait Input<I = Text> {
    /// It, as what the synapse asks for.
    fn into_input(self) -> I;
}

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

/// The input of a synapse that works on text: [`ToPrompt`] types, and the [`Conversation`].
#[derive(Clone)]
pub struct Text(Option<Result<String, Unwritten>>);

/// The input of a synapse that works on a `T`, which is written as JSON: a `&T`.
///
/// Compact, in the order of the fields, and every character as it is.
pub struct Json<T> {
    text: Result<String, Unwritten>,
    of: PhantomData<fn() -> T>,
}

/// The input of a synapse that works on a list of `X`: `[X; N]`, `Vec<X>`, `&[X]`.
#[derive(Clone)]
pub struct List<X>(pub(super) Vec<X>);

/// What cannot be written into a prompt.
#[derive(Clone)]
pub(super) enum Unwritten {
    Value {
        type_name: &'static str,
        problem: Excerpt,
    },
    Hole {
        hole: String,
        problem: Excerpt,
    },
}

impl Unwritten {
    /// A value of type `T` as it is written, or that it is not.
    pub(super) fn unless<T: ?Sized>(written: Written) -> Result<String, Self> {
        written.map_err(|problem| Self::Value {
            type_name: std::any::type_name::<T>(),
            problem: Excerpt::new(&problem.to_string()),
        })
    }
}

impl From<Unwritten> for ErrorKind {
    fn from(unwritten: Unwritten) -> Self {
        match unwritten {
            Unwritten::Value { type_name, problem } => Self::InputNotJson { type_name, problem },
            Unwritten::Hole { hole, problem } => Self::HoleNotJson { hole, problem },
        }
    }
}

impl Input for Conversation {
    fn into_input(self) -> Text {
        Text(None)
    }
}

impl Input for Text {
    fn into_input(self) -> Text {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T: ToPrompt> Input for T {
    fn into_input(self) -> Text {
        Text(Some(Unwritten::unless::<T>(self.try_prompt())))
    }
}

/// What a [`Json`] and a [`List`] are made of.
///
/// It is a trait of these, not of what they are made of, or the compiler would show the words of [`Input`] instead.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this synapse works on a `{Self}`, and `{S}` is none",
    label = "is no `{Self}`",
    note = "a `Json<T>` is made of a `&T` that is `Serialize`, a `List<X>` of an array, a slice or a `Vec` of `X`"
)]
pub trait MadeOf<S> {
    /// It, made of `input`.
    fn made_of(input: S) -> Self;
}

impl<T, S> Input<Json<T>> for S
where
    Json<T>: MadeOf<S>,
{
    fn into_input(self) -> Json<T> {
        Json::made_of(self)
    }
}

impl<T: Serialize> MadeOf<&T> for Json<T> {
    fn made_of(input: &T) -> Self {
        Self {
            text: Unwritten::unless::<T>(serde_json::to_string(input)),
            of: PhantomData,
        }
    }
}

impl<X, S> Input<List<X>> for S
where
    List<X>: MadeOf<S>,
{
    fn into_input(self) -> List<X> {
        List::made_of(self)
    }
}

macro_rules! lists {
    ($($type:ty $(, $count:ident)?;)*) => {$(
        impl<X: Clone $(, const $count: usize)?> MadeOf<$type> for List<X> {
            fn made_of(input: $type) -> Self {
                Self(input.to_vec())
            }
        }
    )*};
}

lists!(&[X]; &Vec<X>; [X; N], N; &[X; N], N;);

impl<X> MadeOf<Vec<X>> for List<X> {
    fn made_of(input: Vec<X>) -> Self {
        Self(input)
    }
}

/// An input that is one block of data, or none.
pub(crate) trait OneBlock {
    /// The block called `name`; `None` for the conversation.
    fn block(self, name: &'static str) -> Result<Option<Block>, ErrorKind>;
}

impl Text {
    /// What the macro makes of a literal with holes: each with the text before it and its name, then the text behind
    /// them.
    #[doc(hidden)]
    pub fn holed<const N: usize>(holes: [(&str, &str, Written); N], behind: &str) -> Self {
        let mut text = String::new();
        for (before, name, value) in holes {
            text.push_str(before);
            match value {
                Ok(value) => text.push_str(&value),
                Err(problem) => {
                    return Self(Some(Err(Unwritten::Hole {
                        hole: format!("{{{name}}}"),
                        problem: Excerpt::new(&problem.to_string()),
                    })));
                }
            }
        }
        text.push_str(behind);
        Self(Some(Ok(text)))
    }

    /// The text; `None` if it is the conversation.
    pub(crate) fn written(self) -> Result<Option<String>, ErrorKind> {
        Ok(self.0.transpose()?)
    }
}

impl OneBlock for Text {
    fn block(self, name: &'static str) -> Result<Option<Block>, ErrorKind> {
        let text = self.written()?;
        Ok(text.map(|text| Block::new(name, text)))
    }
}

impl<T> OneBlock for Json<T> {
    fn block(self, name: &'static str) -> Result<Option<Block>, ErrorKind> {
        Ok(Some(Block::new(name, self.text?)))
    }
}

impl<T> Clone for Json<T> {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            of: PhantomData,
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.as_ref().and_then(|text| text.as_ref().ok());
        let bytes = text.map(String::len);
        f.debug_struct("Text").field("bytes", &bytes).finish()
    }
}

impl<T> fmt::Debug for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.text.as_ref().map(String::len).ok();
        f.debug_struct("Json").field("bytes", &bytes).finish()
    }
}

impl<X> fmt::Debug for List<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("items", &self.0.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn text<T>(input: impl Input<Json<T>>) -> Result<String, ErrorKind> {
        let block = input.into_input().block("input")?;
        Ok(block.expect("a block").text)
    }

    #[test]
    fn json_is_written_in_the_order_of_the_fields_and_without_escapes_of_its_own() {
        #[derive(Serialize)]
        struct Order {
            z: &'static str,
            a: Option<u8>,
        }
        let order = Order {
            z: "<b> & \"é\"",
            a: None,
        };
        assert_eq!(text(&order).unwrap(), r#"{"z":"<b> & \"é\"","a":null}"#);
    }

    #[test]
    fn what_cannot_be_written_as_json_is_an_error_and_not_an_empty_text() {
        let map = BTreeMap::from([((1, 2), "a tuple is no key")]);
        let error = text(&map).unwrap_err();
        assert!(matches!(error, ErrorKind::InputNotJson { .. }), "{error}");
    }

    #[test]
    fn every_kind_of_list_is_the_same_list() {
        fn items(input: impl Input<List<u8>>) -> Vec<u8> {
            input.into_input().0
        }
        let list = vec![1, 2];
        assert_eq!(items(&list), list);
        assert_eq!(items(list.as_slice()), list);
        let array = &[1, 2];
        assert_eq!(items(array), list);
        assert_eq!(items(*array), list);
        assert_eq!(items(list.clone()), list);
    }

    #[test]
    fn debug_of_an_input_shows_no_text() {
        let shown = [
            format!("{:?}", "canary".into_input()),
            format!("{:?}", Json::made_of(&"canary".to_owned())),
            format!("{:?}", List::made_of(["canary"])),
        ];
        assert!(shown.iter().all(|it| !it.contains("canary")), "{shown:?}");
    }
}
