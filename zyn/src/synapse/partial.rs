//! What the expansion of `#[derive(Extract)]` calls to read an answer that is still being written.

use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Deserializer, Error, Visitor, value};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use crate::reply::Progress;

use super::Extract;

/// The whole, once it is complete.
pub fn whole<T: Extract>(so_far: Progress<'_>) -> Option<T> {
    so_far.read_with(T::read)
}

/// A field that a function reads, once it is complete.
pub fn read_with<'a, T>(
    so_far: Progress<'a>,
    name: &str,
    read: impl FnOnce(&'a Value) -> Result<T, serde_json::Error>,
) -> Option<T> {
    so_far.field(name)?.read_with(read)
}

/// The field, or what it is `otherwise`, once the object has ended without it.
pub fn or_absent<T>(
    field: Option<T>,
    so_far: Progress<'_>,
    name: &str,
    otherwise: impl FnOnce() -> Option<T>,
) -> Option<T> {
    let is_absent = so_far.is_complete() && so_far.field(name).is_none();
    field.or_else(|| is_absent.then(otherwise).flatten())
}

/// The type of a field.
///
/// `(&Kind::<T>::new()).one(…)` is [`Readable`]'s if the type can be read; only then does method lookup stop before it
/// borrows once more and finds [`Unreadable`]. That a type cannot be read is for serde's own derive to say.
#[derive(Debug)]
pub struct Kind<T: ?Sized>(PhantomData<fn() -> T>);

impl<T: ?Sized> Kind<T> {
    /// It.
    #[expect(clippy::new_without_default, reason = "only expansions call it")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

/// Values of the type can be read.
pub trait Readable<T> {
    /// The field, once it is complete.
    fn one(&self, so_far: Progress<'_>, name: &str) -> Option<T>;

    /// The items of the field that are complete, from the first on.
    fn items(&self, so_far: Progress<'_>, name: &str) -> Vec<T>;

    /// What the type is where there is nothing, as an option is none.
    fn missing(&self) -> Option<T>;
}

impl<T: DeserializeOwned> Readable<T> for Kind<T> {
    fn one(&self, so_far: Progress<'_>, name: &str) -> Option<T> {
        so_far.field(name)?.read()
    }

    fn items(&self, so_far: Progress<'_>, name: &str) -> Vec<T> {
        so_far
            .field(name)
            .map(Progress::read_items)
            .unwrap_or_default()
    }

    fn missing(&self) -> Option<T> {
        T::deserialize(Missing).ok()
    }
}

/// Values of the type cannot be read.
pub trait Unreadable<T> {
    /// None.
    fn one(&self, _so_far: Progress<'_>, _name: &str) -> Option<T> {
        None
    }

    /// None.
    fn items(&self, _so_far: Progress<'_>, _name: &str) -> Vec<T> {
        Vec::new()
    }

    /// None.
    fn missing(&self) -> Option<T> {
        None
    }
}

impl<T> Unreadable<T> for &Kind<T> {}

/// The type has a default.
pub trait Defaulted<T> {
    /// The default.
    fn default(&self) -> Option<T>;
}

impl<T: Default> Defaulted<T> for Kind<T> {
    fn default(&self) -> Option<T> {
        Some(T::default())
    }
}

/// The type has no default.
pub trait Undefaulted<T> {
    /// None.
    fn default(&self) -> Option<T> {
        None
    }
}

impl<T> Undefaulted<T> for &Kind<T> {}

/// What serde reads where a field is missing: an option is none, all else is an error.
struct Missing;

impl<'de> Deserializer<'de> for Missing {
    type Error = value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
        Err(Error::custom("there is nothing"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
