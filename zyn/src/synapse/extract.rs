//! Types that a model can fill in.

mod standard;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use super::form::{Form, Shape};
use super::operation::Fixed;
use super::{Instruction, Synapse};
use crate::reply::{Progress, Violation};
use crate::schema::{Schema, SchemaError, pointer};
use crate::verb::Verb;

/// A type that a model can fill in from text.
///
/// Derive it beside `Deserialize` and `JsonSchema`. The three say one thing each: `JsonSchema` what a
/// model must answer, `Deserialize` how the answer becomes the type, `Extract` that the two fit
/// together and what holds beyond them. `#[serde(…)]` and `#[schemars(…)]` mean what they always mean. A
/// shape that a model cannot fill in is a compile error, and so is a field that a function of its own reads
/// (`#[serde(deserialize_with = "…")]`) without `#[schemars(with = "…")]` for what that function takes.
/// If the type is `Serialize`, the derive also writes it into prompts, as JSON: see
/// [`ToPrompt`](crate::ToPrompt).
///
/// `use zyn::prelude::*;` brings all that the derives need. Without it, `use zyn::schemars;` must stand
/// beside them, unless `schemars` is a dependency of your own.
///
/// What a provider's schemas lack is carried another way: a map as a list of entries, a tuple as a list whose order is
/// told; a type that contains itself, or a field of any kind, by saying the schema in the prompt alone where the provider
/// takes neither. [`Extract::schema`] shows what is sent. Of whole numbers of 128 bits, those of 64 bits are read.
///
/// # Attributes
///
/// | Attribute | On | Means |
/// |---|---|---|
/// | `#[extract(task = "…")]` | type | the instruction where none is given; else the first paragraph of the doc comment |
/// | `#[extract(validate = path)]` | type, field | `path: fn(&T) -> Result<(), impl Display>` holds, or the answer is invalid |
/// | `#[extract(crate = path)]` | type | where `zyn` is, if it is renamed |
///
/// Limits are schemars': `#[schemars(range(min = 1, max = 5))]`, so that the model sees them too. Validators
/// all run, several at one place too, and so do those of a field's own type if that is `Extract`.
///
/// # While the answer is written
///
/// [`Extract::Partial`] has what is complete so far, and nothing that is a guess: half a text is not there, nor is a number
/// that may have further digits. For a struct with named fields the derive writes it: a struct with the same fields, as
/// visible as they are, and with `Debug`, `Clone` and `PartialEq` if the types of all fields have them.
///
/// - A field is an `Option` of its type, `Some` once all of it is there. One that is absent is, at the end of its object,
///   what `#[serde(default)]` on the field or an `Option` makes of it; with a default of the whole struct it stays `None`.
///   A function that makes the default is called for each partial that has the object to its end, and not before.
/// - A field that is written `Vec<…>` has the items that are complete, from the first on.
/// - A field that a function of its own reads (`deserialize_with`, `with`) is read by it once it is complete.
/// - Fields that are skipped or flattened are left out.
///
/// Every other derived type is an `Option` of the whole: enums, newtypes, and what is `transparent` or is converted
/// (`from`, `try_from`). A part that does not fit as it is stays away, as do the items behind it. Validators see only the whole.
///
/// ```
/// use serde_json::json;
/// use zyn::prelude::*;
/// use zyn::stream::Progress;
///
/// #[derive(Debug, Deserialize, JsonSchema, Extract)]
/// struct Recipe {
///     title: String,
///     steps: Vec<String>,
///     minutes: u32,
/// }
///
/// // `{"title":"Tea","steps":["Boil water.","Wai`
/// let so_far = json!({ "title": "Tea", "steps": ["Boil water."] });
/// let partial = Recipe::partial(Progress::open(&so_far));
/// assert_eq!(partial.title.as_deref(), Some("Tea"));
/// assert_eq!(partial.steps, ["Boil water."]);
/// assert_eq!(partial.minutes, None);
/// ```
///
/// # Examples
///
/// ```
/// use zyn::prelude::*;
///
/// /// A customer and what they need.
/// #[derive(Debug, Deserialize, JsonSchema, Extract)]
/// struct Customer {
///     #[extract(validate = not_blank)]
///     name: String,
///     email: Option<String>,
///     /// The problem, in one sentence.
///     issue: String,
/// }
///
/// fn not_blank(text: &str) -> Result<(), &'static str> {
///     if text.trim().is_empty() { Err("must not be blank") } else { Ok(()) }
/// }
///
/// assert_eq!(Customer::TASK, Some("A customer and what they need."));
///
/// let customer = Customer { name: " ".into(), email: None, issue: "No heating".into() };
/// assert_eq!(customer.violations()[0].to_string(), "/name: must not be blank");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be extracted from a model's answer",
    label = "does not derive `Extract`",
    note = "derive it, with what it needs: `#[derive(Deserialize, JsonSchema, Extract)]`; a list or an option takes it from its items, and a set of labels is picked with `classify`"
)]
pub trait Extract: HasSchema + HasDeserialize + Sized + Send + 'static {
    /// The instruction where none is given.
    const TASK: Option<&'static str> = None;

    /// What there is of a value while its text is still being written: see *While the answer is written* above.
    ///
    /// For what is read as a whole or not at all, it is `Option<Self>`.
    type Partial: Send + 'static;

    /// What is complete so far. Never an error: the whole answer is judged at its end.
    ///
    /// An implementation of one's own, for a type that is read as a whole: `so_far.read()`.
    /// A stream asks again when a part is complete, or a part of the last one, and not for what is deeper.
    fn partial(so_far: Progress<'_>) -> Self::Partial;

    /// What the validators have against this value; the schema was checked before.
    fn violations(&self) -> Vec<Violation> {
        Vec::new()
    }

    /// The schema that a model has to fill.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] if the type's schema contradicts itself or never ends.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::prelude::*;
    /// use zyn::schema::Dialect;
    ///
    /// #[derive(Deserialize, JsonSchema, Extract)]
    /// struct Rating {
    ///     #[schemars(range(min = 1, max = 5))]
    ///     stars: u8,
    /// }
    ///
    /// let sent = Rating::schema()?.for_dialect(Dialect::Anthropic)?;
    /// assert_eq!(sent.verdicts()[1].to_string(), "/stars: described, `minimum` as “minimum: 1”");
    /// # Ok::<(), zyn::schema::SchemaError>(())
    /// ```
    fn schema() -> Result<Schema, SchemaError> {
        Schema::of::<Self::Described>()
    }
}

