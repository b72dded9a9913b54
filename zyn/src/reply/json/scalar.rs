//! Words and numbers, and texts without quotes.

use serde_json::Number;

use super::ahead::is_space;
use super::parse::Parser;
use super::{Failure, Tree};
use crate::reply::Syntax;

/// A number that was read.
pub(super) enum Digits {
    /// As JSON has it, or in another form.
    Number(Number, Option<Syntax>),
    /// Larger than any number.
    TooLarge,
    /// Nearer to 0 than any number but 0.
    TooSmall,
}

/// The number that is written, if one is.
pub(super) fn number(written: &str) -> Option<Digits> {
    let (plain, fix) = match is_json_number(written) {
        true => (written.to_owned(), None),
        false => (plain_number(written)?, Some(Syntax::Number)),
    };
    match serde_json::from_str::<Number>(&plain) {
        Ok(number) if is_lost(&number, &plain) => Some(Digits::TooSmall),
        Ok(number) => Some(Digits::Number(number, fix)),
        Err(_) => Some(Digits::TooLarge),
    }
}

/// Whether a number was read as 0 that is written as another.
pub(in crate::reply) fn is_lost(number: &Number, plain: &str) -> bool {
    let (mantissa, _) = split_exponent(plain);
    number.as_f64() == Some(0.0) && mantissa.contains(|c: char| ('1'..='9').contains(&c))
}

/// The whole number that is written with a point or an exponent, if it is one of 64 bits. The digits tell, for the
/// nearest double may be whole where they are not.
pub(in crate::reply) fn whole(written: &str) -> Option<Number> {
    const MOST_DIGITS: i64 = 20;
    let plain = match is_json_number(written) {
        true => written.to_owned(),
        false => plain_number(written)?,
    };
    let unsigned = plain.strip_prefix('-').unwrap_or(&plain);
    let (mantissa, exponent) = split_exponent(unsigned);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    let zeros = all.len() - digits.len();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return Some(0.into());
    }
    let exponent: i64 = exponent.map_or(Ok(0), str::parse).ok()?;
    let before_point = i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()?;
    let before_point = before_point.checked_add(exponent)?;
    let missing = before_point.checked_sub(i64::try_from(digits.len()).ok()?)?;
    if before_point > MOST_DIGITS {
        return None;
    }
    let zeros = "0".repeat(usize::try_from(missing).ok()?);
    let sign = plain.strip_suffix(unsigned).unwrap_or_default();
    let number: Number = serde_json::from_str(&format!("{sign}{digits}{zeros}")).ok()?;
    (!number.is_f64()).then_some(number)
}

pub(in crate::reply) fn is_json_number(written: &str) -> bool {
    let unsigned = written.strip_prefix('-').unwrap_or(written);
    let (mantissa, exponent) = split_exponent(unsigned);
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_whole = whole == "0" || (is_digits(whole) && !whole.starts_with('0'));
    is_whole
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(|it| is_digits(it.strip_prefix(['+', '-']).unwrap_or(it)))
}

