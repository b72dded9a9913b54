//! What stands ahead: whether a quote closes a text, or is one of its characters.

use super::parse::{Inside, Parser};
use super::text::is_quote;

/// How far a name is looked for. What is longer is taken for one.
const MOST_NAME: usize = 256;

/// A space of JSON or of any script, and the marks that nobody sees.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}')
}

fn starts_comment(rest: &str) -> bool {
    rest.starts_with("//") || rest.starts_with("/*") || is_hash_comment(rest)
}

/// Whether `#` begins a comment: what follows it at once belongs to it, as in `#1`.
pub(super) fn is_hash_comment(rest: &str) -> bool {
    rest.strip_prefix('#')
        .is_some_and(|after| after.chars().next().is_none_or(is_space))
}

impl<'t> Parser<'t> {
    fn from(&self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or_default()
    }

    /// Where the next character stands that is no space, and whether a line ended before it.
    fn past_spaces(&self, at: usize) -> (usize, bool) {
        let rest = self.from(at);
        let after = rest.trim_start_matches(is_space);
        let spaces = rest.len() - after.len();
        let crossed = rest.get(..spaces).is_some_and(|it| it.contains('\n'));
        (at + spaces, crossed)
    }

    /// Whether a quote closes the name of a field: a colon follows.
    pub(super) fn closes_name(&self, after: usize) -> bool {
        let rest = self.from(self.past_spaces(after).0);
        rest.is_empty() || rest.starts_with([':', '='])
    }

    /// Whether a text with quotes in it may as well end elsewhere than before `after`: `"a "b", ", c" d"`.
    pub(super) fn is_doubtful(&self, after: usize) -> bool {
        let next = self.from(self.past_spaces(after).0);
        let Some(behind) = next.strip_prefix(',') else {
            return next.starts_with(is_quote) && matches!(self.inside(), Inside::List);
        };
        let item = behind.trim_start_matches(is_space);
        let text = item.strip_prefix(is_quote);
        item.starts_with(',') || text.is_some_and(starts_oddly)
    }

    /// Whether a quote inside a text looks like the end of one: `5" wide`.
    pub(super) fn looks_closing(&self, at: usize) -> bool {
        let before = self.text.get(..at).and_then(|it| it.chars().next_back());
        let after = self.from(at).chars().nth(1);
        before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    }

    /// Whether a quote closes a value: what follows fits behind one.
    pub(super) fn closes_value(&self, after: usize) -> bool {
        let (at, crossed) = self.past_spaces(after);
        let rest = self.from(at);
        match rest.chars().next() {
            None => true,
            Some(',') => self.goes_on_after_comma(at + 1),
            Some('}' | ']') => self.goes_on_after_brackets(at),
            _ if starts_comment(rest) => true,
            Some(c) => match self.inside() {
                Inside::Object => self.is_name_ahead(at, crossed),
                Inside::List => {
                    (is_quote(c) && at > after) || "{[".contains(c) || (crossed && c != ':')
                }
                Inside::Nothing => true,
            },
        }
    }

    /// Whether what follows a comma after a text in quotes can follow it.
    fn goes_on_after_comma(&self, at: usize) -> bool {
        let (at, _) = self.past_spaces(at);
        let rest = self.from(at);
        let Some(c) = rest.chars().next() else {
            return true;
        };
        if c == ',' || starts_comment(rest) {
            return true;
        }
        if "}]".contains(c) {
            return self.goes_on_after_brackets(at);
        }
        match self.inside() {
            Inside::Object => self.is_name_ahead(at, true),
            Inside::List => {
                is_quote(c) || "{[+-.".contains(c) || c.is_ascii_digit() || starts_word(rest)
            }
            Inside::Nothing => true,
        }
    }

    /// Whether what follows closing brackets can follow them.
    fn goes_on_after_brackets(&self, mut at: usize) -> bool {
        let mut open = self.depth();
        let mut crossed = false;
        while open > 0 && self.from(at).starts_with(['}', ']']) {
            open -= 1;
            (at, crossed) = self.past_spaces(at + 1);
        }
        let rest = self.from(at);
        let Some(c) = rest.chars().next() else {
            return true;
        };
        if open > 0 {
            return c == ','
                || "}]".contains(c)
                || starts_comment(rest)
                || "{[".contains(c)
                || self.is_name_ahead(at, crossed)
                || (is_quote(c) && crossed);
        }
        // `{"a": "x = {"b"}"}`: the first bracket belongs to the text.
        let after = self.past_spaces(at + c.len_utf8()).0;
        !(is_quote(c) && !crossed && self.from(after).starts_with(['}', ']', ',']))
    }

