//! The parts of a [`Sentiment`](crate::Sentiment).

pub use crate::synapse::{Aspect, Polarity, Scores};