fn split_exponent(number: &str) -> (&str, Option<&str>) {
    match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (number, None),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `+1`, `007`, `.5`, `5.`, `1_000` and `0x1F` as JSON writes them.
fn plain_number(written: &str) -> Option<String> {
    let (sign, unsigned) = match written.strip_prefix(['+', '-']) {
        Some(unsigned) if written.starts_with('-') => ("-", unsigned),
        Some(unsigned) => ("", unsigned),
        None => ("", written),
    };
    let hex = unsigned
        .strip_prefix("0x")
        .or_else(|| unsigned.strip_prefix("0X"));
    if let Some(hex) = hex {
        let is_hex = !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u64::from_str_radix(hex, 16).ok().filter(|_| is_hex)?;
        return Some(format!("{sign}{number}"));
    }
    let (mantissa, exponent) = split_exponent(unsigned);
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (mantissa, ""),
    };
    let whole = without_underscores(whole)?;
    if !whole
        .bytes()
        .chain(fraction.bytes())
        .all(|byte| byte.is_ascii_digit())
        || (whole.is_empty() && fraction.is_empty())
    {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let mut plain = format!("{sign}{whole}");
    if !fraction.is_empty() {
        plain.push('.');
        plain.push_str(fraction);
    }
    if let Some(exponent) = exponent {
        plain.push('e');
        plain.push_str(exponent);
    }
    is_json_number(&plain).then_some(plain)
}

/// Underscores may only part digits, in threes.
pub(in crate::reply) fn without_underscores(whole: &str) -> Option<String> {
    let mut groups = whole.split('_');
    let first = groups.next().unwrap_or_default();
    let mut groups = groups.peekable();
    let is_led = groups.peek().is_none() || (is_digits(first) && first.len() <= 3);
    if !is_led || !groups.all(|group| is_digits(group) && group.len() == 3) {
        return None;
    }
    Some(whole.replace('_', ""))
}

/// `true`, `false` and `null`, however they are spelled; and whether JSON spells them so.
pub(in crate::reply) fn word(written: &str) -> Option<(Tree, bool)> {
    let word = written.to_ascii_lowercase();
    let is_json = word == written;
    match word.as_str() {
        "true" => Some((Tree::Bool(true, written.into()), is_json)),
        "false" => Some((Tree::Bool(false, written.into()), is_json)),
        "null" => Some((Tree::Null, is_json)),
        "none" => Some((Tree::Null, false)),
        _ => None,
    }
}

impl<'t> Parser<'t> {
    /// A number, a word or, if nothing else, a text without quotes.
    pub(super) fn scalar(&mut self) -> Result<Tree, Failure> {
        let rest = self.rest();
        let ends = |c: char| is_space(c) || ",:{}[]\"'`“”".contains(c);
        let length = rest.find(ends).unwrap_or(rest.len());
        let token = rest.get(..length).unwrap_or_default();
        let read = match number(token) {
            Some(Digits::TooLarge) => {
                return Err(self.unreadable("a number beyond all bounds"));
            }
            Some(Digits::TooSmall) => {
                return Err(self.unreadable("a number that would be rounded to 0"));
            }
            Some(Digits::Number(number, fix)) => Some((Tree::Number(number, token.into()), fix)),
            None => word(token).map(|(tree, is_json)| (tree, (!is_json).then_some(Syntax::Word))),
        };
        let Some((tree, fix)) = read.filter(|_| !self.is_text_ahead(self.at + length)) else {
            return self.unquoted();
        };
        if matches!(tree, Tree::Number(..)) && self.is_part_of_a_number(token) {
            return Err(self.unreadable("a comma that may part items or thousands"));
        }
        if let Some(fix) = fix {
            self.fix(fix)?;
        }
        self.at += length;
        Ok(tree)
    }

    /// Whether the digits may belong to those in front of the comma: `[1,000]` is no list of two.
    fn is_part_of_a_number(&self, token: &str) -> bool {
        let before = self.text.get(..self.at).unwrap_or_default();
        let comma = before.strip_suffix(',');
        let first = token.get(..3).filter(|first| is_digits(first));
        first.is_some_and(|first| first.starts_with('0'))
            && !matches!(token.as_bytes().get(3), Some(b'0'..=b'9'))
            && comma.is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()))
    }

    /// A text without quotes. It ends with its line, its item or its object, and must not look as if
    /// something else had begun in it.
    fn unquoted(&mut self) -> Result<Tree, Failure> {
        if self.strict {
            return Err(self.unreadable("a value is missing"));
        }
        let (start, mut end) = (self.at, self.at);
        let mut quotes = 0_u32;
        let mut before = ' ';
        let mut chars = self.rest().chars();
        while let Some(c) = chars.next() {
            let next = chars.clone().next();
            match c {
                '\n' | '}' | ']' => break,
                ',' if !self.is_thousands(end) => break,
                '#' if is_space(before) && next.is_none_or(is_space) => {
                    return Err(self.unreadable_at(end, "a comment or a part of the text"));
                }
                '/' if is_space(before) && matches!(next, Some('/' | '*')) => break,
                '{' | '[' => {
                    return Err(self.unreadable_at(end, "a bracket in a text without quotes"));
                }
                ':' if next.is_none_or(is_space) || "\"'".contains(before) => {
                    return Err(self.unreadable_at(end, "a colon in a text without quotes"));
                }
                '"' => quotes += 1,
                _ => {}
            }
            before = c;
            end += c.len_utf8();
        }
        let text = self.text.get(start..end).unwrap_or_default();
        let text = text.trim_end_matches(is_space);
        if end == self.text.len() {
            return Err(self.broken_off());
        }
        if text.is_empty() {
            return Err(self.unreadable("a value is missing"));
        }
        if has_gap(text) {
            return Err(self.unreadable("items are left out"));
        }
        if stands_for_nothing(text) {
            return Err(self.unreadable("a word that stands for no value"));
        }
        if !quotes.is_multiple_of(2) || text.ends_with('"') {
            return Err(self.unreadable("a text with one quote"));
        }
        if !self.goes_on_after_unquoted(end) {
            return Err(self.unreadable_at(end, "what follows a text without quotes"));
        }
        self.fix(Syntax::UnquotedText)?;
        self.at = start + text.len();
        Ok(Tree::Text(text.to_owned()))
    }
}

