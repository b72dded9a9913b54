//! What an answer is kept under: a hash of all that was asked.

use std::fmt;

use hmac_sha256::Hash;

/// The SHA-256 of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key([u8; 32]);

/// The key in 64 hexadecimal digits.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Makes a key of the parts of a request, in their order. A part begins with its length, or has always the same, so that
/// no two requests are the same bytes.
pub(crate) struct Keyed(Hash);

impl Keyed {
    pub(crate) fn new() -> Self {
        Self(Hash::new())
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.update(bytes);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(crate) fn number(&mut self, number: u64) {
        self.0.update(number.to_le_bytes());
    }

    pub(crate) fn flag(&mut self, is_set: bool) {
        self.0.update([u8::from(is_set)]);
    }

    /// A part that may be absent.
    pub(crate) fn maybe<T>(&mut self, part: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.flag(part.is_some());
        if let Some(part) = part {
            write(self, part);
        }
    }

    pub(crate) fn key(self) -> Key {
        Key(self.0.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(write: impl FnOnce(&mut Keyed)) -> Key {
        let mut keyed = Keyed::new();
        write(&mut keyed);
        keyed.key()
    }

    #[test]
    fn a_key_is_the_sha_256_of_what_was_written() {
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(of(|_| {}).to_string(), nothing);
        let abc = Keyed({
            let mut hash = Hash::new();
            hash.update("abc");
            hash
        });
        assert_eq!(
            abc.key().to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn no_part_can_pass_for_two_and_none_is_not_an_empty_one() {
        let texts = |texts: &[&str]| of(|key| texts.iter().for_each(|it| key.text(it)));
        let keys = [
            texts(&["ab"]),
            texts(&["a", "b"]),
            texts(&["", "ab"]),
            texts(&["ab", ""]),
            of(|key| key.maybe(Some("ab"), Keyed::text)),
            of(|key| key.maybe(Some(""), Keyed::text)),
            of(|key| key.maybe(None, Keyed::text)),
        ];
        for (place, key) in keys.iter().enumerate() {
            assert!(!keys[..place].contains(key), "{place}");
        }
        assert_eq!(texts(&["a", "b"]), texts(&["a", "b"]));
    }
}
