//! What Gemini's models take.

use super::{COMPATIBLE, Capabilities, KeyHeader, Row, SystemRole};
use crate::provider::{Accepts, Dialect, Mode};

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

/// Open models. Those before the fourth refuse an instruction; the others read it as well where it is.
const GEMMA: Capabilities = Capabilities {
    system: SystemRole::User,
    ..BEFORE_2_5
};

/// Cannot be told that the answer is JSON.
const GEMMA_BEFORE_4: Capabilities = Capabilities {
    dialect: Dialect::Prompted,
    mode: Mode::Prompted,
    json_object: false,
    ..GEMMA
};

/// The first match wins. A model may be given with the folder it is in.
pub(in crate::provider) const GEMINI: &[Row] = &[
    ("", "gemini-1", BEFORE_2_5),
    ("", "models/gemini-1", BEFORE_2_5),
    ("", "gemini-2.0", BEFORE_2_5),
    ("", "models/gemini-2.0", BEFORE_2_5),
    ("", "gemini-2", BEFORE_3),
    ("", "models/gemini-2", BEFORE_3),
    ("", "gemma-2", GEMMA_BEFORE_4),
    ("", "models/gemma-2", GEMMA_BEFORE_4),
    ("", "gemma-3", GEMMA_BEFORE_4),
    ("", "models/gemma-3", GEMMA_BEFORE_4),
    ("", "gemma-", GEMMA),
    ("", "models/gemma-", GEMMA),
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
    fn the_open_models_take_no_instruction_and_the_first_of_them_no_schema() {
        for (model, system, mode) in [
            ("gemma-3-27b-it", SystemRole::User, Mode::Prompted),
            ("models/gemma-3n-e4b-it", SystemRole::User, Mode::Prompted),
            ("gemma-4-31b-it", SystemRole::User, Mode::Native),
            ("gemini-3.8-flash", SystemRole::System, Mode::Native),
        ] {
            let found = capabilities(GEMINI, GEMINI_HOST, model);
            assert_eq!((found.system, found.mode), (system, mode), "{model}");
            let is_prompted = found.dialect == Dialect::Prompted;
            assert_eq!(is_prompted, mode == Mode::Prompted, "{model}");
            assert_eq!(found.json_object, mode == Mode::Native, "{model}");
        }
    }

    #[test]
    fn models_before_3_alone_take_a_temperature() {
        for (model, sampling) in [
            ("gemini-2.5-flash", true),
            ("models/gemini-2.5-pro", true),
            ("gemini-1.5-pro-002", true),
            ("gemma-4-31b-it", true),
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
