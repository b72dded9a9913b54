//! Texts in quotes of any kind.

use super::ahead::{is_space, starts_oddly};
use super::parse::Parser;
use super::{Failure, Why};
use crate::reply::Syntax;

/// Whether a text may begin with it.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '“' | '”' | '„' | '‘' | '’' | '‚')
}

/// What closes a text that begins with `quote`.
fn closing(quote: char) -> &'static [char] {
    match quote {
        '\'' => &['\''],
        '`' => &['`'],
        '“' | '”' | '„' => &['”', '“', '"'],
        '‘' | '’' | '‚' => &['’', '‘', '\''],
        _ => &['"'],
    }
}

/// The quotes inside a text that close nothing.
#[derive(Default)]
struct Inner {
    first: Option<usize>,
    count: usize,
}

impl Parser<'_> {
    /// The text that begins with the quote ahead: the name of a field, or a value.
    pub(super) fn quoted(&mut self, is_name: bool) -> Result<String, Failure> {
        let Some(quote) = self.peek() else {
            return Err(self.broken_off());
        };
        if !is_name && !self.strict {
            let triple: String = [quote; 3].iter().collect();
            if quote.is_ascii() && self.rest().starts_with(&triple) {
                return self.triple(&triple);
            }
        }
        if quote != '"' {
            self.fix(Syntax::Quotes)?;
        }
        self.at += quote.len_utf8();
        let closing = closing(quote);
        let mut text = String::new();
        let mut inner = Inner::default();
        loop {
            let rest = self.rest();
            let special = |c: char| c == '\\' || c < ' ' || closing.contains(&c);
            let plain = rest.find(special).unwrap_or(rest.len());
            text.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            let Some(c) = self.peek() else {
                return Err(match inner.first {
                    Some(first) => self.unreadable_at(first, "a quote inside a text"),
                    None => self.broken_off(),
                });
            };
            let after = self.at + c.len_utf8();
            match c {
                '\\' => self.escape(&mut text, closing)?,
                c if closing.contains(&c) => {
                    let closes = match (self.strict, is_name) {
                        (true, _) => true,
                        (_, true) => self.closes_name(after),
                        (_, false) => self.closes_value(after),
                    };
                    if !closes {
                        if quote != '"' && !self.is_apostrophe(after) {
                            return Err(self.unreadable("a quote inside a text"));
                        }
                        inner.first.get_or_insert(self.at);
                        inner.count += 1;
                        text.push(c);
                        self.at = after;
                        continue;
                    }
                    if let Some(first) = inner.first {
                        let is_plain = is_name || !self.is_doubtful(after);
                        self.note_inner(quote, first, inner.count, &text, is_plain)?;
                    }
                    self.at = after;
                    return Ok(text);
                }
                control => {
                    self.fix(Syntax::RawCharacter)?;
                    text.push(control);
                    self.at = after;
                }
            }
        }
    }

    /// Whether the quote before `after` can be no other than one inside a text: `it's`, `print('a')`.
    fn is_apostrophe(&self, after: usize) -> bool {
        let before = self
            .text
            .get(..self.at)
            .and_then(|it| it.chars().next_back());
        let next = self.text.get(after..).and_then(|it| it.chars().next());
        let is_inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let is_apart = |c: Option<char>| c.is_none_or(|c| is_space(c) || ",:[]{}".contains(c));
        (is_inside(before) && is_inside(next))
            || (before == Some('(') && !is_apart(next))
            || (next == Some(')') && !is_apart(before))
    }

    /// Quotes inside a text come in pairs; one alone may be the end that was meant.
    fn note_inner(
        &mut self,
        quote: char,
        first: usize,
        count: usize,
        text: &str,
        is_plain: bool,
    ) -> Result<(), Failure> {
        let is_odd = quote == '"' && !count.is_multiple_of(2);
        let is_open = quote == '"' && (self.looks_closing(first) || starts_oddly(text));
        if is_odd || is_open || !is_plain {
            return Err(self.unreadable_at(first, "a quote inside a text"));
        }
        self.fix(Syntax::InnerQuote)
    }

    fn escape(&mut self, text: &mut String, closing: &[char]) -> Result<(), Failure> {
        let mut chars = self.rest().chars();
        chars.next();
        let Some(c) = chars.next() else {
            return Err(self.broken_off());
        };
        let plain = match c {
            '"' | '\\' | '/' => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return self.unicode(text),
            c if closing.contains(&c) || c == '\'' || c == '`' => {
                self.fix(Syntax::Escape)?;
                c
            }
            _ => return self.backslash(text),
        };
        text.push(plain);
        self.at += 1 + c.len_utf8();
        Ok(())
    }

    /// A backslash that begins no escape is one: `C:\Users`.
    fn backslash(&mut self, text: &mut String) -> Result<(), Failure> {
        self.fix(Syntax::Escape)?;
        text.push('\\');
        self.at += 1;
        Ok(())
    }

    fn unicode(&mut self, text: &mut String) -> Result<(), Failure> {
        let Some(unit) = self.code_unit(self.at) else {
            return self.backslash(text);
        };
        let (scalar, length) = match unit {
            0xD800..0xDC00 => match self.code_unit(self.at + 6) {
                Some(low @ 0xDC00..0xE000) => {
                    (0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), 12)
                }
                _ => (unit, 6),
            },
            _ => (unit, 6),
        };
        let Some(c) = char::from_u32(scalar) else {
            return Err(self.unreadable("half of a character"));
        };
        text.push(c);
        self.at += length;
        Ok(())
    }

    /// The number in `\u0041`, if that stands at `at`.
    fn code_unit(&self, at: usize) -> Option<u32> {
        let escape = self.text.get(at..at + 6)?;
        let digits = escape.strip_prefix("\\u")?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)
    }

    /// A text between `"""` or in a Markdown fence: as it stands, without its indentation.
    fn triple(&mut self, quotes: &str) -> Result<String, Failure> {
        self.fix(Syntax::TripleQuotes)?;
        let mut start = self.at + quotes.len();
        if quotes == "```" {
            let rest = self.text.get(start..).unwrap_or_default();
            let line = rest.split_inclusive('\n').next().unwrap_or_default();
            if line.ends_with('\n') && !line.contains(quotes) {
                // What language it is.
                start += line.len();
            }
        }
        let mut at = start;
        loop {
            let rest = self.text.get(at..).unwrap_or_default();
            let Some(found) = rest.find(quotes) else {
                return Err(Failure {
                    at: self.text.trim_end().len(),
                    why: Why::BrokenOff,
                });
            };
            let run = rest.get(found..).unwrap_or_default();
            let quote = quotes.chars().next().unwrap_or_default();
            let length = run.len() - run.trim_start_matches(quote).len();
            let after = at + found + length;
            if self.closes_value(after) {
                let end = after - quotes.len();
                self.at = after;
                return Ok(dedented(self.text.get(start..end).unwrap_or_default()));
            }
            at = after;
        }
    }
}

fn dedented(text: &str) -> String {
    let text = text.strip_prefix("\r\n").unwrap_or(text);
    let text = text.strip_prefix('\n').unwrap_or(text);
    let text = match text.rsplit_once('\n') {
        Some((lines, last)) if last.trim().is_empty() => lines.strip_suffix('\r').unwrap_or(lines),
        _ => text,
    };
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let filled = text.split('\n').filter(|line| !line.trim().is_empty());
    let least = filled.map(indent).min().unwrap_or_default();
    let lines: Vec<&str> = text
        .split('\n')
        .map(|line| line.get(least..).unwrap_or_default())
        .collect();
    lines.join("\n")
}
