use std::fmt;
use std::sync::Arc;

use crate::provider::WireSchema;

/// A [`Schema`](super::Schema) as a dialect carries it.
///
/// # Examples
///
/// ```
/// use zyn::schemars::{self, JsonSchema};
/// use zyn::schema::{Dialect, Schema};
///
/// #[derive(JsonSchema)]
/// struct Person {
///     name: String,
///     email: Option<String>,
/// }
///
/// let sent = Schema::of::<Person>()?.for_dialect(Dialect::OpenAi)?;
/// assert!(sent.wire().json.contains(r#""required":["name","email"]"#));
/// assert_eq!(
///     sent.verdicts()[1].to_string(),
///     "/email: encoded, required, `null` where it is absent"
/// );
/// println!("{sent}");
/// # Ok::<(), zyn::schema::SchemaError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Rewritten(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    wire: WireSchema,
    words: Arc<str>,
    verdicts: Vec<Rewrite>,
    form: Form,
}

impl Rewritten {
    pub(super) fn new(wire: WireSchema, words: String, verdicts: Vec<Rewrite>, form: Form) -> Self {
        Self(Arc::new(Parts {
            wire,
            words: words.into(),
            verdicts,
            form,
        }))
    }

    /// The schema that is sent.
    pub fn wire(&self) -> &WireSchema {
        &self.0.wire
    }

    /// The schema in plain words, for a model whose server shows it no schema.
    pub fn words(&self) -> &Arc<str> {
        &self.0.words
    }

    /// What was rewritten, and how faithfully; in the order of the fields.
    pub fn verdicts(&self) -> &[Rewrite] {
        &self.0.verdicts
    }

    /// How a value is written that was asked for so.
    pub(crate) fn form(&self) -> Form {
        self.0.form
    }
}

/// How a value is written where dialects differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    /// Whether a map is a list of objects with `key` and `value`.
    pub(crate) entries: bool,
    /// Whether a field that is absent is `null`; else it is left out.
    pub(crate) null: bool,
}

/// The dialect, the schema that is sent, and a line for each rewrite.
impl fmt::Display for Rewritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WireSchema { dialect, json, .. } = self.wire();
        write!(f, "{dialect}: {json}")?;
        for rewrite in self.verdicts() {
            write!(f, "\n- {rewrite}")?;
        }
        Ok(())
    }
}

/// One change that a dialect made to a schema.
///
/// # Examples
///
/// What the model is told and no server holds it to:
///
/// ```
/// use zyn::schema::{Dialect, Schema, Verdict};
/// use zyn::schemars::{self, JsonSchema};
///
/// #[derive(JsonSchema)]
/// struct Rating {
///     #[schemars(length(max = 80))]
///     headline: String,
/// }
///
/// let sent = Schema::of::<Rating>()?.for_dialect(Dialect::OpenAi)?;
/// let in_words = sent.verdicts().iter().find(|it| it.verdict == Verdict::Described);
/// let in_words = in_words.map(ToString::to_string);
/// assert_eq!(in_words.as_deref(), Some("/headline: described, `maxLength` as “at most 80 characters”"));
/// # Ok::<(), zyn::schema::SchemaError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rewrite {
    /// Where, as a JSON pointer into the value, with `*` for every item; empty for the whole.
    pub path: String,
    /// How faithful it is.
    pub verdict: Verdict,
    /// What was done.
    pub change: String,
}

impl Rewrite {
    pub(super) fn new(path: &str, verdict: Verdict, change: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            verdict,
            change: change.into(),
        }
    }
}

impl fmt::Display for Rewrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = match self.path.as_str() {
            "" => "the whole",
            path => path,
        };
        write!(f, "{path}: {}, {}", self.verdict, self.change)
    }
}

/// How faithful a [`Rewrite`] is, which has an example. What could not be carried at all is a
/// [`SchemaError`](super::SchemaError).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// The same values fit.
    Exact,
    /// The model writes it differently, and decoding undoes that.
    Encoded,
    /// The limit is only in words; the answer is still checked against it, as [`Schema`](super::Schema) says.
    Described,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exact => "exact",
            Self::Encoded => "encoded",
            Self::Described => "described",
        })
    }
}
