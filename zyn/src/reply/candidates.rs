//! What in a reply may be the answer: the whole, what stands in fences, what stands in prose.
//!
//! A part of broken JSON is never a candidate. In a type that contains itself it would fit, and an
//! answer that broke off would pass for a smaller one; so a broken piece ends the search.

use serde_json::Value;

use super::json::{self, Parsed};
use super::{Repair, Violation};

pub(super) struct Candidate {
    pub(super) value: Value,
    pub(super) repeated: Vec<Violation>,
    pub(super) repairs: Vec<Repair>,
}

impl Candidate {
    fn new(parsed: Parsed, repairs: Vec<Repair>) -> Self {
        Self {
            value: parsed.value,
            repeated: parsed.repeated,
            repairs,
        }
    }
}

/// The candidates of a reply, in its order; or why it has none.
pub(super) fn read(text: &str) -> Result<Vec<Candidate>, String> {
    let whole = text.trim_start_matches('\u{feff}').trim();
    if let Ok(parsed) = json::parse(whole) {
        return Ok(vec![Candidate::new(parsed, Vec::new())]);
    }
    let (start, repairs) = match whole.strip_prefix("<think>") {
        None => (0, Vec::new()),
        Some(thoughts) => match thoughts.split_once("</think>") {
            Some((_, answer)) => (whole.len() - answer.len(), vec![Repair::Thinking]),
            None => return Err("the reasoning does not end, and no answer follows it".to_owned()),
        },
    };
    if let Ok(parsed) = json::parse(whole.get(start..).unwrap_or_default()) {
        return Ok(vec![Candidate::new(parsed, repairs)]);
    }
    let mut search = Search {
        text: whole,
        at: start,
        found: Vec::new(),
        unread: None,
        read: 0,
    };
    search.run()?;
    if search.found.is_empty() {
        return Err(match search.unread {
            Some((start, error)) => json::reason(whole, start, &error),
            None => "there is no JSON in the reply".to_owned(),
        });
    }
    let found = search.found.into_iter().map(|(parsed, repair)| {
        let repairs = repairs.iter().copied().chain([repair]).collect();
        Candidate::new(parsed, repairs)
    });
    Ok(found.collect())
}

struct Search<'t> {
    text: &'t str,
    at: usize,
    found: Vec<(Parsed, Repair)>,
    /// Where the last piece in brackets is, and why it is not JSON.
    unread: Option<(usize, serde_json::Error)>,
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
            match self.rest().strip_prefix("```") {
                Some(inside) => self.fence(inside)?,
                None if self.rest().starts_with('`') => self.at += 1,
                None => self.piece()?,
            }
        }
        Ok(())
    }

    /// Counts what was looked at. Brackets that never close are looked at again and again.
    fn looked_at(&mut self, bytes: usize) -> Result<(), String> {
        self.read = self.read.saturating_add(bytes);
        if self.read / 100 > self.text.len() + 1_000 {
            return Err("the reply is full of brackets that are no JSON".to_owned());
        }
        Ok(())
    }

    /// A fence is taken if all in it is one JSON text; else its content is searched like prose.
    fn fence(&mut self, inside: &'t str) -> Result<(), String> {
        let content = inside.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let end = closing_fence(content);
        let json = end.and_then(|end| content.get(..end)).unwrap_or(content);
        let skipped = self.rest().len() - content.len();
        self.looked_at(json.len())?;
        match json::parse(json) {
            Ok(parsed) => {
                self.found.push((parsed, Repair::Fenced));
                self.at += skipped + end.map_or(content.len(), |end| end + "```".len());
            }
            Err(_) => self.at += skipped,
        }
        Ok(())
    }

    /// A piece between brackets.
    fn piece(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let meant = is_meant_as_json(rest);
        let piece = balanced(rest).and_then(|length| rest.get(..length));
        self.looked_at(piece.unwrap_or(rest).len())?;
        let parsed = json::parse(piece.unwrap_or(rest));
        self.at += match (parsed, piece) {
            (Ok(parsed), Some(piece)) => {
                self.found.push((parsed, Repair::Prose));
                piece.len()
            }
            (Err(error), _) if meant => return Err(json::reason(self.text, self.at, &error)),
            (Err(error), Some(piece)) => {
                self.unread = Some((self.at, error));
                // `[see {…}]` may hold an answer; `{name}` is a word in braces.
                if rest.starts_with('[') {
                    1
                } else {
                    piece.len()
                }
            }
            (_, None) => 1,
        };
        Ok(())
    }
}

/// Where a fence closes: at the start of a line, where no JSON string can have it; else anywhere.
fn closing_fence(content: &str) -> Option<usize> {
    let mut start = 0;
    for line in content.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        if line.trim_start().starts_with("```") {
            return Some(start + indent);
        }
        start += line.len();
    }
    content.rfind("```")
}

/// Whether text that starts with a bracket is meant as JSON, broken or not.
fn is_meant_as_json(text: &str) -> bool {
    let mut chars = text.chars();
    let bracket = chars.next();
    let inside = chars.as_str().trim_start();
    if inside.is_empty() {
        return true;
    }
    if bracket == Some('[') {
        return inside.starts_with(['"', '{', '[', '\'', '“']);
    }
    let name = inside.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    inside.starts_with(['"', '}', '\'', '“', '/'])
        || (name.len() < inside.len() && name.trim_start().starts_with(':'))
}

