//! What Ollama takes on its own API.

use super::{COMPATIBLE, Capabilities, Row};
use crate::provider::{Accepts, Dialect, Mode};

/// Its grammars are llama.cpp's; the model sees no schema.
const LOCAL: Capabilities = Capabilities {
    dialect: Dialect::LlamaCpp,
    logprobs: false,
    images: Accepts::Bytes,
    pdfs: Accepts::Nothing,
    ..COMPATIBLE
};

/// Takes a schema and holds no answer to it.
const CLOUD: Capabilities = Capabilities {
    dialect: Dialect::Prompted,
    mode: Mode::Prompted,
    ..LOCAL
};

pub(in crate::provider) const OLLAMA: &[Row] = &[
    ("ollama.com", "", CLOUD),
    (".ollama.com", "", CLOUD),
    ("", "*-cloud", CLOUD),
    ("", "", LOCAL),
];
