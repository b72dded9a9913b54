//! What a model is asked for beside its answer: reasoning, a runner-up, its confidence.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::form::Shape;
use super::step::Options;
use super::sure::Source;
use crate::schema::node::Node;
use crate::schema::sample::{GREATEST, LONGEST, UNLIKE};
use crate::schema::{Schema, SchemaError};

/// The fields beside the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Beside {
    reasoning: bool,
    runner_up: bool,
    confidence: bool,
}

/// What a model said beside its answer. None of it enters the session.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Aside {
    pub(crate) reasoning: Option<String>,
    pub(crate) runner_up: Option<String>,
    pub(crate) confidence: Option<f64>,
}

const REASONING: &str = "reasoning";
const RUNNER_UP: &str = "runner_up";
const CONFIDENCE: &str = "confidence";

impl Beside {
    pub(crate) fn of(options: &Options) -> Self {
        Self {
            reasoning: options.reasoning,
            runner_up: options.runner_up,
            confidence: options.source() == Some(Source::Model),
        }
    }

    pub(crate) fn is_nothing(self) -> bool {
        self == Self::default()
    }

    /// The schema of an answer of `shape` with these fields beside it.
    pub(crate) fn schema(self, shape: &Shape) -> Result<Option<Schema>, SchemaError> {
        if self.is_nothing() {
            return Ok(shape.schema().cloned());
        }
        let answer = match shape {
            Shape::Text(None) => Schema::of::<String>()?,
            Shape::Text(Some(most)) => text(*most)?,
            Shape::Fields(schema) | Shape::Document(schema) => schema.clone(),
        };
        let place = [self.reasoning, self.runner_up, self.confidence];
        let place = place
            .into_iter()
            .fold(0, |place, on| 2 * place + usize::from(on));
        answer
            .variant(place, |answer| self.around(answer, shape.field()))
            .map(Some)
    }

    /// Models fill fields in order, so reasoning comes before what it leads to, and confidence after what it is about.
    fn around(self, answer: &Schema, field: Option<&str>) -> Result<Schema, SchemaError> {
        let mut document = answer.document().clone();
        let definitions = document
            .as_object_mut()
            .and_then(|document| document.shift_remove("$defs"));
        let labels = Node::of(answer.document()).property("label").map(names);
        let mut properties = Map::new();
        if self.reasoning {
            let about = "How you come to the answer, step by step.";
            let schema = json!({ "type": "string", "description": about });
            properties.insert(REASONING.to_owned(), schema);
        }
        match (field, document.get_mut("properties")) {
            (None, Some(Value::Object(own))) => properties.append(own),
            _ => {
                let field = field.unwrap_or("value").to_owned();
                properties.insert(field, document);
            }
        }
        if let Some(labels) = labels.filter(|_| self.runner_up) {
            let about = "The second best label, which is never the first again.";
            let schema =
                json!({ "type": "string", "enum": labels, "description": about, UNLIKE: "label" });
            properties.insert(RUNNER_UP.to_owned(), schema);
        }
        if self.confidence {
            let about = "How sure you are of the answer: 0 is not at all, 1 is entirely.";
            let schema = json!({
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "description": about,
                GREATEST: true,
            });
            properties.insert(CONFIDENCE.to_owned(), schema);
        }
        let required: Vec<&String> = properties.keys().collect();
        let mut whole = json!({
            "type": "object",
            "required": required,
            "additionalProperties": false,
        });
        if let Some(whole) = whole.as_object_mut() {
            whole.insert("properties".to_owned(), Value::Object(properties));
            whole.extend(definitions.map(|definitions| ("$defs".to_owned(), definitions)));
        }
        Schema::from_value(answer.name(), whole)
    }