/// The length of the piece that starts with a bracket, up to the bracket that closes it.
fn balanced(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    let mut in_string = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            '{' => open.push('}'),
            '[' => open.push(']'),
            '}' | ']' => {
                if open.pop() != Some(c) {
                    return None;
                }
                if open.is_empty() {
                    return Some(at + c.len_utf8());
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, Vec<Repair>)> {
        read(text)
            .unwrap()
            .into_iter()
            .map(|candidate| (candidate.value.to_string(), candidate.repairs))
            .collect()
    }

    fn one(text: &str, json: &str, repairs: &[Repair]) {
        assert_eq!(found(text), [(json.to_owned(), repairs.to_vec())], "{text}");
    }

    fn none(text: &str) -> String {
        read(text).err().unwrap()
    }

    #[test]
    fn a_reply_that_is_json_is_not_searched() {
        one(
            " {\"a\":\"```json\\n{}\\n```\"}\n",
            r#"{"a":"```json\n{}\n```"}"#,
            &[],
        );
        one("\u{feff}[1]", "[1]", &[]);
        one("42", "42", &[]);
    }

    #[test]
    fn every_fence_is_a_candidate() {
        one("```json\n{\"a\":1}\n```", r#"{"a":1}"#, &[Repair::Fenced]);
        one(
            "Here: ```{\"a\":1}``` done",
            r#"{"a":1}"#,
            &[Repair::Fenced],
        );
        one("```\n{\"a\":1}", r#"{"a":1}"#, &[Repair::Fenced]);
        one(
            "```json\n{\"a\":\"```\"}\n```",
            r#"{"a":"```"}"#,
            &[Repair::Fenced],
        );
        let two = "First\n```json\n1\n```\nthen\n  ```\n[2]\n  ```";
        assert_eq!(
            found(two),
            [
                ("1".to_owned(), vec![Repair::Fenced]),
                ("[2]".to_owned(), vec![Repair::Fenced])
            ]
        );
    }

    #[test]
    fn balanced_pieces_of_prose_are_candidates() {
        one(
            "So: {\"a\":\"}{\\\"\"} it is.",
            r#"{"a":"}{\""}"#,
            &[Repair::Prose],
        );
        one(
            "For user {name} it is {\"a\":1}",
            r#"{"a":1}"#,
            &[Repair::Prose],
        );
        one(
            "An open { and a [see {\"a\":1}]",
            r#"{"a":1}"#,
            &[Repair::Prose],
        );
        one(
            "Résumé 🎉: {\"a\":\"日本\"}",
            r#"{"a":"日本"}"#,
            &[Repair::Prose],
        );
        assert_eq!(found("{\"a\":1}\n{\"a\":2}").len(), 2);
    }

    #[test]
    fn reasoning_is_left_out() {
        let thinking = "<think>maybe {\"a\":0}?</think>\n";
        one(
            &format!("{thinking}{{\"a\":1}}"),
            r#"{"a":1}"#,
            &[Repair::Thinking],
        );
        one(
            &format!("{thinking}So {{\"a\":1}}"),
            r#"{"a":1}"#,
            &[Repair::Thinking, Repair::Prose],
        );
        assert!(none("<think>{\"a\":1}").contains("reasoning does not end"));
    }

    #[test]
    fn a_part_of_broken_json_is_no_candidate() {
        for broken in [
            r#"{"v":1,"kids":[{"v":2,"kids":[]}"#,
            r#"{"v":1,"kids":[{"v":2,"kids":[]},]}"#,
            r#"{'v':1,'kids':[{"v":2,"kids":[]}]"#,
            r#"{v:1,kids:[{"v":2,"kids":[]}]"#,
            r#"{"v":1,"kids":[{"v":2,"kids":[]}}, {"v":3,"kids":[]}"#,
            "```json\n{\"v\":1,\"kids\":[{\"v\":2,\"kids\":[]}\n```",
            r#"{"v":1} {"v":1,"kids":[{"v":2"#,
        ] {
            assert!(none(broken).starts_with("the JSON "), "{broken}");
        }
    }

    #[test]
    fn a_reply_full_of_brackets_is_given_up() {
        for bracket in ["[a", "{ ", "{a} [", "```a "] {
            let text = bracket.repeat(50_000);
            assert!(read(&text).is_err(), "{bracket}");
        }
    }

    #[test]
    fn a_case_of_the_shared_set_is_read_right_or_not_at_all() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../shared/cases/lenient.json"
        );
        let Ok(text) = std::fs::read_to_string(file) else {
            println!("skipped: {file} is not there");
            return;
        };
        let cases: Vec<(String, String, Value)> = serde_json::from_str(&text).unwrap();
        let mut right = 0;
        for (name, reply, expected) in cases {
            // Of two answers the set takes the first, and zyn the last.
            if name == "two_objects" {
                continue;
            }
            if let Ok(candidates) = read(&reply) {
                assert_eq!(candidates.last().unwrap().value, expected, "{name}");
                right += 1;
            }
        }
        assert!(right >= 9, "{right} of the cases are read");
    }

    #[test]
    fn nothing_is_repaired() {
        for broken in [
            "{\"a\":1,}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":+1}",
            "{'a':1}",
            "{\"a\":tru",
        ] {
            none(broken);
        }
        assert_eq!(none("I cannot say."), "there is no JSON in the reply");
        assert!(none("{name} says no").contains("line 1, column 2"));
    }
}
