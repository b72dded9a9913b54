//! The parser: a loop over what may come next, and a stack of what is open.

use super::ahead::{ends_unquoted_name, is_hash_comment, is_space};
use super::text::is_quote;
use super::{Failure, Fix, MOST_DEPTH, Parsed, Tree, Why};
use crate::reply::Syntax;

/// Reads the value that starts at byte `at`, slips and all.
pub(in crate::reply) fn parse(text: &str, at: usize) -> Result<Parsed, Failure> {
    Parser::new(text, at, false).run()
}

/// Reads a text that is one value in strict JSON and nothing else.
pub(in crate::reply) fn strict(text: &str) -> Result<Parsed, Failure> {
    let parsed = Parser::new(text, 0, true).run()?;
    let rest = text.get(parsed.end..).unwrap_or_default();
    let after = rest.trim_start_matches([' ', '\t', '\n', '\r']);
    if after.is_empty() {
        return Ok(parsed);
    }
    Err(Failure {
        at: text.len() - after.len(),
        why: Why::Unreadable("something follows the value"),
    })
}

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) strict: bool,
    fixes: Vec<Fix>,
    open: Vec<Open>,
    /// Where two texts stand on one line without a comma between them.
    squeezed: Option<usize>,
}

/// A value whose bracket is not closed yet.
enum Open {
    List(Vec<Tree>),
    Object {
        fields: Vec<(String, Tree)>,
        /// The name of the field whose value comes next.
        name: Option<String>,
    },
}

pub(super) enum Inside {
    List,
    Object,
    Nothing,
}

