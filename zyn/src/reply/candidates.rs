//! What in a reply may be the answer: the whole, what stands in fences, what stands in prose.
//!
//! A part of broken JSON is never a candidate. In a type that contains itself it would fit, and an
//! answer that broke off would pass for a smaller one; so a broken piece ends the search.

mod lead;
mod meant;

use super::Syntax;
use super::json::{self, Failure, Fix, Tree};
use meant::{is_json_ahead, is_list_begun, is_meant_as_json, is_named};

/// What may be the answer.
pub(super) struct Candidate<'t> {
    pub(super) tree: Tree,
    pub(super) fixes: Vec<Fix>,
    pub(super) place: Place,
    /// Whether it may be no answer at all: `[1]` in prose, or a piece in a comment.
    pub(super) casual: bool,
    /// What it may be a part of, if something is written directly before it.
    pub(super) part_of: Option<PartOf<'t>>,
}

/// What is written directly before a piece in prose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartOf<'t> {
    /// What may be the name of a field or of a variant: `kids: `.
    Name(&'t str),
    /// A word, which may be the name of a field: `kids `.
    Word(&'t str),
    /// What belongs to no name, but to the piece: `-{`.
    Mark,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the whole reply.
    Whole,
    Fenced,
    Prose,
}

/// What a reply holds.
pub(super) struct Found<'t> {
    /// Whether reasoning in front was left out.
    pub(super) thinking: bool,
    /// In the order of the reply.
    pub(super) candidates: Vec<Candidate<'t>>,
    /// Why the candidates are no answer unless all together are one: a comma joins them.
    pub(super) joined: Option<String>,
    /// The reply itself, if there is nothing in it that looks like JSON.
    pub(super) bare: Option<&'t str>,
    /// Why there is no candidate, if there is none.
    pub(super) reason: String,
}

/// The candidates of a reply, in its order; or why it can have none.
pub(super) fn read(text: &str) -> Result<Found<'_>, String> {
    let start = text.len() - text.trim_start_matches('\u{feff}').trim_start().len();
    let mut found = Found {
        thinking: false,
        candidates: Vec::new(),
        joined: None,
        bare: None,
        reason: String::new(),
    };
    if let Some(whole) = whole(text, start) {
        found.candidates.push(whole);
        return Ok(found);
    }
    let answer = past_thinking(text, start)?;
    found.thinking = answer > start;
    if found.thinking
        && let Some(whole) = whole(text, answer)
    {
        found.candidates.push(whole);
        return Ok(found);
    }
    let mut search = Search {
        text,
        start: answer,
        at: answer,
        found: Vec::new(),
        last_end: answer,
        fence: None,
        in_fence: false,
        unread: None,
        skipped: 0,
        open: 0,
        joined: None,
        read: 0,
    };
    search.run()?;
    let rest = text.get(answer..).unwrap_or_default();
    if search.found.is_empty() && !rest.contains(['{', '[']) {
        found.bare = Some(rest.trim());
    }
    found.reason = match search.unread {
        Some(failure) => failure.reason(text),
        None => "there is no JSON in the reply".to_owned(),
    };
    found.candidates = search.found;
    found.joined = search.joined;
    Ok(found)
}

/// All that follows, if it is strict JSON and nothing else.
fn whole(text: &str, start: usize) -> Option<Candidate<'_>> {
    let parsed = json::strict(text.get(start..)?).ok()?;
    Some(Candidate {
        tree: parsed.tree,
        fixes: Vec::new(),
        place: Place::Whole,
        casual: false,
        part_of: None,
    })
}

/// What reasoning stands between.
pub(super) const THINKING: [(&str, &str); 3] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reasoning>", "</reasoning>"),
];

/// Where the answer begins that follows the model's reasoning.
fn past_thinking(text: &str, start: usize) -> Result<usize, String> {
    let mut at = start;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let rest = rest.trim_start();
        let Some((_, end)) = THINKING.iter().find(|(begin, _)| rest.starts_with(begin)) else {
            break;
        };
        let Some((_, answer)) = rest.split_once(end) else {
            return Err("the reasoning does not end, and no answer follows it".to_owned());
        };
        at = text.len() - answer.len();
    }
    let rest = text.get(at..).unwrap_or_default();
    if rest.trim_start().starts_with(['{', '[', '`', '"']) {
        return Ok(at);
    }
    let ends = THINKING.iter().filter_map(|(_, end)| {
        let (before, answer) = rest.split_once(end)?;
        let is_outside = !is_in_json(text, at, at + before.len());
        is_outside.then_some(text.len() - answer.len())
    });
    Ok(ends.min().unwrap_or(at))
}

