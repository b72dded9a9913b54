//! The words in a picture: shortened, broken into lines, measured.

/// The most characters of a text as written.
const LONGEST: usize = 72;

/// A text on one line, without what an XML file cannot hold.
pub(super) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words
        .join(" ")
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect()
}

/// A text on one line, and not all of it if it is long.
pub(super) fn short(text: &str) -> String {
    let line = one_line(text);
    if line.chars().count() <= LONGEST {
        return line;
    }
    let kept: String = line.chars().take(LONGEST - 1).collect();
    format!("{}…", kept.trim_end())
}

/// A text broken at its spaces into lines of about `width` characters.
pub(super) fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// How wide a text is in a sans font of `size` pixels: rather too wide than too narrow, since fonts differ.
pub(super) fn width(text: &str, size: i32) -> i32 {
    let thousandths: i32 = text.chars().map(thousandths).sum();
    thousandths * size / 1000 + 1
}

/// The advance of a character, in thousandths of the size.
fn thousandths(c: char) -> i32 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' => 300,
        ' ' | '.' | ',' | ':' | ';' | '!' | 'f' | 'r' | 't' | 'I' | '(' | ')' | '[' | ']' | '/' => {
            420
        }
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' | '→' => 1000,
        'A'..='Z' | '<' | '>' | '=' | '+' | '&' | '#' => 800,
        '\0'..='\u{2fff}' => 640,
        _ => 1100,
    }
}
