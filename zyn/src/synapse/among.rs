//! One label of a set that is known when the program runs.

use std::sync::Arc;

use serde_json::{Value, json};

use super::classify::{document, label_in, unknown};
use super::form::{Form, Shape};
use super::input::Text;
use super::operation::{Asked, Operation, asked};
use super::particulars::Particulars;
use super::{Instruction, Labels, LabelsError, Synapse};
use crate::error::ErrorKind;
use crate::reply::Violation;
use crate::schema::{Schema, SchemaError};
use crate::verb::Verb;

/// Picks one label for text, of a set that is known when the program runs.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::testing::Scripted;
/// use zyn::{Labels, Llm, Session};
///
/// let folders = Labels::new(["billing", "outage"]).about("outage", "Something does not work.");
/// let folder = zyn::classify_among("Which folder?", folders);
///
/// let llm = Llm::new(Scripted::new([r#"{"label":"outage"}"#]));
/// let folder = folder.fire(&llm, &mut Session::new(), "The site is down").await?;
/// assert_eq!(folder, "outage");
/// # Ok(()) }
/// ```
pub fn classify_among(question: impl Into<Instruction>, labels: Labels) -> Synapse<String> {
    let among = labels.choices().map(|choices| {
        Arc::new(Among {
            schema: Schema::from_value("Label", document(&choices)),
            names: choices.into_iter().map(|choice| choice.name).collect(),
        })
    });
    Synapse::new(Verb::Classify, question, Choosing(among))
}

struct Choosing(Result<Arc<Among>, LabelsError>);

impl Operation<String, Text> for Choosing {
    fn ask(&self, input: Text, _: &Particulars) -> Result<Asked<String>, ErrorKind> {
        match &self.0 {
            Ok(among) => asked(input, Arc::clone(among) as Arc<dyn Form<String>>),
            Err(error) => Err(ErrorKind::Labels(error.clone())),
        }
    }
}

/// The answer that is one of these labels.
struct Among {
    names: Vec<String>,
    schema: Result<Schema, SchemaError>,
}

impl Form<String> for Among {
    fn shape(&self) -> Result<Shape, SchemaError> {
        self.schema.clone().map(Shape::Fields)
    }

    fn value(&self, answer: &Value) -> Result<String, Vec<Violation>> {
        let name = label_in(answer);
        let known = self.names.iter().find(|known| *known == name);
        known.cloned().ok_or_else(|| vec![unknown(name)])
    }

    fn canonical(&self, answer: &Value, _: String) -> String {
        label_in(answer).to_owned()
    }

    fn answer(&self, canonical: &str) -> Option<Value> {
        Some(json!({ "label": canonical }))
    }

    fn shown(&self, value: Value) -> Value {
        json!({ "label": value })
    }
}