/// Whether the byte `place` is inside JSON that begins at or behind the byte `from`.
fn is_in_json(text: &str, from: usize, place: usize) -> bool {
    const MOST: usize = 20;
    let mut at = from;
    for _ in 0..MOST {
        let ahead = text
            .get(at..place)
            .and_then(|before| before.find(['{', '[']));
        let Some(ahead) = ahead else {
            return false;
        };
        at += ahead;
        let rest = text.get(at..).unwrap_or_default();
        match is_meant_as_json(rest).then(|| json::parse(text, at)) {
            Some(Ok(parsed)) if parsed.end > place => return true,
            Some(Ok(parsed)) => at = parsed.end,
            _ => at += 1,
        }
    }
    false
}

struct Search<'t> {
    text: &'t str,
    /// Where the answer begins.
    start: usize,
    at: usize,
    found: Vec<Candidate<'t>>,
    /// Where the last piece ended.
    last_end: usize,
    /// Where the content of the last fence begins.
    fence: Option<usize>,
    in_fence: bool,
    /// Why the last piece in brackets is not JSON.
    unread: Option<Failure>,
    /// How many brackets and fences hold no JSON.
    skipped: usize,
    /// How many brackets were opened that hold no JSON.
    open: usize,
    joined: Option<String>,
    /// How many bytes were looked at, those that were looked at again included.
    read: usize,
}

