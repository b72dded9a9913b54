//! Whether a bracket in a text is meant as JSON, or is a bracket.

const QUOTES: [char; 5] = ['"', '\'', '“', '`', '‘'];

/// Whether text that starts with a bracket is meant as JSON, broken or not.
pub(super) fn is_meant_as_json(text: &str) -> bool {
    let mut chars = text.chars();
    let bracket = chars.next();
    let inside = chars.as_str().trim_start();
    if inside.is_empty() {
        return true;
    }
    if bracket == Some('[') {
        return inside.starts_with(['"', '{', '[', '\'', '“']) || inside.starts_with("//");
    }
    let is_comment = inside.starts_with('/') || inside.starts_with("# ");
    inside.starts_with(QUOTES)
        || inside.starts_with(['}', ','])
        || is_comment
        || is_field(inside)
        || is_assigned(inside)
}

/// Whether text begins with a name without quotes that something in quotes or brackets is assigned to. `{x = 3}` may be
/// mathematics.
fn is_assigned(text: &str) -> bool {
    let name = text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    let value = name.trim_start().strip_prefix('=');
    let value = value.map(|value| value.strip_prefix('>').unwrap_or(value).trim_start());
    name.len() < text.len()
        && value.is_some_and(|value| value.starts_with(QUOTES) || value.starts_with(['{', '[']))
}

/// Whether a list is begun that holds more than words: `[1, {"a": `.
pub(super) fn is_list_begun(text: &str, read: usize) -> bool {
    let inside = text.strip_prefix('[').unwrap_or_default();
    let is_number = inside
        .trim_start()
        .starts_with(|c: char| c.is_ascii_digit() || c == '-');
    is_number
        && text
            .get(1..=read)
            .is_some_and(|read| read.contains(['{', '[']))
}

/// Whether text begins with a name without quotes and a colon.
fn is_field(text: &str) -> bool {
    let name = text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    name.len() < text.len() && name.trim_start().starts_with(':')
}

/// Whether more JSON stands ahead, after a comma.
pub(super) fn is_json_ahead(text: &str) -> bool {
    let is_text = text.starts_with(QUOTES) && !text.starts_with("```");
    text.starts_with(['{', '[']) || is_text || is_field(text)
}

/// Whether a name in quotes and a colon stand ahead.
pub(super) fn is_named(text: &str) -> bool {
    const MOST: usize = 200;
    let Some(name) = text.strip_prefix('"') else {
        return false;
    };
    let end = name.char_indices().take(MOST).find(|(_, c)| *c == '"');
    let after = end.and_then(|(end, _)| name.get(end + 1..));
    after.is_some_and(|after| after.trim_start().starts_with(':'))
}