/// `JsonSchema`, as [`Extract`] asks for it: so that a missing derive is named in our words.
///
/// It is no subtrait of `JsonSchema`, or the compiler would name that first.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be extracted: it has no JSON schema",
    label = "needs `#[derive(JsonSchema)]`",
    note = "`JsonSchema` tells the model what to answer; it is in `zyn::prelude`"
)]
pub trait HasSchema {
    /// The type itself, known to have a schema.
    type Described: JsonSchema + 'static;
}

#[diagnostic::do_not_recommend]
impl<T: JsonSchema + 'static> HasSchema for T {
    type Described = T;
}

/// `DeserializeOwned`, as [`Extract`] asks for it: so that a missing derive is named in our words.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be extracted: an answer cannot be read into it",
    label = "needs `#[derive(Deserialize)]`",
    note = "`Deserialize` turns the model's answer into the type; it is in `zyn::prelude`"
)]
pub trait HasDeserialize: Sized {
    /// Reads an answer; what cannot be read is named with its place.
    fn read(answer: &Value) -> Result<Self, Violation>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> HasDeserialize for T {
    fn read(answer: &Value) -> Result<Self, Violation> {
        serde_path_to_error::deserialize(answer).map_err(|error| unreadable(&error))
    }
}

/// What `Deserialize` says quotes the answer, so it is what came, not what was expected.
fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>) -> Violation {
    let mut path = String::new();
    for segment in error.path() {
        match segment {
            Segment::Seq { index } => pointer::push(&mut path, &index.to_string()),
            Segment::Map { key } => pointer::push(&mut path, key),
            // Where there is a variant, its name or its tag is a key of its own; behind what is unknown nothing is sure.
            Segment::Enum { .. } => {}
            Segment::Unknown => break,
        }
    }
    Violation::new(path, "a value that the type can be read from").got(error.inner().to_string())
}

