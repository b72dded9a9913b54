//! What may be done to a reply to read it: the kinds of a [`Repair`](crate::Repair).
//!
//! A model may put its answer into a fence, forget a comma, or write `"3"` for `3`. Such a reply is read if it leaves one
//! reading, and each thing that was done is a repair. They are in [`Answer::repairs`](crate::Answer::repairs), which
//! `fire_detailed` gives. `.strict()` on a step forbids them all: a reply that needs one is asked for again.

pub use crate::reply::{Coercion, Syntax};
