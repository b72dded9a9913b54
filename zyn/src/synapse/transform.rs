//! Text to text.

use serde_json::Value;

use super::form::Form;
use super::{Instruction, Synapse};
use crate::reply::Violation;
use crate::schema::{Schema, SchemaError};
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
    Synapse::new(Verb::Transform, instruction.into(), &Text)
}

struct Text;

impl Form<String> for Text {
    fn schema(&self) -> Result<Option<Schema>, SchemaError> {
        Ok(None)
    }

    fn value(&self, answer: &Value) -> Result<String, Vec<Violation>> {
        Ok(answer.as_str().unwrap_or_default().to_owned())
    }

    fn canonical(&self, _: &Value, printed: String) -> String {
        printed
    }

    fn restore(&self, canonical: &str) -> Result<String, String> {
        Ok(canonical.to_owned())
    }
}
