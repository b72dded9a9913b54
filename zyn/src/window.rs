//! What a [`Window`](crate::Window) did before a request.

pub use crate::session::{Summary, Windowed};
