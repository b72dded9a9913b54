//! What Anthropic's models take.

use super::{COMPATIBLE, Capabilities, Kept, KeyHeader, Row};
use crate::provider::{Accepts, Dialect, Mode};

/// The host of Anthropic itself.
pub(in crate::provider) const ANTHROPIC_HOST: &str = "api.anthropic.com";

/// What an answer may have where no limit is set: the API asks for one. It counts hidden thoughts too.
const USUAL: u32 = 16_000;

/// The newest, and any that is not known.
const NEWEST: Capabilities = Capabilities {
    dialect: Dialect::Anthropic,
    schema_visible: true,
    schema_in_cache: true,
    json_object: false,
    usual_max_tokens: Some(USUAL),
    sampling: false,
    logprobs: false,
    key: KeyHeader::XApiKey,
    kept: Some(Kept::Minutes),
    images: Accepts::Addresses,
    pdfs: Accepts::Addresses,
    ..COMPATIBLE
};

/// Take a temperature.
const SAMPLED: Capabilities = Capabilities {
    sampling: true,
    ..NEWEST
};

/// Know no structured outputs, but tools.
const TOOLS: Capabilities = Capabilities {
    mode: Mode::Tool,
    ..SAMPLED
};

/// The same, with short answers.
const OLDEST: Capabilities = Capabilities {
    usual_max_tokens: Some(4_096),
    ..TOOLS
};

/// The same, for text alone.
const BLIND: Capabilities = Capabilities {
    images: Accepts::Nothing,
    pdfs: Accepts::Nothing,
    ..OLDEST
};

/// The first match wins.
pub(in crate::provider) const ANTHROPIC: &[Row] = &[
    ("", "claude-opus-4-1", SAMPLED),
    ("", "claude-opus-4-5", SAMPLED),
    ("", "claude-opus-4-6", SAMPLED),
    ("", "claude-sonnet-4-5", SAMPLED),
    ("", "claude-sonnet-4-6", SAMPLED),
    ("", "claude-haiku-4-5", SAMPLED),
    ("", "claude-opus-4-2", TOOLS),
    ("", "claude-opus-4-0", TOOLS),
    ("", "claude-sonnet-4-2", TOOLS),
    ("", "claude-sonnet-4-0", TOOLS),
    ("", "claude-3-7", TOOLS),
    ("", "claude-3", OLDEST),
    ("", "claude-2", BLIND),
    ("", "", NEWEST),
];

#[cfg(test)]
mod tests {
    use super::super::capabilities;
    use super::*;

    #[track_caller]
    fn check(model: &str, mode: Mode, sampling: bool) {
        let found = capabilities(ANTHROPIC, ANTHROPIC_HOST, model);
        assert_eq!((found.mode, found.sampling), (mode, sampling), "{model}");
    }

    #[test]
    fn the_newest_models_take_schemas_and_no_temperature() {
        for model in [
            "claude-sonnet-5-5",
            "claude-haiku-5-5",
            "claude-opus-5",
            "claude-opus-4-7",
            "claude-opus-4-8",
            "claude-fable-5-2",
            "claude-next-9",
        ] {
            check(model, Mode::Native, false);
        }
    }

    #[test]
    fn models_of_the_4_5_family_take_both() {
        for model in [
            "claude-sonnet-4-5-20250929",
            "claude-haiku-4-5",
            "claude-opus-4-1",
            "claude-opus-4-6",
        ] {
            check(model, Mode::Native, true);
        }
    }

    #[test]
    fn all_but_the_first_models_take_images_and_pdfs_as_bytes_and_by_their_addresses() {
        for (model, accepts) in [
            ("claude-sonnet-5-5", Accepts::Addresses),
            ("claude-opus-4-1", Accepts::Addresses),
            ("claude-3-7-sonnet-latest", Accepts::Addresses),
            ("claude-2.1", Accepts::Nothing),
        ] {
            let profile = capabilities(ANTHROPIC, ANTHROPIC_HOST, model).profile();
            assert_eq!(
                (profile.images, profile.pdfs),
                (accepts, accepts),
                "{model}"
            );
        }
    }

    #[test]
    fn older_models_are_asked_through_a_tool() {
        for model in [
            "claude-sonnet-4-20250514",
            "claude-opus-4-20250514",
            "claude-3-7-sonnet-latest",
            "claude-3-haiku-20240307",
        ] {
            check(model, Mode::Tool, true);
        }
    }
}
