//! JSON pointers (RFC 6901), and the references that are written with them.

/// `path` and one more step.
pub(crate) fn join(path: &str, key: &str) -> String {
    let mut joined = path.to_owned();
    push(&mut joined, key);
    joined
}

pub(crate) fn push(path: &mut String, key: &str) {
    path.push('/');
    for c in key.chars() {
        match c {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            c => path.push(c),
        }
    }
}

/// The key that a step was written for.
pub(crate) fn key(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// The definition that a `$ref` names: `Some("")` for the root, `None` for any other address.
pub(super) fn definition(reference: &str) -> Option<String> {
    if reference == "#" {
        return Some(String::new());
    }
    let name = ["#/$defs/", "#/definitions/"]
        .iter()
        .find_map(|prefix| reference.strip_prefix(prefix))?;
    if name.is_empty() || name.contains('/') {
        return None;
    }
    let name = percent_decoded(name)?;
    Some(key(&name))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_decoded_as_schemars_encodes_it() {
        assert_eq!(
            definition("#/$defs/Pair%3CA~1B%3E"),
            Some("Pair<A/B>".into())
        );
        assert_eq!(definition("#"), Some(String::new()));
    }

    #[test]
    fn an_address_that_is_no_definition_is_not_guessed() {
        assert_eq!(definition("#/properties/a"), None);
        assert_eq!(definition("#/$defs/A/properties/a"), None);
        assert_eq!(definition("https://example.com/a.json"), None);
    }

    #[test]
    fn a_key_with_a_slash_is_one_step() {
        assert_eq!(join("/a", "b/c~d"), "/a/b~1c~0d");
    }
}
