//! Sets of labels that are written as enums.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use super::form::{Form, Shape};
use super::input::Text;
use super::labels::Choice;
use super::operation::{Asked, Operation, asked};
use super::particulars::Particulars;
use super::{Instruction, Labels, Synapse};
use crate::error::ErrorKind;
use crate::reply::Violation;
use crate::schema::{Schema, SchemaError};
use crate::verb::Verb;

/// A set of labels, of which a model picks one.
///
/// Derive it on an enum whose variants have no fields. A label is called what serde would call the
/// variant: `#[serde(rename = "…")]` and `#[serde(rename_all = "…")]` hold, also where serde's derives
/// are absent. The doc comment of a variant describes its label to the model.
///
/// A variant with one unnamed field stands for the labels of the field's type: with
/// `enum Topic { Billing(Billing), Other }`, the model chooses among `Billing/Refund`, `Billing/Invoice` and `Other`.
///
/// # Attributes
///
/// | Attribute | On | Means |
/// |---|---|---|
/// | `#[classify(examples("…", "…"))]` | variant | texts that have this label, shown to the model |
/// | `#[classify(unsure)]` | variant | the label for a text that fits none, and what a step in a workflow gives where the model's confidence is below the step's threshold and no `else` says otherwise |
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
///
/// #[derive(Debug, PartialEq, Classify)]
/// enum Topic {
///     Outage(Urgency),
///     #[classify(unsure)]
///     Other,
/// }
///
/// assert_eq!(Topic::Outage(Urgency::High).label(), "Outage/high");
/// assert_eq!(Topic::from_label("Outage/low"), Some(Topic::Outage(Urgency::Low)));
/// assert_eq!(Topic::unsure(), Some(Topic::Other));
/// assert_eq!(Urgency::unsure(), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of labels",
    label = "does not derive `Classify`",
    note = "derive it on an enum whose variants have no fields: `#[derive(Classify)]`; a type with fields is filled in with `extract`"
)]
pub trait Classify: Sized + Send + 'static {
    /// The labels, in the order of the variants.
    const LABELS: &'static [Label];

    /// The name of this label: `Low`, or `Billing/Refund` for one of a set within a set.
    fn label(&self) -> Cow<'static, str>;

    /// The label of this name, exactly as [`label`](Self::label) gives it.
    fn from_label(label: &str) -> Option<Self>;

    /// The label for a text that fits none, if one is marked `#[classify(unsure)]`.
    fn unsure() -> Option<Self> {
        None
    }
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
    /// The labels that it is divided into; one of these is chosen instead. Empty for a label that is chosen itself.
    pub within: &'static [Label],
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
    Synapse::new(Verb::Classify, question, OneLabel)
}

/// A label: of a [`Classify`] type, or of [`Labels`].
#[doc(hidden)]
pub trait IsLabel {}

#[diagnostic::do_not_recommend]
impl<L: Classify> IsLabel for L {}

#[diagnostic::do_not_recommend]
impl IsLabel for String {}

impl<L: IsLabel> Synapse<L> {
    /// Asks for the second best label too: it is in [`Answer::runner_up`](crate::Answer::runner_up), never in the
    /// session, and never the first again.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// # use zyn::prelude::*;
    /// # use zyn::testing::Scripted;
    /// # #[derive(Debug, Clone, Copy, PartialEq, Classify)]
    /// # enum Mood { Happy, Calm, Angry }
    /// let llm = Llm::new(Scripted::new([r#"{"label":"Calm","runner_up":"Happy"}"#]));
    /// let mood = zyn::classify::<Mood>("What is the mood?").runner_up();
    /// let answer = mood.fire_detailed(&llm, &mut Session::new(), "All is well.").await?;
    /// assert_eq!((answer.value, answer.runner_up), (Mood::Calm, Some(Mood::Happy)));
    /// # Ok(()) }
    /// ```
    pub fn runner_up(mut self) -> Self {
        self.options.runner_up = true;
        self
    }
}

struct OneLabel;

impl<L: Classify> Operation<L, Text> for OneLabel {
    fn ask(&self, input: Text, _: &Particulars) -> Result<Asked<L>, ErrorKind> {
        // the derive has checked its labels, and nobody those of an impl by hand
        Labels::of(L::LABELS).choices().map_err(ErrorKind::Labels)?;
        asked(input, Arc::new(OneLabel))
    }
}

impl<L: Classify> Form<L> for OneLabel {
    fn shape(&self) -> Result<Shape, SchemaError> {
        Schema::of::<LabelOf<L>>().map(Shape::Fields)
    }

    fn value(&self, answer: &Value) -> Result<L, Vec<Violation>> {
        let name = label_in(answer);
        L::from_label(name).ok_or_else(|| vec![unknown(name)])
    }

    fn canonical(&self, answer: &Value, _: String) -> String {
        label_in(answer).to_owned()
    }

    fn answer(&self, canonical: &str) -> Option<Value> {
        Some(json!({ "label": canonical }))
    }

    fn unsure(&self) -> Option<Cow<'static, str>> {
        L::unsure().map(|label| label.label())
    }

    fn shown(&self, value: Value) -> Value {
        json!({ "label": value })
    }
}

pub(super) fn unknown(name: &str) -> Violation {
    Violation::new("/label", "the name of a label").got(format!("{name:?}"))
}

pub(super) fn label_in(answer: &Value) -> &str {
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
        // a set that is no choice was refused before
        let choices = Labels::of(L::LABELS).choices().unwrap_or_default();
        schemars::Schema::try_from(document(&choices)).unwrap_or_default()
    }
}

pub(super) fn document(choices: &[Choice]) -> Value {
    let labels = choices.iter().map(|choice| match &choice.about {
        Some(about) => json!({ "const": choice.name, "description": about }),
        None => json!({ "const": choice.name }),
    });
    let labels: Vec<Value> = labels.collect();
    json!({
        "type": "object",
        "properties": { "label": { "oneOf": labels } },
        "required": ["label"],
        "additionalProperties": false,
    })
}