impl<'t> Search<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn run(&mut self) -> Result<(), String> {
        while let Some(ahead) = self.rest().find(['{', '[', '`']) {
            self.at += ahead;
            let rest = self.rest();
            if rest.starts_with("```") {
                self.fence()?;
            } else if rest.starts_with('`') {
                self.at += 1;
            } else {
                self.piece()?;
            }
        }
        Ok(())
    }

    /// Counts what was looked at. Brackets that never close are looked at again and again.
    fn looked_at(&mut self, bytes: usize) -> Result<(), String> {
        self.read = self.read.saturating_add(bytes);
        self.give_up(self.read / 20 > self.text.len() + 1_000)
    }

    fn skip(&mut self, bytes: usize) -> Result<(), String> {
        const MOST: usize = 10_000;
        self.skipped += 1;
        self.at += bytes;
        self.give_up(self.skipped > MOST)
    }

    fn give_up(&self, is_too_much: bool) -> Result<(), String> {
        match is_too_much {
            true => Err("the reply is full of brackets that are no JSON".to_owned()),
            false => Ok(()),
        }
    }

    /// A fence is passed; if all in it is a single word, number or text, that is a candidate.
    fn fence(&mut self) -> Result<(), String> {
        const FENCE: usize = "```".len();
        self.in_fence = !self.in_fence;
        self.skip(FENCE)?;
        if !self.in_fence {
            self.fence = None;
            return Ok(());
        }
        let rest = self.rest();
        let content = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let inside = content.split("```").next().unwrap_or_default();
        if !inside.trim_start().starts_with(['{', '[']) {
            self.looked_at(inside.len())?;
            if let Ok(parsed) = json::strict(inside) {
                self.found.push(Candidate {
                    tree: parsed.tree,
                    fixes: Vec::new(),
                    place: Place::Fenced,
                    casual: false,
                    part_of: None,
                });
            }
        }
        self.at += rest.len() - content.len();
        self.fence = Some(self.at);
        Ok(())
    }

    /// Whether there is nothing between `from` and here.
    fn follows(&self, from: usize) -> bool {
        let between = self.text.get(from..self.at);
        between.is_some_and(|between| between.trim().is_empty())
    }

    /// A piece that begins with a bracket.
    fn piece(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let meant = is_meant_as_json(rest);
        let fenced = self.fence.is_some_and(|fence| self.follows(fence));
        let first = self.follows(self.start);
        if !meant && !fenced && !first && rest.starts_with('{') {
            return self.braces();
        }
        let start = self.at;
        match json::parse(self.text, start) {
            Ok(parsed) if meant || fenced || first || parsed.fixes.is_empty() => {
                self.looked_at(parsed.end - start)?;
                let before = self.text.get(self.start..start).unwrap_or_default();
                let line = lead::line(before);
                if meant && lead::starts_with_name(line) {
                    let (line, column) = json::place(self.text, start);
                    return Err(format!(
                        "the JSON at line {line}, column {column} is a part of something that does not begin"
                    ));
                }
                let mut fixes = parsed.fixes;
                let own = fixes.len();
                self.at = parsed.end;
                self.stray_brackets(&mut fixes);
                let after = self.rest().trim_start();
                let is_last = after.is_empty() || (fenced && after.starts_with("```"));
                let is_alone = (fenced || first) && is_last;
                let is_empty = parsed.tree.is_empty();
                let between = self.text.get(self.last_end..start).unwrap_or_default();
                let is_aside = !fenced && lead::is_comment(between, !self.found.is_empty());
                let casual = is_aside || ((!meant || is_empty) && !is_alone);
                if casual && is_empty && !is_said_last(line, after) {
                    self.last_end = self.at;
                    return Ok(());
                }
                if !(casual && after.starts_with(':')) {
                    self.goes_on(fixes.len() > own)?;
                }
                let place = match (fenced, first && after.is_empty()) {
                    (true, _) => Place::Fenced,
                    (false, true) => Place::Whole,
                    (false, false) => Place::Prose,
                };
                let part_of = match place {
                    Place::Prose => lead::part_of(before),
                    Place::Whole | Place::Fenced => None,
                };
                self.last_end = self.at;
                self.found.push(Candidate {
                    tree: parsed.tree,
                    fixes,
                    place,
                    casual,
                    part_of,
                });
                Ok(())
            }
            Ok(parsed) => {
                self.looked_at(parsed.end - start)?;
                self.no_json()
            }
            Err(failure) if meant => Err(failure.reason(self.text)),
            Err(failure) => {
                self.looked_at(failure.at.saturating_sub(start))?;
                if is_list_begun(rest, failure.at.saturating_sub(start)) {
                    return Err(failure.reason(self.text));
                }
                self.unread = Some(failure);
                self.no_json()
            }
        }
    }

    /// Passes a bracket that is no JSON: `[see {…}]` may hold an answer.
    fn no_json(&mut self) -> Result<(), String> {
        self.open += 1;
        self.skip(1)
    }

    /// Passes braces that are no JSON, with all that is in them: `{name}` is a word in braces.
    fn braces(&mut self) -> Result<(), String> {
        const MOST: usize = 2_000;
        let rest = self.rest();
        self.unread.get_or_insert(Failure {
            at: self.at + 1,
            why: json::Why::Unreadable("the name of a field is missing"),
        });
        let doubled = rest
            .get(1..)
            .is_some_and(|it| it.trim_start().starts_with('{'));
        let mut open = 0_usize;
        for (at, c) in rest
            .char_indices()
            .take_while(|(at, _)| *at < MOST && !doubled)
        {
            match c {
                '{' => open += 1,
                '}' => open = open.saturating_sub(1),
                _ => {}
            }
            if open == 0 {
                return self.skip(at + 1);
            }
        }
        self.no_json()
    }

    /// Closing brackets after the end: they close what was passed, or nothing.
    fn stray_brackets(&mut self, fixes: &mut Vec<Fix>) {
        loop {
            let rest = self.rest().trim_start();
            if !rest.starts_with(['}', ']']) {
                return;
            }
            let at = self.text.len() - rest.len();
            match self.open.checked_sub(1) {
                Some(open) => self.open = open,
                None => fixes.push(Fix {
                    at,
                    what: Syntax::StrayBracket,
                }),
            }
            self.at = at + 1;
        }
    }

    /// Whether the answer goes on after it ended: with a further item, or with what belongs to no value.
    fn goes_on(&mut self, is_stray: bool) -> Result<(), String> {
        let rest = self.rest().trim_start();
        let at = self.text.len() - rest.len();
        let after = rest.strip_prefix([',', ':']).map(str::trim_start);
        let more = match after {
            Some(after) => is_json_ahead(after),
            None => is_named(rest) || (is_stray && is_json_ahead(rest)),
        };
        if !more {
            return Ok(());
        }
        let reason = || {
            let (line, column) = json::place(self.text, at);
            format!("the JSON goes on at line {line}, column {column}, after its end")
        };
        if rest.starts_with(',') && after.is_some_and(|after| after.starts_with(['{', '['])) {
            self.joined.get_or_insert_with(reason);
            return Ok(());
        }
        Err(reason())
    }
}

/// Whether an empty object or list in prose is the answer that the prose leads to: `There are none: []`. Elsewhere it
/// may be anything: `fn main() {}`.
fn is_said_last(before: &str, after: &str) -> bool {
    before.trim_end().ends_with(':') && after.chars().all(|c| c == '.' || c == '`')
}

#[cfg(test)]
mod tests;
