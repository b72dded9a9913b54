//! What a text spells: a number, a word, one of a set of labels.

use super::json::{Tree, is_json_number, is_lost, without_underscores, word};

/// The number that a text is. None where the text leaves two readings: `12,111` is a whole number, but as a
/// number with a fraction it may be 12.111.
pub(super) fn number(text: &str, integer: bool) -> Option<Tree> {
    let text = text.trim();
    let text = text
        .strip_suffix('.')
        .filter(|before| before.ends_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(text);
    let (sign, unsigned) = signed(text);
    let plain = format!("{sign}{}", plain(unsigned, integer)?);
    let number: serde_json::Number = serde_json::from_str(&plain).ok()?;
    (!is_lost(&number, &plain)).then(|| Tree::Number(number, plain.into()))
}

/// The sign, and the number without it and without a currency.
fn signed(text: &str) -> (&'static str, &str) {
    const CURRENCIES: [char; 6] = ['$', '€', '£', '¥', '₹', '₩'];
    let currency = |text: &'_ str| -> Option<usize> {
        let first = text.chars().next()?;
        CURRENCIES.contains(&first).then(|| first.len_utf8())
    };
    let mut rest = text;
    let mut sign = None;
    let mut money = false;
    for _ in 0..2 {
        if let Some(after) = rest.strip_prefix(['-', '−']).filter(|_| sign.is_none()) {
            (sign, rest) = (Some("-"), after);
        } else if let Some(after) = rest.strip_prefix('+').filter(|_| sign.is_none()) {
            (sign, rest) = (Some(""), after);
        } else if let Some(length) = currency(rest).filter(|_| !money) {
            money = true;
            rest = rest.get(length..).unwrap_or_default().trim_start();
        }
    }
    if !money {
        rest = rest.strip_suffix(CURRENCIES).unwrap_or(rest).trim_end();
    }
    (sign.unwrap_or_default(), rest)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number without sign as JSON writes it.
fn plain(text: &str, integer: bool) -> Option<String> {
    let commas = text.matches(',').count();
    let points = text.matches('.').count();
    let plain = match (commas, points) {
        (0, 0 | 1) => {
            let whole = text.split('.').next().unwrap_or_default();
            let fraction = text.get(whole.len()..).unwrap_or_default();
            format!("{}{fraction}", digits_of(whole)?)
        }
        (_, 0) if integer || commas > 1 => grouped(text, ',')?,
        // The separator that comes last, and once, is the decimal one.
        (_, 1) if text.rfind('.') > text.rfind(',') => {
            let (whole, fraction) = text.split_once('.')?;
            format!("{}.{fraction}", grouped(whole, ',')?)
        }
        (1, 1..) if text.rfind(',') > text.rfind('.') => {
            let (whole, fraction) = text.split_once(',')?;
            format!("{}.{fraction}", grouped(whole, '.')?)
        }
        _ => return None,
    };
    let trimmed = plain.trim_start_matches('0');
    let plain = match trimmed.chars().next() {
        Some('0'..='9') => trimmed.to_owned(),
        _ if plain.starts_with('0') || trimmed.starts_with('.') => format!("0{trimmed}"),
        _ => return None,
    };
    is_json_number(&plain).then_some(plain)
}

/// The digits of `1_234`; what else may be there is looked at later.
fn digits_of(whole: &str) -> Option<String> {
    match whole.contains('_') {
        true => without_underscores(whole),
        false => Some(whole.to_owned()),
    }
}

/// The digits of `1,234,567`, if they stand in threes.
fn grouped(text: &str, separator: char) -> Option<String> {
    let mut groups = text.split(separator);
    let first = groups.next().filter(|first| is_digits(first))?;
    if first.len() > 3 || (first.starts_with('0') && text.contains(separator)) {
        return None;
    }
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || !is_digits(group) {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

/// `true`, `false` or `null`, in any spelling.
pub(super) fn spelled_word(text: &str) -> Option<Tree> {
    let text = text.trim();
    word(text.strip_suffix('.').unwrap_or(text)).map(|(tree, _)| tree)
}

/// The only label that a text can mean: as it is, else without what stands around it, else whatever its case,
/// else however its words are joined.
pub(super) fn label<'l>(text: &str, labels: &[&'l str]) -> Option<&'l str> {
    let bare = bare(text);
    let (lower, own) = (bare.to_lowercase(), joined(bare));
    let ways: [&dyn Fn(&str) -> bool; 4] = [
        &|label| label == text,
        &|label| label == bare || label == text.trim(),
        &|label| label.to_lowercase() == lower,
        &|label| !own.is_empty() && joined(label) == own,
    ];
    for way in ways {
        let mut meant = labels.iter().filter(|label| way(label));
        match (meant.next(), meant.next()) {
            (Some(label), None) => return Some(label),
            (Some(_), Some(_)) => return None,
            (None, _) => {}
        }
    }
    None
}

