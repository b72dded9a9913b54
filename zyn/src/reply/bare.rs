//! An answer without JSON: the word itself, where a single word or number was asked for.

use serde_json::Value;

use super::json::Tree;
use crate::schema::node::Node;

/// What a single word may be.
struct Words<'a> {
    labels: Vec<&'a str>,
    booleans: bool,
}

/// The values that a reply without JSON may stand for, the plainest first. A reply where any text would do is
/// none: `I cannot say.` is no answer.
pub(super) fn readings(text: &str, document: &Value) -> Vec<Tree> {
    const MOST: usize = 4_096;
    let mut words = Words {
        labels: Vec::new(),
        booleans: false,
    };
    if text.len() > MOST || !words.of(document, document.get("$defs"), 0) {
        return Vec::new();
    }
    let mut readings = Vec::new();
    if text.matches('"').count().is_multiple_of(2) {
        readings.push(Tree::Text(text.trim().to_owned()));
        readings.extend(words.said(text));
    }
    readings
}

impl<'a> Words<'a> {
    /// Collects the words of a schema; false if it allows what is no word.
    fn of(&mut self, schema: &'a Value, definitions: Option<&'a Value>, depth: usize) -> bool {
        const MOST: usize = 10;
        let opened = Node::of(schema)
            .reference()
            .and_then(|name| definitions?.get(name));
        let node = Node::of(opened.unwrap_or(schema));
        if depth == MOST {
            return false;
        }
        if let Some(labels) = node.labels() {
            self.labels.extend(labels.iter().map(|label| label.name));
            return true;
        }
        if let Some((branches, _)) = node.branches() {
            return branches
                .iter()
                .all(|branch| self.of(branch, definitions, depth + 1));
        }
        if let Some(allowed) = node.allowed() {
            self.labels
                .extend(allowed.iter().filter_map(|it| it.as_str()));
            return true;
        }
        let types = node.types();
        self.booleans |= types.contains(&"boolean");
        let is_word = |kind: &&str| ["boolean", "integer", "number", "null"].contains(kind);
        !types.is_empty() && types.iter().all(is_word)
    }

    /// The only word that a short text says, unless it denies it.
    fn said(&self, text: &str) -> Option<Tree> {
        const MOST: usize = 200;
        if text.chars().count() > MOST {
            return None;
        }
        let mut words = self.labels.clone();
        if self.booleans {
            words.extend(["true", "false"]);
        }
        let lower = text.to_lowercase();
        if lower.contains('?') {
            return None;
        }
        let mut places: Vec<(usize, usize, &str)> = Vec::new();
        for word in words {
            let wanted = word.to_lowercase();
            if wanted.is_empty() {
                continue;
            }
            let found = lower.match_indices(&wanted);
            let whole = found.filter(|(at, _)| is_whole(&lower, *at, wanted.len()));
            places.extend(whole.map(|(at, _)| (at, at + wanted.len(), word)));
        }
        // `not spam` is one label, and no word about `spam`.
        let is_inside = |(start, end, _): &(usize, usize, &str)| {
            let outer = |(from, to, _): &(usize, usize, &str)| {
                from <= start && end <= to && to - from > end - start
            };
            places.iter().any(outer)
        };
        let outer: Vec<_> = places.iter().filter(|place| !is_inside(place)).collect();
        let (_, _, word) = **outer.first()?;
        let is_another = |(start, end, other): &(usize, usize, &str)| {
            *other != word || is_denied(&lower, *start, *end)
        };
        if outer.iter().any(|place| is_another(place)) {
            return None;
        }
        if self.labels.contains(&word) {
            return Some(Tree::Text(word.to_owned()));
        }
        let mut said = outer.iter();
        said.any(|(start, end, _)| is_set_apart(&lower, *start, *end))
            .then(|| Tree::Bool(word == "true", word.into()))
    }
}

fn is_whole(text: &str, at: usize, length: usize) -> bool {
    let (before, after) = around(text, at, at + length);
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    // `non-spam`, `spam-like`
    let is_joined =
        |side: &mut dyn Iterator<Item = char>| side.next() == Some('-') && is_part(side.next());
    let (mut back, mut on) = (before.chars().rev(), after.chars());
    !is_part(back.clone().next())
        && !is_part(on.clone().next())
        && !is_joined(&mut back)
        && !is_joined(&mut on)
}

/// What stands before and behind a word.
fn around(text: &str, start: usize, end: usize) -> (&str, &str) {
    let before = text.get(..start).unwrap_or_default();
    (before, text.get(end..).unwrap_or_default())
}

