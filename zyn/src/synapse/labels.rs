//! Sets of labels that are known when the program runs.

use serde_json::Value;

use super::classify::Label;
use super::names::{alike, is_one_line};

/// A set of labels that is known when the program runs, for [`classify_among`](crate::classify_among).
///
/// What is wrong with it is told when it is used, before anything is sent.
///
/// # Examples
///
/// ```
/// use zyn::Labels;
///
/// let labels = Labels::new(["billing", "outage", "other"])
///     .about("outage", "Something that worked does not.")
///     .examples("outage", ["The site is down"])
///     .within("billing", Labels::new(["refund", "invoice"]));
/// assert_eq!(labels.names()?, ["billing/refund", "billing/invoice", "outage", "other"]);
/// # Ok::<(), zyn::refusal::LabelsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    entries: Vec<Entry>,
    /// What was said of labels that are not there.
    unknown: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    name: String,
    about: Option<String>,
    examples: Vec<String>,
    within: Option<Labels>,
}

/// One label that a model may choose, with all that is said of it.
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) about: Option<String>,
}

/// What is wrong with [`Labels`]. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelsError {
    /// There is nothing to choose from.
    #[error("a choice needs at least two labels and this set has {count}; add what else it can be")]
    TooFew {
        /// How many there are.
        count: usize,
    },
    /// A label without a name.
    #[error("a label is blank; give each a name")]
    Blank,
    /// A label whose name is not one line of plain characters.
    #[error("the label {label:?} has a line break or a control character in it; rename it")]
    NotOneLine {
        /// The label.
        label: String,
    },
    /// Two labels that a model cannot tell apart: their names are the same, but for capital letters and blanks around
    /// them.
    #[error("a model cannot tell the labels {first:?} and {second:?} apart; rename one")]
    Alike {
        /// The one that comes first.
        first: String,
        /// The other.
        second: String,
    },
    /// Something was said of a label that is not in the set.
    #[error("there is no label {label:?} in the set; add it in `Labels::new`")]
    Unknown {
        /// The label.
        label: String,
    },
}

impl Labels {
    /// A set of labels, in the order in which a model reads them.
    pub fn new<L: Into<String>>(labels: impl IntoIterator<Item = L>) -> Self {
        let entry = |name: L| Entry {
            name: name.into(),
            about: None,
            examples: Vec::new(),
            within: None,
        };
        Self {
            entries: labels.into_iter().map(entry).collect(),
            unknown: Vec::new(),
        }
    }

    /// Says when `label` applies, in words for the model; they are sent as one line.
    #[must_use]
    pub fn about(self, label: &str, about: impl Into<String>) -> Self {
        self.with(label, |entry| entry.about = Some(about.into()))
    }

    /// Adds texts that have this label.
    #[must_use]
    pub fn examples<E: Into<String>>(
        self,
        label: &str,
        examples: impl IntoIterator<Item = E>,
    ) -> Self {
        let examples = examples.into_iter().map(Into::into);
        self.with(label, |entry| entry.examples.extend(examples))
    }

    /// Divides `label`: a model chooses among `labels` instead, each under the name `label/…`.
    #[must_use]
    pub fn within(self, label: &str, labels: Self) -> Self {
        self.with(label, |entry| entry.within = Some(labels))
    }

    /// What a model chooses among, in order.
    ///
    /// # Errors
    ///
    /// [`LabelsError`]: too few labels, a blank one, one of several lines, two that cannot be told apart, or something
    /// said of a label that is not there.
    pub fn names(&self) -> Result<Vec<String>, LabelsError> {
        let choices = self.choices()?;
        Ok(choices.into_iter().map(|choice| choice.name).collect())
    }

    /// The labels of a [`Classify`](super::Classify) type.
    pub(super) fn of(labels: &[Label]) -> Self {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let entry = |label: &Label| Entry {
            name: label.name.to_owned(),
            about: label.about.map(str::to_owned),
            examples: texts(label.examples),
            within: (!label.within.is_empty()).then(|| Self::of(label.within)),
        };
        Self {
            entries: labels.iter().map(entry).collect(),
            unknown: Vec::new(),
        }
    }

    /// What a model chooses among, if it is a choice.
    pub(super) fn choices(&self) -> Result<Vec<Choice>, LabelsError> {
        if let Some(label) = self.unknown.first().cloned() {
            return Err(LabelsError::Unknown { label });
        }
        let mut choices: Vec<Choice> = Vec::new();
        for entry in &self.entries {
            if entry.name.trim().is_empty() {
                return Err(LabelsError::Blank);
            }
            if !is_one_line(&entry.name) {
                let label = entry.name.clone();
                return Err(LabelsError::NotOneLine { label });
            }
            for choice in entry.choices()? {
                let mut earlier = choices.iter();
                if let Some(first) = earlier.find(|other| alike(&other.name, &choice.name)) {
                    return Err(LabelsError::Alike {
                        first: first.name.clone(),
                        second: choice.name,
                    });
                }
                choices.push(choice);
            }
        }
        match choices.len() {
            count @ (0 | 1) => Err(LabelsError::TooFew { count }),
            _ => Ok(choices),
        }
    }

    fn with(mut self, label: &str, change: impl FnOnce(&mut Entry)) -> Self {
        match self.entries.iter_mut().find(|entry| entry.name == label) {
            Some(entry) => change(entry),
            None => self.unknown.push(label.to_owned()),
        }
        self
    }
}

impl Entry {
    fn choices(&self) -> Result<Vec<Choice>, LabelsError> {
        let own = self.description();
        let Some(within) = &self.within else {
            let name = self.name.clone();
            return Ok(vec![Choice { name, about: own }]);
        };
        let under = |choice: Choice| Choice {
            name: format!("{}/{}", self.name, choice.name),
            about: match (&own, choice.about) {
                (Some(own), Some(about)) => Some(format!("{own} {about}")),
                (own, about) => about.or_else(|| own.clone()),
            },
        };
        Ok(within.choices()?.into_iter().map(under).collect())
    }

    /// What is said of it: its description, then texts that have it.
    fn description(&self) -> Option<String> {
        let examples: Vec<String> = self
            .examples
            .iter()
            .map(|example| Value::from(example.as_str()).to_string())
            .collect();
        let examples =
            (!examples.is_empty()).then(|| format!("for example {}", examples.join(", ")));
        match (&self.about, examples) {
            (Some(about), Some(examples)) => {
                let examples = examples.replacen("for", "For", 1);
                Some(format!("{about} {examples}"))
            }
            (about, examples) => about.clone().or(examples),
        }
    }
}