    /// The names of these fields, in their order.
    pub(crate) fn names(self) -> Vec<&'static str> {
        let all = [
            (self.reasoning, REASONING),
            (self.runner_up, RUNNER_UP),
            (self.confidence, CONFIDENCE),
        ];
        let asked = all.into_iter().filter(|(asked, _)| *asked);
        asked.map(|(_, name)| name).collect()
    }

    /// The whole that [`split`](Self::split) takes apart into these.
    pub(crate) fn join(self, field: Option<&str>, answer: Value, aside: Aside) -> Value {
        if self.is_nothing() {
            return answer;
        }
        let mut whole = match (field, answer) {
            (None, Value::Object(fields)) => fields,
            (field, answer) => Map::from_iter([(field.unwrap_or("value").to_owned(), answer)]),
        };
        let beside = [
            (REASONING, self.reasoning, aside.reasoning.map(Value::from)),
            (RUNNER_UP, self.runner_up, aside.runner_up.map(Value::from)),
            (
                CONFIDENCE,
                self.confidence,
                aside.confidence.map(Value::from),
            ),
        ];
        for (name, asked, said) in beside {
            whole.extend(said.filter(|_| asked).map(|said| (name.to_owned(), said)));
        }
        Value::Object(whole)
    }

    /// The answer alone, which is in `field` if it has one to itself, and what stands beside it.
    pub(crate) fn split<'v>(
        self,
        field: Option<&str>,
        whole: &'v Value,
    ) -> (Cow<'v, Value>, Aside) {
        if self.is_nothing() {
            return (Cow::Borrowed(whole), Aside::default());
        }
        let text = |name: &str| whole.get(name).and_then(Value::as_str).map(str::to_owned);
        let aside = Aside {
            reasoning: text(REASONING).filter(|_| self.reasoning),
            runner_up: text(RUNNER_UP).filter(|_| self.runner_up),
            confidence: whole
                .get(CONFIDENCE)
                .and_then(Value::as_f64)
                .filter(|_| self.confidence),
        };
        let answer = match (field, whole) {
            (Some(field), _) => whole.get(field).cloned().unwrap_or_default(),
            (None, Value::Object(fields)) => {
                let own = |name: &str| ![REASONING, RUNNER_UP, CONFIDENCE].contains(&name);
                let own = fields.iter().filter(|(name, _)| own(name));
                Value::Object(own.map(|(name, it)| (name.clone(), it.clone())).collect())
            }
            (None, other) => other.clone(),
        };
        (Cow::Owned(answer), aside)
    }
}

/// The schema of a text whose length the instruction limits.
fn text(most: usize) -> Result<Schema, SchemaError> {
    let any = Schema::of::<String>()?;
    let mut document = any.document().clone();
    if let Some(document) = document.as_object_mut() {
        document.insert(LONGEST.to_owned(), json!(most));
    }
    Schema::from_value(any.name(), document)
}

fn names(labels: &Value) -> Vec<&str> {
    let labels = Node::of(labels).labels().unwrap_or_default();
    labels.into_iter().map(|label| label.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Beside = Beside {
        reasoning: true,
        runner_up: true,
        confidence: true,
    };

    fn label() -> Shape {
        let document = json!({
            "type": "object",
            "properties": { "label": { "oneOf": [{ "const": "a" }, { "const": "b" }] } },
            "required": ["label"],
        });
        Shape::Fields(Schema::from_value("Label", document).unwrap())
    }

    fn fields(schema: &Schema) -> Vec<&str> {
        let fields = Node::of(schema.document()).properties();
        fields.map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn nothing_beside_leaves_a_schema_as_it_is() {
        let alone = Beside::default().schema(&label()).unwrap().unwrap();
        assert_eq!(Some(&alone), label().schema());
        assert!(
            Beside::default()
                .schema(&Shape::Text(None))
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn reasoning_is_first_and_confidence_last() {
        let schema = ALL.schema(&label()).unwrap().unwrap();
        let wanted = ["reasoning", "label", "runner_up", "confidence"];
        assert_eq!(fields(&schema), wanted);
        assert!(Node::of(schema.document()).required().eq(wanted));
    }

    #[test]
    fn each_choice_of_fields_has_a_schema_of_its_own_that_is_made_once() {
        let shape = label();
        let reasoned = Beside {
            reasoning: true,
            ..Beside::default()
        };
        let sure = Beside {
            confidence: true,
            ..Beside::default()
        };
        let schema = |beside: Beside| beside.schema(&shape).unwrap().unwrap();
        assert_eq!(fields(&schema(reasoned)), ["reasoning", "label"]);
        assert_eq!(fields(&schema(sure)), ["label", "confidence"]);
        let (once, again) = (schema(sure), schema(sure));
        assert!(std::ptr::eq(once.document(), again.document()));
    }

    #[test]
    fn an_answer_is_taken_apart_as_it_was_put_together() {
        let whole = json!({ "reasoning": "r", "label": "a", "runner_up": "b", "confidence": 0.5 });
        let (answer, aside) = ALL.split(None, &whole);
        assert_eq!(*answer, json!({ "label": "a" }));
        assert_eq!(aside.reasoning.as_deref(), Some("r"));
        assert_eq!(aside.runner_up.as_deref(), Some("b"));
        assert_eq!(aside.confidence, Some(0.5));
        assert_eq!(ALL.join(None, answer.into_owned(), aside), whole);
        let whole = json!({ "value": { "confidence": 7 }, "confidence": 1 });
        let (answer, aside) = ALL.split(Some("value"), &whole);
        assert_eq!(*answer, json!({ "confidence": 7 }));
        assert_eq!(aside.confidence, Some(1.0));
        // a field of the user's that is called so is the user's
        let (answer, aside) = Beside::default().split(Some("value"), &whole);
        assert_eq!((&*answer, aside), (&whole, Aside::default()));
    }
}