/// What may come next.
enum Next {
    Value,
    /// An item or the end of the list; whether a comma stands before it.
    Item(bool),
    /// A name or the end of the object; whether a comma stands before it.
    Name(bool),
    Colon,
    /// What follows a field or an item.
    Rest,
    End(Tree),
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, at: usize, strict: bool) -> Self {
        Self {
            text,
            at,
            strict,
            fixes: Vec::new(),
            open: Vec::new(),
            squeezed: None,
        }
    }

    fn run(mut self) -> Result<Parsed, Failure> {
        let mut next = Next::Value;
        loop {
            if !matches!(next, Next::End(_)) {
                self.skip_spaces()?;
            }
            next = match next {
                Next::Value => self.value()?,
                Next::Item(after_comma) => self.item(after_comma)?,
                Next::Name(after_comma) => self.name(after_comma)?,
                Next::Colon => self.colon()?,
                Next::Rest => self.rest_of_value()?,
                Next::End(tree) => {
                    self.is_plain()?;
                    return Ok(Parsed {
                        tree,
                        end: self.at,
                        fixes: self.fixes,
                    });
                }
            };
        }
    }

    /// Where quotes stand inside texts, two texts without a comma between them may be one.
    fn is_plain(&self) -> Result<(), Failure> {
        let has_inner = || self.fixes.iter().any(|fix| fix.what == Syntax::InnerQuote);
        match self.squeezed {
            Some(at) if has_inner() => Err(self.unreadable_at(at, "a comma is missing")),
            _ => Ok(()),
        }
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn inside(&self) -> Inside {
        match self.open.last() {
            Some(Open::List(_)) => Inside::List,
            Some(Open::Object { .. }) => Inside::Object,
            None => Inside::Nothing,
        }
    }

    /// Notes a slip; in strict JSON it is an error.
    pub(super) fn fix(&mut self, what: Syntax) -> Result<(), Failure> {
        if self.strict {
            return Err(self.unreadable(what.words()));
        }
        self.fixes.push(Fix { at: self.at, what });
        Ok(())
    }

    pub(super) fn unreadable(&self, what: &'static str) -> Failure {
        self.unreadable_at(self.at, what)
    }

    pub(super) fn unreadable_at(&self, at: usize, what: &'static str) -> Failure {
        Failure {
            at,
            why: Why::Unreadable(what),
        }
    }

    pub(super) fn broken_off(&self) -> Failure {
        Failure {
            at: self.text.trim_end().len(),
            why: Why::BrokenOff,
        }
    }

    fn skip_spaces(&mut self) -> Result<(), Failure> {
        loop {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else {
                return Ok(());
            };
            let length = match c {
                ' ' | '\t' | '\n' | '\r' => {
                    rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len()
                }
                '#' if is_hash_comment(rest) => line(rest),
                '/' if rest.starts_with("//") => line(rest),
                '/' if rest.starts_with("/*") => match rest.find("*/") {
                    Some(end) => end + 2,
                    None => return Err(self.broken_off()),
                },
                c if is_space(c) => c.len_utf8(),
                _ => return Ok(()),
            };
            match c {
                '#' | '/' => self.fix(Syntax::Comment)?,
                ' ' | '\t' | '\n' | '\r' => {}
                _ => self.fix(Syntax::Space)?,
            }
            self.at += length;
        }
    }

    fn value(&mut self) -> Result<Next, Failure> {
        let Some(c) = self.peek() else {
            return Err(self.broken_off());
        };
        match c {
            '{' => self.opened(
                Open::Object {
                    fields: Vec::new(),
                    name: None,
                },
                Next::Name(false),
            ),
            '[' => self.opened(Open::List(Vec::new()), Next::Item(false)),
            ',' | ':' | '}' | ']' => Err(self.unreadable("a value is missing")),
            c if is_quote(c) => {
                let text = self.quoted(false)?;
                Ok(self.complete(Tree::Text(text)))
            }
            _ => {
                let scalar = self.scalar()?;
                Ok(self.complete(scalar))
            }
        }
    }

    fn opened(&mut self, open: Open, next: Next) -> Result<Next, Failure> {
        if self.open.len() == MOST_DEPTH {
            return Err(Failure {
                at: self.at,
                why: Why::TooDeep,
            });
        }
        self.open.push(open);
        self.at += 1;
        Ok(next)
    }

    /// Puts a value where it belongs.
    fn complete(&mut self, tree: Tree) -> Next {
        match self.open.last_mut() {
            None => return Next::End(tree),
            Some(Open::List(items)) => items.push(tree),
            Some(Open::Object { fields, name }) => {
                fields.push((name.take().unwrap_or_default(), tree));
            }
        }
        Next::Rest
    }

    fn item(&mut self, after_comma: bool) -> Result<Next, Failure> {
        match self.peek() {
            None => Err(self.broken_off()),
            Some(',') => self.extra_comma(Next::Item(true)),
            Some(c @ (']' | '}')) => self.close_after(after_comma, c),
            Some(_) => self.value(),
        }
    }

    fn name(&mut self, after_comma: bool) -> Result<Next, Failure> {
        match self.peek() {
            None => Err(self.broken_off()),
            Some(',') => self.extra_comma(Next::Name(true)),
            Some(c @ (']' | '}')) => self.close_after(after_comma, c),
            Some(c) => {
                let found = if is_quote(c) {
                    self.quoted(true)?
                } else {
                    self.unquoted_name()?
                };
                if let Some(Open::Object { name, .. }) = self.open.last_mut() {
                    *name = Some(found);
                }
                Ok(Next::Colon)
            }
        }
    }

    fn unquoted_name(&mut self) -> Result<String, Failure> {
        const MOST: usize = 100;
        let rest = self.rest();
        let length = rest.find(ends_unquoted_name).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default().trim_end();
        if name.is_empty() || name.len() > MOST {
            return Err(self.unreadable("the name of a field is missing"));
        }
        self.fix(Syntax::UnquotedName)?;
        self.at += name.len();
        Ok(name.to_owned())
    }

    fn colon(&mut self) -> Result<Next, Failure> {
        let rest = self.rest();
        let length = match rest.chars().next() {
            None => return Err(self.broken_off()),
            Some(':') => 1,
            Some('=') if rest.starts_with("=>") => 2,
            Some('=') => 1,
            Some(_) => return Err(self.unreadable("a colon is missing")),
        };
        if rest.starts_with('=') {
            self.fix(Syntax::EqualsSign)?;
        }
        self.at += length;
        Ok(Next::Value)
    }

    fn rest_of_value(&mut self) -> Result<Next, Failure> {
        let Some(c) = self.peek() else {
            return Err(self.broken_off());
        };
        let inside = self.inside();
        match (c, inside) {
            ('}' | ']', _) => self.close(c),
            (',', Inside::Object) => {
                self.at += 1;
                Ok(Next::Name(true))
            }
            (',', _) => {
                self.at += 1;
                Ok(Next::Item(true))
            }
            (_, Inside::Object) if self.is_spaced_name_ahead(self.at) => {
                self.fix(Syntax::MissingComma)?;
                Ok(Next::Name(false))
            }
            (c, Inside::List) if c != ':' && c != '=' && self.may_lack_comma(c) => {
                self.fix(Syntax::MissingComma)?;
                if is_quote(c) {
                    self.squeezed.get_or_insert(self.at);
                }
                Ok(Next::Item(false))
            }
            _ => Err(self.unreadable("a comma or a closing bracket is missing")),
        }
    }

    fn extra_comma(&mut self, next: Next) -> Result<Next, Failure> {
        self.fix(Syntax::ExtraComma)?;
        self.at += 1;
        Ok(next)
    }

    fn close_after(&mut self, comma: bool, bracket: char) -> Result<Next, Failure> {
        if comma {
            self.fix(Syntax::ExtraComma)?;
        }
        self.close(bracket)
    }

    /// Closes what `bracket` closes, and with it what is still open inside.
    fn close(&mut self, bracket: char) -> Result<Next, Failure> {
        let is_closed = |open: &Open| matches!(open, Open::List(_)) == (bracket == ']');
        let Some(outer) = self.open.iter().rposition(is_closed) else {
            return Err(self.unreadable("a closing bracket of the wrong kind"));
        };
        if outer + 1 < self.open.len() {
            self.fix(Syntax::MismatchedBracket)?;
        }
        self.at += 1;
        let mut next = Next::Rest;
        while self.open.len() > outer {
            let tree = match self.open.pop() {
                Some(Open::List(items)) => Tree::List(items),
                Some(Open::Object { fields, .. }) => Tree::Object(fields),
                None => break,
            };
            next = self.complete(tree);
        }
        Ok(next)
    }
}

/// The length of what is left of a line.
fn line(rest: &str) -> usize {
    rest.find('\n').unwrap_or(rest.len())
}
