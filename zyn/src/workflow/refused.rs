//! What stands in the code beside a compile error, so that the compiler has nothing to add to it. It never runs.

use super::Step;

/// The value of a step that stands where none may.
pub fn refused<T: 'static>(_: Step<T>) -> T {
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
