//! What Gemini's models take.

use super::{COMPATIBLE, Capabilities, KeyHeader, Row};
use crate::provider::{Accepts, Dialect};

pub(in crate::provider) const GEMINI_HOST: &str = "generativelanguage.googleapis.com";

const FROM_3: Capabilities = Capabilities {
    dialect: Dialect::Gemini,
    schema_visible: true,
    // ignored by the newest, and harmful to those before them
    sampling: false,
    logprobs: false,
    key: KeyHeader::Google,
    images: Accepts::Addresses,
    pdfs: Accepts::Addresses,
    ..COMPATIBLE
};

const BEFORE_3: Capabilities = Capabilities {
    sampling: true,
    ..FROM_3
};

/// Fetch nothing from the web.
const BEFORE_2_5: Capabilities = Capabilities {
    images: Accepts::Bytes,
    pdfs: Accepts::Bytes,
    ..BEFORE_3
};

/// The first match wins. A model may be given with the folder it is in.
pub(in crate::provider) const GEMINI: &[Row] = &[
    ("", "gemini-1", BEFORE_2_5),
    ("", "models/gemini-1", BEFORE_2_5),
    ("", "gemini-2.0", BEFORE_2_5),
    ("", "models/gemini-2.0", BEFORE_2_5),
    ("", "gemini-2", BEFORE_3),
    ("", "models/gemini-2", BEFORE_3),
    ("", "gemma-", BEFORE_2_5),
    ("", "models/gemma-", BEFORE_2_5),
    ("", "", FROM_3),
];

#[cfg(test)]
mod tests {
    use super::super::capabilities;
    use super::*;

    #[test]
    fn models_from_2_5_on_alone_fetch_what_is_attached() {
        for (model, accepts) in [
            ("gemini-1.5-pro-002", Accepts::Bytes),
            ("models/gemini-2.0-flash", Accepts::Bytes),
            ("gemma-3-27b-it", Accepts::Bytes),
            ("models/gemini-2.5-pro", Accepts::Addresses),
            ("gemini-3.8-flash", Accepts::Addresses),
        ] {
            let profile = capabilities(GEMINI, GEMINI_HOST, model).profile();
            assert_eq!(
                (profile.images, profile.pdfs),
                (accepts, accepts),
                "{model}"
            );
        }
    }

    #[test]
    fn models_before_3_alone_take_a_temperature() {
        for (model, sampling) in [
            ("gemini-2.5-flash", true),
            ("models/gemini-2.5-pro", true),
            ("gemini-1.5-pro-002", true),
            ("gemma-3-27b-it", true),
            ("gemini-3-flash-preview", false),
            ("models/gemini-3.8-flash", false),
            ("gemini-4-argon", false),
            ("gemini-flash-latest", false),
            ("tunedModels/mine", false),
        ] {
            let found = capabilities(GEMINI, GEMINI_HOST, model);
            assert_eq!(found.sampling, sampling, "{model}");
            let profile = found.profile();
            assert_eq!(
                (found.key, profile.dialect),
                (KeyHeader::Google, Dialect::Gemini)
            );
            assert!(profile.schema_visible && !profile.logprobs, "{model}");
        }
    }
}
