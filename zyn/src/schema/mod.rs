//! The ordered schema of a type, and what a provider's dialect makes of it.
//!
//! A [`Schema`] is what schemars gives, in a normal form: references merged with what stands beside them. A [`Dialect`]
//! rewrites that for the wire and says how faithfully ([`Verdict`]). Answers are checked against the normal form, not
//! against the rewrite.
//!
//! | in the type | OpenAI | Anthropic | Gemini | llama.cpp |
//! |---|---|---|---|---|
//! | a field that may be absent | required, or `null` | left out | left out, or `null` | required, or `null` |
//! | limits of numbers | sent | in words | sent; strict ones in words | sent for whole numbers |
//! | lengths of texts | in words | in words | in words | sent |
//! | patterns | sent, without look-around | in words | in words | sent, if a grammar can hold them |
//! | formats of texts | nine are sent | ten are sent | in words | four are sent |
//! | numbers of items | sent | "one at least" is sent | sent; in words if many | sent |
//! | a map | a list of entries | a list of entries | sent | sent |
//! | a tuple | a list, its order in words | a list, its order in words | sent | a list, its order in words |
//! | a type that contains itself | sent | in the prompt | sent, if the inner one may be absent | sent |
//! | a value of any kind | in the prompt | in the prompt | sent | sent |
//! | what is no object | wrapped | wrapped | wrapped | wrapped |
//!
//! "In words" is a limit in the description; "in the prompt" is the whole schema said in the prompt alone, where the
//! server holds no answer to it ([`Mode::Prompted`](crate::Mode::Prompted)). Whatever is only in words is checked in the
//! answer, but for patterns and formats. What a provider counts (fields, levels, alternatives) is counted first.

mod cache;
mod definitions;
mod dialect;
mod error;
mod merge;
pub(crate) mod node;
mod phrase;
pub(crate) mod pointer;
mod resolve;
mod rewritten;
pub(crate) mod sample;
mod words;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, OnceLock};

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

pub(crate) use rewritten::Form;

use node::Node;

pub use error::SchemaError;
pub use rewritten::{Rewrite, Rewritten, Verdict};

pub use crate::provider::{Dialect, WireSchema};

/// What a type looks like as JSON: an ordered document, with references resolved.
///
/// Fields stand in the order in which they are declared, because models fill them in that order. Built
/// once per type; a clone copies nothing.
///
/// `pattern` and `format` are sent to the model and not checked in its answer: the type's own
/// `Deserialize`, or a validator, does that. The same holds for `not`, `if`, `contains` and the `dependent…` keywords,
/// which are sent in words.
///
/// # Examples
///
/// ```
/// use zyn::schema::Schema;
/// use zyn::schemars::{self, JsonSchema};
///
/// #[derive(JsonSchema)]
/// struct Point {
///     y: i32,
///     x: i32,
/// }
///
/// let schema = Schema::of::<Point>()?;
/// assert_eq!(schema.name(), "Point");
/// let fields = schema.document()["properties"].as_object().unwrap();
/// assert!(fields.keys().eq(["y", "x"]));
/// # Ok::<(), zyn::schema::SchemaError>(())
/// ```
#[derive(Clone)]
pub struct Schema(Arc<Inner>);

struct Inner {
    name: String,
    document: Value,
    /// Which definitions each leads to.
    reached: BTreeMap<String, BTreeSet<String>>,
    rewritten: [OnceLock<Result<Rewritten, SchemaError>>; Dialect::ALL.len()],
    variants: [OnceLock<Result<Schema, SchemaError>>; VARIANTS],
}

/// How many schemas may be made of one and kept with it.
const VARIANTS: usize = 8;

