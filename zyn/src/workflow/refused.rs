//! What stands in the code beside a compile error, so that the compiler has nothing to add to it. It never runs.

use super::{Call, Compact, Nested, Note, Step};

/// What has a value in a workflow.
pub trait Valued {
    /// The type of the value.
    type Value;
}

impl<T: 'static, I: 'static> Valued for Step<T, I> {
    type Value = T;
}

impl<T> Valued for Call<'_, T> {
    type Value = T;
}

impl<T, E> Valued for Nested<'_, T, E> {
    type Value = T;
}

impl Valued for Compact {
    type Value = String;
}

impl Valued for Note {
    type Value = ();
}

/// The value of a step that stands where none may.
pub fn refused<S: Valued>(_: S) -> S::Value {
    never()
}

/// The value of a body that is not compiled.
pub fn refused_body<T>() -> T {
    never()
}

fn never<T>() -> T {
    // reached only from code that a `compile_error!` stands beside
    std::process::abort()
}
