//! What Gemini's models take.

use super::{COMPATIBLE, Capabilities, KeyHeader, Row};
use crate::provider::Dialect;

const FROM_3: Capabilities = Capabilities {
    dialect: Dialect::Gemini,
    schema_visible: true,
    // ignored by the newest, and harmful to those before them
    sampling: false,
    logprobs: false,
    key: KeyHeader::Google,
    ..COMPATIBLE
};

const BEFORE_3: Capabilities = Capabilities {
    sampling: true,
    ..FROM_3
};

/// The first match wins.
pub(in crate::provider) const GEMINI: &[Row] = &[
    ("", "gemini-1", BEFORE_3),
    ("", "gemini-2", BEFORE_3),
    ("", "gemma-", BEFORE_3),
    ("", "", FROM_3),
];
