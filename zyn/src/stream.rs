//! Answers that are read while they are written: a [`Streaming`](crate::Streaming) answer, and how far it is.

pub use crate::reply::Progress;
