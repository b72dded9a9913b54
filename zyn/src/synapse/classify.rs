//! Sets of labels.

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