/// Whether a text says that something was left out: `...`.
fn has_gap(text: &str) -> bool {
    let is_gap = |word: &str| word.starts_with("...") || word.starts_with('…');
    text.split_whitespace().any(is_gap)
}

/// Whether a text without quotes is what other languages write for no value.
fn stands_for_nothing(text: &str) -> bool {
    const WORDS: [&str; 4] = ["undefined", "nil", "n/a", "nan"];
    WORDS.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(written: &str) -> Option<(String, bool)> {
        match number(written)? {
            Digits::Number(number, fix) => Some((number.to_string(), fix.is_none())),
            Digits::TooLarge | Digits::TooSmall => None,
        }
    }

    #[test]
    fn a_whole_number_is_told_by_its_digits() {
        for (written, meant) in [
            ("3.0", Some("3")),
            ("1e3", Some("1000")),
            ("0.1e1", Some("1")),
            ("-1.50E+1", Some("-15")),
            ("1200e-2", Some("12")),
            ("0.000", Some("0")),
            ("0e-400", Some("0")),
            ("1_000.0", Some("1000")),
            ("9007199254740993.0", Some("9007199254740993")),
            ("18446744073709551615.0", Some("18446744073709551615")),
            ("18446744073709551616.0", None),
            ("-9223372036854775809.0", None),
            ("9007199254740990.6", None),
            ("3.00000000000000000001", None),
            ("1e-400", None),
            ("1e20", None),
            ("1e99999999999999999999", None),
            ("1e-9223372036854775808", None),
        ] {
            let read = whole(written).map(|number| number.to_string());
            assert_eq!(read.as_deref(), meant, "{written}");
        }
    }

    #[test]
    fn a_number_of_json_is_read_as_json_reads_it() {
        for written in [
            "0",
            "-0",
            "1.5",
            "-12e3",
            "1E+2",
            "18446744073709551615",
            "18446744073709551616",
            "1e-300",
            "0e-400",
        ] {
            let number: Number = serde_json::from_str(written).unwrap();
            assert_eq!(read(written), Some((number.to_string(), true)), "{written}");
        }
    }

    #[test]
    fn a_number_in_another_form_is_the_same_number() {
        for (written, plain) in [
            ("+1", "1"),
            ("007", "7"),
            ("-007.50", "-7.5"),
            (".5", "0.5"),
            ("-.5", "-0.5"),
            ("5.", "5"),
            ("1_000_000", "1000000"),
            ("0x1F", "31"),
            ("00", "0"),
            ("+1.e2", "100.0"),
        ] {
            assert_eq!(read(written), Some((plain.to_owned(), false)), "{written}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for written in [
            "",
            "-",
            "+",
            ".",
            "e5",
            "1e",
            "1__0",
            "_1",
            "1_",
            "2023_24",
            "1e-400",
            "0x",
            "0x_1",
            "NaN",
            "Infinity",
            "1.2.3",
            "12a",
            "--1",
            "1-2",
            "1e999",
            "0xFFFFFFFFFFFFFFFFF",
            "½",
        ] {
            assert_eq!(read(written), None, "{written}");
        }
    }
}