impl Schema {
    /// The schema of `T`, as `T` deserializes.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] if the type's schema contradicts itself or never ends.
    pub fn of<T: JsonSchema + ?Sized + 'static>() -> Result<Self, SchemaError> {
        cache::schema_of::<T>()
    }

    /// A schema that is written by hand, in JSON Schema draft 2020-12.
    ///
    /// # Examples
    ///
    /// A set of labels, each with what it means:
    ///
    /// ```
    /// use serde_json::json;
    /// use zyn::schema::{Dialect, Schema};
    ///
    /// let urgency = Schema::from_value("Urgency", json!({
    ///     "type": "object",
    ///     "properties": {
    ///         "label": { "oneOf": [
    ///             { "const": "Low" },
    ///             { "const": "High", "description": "An outage or a safety matter." },
    ///         ] },
    ///     },
    ///     "required": ["label"],
    /// }))?;
    /// let sent = urgency.for_dialect(Dialect::OpenAi)?;
    /// assert!(sent.wire().json.contains(r#""enum":["Low","High"]"#));
    /// # Ok::<(), zyn::schema::SchemaError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SchemaError`] if the document contradicts itself, never ends, or refers to what is not in it.
    pub fn from_value(name: &str, document: Value) -> Result<Self, SchemaError> {
        let document = resolve::resolve(name, &document)?;
        Ok(Self(Arc::new(Inner {
            name: name.to_owned(),
            reached: definitions::reached(&document),
            document,
            rewritten: Default::default(),
            variants: Default::default(),
        })))
    }

    /// The schema that `make` makes of this one; made once for each `place` below 8, and kept as long as this one.
    pub(crate) fn variant(
        &self,
        place: usize,
        make: impl FnOnce(&Self) -> Result<Self, SchemaError>,
    ) -> Result<Self, SchemaError> {
        match self.0.variants.get(place) {
            Some(kept) => kept.get_or_init(|| make(self)).clone(),
            None => make(self),
        }
    }

    /// The type's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The schema: every reference merged with what stands beside it. Structs, and types that contain themselves, are
    /// under `$defs`.
    pub fn document(&self) -> &Value {
        &self.0.document
    }

    /// The definition of that name; anything, if there is none.
    pub(crate) fn definition(&self, name: &str) -> Node<'_> {
        let definitions = self.0.document.get("$defs");
        let definition = definitions.and_then(|all| all.get(name));
        Node::of(definition.unwrap_or(&Value::Null))
    }

    /// Whether the definition of that name contains itself.
    pub(crate) fn is_recursive(&self, name: &str) -> bool {
        self.leads_to(name, name)
    }

    /// Whether the definition `to` is somewhere in the definition `from`.
    pub(crate) fn leads_to(&self, from: &str, to: &str) -> bool {
        let reached = self.0.reached.get(from);
        reached.is_some_and(|reached| reached.contains(to))
    }

    /// What stands behind a reference, or `node`.
    pub(crate) fn opened<'a>(&'a self, node: Node<'a>) -> Node<'a> {
        node.reference().map_or(node, |name| self.definition(name))
    }

    /// Whether an answer is asked for as `{"value": …}`, because it is no object with known fields. Every dialect does
    /// alike: examples are written in this form before it is known which model reads them.
    pub(crate) fn is_wrapped(&self) -> bool {
        let root = self.opened(Node::of(self.document()));
        root.branches().is_some() || root.types() != ["object"] || root.is_map()
    }

    /// The schema as a provider takes it. Rewritten once; a second call copies nothing.
    ///
    /// # Examples
    ///
    /// What is sent, and how faithful it is:
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use zyn::schema::{Dialect, Schema, Verdict};
    /// use zyn::schemars::{self, JsonSchema};
    ///
    /// #[derive(JsonSchema)]
    /// struct Basket {
    ///     /// How many of each.
    ///     items: BTreeMap<String, u32>,
    /// }
    ///
    /// let sent = Schema::of::<Basket>()?.for_dialect(Dialect::OpenAi)?;
    /// let rewrite = &sent.verdicts()[1];
    /// assert_eq!(rewrite.verdict, Verdict::Encoded);
    /// assert_eq!(rewrite.to_string(), "/items: encoded, a map as a list of entries");
    /// # Ok::<(), zyn::schema::SchemaError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SchemaError`] for what the dialect cannot carry, with the place and what to write instead. Such a type is
    /// asked for in the prompt alone ([`Dialect::Prompted`]), which carries whatever has a value.
    pub fn for_dialect(&self, dialect: Dialect) -> Result<Rewritten, SchemaError> {
        let rewrite = || dialect::rewrite(self, dialect);
        match self.0.rewritten.get(dialect as usize) {
            Some(kept) => kept.get_or_init(rewrite).clone(),
            None => rewrite(),
        }
    }
}

/// Equal if name and document are.
impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.name == other.0.name && self.0.document == other.0.document)
    }
}

/// What is kept of a schema: the rest is made of it again.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    name: Cow<'a, str>,
    document: Cow<'a, Value>,
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (name, document) = (self.name().into(), Cow::Borrowed(self.document()));
        Stored { name, document }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored { name, document } = Stored::deserialize(deserializer)?;
        Self::from_value(&name, document.into_owned()).map_err(D::Error::custom)
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema")
            .field("name", &self.0.name)
            .finish_non_exhaustive()
    }
}

/// `name` as every provider takes it: `[A-Za-z0-9_-]{1,64}`.
fn wire_name(name: &str) -> String {
    let clean: String = name
        .chars()
        .map(|c| match c {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '_' | '-' => c,
            _ => '_',
        })
        .take(64)
        .collect();
    if clean.is_empty() {
        "answer".to_owned()
    } else {
        clean
    }
}

#[cfg(test)]
mod tests;