/// The violations of a part, as violations of the whole that has the part at `pointer`.
pub(crate) fn under(pointer: &str, mut violations: Vec<Violation>) -> Vec<Violation> {
    for violation in &mut violations {
        violation.path.insert_str(0, pointer);
    }
    violations
}

/// Reads a `T` out of text.
///
/// The instruction says what to look for, as in `"The customer and their problem"`; what each field means is for the
/// type's doc comments to say.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::prelude::*;
/// use zyn::testing::Scripted;
///
/// #[derive(Debug, Deserialize, JsonSchema, Extract)]
/// struct Customer {
///     name: String,
///     email: Option<String>,
/// }
///
/// let llm = Llm::new(Scripted::new([r#"{"name":"Ada","email":null}"#]));
/// let customer = zyn::extract::<Customer>("The customer");
/// let customer = customer.fire(&llm, &mut Session::new(), "Ada wrote to us.").await?;
/// assert_eq!(customer.name, "Ada");
/// # Ok(()) }
/// ```
pub fn extract<T: Extract>(instruction: impl Into<Instruction>) -> Synapse<T> {
    Synapse::new(Verb::Extract, instruction, Fixed::new(Document))
}

/// The answer that is a document of the user's type.
pub(super) struct Document;

impl<T: Extract> Form<T> for Document {
    fn shape(&self) -> Result<Shape, SchemaError> {
        T::schema().map(Shape::Document)
    }

    fn value(&self, answer: &Value) -> Result<T, Vec<Violation>> {
        let value = T::read(answer).map_err(|violation| vec![violation])?;
        let violations = value.violations();
        if violations.is_empty() {
            Ok(value)
        } else {
            Err(violations)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use super::*;
    use crate::prelude::*;

    #[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
    struct Grade {
        #[extract(validate = passing)]
        points: u8,
    }

    fn passing(points: &u8) -> Result<(), String> {
        match points {
            50.. => Ok(()),
            _ => Err(format!("{points} points do not pass")),
        }
    }

    fn paths(violations: Vec<Violation>) -> Vec<String> {
        violations.into_iter().map(|it| it.path).collect()
    }

    #[test]
    fn a_violation_in_a_list_names_its_item() {
        let grades = vec![Grade { points: 60 }, Grade { points: 10 }];
        assert_eq!(paths(grades.violations()), ["/1/points"]);
        assert_eq!(paths(Some(Box::new(grades)).violations()), ["/1/points"]);
    }

    #[test]
    fn a_violation_in_a_map_names_its_key_as_a_json_pointer_does() {
        let grades = BTreeMap::from([("a/~".to_owned(), Grade { points: 10 })]);
        assert_eq!(paths(grades.violations()), ["/a~1~0/points"]);
        let grades: HashMap<String, Grade> = grades.into_iter().collect();
        assert_eq!(paths(grades.violations()), ["/a~1~0/points"]);
    }

    #[test]
    fn what_deserialize_refuses_is_named_with_its_place() {
        #[derive(Debug, Deserialize, JsonSchema, Extract)]
        struct Trip {
            #[allow(dead_code)]
            stops: Vec<Stop>,
        }
        #[derive(Debug, Deserialize, JsonSchema, Extract)]
        struct Stop {
            #[serde(rename = "a/b")]
            #[allow(dead_code)]
            at: std::num::NonZeroU8,
        }
        let answer = serde_json::json!({"stops": [{"a/b": 1}, {"a/b": 0}]});
        let violation = Trip::read(&answer).unwrap_err();
        assert_eq!(violation.path, "/stops/1/a~1b");
        assert!(violation.found.contains("nonzero"), "{violation}");
    }

    #[test]
    fn what_is_extracted_has_a_schema_and_can_be_read() {
        fn name<T: JsonSchema + 'static>() -> String {
            T::schema_name().into_owned()
        }
        fn both<T: Extract>(answer: &Value) -> (String, Option<T>) {
            (name::<T::Described>(), T::read(answer).ok())
        }
        let answer = serde_json::json!({"points": 70});
        assert_eq!(
            both::<Grade>(&answer),
            ("Grade".to_owned(), Some(Grade { points: 70 }))
        );
        assert_eq!(both::<Grade>(&Value::Null).1, None);
    }
}