/// Whether a word ends the text, or is the whole of a line, a quotation or what is bold. Another may be one of a
/// sentence: `true friends`.
fn is_set_apart(text: &str, start: usize, end: usize) -> bool {
    const QUOTES: [(char, char); 6] = [
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('*', '*'),
        ('“', '”'),
        ('‘', '’'),
    ];
    let (before, after) = around(text, start, end);
    let is_quoted =
        |(begin, end): &(char, char)| before.ends_with(*begin) && after.starts_with(*end);
    let is_mark = |c: char| !c.is_alphanumeric() && c != '\n';
    let begins = before.trim_end_matches(is_mark);
    let ends = after.trim_start_matches(is_mark);
    let is_line = (begins.is_empty() || begins.ends_with('\n')) && ends.starts_with('\n');
    is_line || ends.trim().is_empty() || QUOTES.iter().any(is_quoted)
}

/// Whether the sentence denies or doubts the word in it.
fn is_denied(text: &str, start: usize, end: usize) -> bool {
    const DENIALS: &[&str] = &[
        "not",
        "no",
        "never",
        "neither",
        "nor",
        "without",
        "except",
        "cannot",
        "hardly",
        "barely",
        "scarcely",
        "far",
        "opposite",
        "anything",
        "rather",
        "than",
        "refuse",
        "doubt",
        "if",
        "unless",
        "partly",
        "partially",
        "half",
        "perhaps",
        "maybe",
        "might",
        "none",
        "nothing",
        "nobody",
        "wrong",
        "disagree",
        "nicht",
        "kein",
    ];
    const ENDS: [char; 4] = ['.', '!', '?', '\n'];
    let (before, after) = around(text, start, end);
    let before = before.rsplit(ENDS).next().unwrap_or_default();
    let after = after.split(ENDS).next().unwrap_or_default();
    let is_denial =
        |word: &str| DENIALS.contains(&word) || word.ends_with("n't") || word.ends_with("n’t");
    let is_part = |c: char| c.is_alphanumeric() || c == '\'' || c == '’';
    let words = |part: &str| part.split(|c| !is_part(c)).any(is_denial);
    words(before) || words(after)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(text: &str, document: Value) -> Option<String> {
        readings(text, &document)
            .get(1)
            .map(|tree| tree.to_value().to_string())
    }

    #[test]
    fn a_short_text_that_says_one_label_says_that() {
        let urgency = json!({"enum": ["Low", "High", "not urgent"]});
        for (text, meant) in [
            ("The answer is **high**.", Some("\"High\"")),
            ("I'd say: Low", Some("\"Low\"")),
            ("This is not urgent.", Some("\"not urgent\"")),
            ("High? High!", None),
            ("High does not apply here.", None),
            ("It would be high if the site were down.", None),
            ("Hardly high.", None),
            ("High. No other label fits", Some("\"High\"")),
            ("It is not high", None),
            ("It isn't high", None),
            ("Never mind. It is high", Some("\"High\"")),
            ("Low or High", None),
            ("Highest", None),
            ("non-high", None),
            ("High-ish", None),
            ("Nothing of it", None),
        ] {
            assert_eq!(said(text, urgency.clone()).as_deref(), meant, "{text}");
        }
        let long = format!("High {}", "x ".repeat(200));
        assert_eq!(said(&long, urgency), None);
    }

    #[test]
    fn a_boolean_is_said_by_its_name_alone() {
        let boolean = || json!({"type": "boolean"});
        assert_eq!(said("Answer: **True**", boolean()).as_deref(), Some("true"));
        for (text, meant) in [
            ("It is true.", Some("true")),
            ("FALSE\nThere is no proof.", Some("false")),
            ("So 'false' is what I say", Some("false")),
            ("It is **true** for all of them.", Some("true")),
            ("True would be the answer only if he had paid.", None),
            ("True does not apply here.", None),
            ("It's true that I cannot tell", None),
            ("That is true and good.", None),
            ("It is far from true.", None),
            ("Is it true? It is true", None),
            ("The opposite of true", None),
            ("It is not **true**", None),
            ("untrue", None),
        ] {
            assert_eq!(said(text, boolean()).as_deref(), meant, "{text}");
        }
        assert_eq!(said("true or false", boolean()), None);
        assert_eq!(said("yes", boolean()), None);
    }

    #[test]
    fn where_any_text_would_do_no_bare_text_is_an_answer() {
        for document in [
            json!({"type": "string"}),
            json!({"anyOf": [{"enum": ["a"]}, {"type": "string"}]}),
            json!({"type": "array", "items": {"type": "integer"}}),
            json!({}),
        ] {
            assert!(readings("a", &document).is_empty(), "{document}");
        }
        assert!(readings("\"a", &json!({"enum": ["a"]})).is_empty());
    }
}
