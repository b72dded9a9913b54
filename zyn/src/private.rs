//! What the macros' expansions call, under names that no user can shadow. Not part of the API.

pub use core::clone::Clone;
pub use core::cmp::PartialEq;
pub use core::convert::From;
pub use core::fmt;
pub use core::marker::PhantomData;
pub use core::marker::Send;
pub use core::option::Option::{self, None, Some};
pub use core::primitive::{bool, str};
pub use std::borrow::Cow;
pub use std::string::String;
pub use std::vec::Vec;

pub use schemars::JsonSchema;
pub use serde::de::DeserializeOwned;

pub use crate::reply::{Progress, Violation};
pub use crate::synapse::check::{Checked, Part, Unchecked, Verdict, Violations};
pub use crate::synapse::extract::{HasDeserialize, HasSchema};
pub use crate::synapse::partial::{
    Defaulted, Kind, Readable, Undefaulted, Unreadable, or_absent, read_with, whole,
};
pub use crate::synapse::to_prompt::{AsJson, PromptJson, Shown, Written, WrittenParts};
pub use core::result::Result::{self, Err, Ok};
pub use std::boxed::Box;

pub use crate::synapse::Instruction;
pub use crate::workflow::{Cx, IsResult, Valued, refused, refused_body};
