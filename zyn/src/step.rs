//! What the words of [`workflow!`](crate::workflow) give, beside a [`Step`](crate::Step): a workflow runs it.

pub use crate::workflow::{Call, Compact, Lane, Lanes, Nested, Note};