/// A text without the quotes and the Markdown around it, and without the punctuation at its end. A mark at its
/// beginning may say the opposite: `!spam`.
fn bare(text: &str) -> &str {
    const AROUND: [(char, char); 10] = [
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('*', '*'),
        ('_', '_'),
        ('“', '”'),
        ('„', '“'),
        ('„', '”'),
        ('‘', '’'),
        ('‚', '‘'),
    ];
    let mut bare = text.trim();
    loop {
        let ended = bare.trim_end_matches(['.', ',', ';', ':', '!']).trim_end();
        let inner = AROUND.iter().find_map(|(begin, end)| {
            let inner = ended.strip_prefix(*begin)?.strip_suffix(*end)?;
            Some(inner.trim())
        });
        let next = inner.unwrap_or(ended);
        if next == bare {
            return bare;
        }
        bare = next;
    }
}

/// In small letters, and without what joins words: spaces, `-` and `_` between two letters.
fn joined(text: &str) -> String {
    let is_joint = |c: char| c == '-' || c == '_' || c.is_whitespace();
    let mut joined = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_joint) {
        let (word, after) = rest.split_at(at);
        let next = after.trim_start_matches(is_joint);
        joined.push_str(word);
        let is_between =
            joined.ends_with(char::is_alphabetic) && next.starts_with(char::is_alphabetic);
        if !is_between {
            joined.push_str(after.strip_suffix(next).unwrap_or_default());
        }
        rest = next;
    }
    joined.push_str(rest);
    joined.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, integer: bool) -> Option<String> {
        number(text, integer).map(|tree| tree.to_value().to_string())
    }

    #[test]
    fn a_text_that_is_one_number_is_read() {
        for (text, plain) in [
            ("12111", "12111"),
            (" -7 ", "-7"),
            ("12.11.", "12.11"),
            ("1,234.56", "1234.56"),
            ("12,111.123", "12111.123"),
            ("1.234,56", "1234.56"),
            ("1.234.567,8", "1234567.8"),
            ("1,234,567", "1234567"),
            ("$1,234.56", "1234.56"),
            ("-$5", "-5"),
            ("$-5", "-5"),
            ("5 €", "5"),
            (".5", "0.5"),
            ("007", "7"),
            ("0", "0"),
            ("-0.50", "-0.5"),
            ("1_000", "1000"),
            ("1e3", "1000.0"),
        ] {
            assert_eq!(read(text, false).as_deref(), Some(plain), "{text}");
        }
        assert_eq!(read("12,111", true).as_deref(), Some("12111"));
        assert_eq!(read("1,234.00", true).as_deref(), Some("1234.0"));
    }

    #[test]
    fn a_text_with_two_readings_or_none_is_no_number() {
        for text in [
            "12,111",
            "50%",
            "12,11",
            "1.234.567",
            "0,123.5",
            "1,23,456.0",
            "1/0",
            "1/5",
            "9/10",
            "2023_24",
            "1__000",
            "_1",
            "1_",
            "1.000_1",
            "+-5",
            "-+5",
            "5$€",
            "1e-400",
            "5 apples",
            "",
            "-",
            "$",
            "1 2",
            "NaN",
            "1,2345.6",
            "--1",
            "$$5",
            "1.2.3",
            "½",
            ",5",
        ] {
            assert_eq!(read(text, false), None, "{text}");
        }
        for text in ["1/5", "1234,", "12,11", "0,123", "1,23"] {
            assert_eq!(read(text, true), None, "{text}");
        }
    }

    #[test]
    fn a_label_is_found_if_only_one_can_be_meant() {
        let labels = ["Low", "High", "A+", "A-", "very high"];
        for (text, meant) in [
            ("Low", Some("Low")),
            ("**low**.", Some("Low")),
            ("A+", Some("A+")),
            ("`A-`", Some("A-")),
            ("a+", Some("A+")),
            ("A", None),
            ("VERY_HIGH", Some("very high")),
            ("veryhigh!", Some("very high")),
            ("lowest", None),
            ("very - high", Some("very high")),
            ("*A+*", Some("A+")),
            ("A*", None),
            ("!low", None),
            ("low?", None),
            (".low", None),
            ("lo1w", None),
            ("", None),
            ("?!", None),
        ] {
            assert_eq!(label(text, &labels), meant, "{text}");
        }
        assert_eq!(label("ok", &["OK", "Ok"]), None);
        for (text, labels) in [
            ("C++", ["C", "Java"]),
            ("-1", ["1", "2"]),
            ("1.5", ["15", "20"]),
            (">=65", ["<18", ">65"]),
            ("65", ["18-65", ">65"]),
            ("A-", ["A", "B"]),
            ("!spam", ["spam", "ham"]),
            ("11", ["1.1", "1.2"]),
            ("1 1", ["1_1", "1_2"]),
        ] {
            assert_eq!(label(text, &labels), None, "{text}");
        }
    }
}
