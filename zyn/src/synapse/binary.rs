//! Yes or no.

use schemars::{JsonSchema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::form::{Form, Shape};
use super::operation::Fixed;
use super::{Instruction, Synapse};
use crate::reply::Violation;
use crate::schema::{Schema, SchemaError};
use crate::verb::Verb;

/// Answers a question about text with yes or no.
///
/// In the session the answer is `yes` or `no`: what the question was answered with.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::testing::Scripted;
/// use zyn::{Llm, Session};
///
/// let llm = Llm::new(Scripted::new([r#"{"answer":true}"#]));
/// let mut session = Session::new();
/// let angry = zyn::binary("Is the customer angry?");
/// assert!(angry.fire(&llm, &mut session, "WHERE IS MY PARCEL").await?);
/// assert_eq!(session.at(1)?.text(), "yes");
/// # Ok(()) }
/// ```
pub fn binary(question: impl Into<Instruction>) -> Synapse<bool> {
    Synapse::new(Verb::Binary, question, Fixed::new(YesOrNo))
}

struct YesOrNo;

impl Form<bool> for YesOrNo {
    fn shape(&self) -> Result<Shape, SchemaError> {
        Schema::of::<Self>().map(Shape::Fields)
    }

    fn value(&self, answer: &Value) -> Result<bool, Vec<Violation>> {
        let answer = answer.get("answer").and_then(Value::as_bool);
        answer.ok_or_else(|| vec![Violation::new("/answer", "true or false")])
    }

    fn canonical(&self, answer: &Value, _: String) -> String {
        match self.value(answer) {
            Ok(true) => "yes".to_owned(),
            _ => "no".to_owned(),
        }
    }

    fn answer(&self, canonical: &str) -> Option<Value> {
        match canonical {
            "yes" => Some(self.shown(json!(true))),
            "no" => Some(self.shown(json!(false))),
            _ => None,
        }
    }

    fn shown(&self, value: Value) -> Value {
        json!({ "answer": value })
    }
}

impl JsonSchema for YesOrNo {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "YesOrNo".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
        json_schema!({
            "type": "object",
            "properties": {
                "answer": { "type": "boolean", "description": "true for yes, false for no" },
            },
            "required": ["answer"],
            "additionalProperties": false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_reads_back_from_the_word_in_the_session() {
        for value in [true, false] {
            let answer = YesOrNo.shown(json!(value));
            let word = YesOrNo.canonical(&answer, answer.to_string());
            assert_eq!(YesOrNo.answer(&word), Some(answer));
        }
        assert_eq!(YesOrNo.answer("true"), None);
    }
}
