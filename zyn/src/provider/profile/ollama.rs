//! What Ollama takes on its own API.

use super::{COMPATIBLE, Capabilities, Row};
use crate::provider::{Accepts, Dialect, Mode};

/// Where Ollama's makers run models themselves.
pub(in crate::provider) const OLLAMA_CLOUD: &str = "ollama.com";

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

/// The first match wins. A server on this machine hands requests for models of the cloud on.
pub(in crate::provider) const OLLAMA: &[Row] = &[
    (OLLAMA_CLOUD, "", CLOUD),
    (".ollama.com", "", CLOUD),
    ("", "*-cloud", CLOUD),
    ("", "*:cloud", CLOUD),
    ("", "", LOCAL),
];

#[cfg(test)]
mod tests {
    use super::super::capabilities;
    use super::*;

    #[test]
    fn a_model_of_the_cloud_is_told_the_schema_in_words_wherever_it_is_asked() {
        let native = (Mode::Native, Dialect::LlamaCpp);
        let prompted = (Mode::Prompted, Dialect::Prompted);
        for (host, model, wanted) in [
            ("localhost", "qwen3:4b", native),
            ("gpu.example.com", "llama3.2", native),
            ("localhost", "cloud-atlas:7b", native),
            ("localhost", "gpt-oss:120b-cloud", prompted),
            ("localhost", "glm-4.6:cloud", prompted),
            ("ollama.com", "gpt-oss:120b", prompted),
            ("eu.ollama.com", "gpt-oss:120b", prompted),
        ] {
            let profile = capabilities(OLLAMA, host, model).profile();
            let found = (profile.mode, profile.dialect);
            assert_eq!(found, wanted, "{model} at {host}");
            assert!(!profile.schema_visible && !profile.logprobs, "{model}");
            let attached = (profile.images, profile.pdfs);
            assert_eq!(attached, (Accepts::Bytes, Accepts::Nothing), "{model}");
        }
    }
}
