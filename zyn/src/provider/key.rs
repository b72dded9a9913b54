//! The API key, and what keeps it out of everything but one header.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::byte_serialize;

use super::ConfigError;

/// An API key. `Debug` does not show it.
#[derive(Clone)]
pub(super) struct Key {
    key: SecretString,
    /// The key as a server may write it: as it is, percent-encoded, and in base64.
    echoes: [SecretString; 3],
}

impl Key {
    pub(super) fn new(key: String) -> Self {
        let percent: String = byte_serialize(key.as_bytes()).collect();
        let base64 = STANDARD_NO_PAD.encode(&key);
        Self {
            echoes: [key.clone(), percent, base64].map(SecretString::from),
            key: SecretString::from(key),
        }
    }

    /// Checks that the key can stand in a header.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let key = self.key.expose_secret();
        let problem = if key.trim().is_empty() {
            "it is empty"
        } else if key.contains(['\r', '\n']) {
            "it contains a line break (was it read from a file without trimming?)"
        } else if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            "it contains a character that is not visible ASCII"
        } else {
            return Ok(());
        };
        Err(ConfigError::Key { problem })
    }

    /// The key behind `scheme`, marked as sensitive.
    pub(super) fn header(&self, scheme: &str) -> Option<HeaderValue> {
        let mut value =
            HeaderValue::try_from(format!("{scheme}{}", self.key.expose_secret())).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

const MASK: &str = "[key]";
/// Keys that are shorter are looked for nowhere: no service gives them out, and what is put there for a server that wants
/// some key (`none`, `ollama`, `EMPTY`) is a word of ordinary texts and of names of models.
const SHORTEST: usize = 8;

/// `text` without the key, and without anything else that looks like one: servers echo keys, whole or masked.
pub(super) fn without_keys<'t>(text: &'t str, key: Option<&Key>) -> Cow<'t, str> {
    let mut text = Cow::Borrowed(text);
    let key = key.filter(|key| key.key.expose_secret().len() >= SHORTEST);
    for echo in key.iter().flat_map(|key| &key.echoes) {
        let echo = echo.expose_secret();
        let clean = match text.len() >= echo.len() {
            true => without(echo, &text),
            false => None,
        };
        text = clean.map_or(text, Cow::Owned);
    }
    let (mut clean, mut taken, mut at) = (String::new(), 0, 0);
    for piece in text.split_inclusive(|c| !in_token(c)) {
        let token = piece.trim_end_matches(|c| !in_token(c));
        if looks_like_a_key(token) {
            clean.push_str(text.get(taken..at).unwrap_or_default());
            clean.push_str(MASK);
            taken = at + token.len();
        }
        at += piece.len();
    }
    if taken == 0 {
        return text;
    }
    clean.push_str(text.get(taken..).unwrap_or_default());
    Cow::Owned(clean)
}

/// `text` without `echo`, however often that was quoted: each time, backslashes come in between. `None` if it is not in
/// there, as in nearly every text.
fn without(echo: &str, text: &str) -> Option<String> {
    let first = echo.chars().find(|c| *c != '\\')?;
    let (mut clean, mut rest, mut next) = (String::new(), text, text);
    while let Some(at) = next.find(first) {
        let here = next.get(at..)?;
        if let Some(after) = past(here, echo) {
            clean.push_str(rest.strip_suffix(here)?);
            clean.push_str(MASK);
            (rest, next) = (after, after);
        } else {
            next = here.strip_prefix(first)?;
        }
    }
    if clean.is_empty() {
        return None;
    }
    clean.push_str(rest);
    Some(clean)
}

/// What follows `echo` at the beginning of `text`.
fn past<'t>(text: &'t str, echo: &str) -> Option<&'t str> {
    let mut characters = echo.chars().filter(|c| *c != '\\');
    let rest = text.strip_prefix(characters.next()?)?;
    characters.try_fold(rest, |rest, next| {
        rest.trim_start_matches('\\').strip_prefix(next)
    })
}

fn in_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*')
}

fn looks_like_a_key(token: &str) -> bool {
    const PREFIXES: [&str; 6] = ["sk-", "sk_", "gsk_", "xai-", "nvapi-", "AIza"];
    token.len() >= 8
        && (token.contains("***") || PREFIXES.iter().any(|prefix| token.starts_with(prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, clean: &str) {
        let key = Key::new("canary/Key+123==".into());
        assert_eq!(without_keys(text, Some(&key)), clean);
    }

    #[test]
    fn an_echoed_key_is_replaced_wherever_it_stands() {
        check(
            "bad key canary/Key+123== (canary/Key+123==)",
            "bad key [key] ([key])",
        );
        check("xcanary/Key+123==y", "x[key]y");
        check("at /?key=canary%2FKey%2B123%3D%3D&x", "at /?key=[key]&x");
        check(r"got canary\/Key+123== here", "got [key] here");
        check(r"got canary\\/Key+123== here", "got [key] here");
        check("basic Y2FuYXJ5L0tleSsxMjM9PQ== sent", "basic [key]== sent");
    }

    #[test]
    fn what_looks_like_a_key_is_masked() {
        check(
            "Incorrect API key provided: sk-inval**************-key. See",
            "Incorrect API key provided: [key]. See",
        );
        check(
            "Your api key: ****-key is invalid",
            "Your api key: [key] is invalid",
        );
        check("\"sk-proj-abcDEF_123\"", "\"[key]\"");
        check("gsk_0123456789", "[key]");
        check("key=AIzaSyD-0_9.", "key=[key].");
    }

    #[test]
    fn ordinary_words_stay() {
        for text in [
            "",
            "task-force sk-1 ** é…",
            "model `gpt-5` does not exist",
            "a\n\nb ",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn a_key_that_is_a_word_masks_no_text() {
        for (word, text) in [
            ("x", "qwen2.5-0.5x-instruct: text"),
            ("none", "finish none"),
            ("ollama", "ollama: no such model"),
            ("EMPTY", "EMPTY answer, RU1QVFk"),
        ] {
            assert_eq!(without_keys(text, Some(&Key::new(word.into()))), text);
        }
        let shortest = Key::new("12345678".into());
        assert_eq!(without_keys("no 12345678", Some(&shortest)), "no [key]");
    }

    #[test]
    fn a_key_that_cannot_stand_in_a_header_is_refused_and_not_shown() {
        for bad in [
            "",
            "  ",
            "canary\nkey",
            "canary\r",
            "canary key",
            "canäry",
            "canary\u{7f}",
            "canary\0",
        ] {
            let error = Key::new(bad.to_owned()).check().unwrap_err();
            assert!(matches!(error, ConfigError::Key { .. }), "{error}");
            let shown = format!("{error} {error:?}").replace("cannot", "");
            assert!(!shown.contains("can"), "{error}");
        }
        assert_eq!(Key::new("sk-a/b+c=".into()).check(), Ok(()));
    }

    #[test]
    fn neither_the_key_nor_its_header_shows_it() {
        let key = Key::new("canary".into());
        let header = key.header("Bearer ").unwrap();
        assert_eq!(header, "Bearer canary");
        assert!(!format!("{key:?} {header:?}").contains("canary"));
    }
}
