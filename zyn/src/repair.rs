//! The kinds of a [`Repair`](crate::Repair).

pub use crate::reply::{Coercion, Syntax};
