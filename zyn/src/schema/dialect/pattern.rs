//! Regular expressions that llama.cpp makes grammars of.
//!
//! Of others it makes grammars that allow anything, without a word, or answers 400; both were tried, with build 11549.

use serde_json::Value;

/// What may stand behind a backslash.
const ESCAPED: &str = r"^$.[]()|{}*+?-";

/// The pattern as a grammar can have it: of the whole text, in ASCII, without look-around.
pub(super) fn of_a_grammar(pattern: &Value) -> Option<Value> {
    let pattern = pattern.as_str()?;
    let inside = pattern.strip_prefix('^')?.strip_suffix('$')?;
    let mut written = String::from("^");
    let mut depth = 0_u32;
    let mut in_class = false;
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => return None,
            c if !c.is_ascii() => return None,
            '\\' => match (chars.next()?, in_class) {
                ('d', true) => written.push_str("0-9"),
                ('d', false) => written.push_str("[0-9]"),
                ('w', true) => written.push_str("A-Za-z0-9_"),
                ('w', false) => written.push_str("[A-Za-z0-9_]"),
                (escaped, _) if ESCAPED.contains(escaped) => written.extend(['\\', escaped]),
                _ => return None,
            },
            '[' if !in_class => {
                in_class = true;
                written.push(c);
            }
            ']' if in_class => {
                in_class = false;
                written.push(c);
            }
            '(' if !in_class => {
                depth += 1;
                written.push(c);
                if chars.next_if_eq(&'?').is_some() {
                    // a group without a name; all others look around or set flags
                    chars.next_if_eq(&':')?;
                    written.push_str("?:");
                }
            }
            ')' if !in_class => {
                depth = depth.checked_sub(1)?;
                written.push(c);
            }
            // the anchors would belong to one alternative each
            '|' if !in_class && depth == 0 => return None,
            '^' | '$' if !in_class => return None,
            c => written.push(c),
        }
    }
    if in_class || depth > 0 {
        return None;
    }
    written.push('$');
    Some(Value::String(written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_grammar_can_have_is_written_for_it() {
        for (pattern, written) in [
            (r"^[A-Z]{2}\d{4}$", r"^[A-Z]{2}[0-9]{4}$"),
            (r"^[\w.-]+$", r"^[A-Za-z0-9_.-]+$"),
            (r"^(ab|c\.d)$", r"^(ab|c\.d)$"),
            (r"^(?:a|b){2,3}$", r"^(?:a|b){2,3}$"),
            (r"^[|()^]$", r"^[|()^]$"),
        ] {
            let pattern = of_a_grammar(&pattern.into());
            assert_eq!(pattern, Some(written.into()));
        }
    }

    #[test]
    fn what_a_grammar_would_not_hold_is_left_to_words() {
        for pattern in [
            "a+$",
            "^a+",
            "^a|b$",
            r"^a\b$",
            r"^a\s$",
            r"^\p{L}$",
            r"^x\/y$",
            "^ä+$",
            "^\"x\"$",
            "^a(?=b)b$",
            "^(?i:a)$",
            "^a$b$",
            r"^\\$",
            "^[a$",
            "^(a$",
            "^a)$",
            r"^a\$",
        ] {
            assert_eq!(of_a_grammar(&pattern.into()), None, "{pattern}");
        }
    }
}
