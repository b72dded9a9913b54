//! What a synapse works on.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;

use super::ToPrompt;
use super::to_prompt::{self, Part, WrittenParts};
use crate::error::{ErrorKind, Excerpt};
use crate::session::Block;

/// What a synapse can work on. `I` is what it asks for: text, unless its type says otherwise.
///
/// - [`Text`]: anything that is [`ToPrompt`], a [`Media`](crate::Media) among it; several of these beside each other, as a
///   tuple; or the [`Conversation`];
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

/// The input of a synapse that works on text, and on images and PDFs: [`ToPrompt`] types, tuples of two to six of them,
/// and the [`Conversation`].
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// # use zyn::testing::Scripted;
/// # use zyn::{Llm, Media, Session};
/// # let (llm, mut session) = (Llm::new(Scripted::new([r#"{"answer":true}"#])), Session::new());
/// let letter = "The roof was new, see the photos.";
/// let photos = [Media::image("GIF89a…")?, Media::image("GIF89a…")?];
/// let damage = zyn::binary("Do the photos show what the letter says?");
/// damage.fire(&llm, &mut session, (letter, &photos)).await?;
///
/// let asked = session.at(0)?;
/// let names: Vec<_> = asked.blocks().iter().map(|block| &*block.name).collect();
/// assert_eq!(names, ["input part 1", "input part 2", "input part 3"]);
/// assert_eq!(asked.media().count(), 2);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Text(Option<Result<Vec<Part>, Unwritten>>);

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
    pub(super) fn unless<T: ?Sized, W>(written: Result<W, serde_json::Error>) -> Result<W, Self> {
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
        Text(Some(Unwritten::unless::<T, _>(self.try_parts())))
    }
}

macro_rules! beside {
    ($($input:ident)+) => {
        #[diagnostic::do_not_recommend]
        impl<$($input: Input),+> Input for ($($input,)+) {
            fn into_input(self) -> Text {
                #[allow(non_snake_case, reason = "each is called as its type is")]
                let ($($input,)+) = self;
                Text::beside([$($input.into_input()),+])
            }
        }
    };
}

beside!(A B);
beside!(A B C);
beside!(A B C D);
beside!(A B C D E);
beside!(A B C D E F);

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
            text: Unwritten::unless::<T, _>(serde_json::to_string(input)),
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

/// An input that is data under one name, or none.
pub(crate) trait Named {
    /// The blocks called `name`; none for the conversation.
    fn blocks(self, name: &'static str) -> Result<Vec<Block>, ErrorKind>;
}

impl Text {
    /// What the macro makes of a literal with holes: each with the text before it and its name, then the text behind
    /// them.
    #[doc(hidden)]
    pub fn holed<const N: usize>(holes: [(&str, &str, WrittenParts); N], behind: &str) -> Self {
        let mut parts = Vec::new();
        let mut text = String::new();
        for (before, name, value) in holes {
            text.push_str(before);
            let value = match value {
                Ok(value) => value,
                Err(problem) => {
                    return Self(Some(Err(Unwritten::Hole {
                        hole: format!("{{{name}}}"),
                        problem: Excerpt::new(&problem.to_string()),
                    })));
                }
            };
            for part in value {
                match part {
                    Part::Text(written) => text.push_str(&written),
                    media @ Part::Media(_) => {
                        parts.extend([Part::Text(std::mem::take(&mut text)), media]);
                    }
                }
            }
        }
        text.push_str(behind);
        parts.push(Part::Text(text));
        Self(Some(Ok(parts)))
    }

    /// All of them, one after the other.
    fn beside<const N: usize>(inputs: [Self; N]) -> Self {
        let given = inputs.into_iter().filter_map(|input| input.0);
        let parts: Vec<Result<Vec<Part>, Unwritten>> = given.collect();
        if parts.is_empty() {
            return Self(None);
        }
        let parts: Result<Vec<Vec<Part>>, Unwritten> = parts.into_iter().collect();
        Self(Some(parts.map(|parts| parts.concat())))
    }

    /// What it is; `None` if it is the conversation.
    pub(crate) fn parts(self) -> Result<Option<Vec<Part>>, ErrorKind> {
        Ok(self.0.transpose()?)
    }
}

impl Named for Text {
    fn blocks(self, name: &'static str) -> Result<Vec<Block>, ErrorKind> {
        let Some(parts) = self.parts()? else {
            return Ok(Vec::new());
        };
        Ok(to_prompt::blocks(name, parts))
    }
}

impl<T> Named for Json<T> {
    fn blocks(self, name: &'static str) -> Result<Vec<Block>, ErrorKind> {
        Ok(vec![Block::new(name, self.text?)])
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
        let parts = self.0.iter().flatten().flatten();
        let (mut bytes, mut media) = (0, 0);
        for part in parts {
            match part {
                Part::Text(text) => bytes += text.len(),
                Part::Media(_) => media += 1,
            }
        }
        let mut shown = f.debug_struct("Text");
        shown.field("bytes", &bytes).field("media", &media).finish()
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
mod tests;
