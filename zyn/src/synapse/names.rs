//! Names that a model reads and answers with: labels and aspects.

/// Whether a model cannot tell two names apart: they are the same but for capital letters and blanks around them.
pub(super) fn alike(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Whether a name is one line of plain characters, so that it can stand in an instruction without passing for more.
pub(super) fn is_one_line(name: &str) -> bool {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    !name.contains(breaks)
}
