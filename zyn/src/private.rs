//! What the macros' expansions call, under names that no user can shadow. Not part of the API.

pub use core::option::Option;
pub use core::primitive::str;
pub use std::vec::Vec;

pub use crate::reply::Violation;
pub use crate::synapse::to_prompt::PromptJson;
