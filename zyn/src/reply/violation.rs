use std::collections::HashSet;
use std::fmt;

use serde_json::Value;

use super::json::Tree;
use crate::schema::pointer;

/// One thing that is wrong with an answer.
///
/// # Examples
///
/// A validator says what is wrong and where:
///
/// ```
/// use zyn::Violation;
///
/// let violation = Violation::new("/stars", "a rating needs at least one star").found(&0.into());
/// assert_eq!(violation.to_string(), "/stars: expected a rating needs at least one star, got 0");
/// ```
/// `Debug` leaves out what came: an answer may quote its prompt.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Where, as a JSON pointer (`/items/2/total`); empty for the whole answer.
    pub path: String,
    /// What was expected, or what a validator said.
    pub expected: String,
    /// What came instead, cut to 60 characters; empty where a validator speaks.
    pub found: String,
    /// The path as errors show it, if that is another: the keys of a map are a part of the answer.
    shown: Option<String>,
}

impl Violation {
    /// A violation at `path`, a JSON pointer that is empty for the whole answer.
    pub fn new(path: impl Into<String>, problem: impl fmt::Display) -> Self {
        Self {
            path: path.into(),
            expected: problem.to_string(),
            found: String::new(),
            shown: None,
        }
    }

    /// Adds what came instead, cut to 60 characters.
    #[must_use]
    pub fn found(self, value: &Value) -> Self {
        self.came(&Tree::from(value))
    }

    pub(super) fn came(self, tree: &Tree) -> Self {
        self.got(tree.excerpt(MOST))
    }

    pub(crate) fn got(mut self, found: impl Into<String>) -> Self {
        self.found = found.into();
        self
    }
}

impl Violation {
    /// With a path that errors can show: of its parts, only those that `schema` names, and the places in lists.
    pub(crate) fn concealed(mut self, schema: &Value) -> Self {
        let mut names = HashSet::new();
        note_names(schema, &mut names);
        let parts = self.path.split('/').map(|part| {
            let is_place = part.len() <= PLACE && part.bytes().all(|byte| byte.is_ascii_digit());
            match is_place || names.contains(&*pointer::key(part)) {
                true => part,
                false => "*",
            }
        });
        let shown = parts.collect::<Vec<_>>().join("/");
        self.shown = (shown != self.path).then_some(shown);
        self
    }

    /// What was expected and where, for an error's text.
    pub(crate) fn expectation(&self) -> String {
        let (place, expected) = (self.place(), &self.expected);
        if self.found.is_empty() {
            format!("{place}: {expected}")
        } else {
            format!("{place}: expected {expected}")
        }
    }

    fn place(&self) -> &str {
        if self.path.is_empty() {
            "the answer"
        } else {
            self.shown.as_deref().unwrap_or(&self.path)
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.expectation())?;
        if self.found.is_empty() {
            Ok(())
        } else {
            write!(f, ", got {}", self.found)
        }
    }
}

impl fmt::Debug for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Violation")
            .field("path", &self.shown.as_ref().unwrap_or(&self.path))
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}

/// All names of fields in a schema.
fn note_names<'a>(schema: &'a Value, names: &mut HashSet<&'a str>) {
    match schema {
        Value::Object(keywords) => {
            for (keyword, value) in keywords {
                if let ("properties", Value::Object(fields)) = (&**keyword, value) {
                    names.extend(fields.keys().map(|name| &**name));
                }
                note_names(value, names);
            }
        }
        Value::Array(all) => all.iter().for_each(|schema| note_names(schema, names)),
        _ => {}
    }
}

/// The most digits of a place in a list. A longer number may be a key that tells something.
const PLACE: usize = 4;

/// The most characters of what came.
const MOST: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_names_of_the_schema_and_places_and_no_key_of_a_map() {
        let names = serde_json::json!({"properties": {
            "debts/all": {"additionalProperties": {"items": {"$ref": "#/$defs/Debt"}}},
        }, "$defs": {"Debt": {"properties": {"owed": {}}}}});
        let shown = |path: &str| Violation::new(path, "less").concealed(&names);
        let violation = shown("/debts~1all/Ada Wong/12/owed");
        assert_eq!(violation.expectation(), "/debts~1all/*/12/owed: less");
        assert_eq!(violation.path, "/debts~1all/Ada Wong/12/owed");
        let debug = format!("{violation:?}");
        assert!(
            !debug.contains("Ada") && debug.contains("/debts~1all/*"),
            "{debug}"
        );
        assert_eq!(shown("/4917012345").expectation(), "/*: less");
        assert_eq!(shown("").expectation(), "the answer: less");
    }

    #[test]
    fn what_came_is_cut_to_sixty_characters() {
        let short = "é".repeat(58);
        let violation = Violation::new("", "x").found(&Value::String(short.clone()));
        assert_eq!(violation.found, format!("\"{short}\""));
        let violation = Violation::new("", "x").found(&Value::String("é".repeat(59)));
        assert_eq!(violation.found.chars().count(), 60);
        assert!(violation.found.ends_with("é…"));
    }

    #[test]
    fn a_line_break_in_what_came_stays_on_the_line() {
        let violation = Violation::new("/a", "x").found(&Value::String("1\n2".into()));
        assert_eq!(violation.to_string(), r#"/a: expected x, got "1\n2""#);
    }
}
