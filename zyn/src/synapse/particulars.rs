//! What one verb alone can be told, and how that reads in its instruction.

use super::names::{alike, is_one_line};
use crate::error::ErrorKind;
use crate::refusal::OptionProblem;
use crate::verb::Verb;

const LENGTH: &str = "Length";
const AT_MOST: &str = "at most ";

/// The options that only some verbs have. An option that is a list grows, any other is replaced.
#[derive(Debug, Clone, Default)]
pub(crate) struct Particulars {
    pub(crate) style: Option<String>,
    pub(crate) max_chars: Option<usize>,
    pub(crate) top: Option<usize>,
    pub(crate) aspects: Vec<String>,
    pub(crate) focus: Option<String>,
    pub(crate) rules: Vec<String>,
}

impl Particulars {
    /// `instruction` with what the author says beside it: a line or a list each. They are the author's words, so they
    /// stand with the instruction and not among the data.
    pub(crate) fn instruct(&self, instruction: String, criteria: &[String]) -> String {
        let mut text = instruction;
        list(&mut text, "Consider", criteria);
        list(&mut text, "Rules", &self.rules);
        line(&mut text, "Focus", self.focus.as_deref());
        line(&mut text, "Style", self.style.as_deref());
        let length = self.max_chars.map(|most| match most {
            1 => format!("{AT_MOST}1 character"),
            most => format!("{AT_MOST}{most} characters"),
        });
        line(&mut text, LENGTH, length.as_deref());
        text
    }

    /// Refuses what no answer can be, and what is another verb's: the type of a text does not tell a `transform` from
    /// an `extract`.
    pub(crate) fn check(&self, verb: Verb) -> Result<(), ErrorKind> {
        let of_transform = [
            ("style", self.style.is_some()),
            ("max_chars", self.max_chars.is_some()),
        ];
        for (option, is_set) in of_transform {
            if is_set && verb != Verb::Transform {
                return Err(misplaced(option, Verb::Transform, verb));
            }
        }
        let refused = |option, problem| ErrorKind::BadOption { option, problem };
        for (option, count) in [("max_chars", self.max_chars), ("top", self.top)] {
            if let Some(given @ 0) = count {
                return Err(refused(option, OptionProblem::TooSmall { given, least: 1 }));
            }
        }
        self.check_aspects()
            .map_err(|problem| refused("aspects", problem))
    }

    /// An aspect is a name that the model answers with, as a label is.
    fn check_aspects(&self) -> Result<(), OptionProblem> {
        for (at, aspect) in self.aspects.iter().enumerate() {
            if aspect.trim().is_empty() {
                return Err(OptionProblem::Blank);
            }
            if !is_one_line(aspect) {
                let given = aspect.clone();
                return Err(OptionProblem::NotOneLine { given });
            }
            let mut earlier = self.aspects.iter().take(at);
            if let Some(first) = earlier.find(|other| alike(other, aspect)) {
                let (first, second) = (first.clone(), aspect.clone());
                return Err(OptionProblem::Alike { first, second });
            }
        }
        Ok(())
    }
}

/// The most characters that a text may have, as [`Particulars::instruct`] says at the end of an instruction.
pub(crate) fn longest(instruction: &str) -> Option<usize> {
    let (_, last) = instruction.rsplit_once('\n')?;
    let said = last.strip_prefix(LENGTH)?.strip_prefix(": ")?;
    let (count, _) = said.strip_prefix(AT_MOST)?.split_once(' ')?;
    count.parse().ok()
}

pub(crate) fn misplaced(option: &'static str, of: Verb, verb: Verb) -> ErrorKind {
    let (of, verb) = (of.name(), verb.name());
    ErrorKind::Misplaced { option, of, verb }
}

fn line(text: &mut String, heading: &str, words: Option<&str>) {
    if let Some(words) = words.map(str::trim).filter(|words| !words.is_empty()) {
        text.push_str(&format!("\n{heading}: {words}"));
    }
}

fn list(text: &mut String, heading: &str, items: &[String]) {
    let mut items = items.iter().map(|item| item.trim());
    let mut items = items.by_ref().filter(|item| !item.is_empty()).peekable();
    if items.peek().is_some() {
        text.push_str(&format!("\n{heading}:"));
    }
    for item in items {
        text.push_str(&format!("\n- {}", item.replace('\n', "\n  ")));
    }
}
