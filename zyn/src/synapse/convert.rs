//! Data of one type to data of another.

use serde::Serialize;

use super::extract::Document;
use super::input::Json;
use super::operation::Fixed;
use super::{Extract, Instruction, Synapse};
use crate::verb::Verb;

/// Turns data of one type into data of another. The input is a `&T`, which the model reads as JSON.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::prelude::*;
/// use zyn::testing::Scripted;
///
/// #[derive(Serialize)]
/// struct Person {
///     name: &'static str,
/// }
///
/// #[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
/// struct Contact {
///     first: String,
///     last: String,
/// }
///
/// let contact = zyn::convert::<Person, Contact>("Split the name").rules(["The last word is the last name"]);
///
/// let llm = Llm::new(Scripted::new([r#"{"first":"Ada","last":"Wong"}"#]));
/// let ada = contact.fire(&llm, &mut Session::new(), &Person { name: "Ada Wong" }).await?;
/// assert_eq!(ada, Contact { first: "Ada".into(), last: "Wong".into() });
/// # Ok(()) }
/// ```
pub fn convert<T: Serialize + 'static, U: Extract>(
    instruction: impl Into<Instruction>,
) -> Synapse<U, Json<T>> {
    Synapse::new(Verb::Convert, instruction, Fixed::new(Document))
}

impl<T: 'static, U: Extract> Synapse<U, Json<T>> {
    /// Adds rules of the conversion: a line each, with the instruction.
    pub fn rules<R: Into<String>>(mut self, rules: impl IntoIterator<Item = R>) -> Self {
        let rules = rules.into_iter().map(Into::into);
        self.particulars.rules.extend(rules);
        self
    }
}
