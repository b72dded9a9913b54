//! Text to text.

use std::sync::Arc;

use serde_json::Value;

use super::form::{Form, Shape};
use super::input::Text;
use super::operation::{Asked, Operation, asked};
use super::particulars::Particulars;
use super::{Instruction, Synapse};
use crate::error::ErrorKind;
use crate::reply::Violation;
use crate::schema::SchemaError;
use crate::verb::Verb;

/// Rewrites text as `instruction` says. The answer is plain text, no JSON round it.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::testing::Scripted;
/// use zyn::{Llm, Session};
///
/// let llm = Llm::new(Scripted::new(["Where is my parcel?"]));
/// let polite = zyn::transform("Make it polite");
/// let text = polite.fire(&llm, &mut Session::new(), "WHERE IS MY PARCEL").await?;
/// assert_eq!(text, "Where is my parcel?");
/// # Ok(()) }
/// ```
pub fn transform(instruction: impl Into<Instruction>) -> Synapse<String> {
    Synapse::new(Verb::Transform, instruction, Rewriting)
}

struct Rewriting;

impl Operation<String, Text> for Rewriting {
    fn ask(&self, input: Text, particulars: &Particulars) -> Result<Asked<String>, ErrorKind> {
        let most = particulars.max_chars;
        asked(input, Arc::new(PlainText { most }))
    }
}

struct PlainText {
    /// The most characters it may have.
    most: Option<usize>,
}

impl Form<String> for PlainText {
    fn shape(&self) -> Result<Shape, SchemaError> {
        Ok(Shape::Text(self.most))
    }

    fn value(&self, answer: &Value) -> Result<String, Vec<Violation>> {
        let text = answer.as_str().unwrap_or_default().trim();
        if text.is_empty() {
            return Err(vec![Violation::new("", "a text that is not blank")]);
        }
        match self.most {
            Some(most) if text.chars().count() > most => {
                let found = format!("{} characters", text.chars().count());
                let wanted = format!("at most {most} characters");
                Err(vec![Violation::new("", wanted).got(found)])
            }
            _ => Ok(text.to_owned()),
        }
    }

    fn canonical(&self, answer: &Value, _: String) -> String {
        answer.as_str().unwrap_or_default().trim().to_owned()
    }

    fn answer(&self, canonical: &str) -> Option<Value> {
        Some(Value::String(canonical.to_owned()))
    }
}