    /// Whether a text without quotes may end here.
    pub(super) fn goes_on_after_unquoted(&self, end: usize) -> bool {
        let (at, _) = self.past_spaces(end);
        let rest = self.from(at);
        let in_object = matches!(self.inside(), Inside::Object);
        match rest.chars().next() {
            None => true,
            Some(',') => {
                let (at, _) = self.past_spaces(at + 1);
                let rest = self.from(at);
                !in_object
                    || rest.is_empty()
                    || rest.starts_with(['}', ']', ','])
                    || starts_comment(rest)
                    || self.is_spaced_name_ahead(at)
            }
            Some('}' | ']') => self.goes_on_after_brackets(at),
            _ if starts_comment(rest) => true,
            Some(_) => !in_object || self.is_spaced_name_ahead(at),
        }
    }

    /// Whether a field begins here: a name in quotes, or one without where that may be, and a colon.
    pub(super) fn is_name_ahead(&self, at: usize, unquoted: bool) -> bool {
        let rest = self.from(at);
        let Some(quote) = rest.chars().next().filter(|c| is_quote(*c)) else {
            let name = rest.trim_start_matches(|c: char| c.is_alphanumeric() || "_-$.".contains(c));
            return unquoted
                && name.len() < rest.len()
                && self.is_colon(at + rest.len() - name.len());
        };
        let mut escaped = false;
        for (index, c) in rest.char_indices().skip(1) {
            if index > MOST_NAME {
                return true;
            }
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == quote || (is_quote(c) && !quote.is_ascii()) => {
                    return self.is_colon(at + index + c.len_utf8());
                }
                _ => {}
            }
        }
        true
    }

    /// As [`is_name_ahead`](Self::is_name_ahead), for names that may have spaces in them.
    pub(super) fn is_spaced_name_ahead(&self, at: usize) -> bool {
        let rest = self.from(at);
        if rest.starts_with(is_quote) {
            return self.is_name_ahead(at, true);
        }
        let name = rest.split(ends_unquoted_name).next().unwrap_or_default();
        !name.trim().is_empty() && self.is_colon(at + name.len())
    }

    fn is_colon(&self, at: usize) -> bool {
        let rest = self.from(self.past_spaces(at).0);
        rest.is_empty() || rest.starts_with([':', '='])
    }

    /// Whether more of a text follows on the line: `5 apples`.
    pub(super) fn is_text_ahead(&self, at: usize) -> bool {
        if self.is_thousands(at) {
            return true;
        }
        let rest = self.from(at);
        let line = rest.trim_start_matches(|c| c != '\n' && is_space(c));
        let at = at + rest.len() - line.len();
        let Some(c) = line.chars().next() else {
            return false;
        };
        let ends = c == '\n'
            || ",}]{[\"'`“”".contains(c)
            || starts_comment(line)
            || matches!(self.inside(), Inside::Nothing)
            || self.past_spaces(at).1;
        !ends && !self.is_name_ahead(at, true)
    }

    /// Whether a comma here parts thousands: in an object a name would have to follow it.
    pub(super) fn is_thousands(&self, at: usize) -> bool {
        if !matches!(self.inside(), Inside::Object) {
            return false;
        }
        let before = self.text.get(..at).unwrap_or_default();
        let mut after = self.from(at).chars();
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        before.ends_with(|c: char| c.is_ascii_digit())
            && after.next() == Some(',')
            && digit(after.next())
            && digit(after.next())
            && digit(after.next())
            && !digit(after.clone().next())
            && !self.is_colon(at + 4)
    }
}

impl Parser<'_> {
    /// Whether a comma may be missing here, between two items: on a new line, before a bracket, or between two of a
    /// kind. `5" x"` is no number and a text.
    pub(super) fn may_lack_comma(&self, next: char) -> bool {
        let before = self.text.get(..self.at).unwrap_or_default();
        let item = before.trim_end_matches(is_space);
        let spaces = before.get(item.len()..).unwrap_or_default();
        let is_scalar = |c: char| c.is_alphanumeric() || c == '-';
        let last = item.chars().next_back().unwrap_or(' ');
        spaces.contains('\n')
            || "{[".contains(next)
            || (!spaces.is_empty()
                && ((is_quote(last) && is_quote(next)) || (is_scalar(last) && is_scalar(next))))
    }
}

pub(super) fn ends_unquoted_name(c: char) -> bool {
    ":={}[],\n\"'`“”".contains(c)
}

/// Whether a text begins as none does, but as something begins that follows one.
pub(super) fn starts_oddly(text: &str) -> bool {
    text.starts_with(|c: char| is_space(c) || ",]}".contains(c))
}

fn starts_word(rest: &str) -> bool {
    let word = rest.split(|c: char| !c.is_ascii_alphabetic()).next();
    word.and_then(super::scalar::word).is_some()
}
