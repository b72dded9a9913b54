//! Sets of labels.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::form::Form;
use super::{Instruction, Synapse};
use crate::reply::Violation;
use crate::schema::{Schema, SchemaError};
use crate::verb::Verb;

/// A set of labels, of which a model picks one.
///
/// Derive it on an enum whose variants have no fields. A label is called what serde would call the
/// variant: `#[serde(rename = "…")]` and `#[serde(rename_all = "…")]` hold, also where serde's derives
/// are absent. The doc comment of a variant describes its label to the model.
///
/// # Attributes
///
/// | Attribute | On | Means |
/// |---|---|---|
/// | `#[classify(examples("…", "…"))]` | variant | texts that have this label, shown to the model |
/// | `#[classify(unsure)]` | variant | the label for a text that fits none |
/// | `#[classify(crate = path)]` | type | where `zyn` is, if it is renamed |
///
/// # Examples
///
/// ```
/// use zyn::prelude::*;
///
/// #[derive(Debug, Clone, Copy, PartialEq, Classify)]
/// #[serde(rename_all = "lowercase")]
/// enum Urgency {
///     Low,
///     Medium,
///     /// An outage, a safety or a legal matter.
///     #[classify(examples("The whole site is down"))]
///     High,
/// }
///
/// assert_eq!(Urgency::High.label(), "high");
/// assert_eq!(Urgency::from_label("medium"), Some(Urgency::Medium));
/// assert_eq!(Urgency::from_label("Medium"), None);
/// assert_eq!(Urgency::LABELS[2].about, Some("An outage, a safety or a legal matter."));
/// assert_eq!(Urgency::LABELS[2].examples, ["The whole site is down"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of labels",
    label = "does not derive `Classify`",
    note = "derive it on an enum whose variants have no fields: `#[derive(Classify)]`"
)]
pub trait Classify: Sized + Send + 'static {
    /// The labels, in the order of the variants.
    const LABELS: &'static [Label];

    /// The place in [`LABELS`](Self::LABELS) of the label for a text that fits none, if one is marked.
    const UNSURE: Option<usize> = None;

    /// The name of this label.
    fn label(&self) -> &'static str;

    /// The label of this name, exactly as written in [`LABELS`](Self::LABELS).
    fn from_label(label: &str) -> Option<Self>;
}

/// One label of a [`Classify`] set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// What the model answers.
    pub name: &'static str,
    /// When it applies, in words for the model.
    pub about: Option<&'static str>,
    /// Texts that have this label.
    pub examples: &'static [&'static str],
}

/// Picks one label of `L` for text.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::prelude::*;
/// use zyn::testing::Scripted;
///
/// #[derive(Debug, Clone, Copy, PartialEq, Classify)]
/// enum Mood {
///     Happy,
///     Angry,
/// }
///
/// let llm = Llm::new(Scripted::new([r#"{"label":"Angry"}"#]));
/// let mood = zyn::classify::<Mood>("What is the mood?");
/// let mood = mood.fire(&llm, &mut Session::new(), "WHERE IS MY PARCEL").await?;
/// assert_eq!(mood, Mood::Angry);
/// # Ok(()) }
/// ```
pub fn classify<L: Classify>(question: impl Into<Instruction>) -> Synapse<L> {
    Synapse::new(Verb::Classify, question.into(), &OneLabel)
}

struct OneLabel;

impl<L: Classify> Form<L> for OneLabel {
    fn schema(&self) -> Result<Option<Schema>, SchemaError> {
        Schema::of::<LabelOf<L>>().map(Some)
    }

    fn value(&self, answer: &Value) -> Result<L, Vec<Violation>> {
        let name = label_in(answer);
        L::from_label(name).ok_or_else(|| {
            vec![Violation::new(
                "/label",
                format!("no label is called {name:?}"),
            )]
        })
    }

    fn canonical(&self, answer: &Value, _: String) -> String {
        label_in(answer).to_owned()
    }

    fn restore(&self, canonical: &str) -> Result<L, String> {
        L::from_label(canonical).ok_or_else(|| "it is not the name of a label".to_owned())
    }
}

fn label_in(answer: &Value) -> &str {
    answer
        .get("label")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The schema of a choice: an object, because models and providers take nothing else at the root.
struct LabelOf<L>(PhantomData<L>);

impl<L: Classify> JsonSchema for LabelOf<L> {
    fn schema_name() -> Cow<'static, str> {
        "Label".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
        let labels = L::LABELS.iter().map(|label| match about(label) {
            Some(about) => json!({ "const": label.name, "description": about }),
            None => json!({ "const": label.name }),
        });
        let labels: Vec<Value> = labels.collect();
        json_schema!({
            "type": "object",
            "properties": { "label": { "oneOf": labels } },
            "required": ["label"],
            "additionalProperties": false,
        })
    }
}

/// What is said of a label: its description, then texts that have it.
fn about(label: &Label) -> Option<String> {
    let examples: Vec<String> = label
        .examples
        .iter()
        .map(|example| format!("{example:?}"))
        .collect();
    match (label.about, examples.is_empty()) {
        (None, true) => None,
        (Some(about), true) => Some(about.to_owned()),
        (None, false) => Some(format!("for example {}", examples.join(", "))),
        (Some(about), false) => Some(format!("{about} For example {}", examples.join(", "))),
    }
}
