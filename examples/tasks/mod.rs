//! Thirty small tasks with known answers, to see how well a model does what a schema asks of it.

mod labels;
mod records;

use serde_json::Value;
use zyn::schema::Schema;
use zyn::{BoxFuture, Error, Extract, Llm, Message, Session, Synapse};

type Ask = dyn for<'a> Fn(&'a Llm) -> BoxFuture<'a, Outcome> + Send + Sync;

/// One question with a known answer.
pub struct Task {
    /// What it is about, in a few words.
    pub name: &'static str,
    ask: Box<Ask>,
}

/// What came of a task.
pub struct Outcome {
    /// The schema of the type that was asked for.
    pub schema: Option<Schema>,
    /// The answer, as the conversation keeps it; or why there is none.
    pub answer: Result<String, Error>,
    /// Whether the answer is the right one.
    pub right: bool,
    /// How many attempts were made.
    pub attempts: u32,
    /// What was done to the model's text to read it.
    pub repairs: Vec<String>,
}

impl Outcome {
    /// The answer as JSON: a label is a text.
    pub fn json(&self) -> Option<Value> {
        let text = self.answer.as_ref().ok()?;
        let read = || serde_json::from_str(text).ok();
        let label = || Value::String(text.clone());
        self.schema
            .as_ref()
            .map_or_else(|| Some(label()), |_| read())
    }
}

impl Task {
    /// Asks `llm`.
    pub async fn ask(&self, llm: &Llm) -> Outcome {
        (self.ask)(llm).await
    }

    /// A task that reads a `T` out of `text`.
    fn extract<T: Extract + Sync>(
        name: &'static str,
        instruction: &'static str,
        text: &'static str,
        right: fn(&T) -> bool,
    ) -> Self {
        let synapse = zyn::extract::<T>(instruction).temperature(0.0);
        Self::of(name, T::schema().ok(), synapse, text, right)
    }

    fn of<T: Send + Sync + 'static>(
        name: &'static str,
        schema: Option<Schema>,
        synapse: Synapse<T>,
        text: &'static str,
        right: fn(&T) -> bool,
    ) -> Self {
        Self {
            name,
            ask: Box::new(move |llm| {
                let (synapse, schema) = (synapse.clone(), schema.clone());
                Box::pin(async move {
                    let mut session = Session::new();
                    let answer = synapse.fire_detailed(llm, &mut session, text).await;
                    let kept = session.at(1).map(Message::text);
                    match answer {
                        Ok(answer) => Outcome {
                            schema,
                            answer: kept.map(|text| text.to_string()).map_err(Error::from),
                            right: right(&answer.value),
                            attempts: answer.attempts,
                            repairs: answer.repairs.iter().map(ToString::to_string).collect(),
                        },
                        Err(error) => Outcome {
                            schema,
                            right: false,
                            attempts: error.attempts(),
                            repairs: Vec::new(),
                            answer: Err(error),
                        },
                    }
                })
            }),
        }
    }
}

/// All tasks: twenty of reading, ten of judging.
pub fn tasks() -> Vec<Task> {
    records::tasks()
        .into_iter()
        .chain(labels::tasks())
        .collect()
}
