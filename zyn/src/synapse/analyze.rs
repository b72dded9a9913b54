//! Data to words about it.

use std::fmt;

use schemars::{JsonSchema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::form::{Form, Shape};
use super::input::Json;
use super::operation::Fixed;
use super::to_prompt::Shown;
use super::{Instruction, Synapse, ToPrompt};
use crate::reply::Violation;
use crate::schema::{Schema, SchemaError};
use crate::verb::Verb;

/// What [`analyze`] answers. Written out, it is its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Analysis {
    /// The whole analysis.
    pub text: String,
    /// The points that matter most, one sentence each.
    pub findings: Vec<String>,
}

impl Analysis {
    /// An analysis, as an example to show a model.
    pub fn new<F: Into<String>>(
        text: impl Into<String>,
        findings: impl IntoIterator<Item = F>,
    ) -> Self {
        Self {
            text: text.into(),
            findings: findings.into_iter().map(Into::into).collect(),
        }
    }
}

impl fmt::Display for Analysis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[diagnostic::do_not_recommend]
impl ToPrompt for Analysis {
    fn to_prompt(&self) -> String {
        self.text.clone()
    }

    fn to_answer(&self) -> Shown {
        serde_json::to_value(self)
    }
}

/// Writes an analysis of data. The input is a `&T`, which the model reads as JSON.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::prelude::*;
/// use zyn::testing::Scripted;
///
/// #[derive(Serialize)]
/// struct Week {
///     tickets: u32,
///     solved: u32,
/// }
///
/// let analysis = zyn::analyze::<Week>("How is support doing?").focus("what is left open");
///
/// let llm = Llm::new(Scripted::new([
///     r#"{"text":"Support keeps up.","findings":["One of ten tickets is left open."]}"#,
/// ]));
/// let week = Week { tickets: 10, solved: 9 };
/// let analysis = analysis.fire(&llm, &mut Session::new(), &week).await?;
/// assert_eq!(analysis.to_string(), "Support keeps up.");
/// assert_eq!(analysis.findings.len(), 1);
/// # Ok(()) }
/// ```
pub fn analyze<T: Serialize + 'static>(
    instruction: impl Into<Instruction>,
) -> Synapse<Analysis, Json<T>> {
    Synapse::new(Verb::Analyze, instruction, Fixed::new(Report))
}

impl<T: 'static> Synapse<Analysis, Json<T>> {
    /// Says what the analysis is to look at most closely.
    pub fn focus(mut self, focus: impl Into<String>) -> Self {
        self.particulars.focus = Some(focus.into());
        self
    }
}

struct Report;

impl Form<Analysis> for Report {
    fn shape(&self) -> Result<Shape, SchemaError> {
        Schema::of::<Self>().map(Shape::Fields)
    }

    fn value(&self, answer: &Value) -> Result<Analysis, Vec<Violation>> {
        let analysis = Analysis::deserialize(answer)
            .map_err(|_| vec![Violation::new("", "an object with a text and findings")])?;
        let findings = analysis.findings.iter().enumerate();
        let findings = findings.map(|(at, it)| (format!("/findings/{at}"), it));
        let violations: Vec<_> = [("/text".to_owned(), &analysis.text)]
            .into_iter()
            .chain(findings)
            .filter(|(_, text)| text.trim().is_empty())
            .map(|(path, _)| Violation::new(path, "a text that is not blank"))
            .collect();
        if violations.is_empty() {
            Ok(analysis)
        } else {
            Err(violations)
        }
    }
}

impl JsonSchema for Report {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Analysis".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
        json_schema!({
            "type": "object",
            "properties": {
                "text": { "type": "string", "description": "The whole analysis." },
                "findings": {
                    "type": "array",
                    "items": { "type": "string" },
                    "description": "The points that matter most, one sentence each.",
                },
            },
            "required": ["text", "findings"],
            "additionalProperties": false,
        })
    }
}
