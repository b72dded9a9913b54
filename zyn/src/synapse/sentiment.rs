//! The feeling in a text.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::form::{Form, Shape};
use super::input::Text;
use super::operation::{Asked, Operation, asked};
use super::particulars::Particulars;
use super::to_prompt::Shown;
use super::{Instruction, Synapse, ToPrompt};
use crate::error::ErrorKind;
use crate::reply::Violation;
use crate::schema::sample::SUM;
use crate::schema::{Schema, SchemaError};
use crate::verb::Verb;

/// What [`sentiment`] answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sentiment {
    /// The whole text in one word.
    pub overall: Polarity,
    /// How much of it there is of each.
    pub scores: Scores,
    /// The emotions in the text, in the model's words.
    pub emotions: Vec<String>,
    /// What was asked for with [`aspects`](Synapse::aspects), in that order.
    #[serde(default)]
    pub aspects: Vec<Aspect>,
}

/// Which way a feeling goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Polarity {
    /// For it.
    Positive,
    /// Against it.
    Negative,
    /// Neither.
    Neutral,
    /// Both.
    Mixed,
}

/// The parts of a feeling, each from 0 to 1; together they are 1, to within 0.05.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Scores {
    /// How positive.
    pub positive: f64,
    /// How negative.
    pub negative: f64,
    /// How neutral.
    pub neutral: f64,
}

/// The feeling about one thing in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Aspect {
    /// What it is about, as it was asked for.
    pub aspect: String,
    /// Which way it goes.
    pub polarity: Polarity,
}

impl Sentiment {
    /// A sentiment without emotions and aspects, as an example to show a model: what it has more can be set.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::sentiment::{Aspect, Scores};
    /// use zyn::sentiment::Polarity;
    /// use zyn::Sentiment;
    ///
    /// let mut judged = Sentiment::new(Polarity::Positive, Scores::new(0.9, 0.0, 0.1));
    /// judged.aspects = vec![Aspect::new("food", Polarity::Positive)];
    /// let review = zyn::sentiment("the guest's opinion").aspects(["food"]);
    /// let review = review.examples([("Great soup!", judged)]);
    /// ```
    pub fn new(overall: Polarity, scores: Scores) -> Self {
        Self {
            overall,
            scores,
            emotions: Vec::new(),
            aspects: Vec::new(),
        }
    }
}

impl Scores {
    /// How positive, negative and neutral: each from 0 to 1, together 1.
    pub fn new(positive: f64, negative: f64, neutral: f64) -> Self {
        Self {
            positive,
            negative,
            neutral,
        }
    }
}

impl Aspect {
    /// The feeling about one thing.
    pub fn new(aspect: impl Into<String>, polarity: Polarity) -> Self {
        Self {
            aspect: aspect.into(),
            polarity,
        }
    }
}

impl fmt::Display for Polarity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Mixed => "mixed",
        })
    }
}

#[diagnostic::do_not_recommend]
impl ToPrompt for Polarity {
    fn to_prompt(&self) -> String {
        self.to_string()
    }
}

#[diagnostic::do_not_recommend]
impl ToPrompt for Sentiment {
    fn to_prompt(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn to_answer(&self) -> Shown {
        serde_json::to_value(self)
    }
}

/// Judges the feeling in a text. The instruction says whose feeling, or about what.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::testing::Scripted;
/// use zyn::sentiment::Polarity;
/// use zyn::{Llm, Session};
///
/// let llm = Llm::new(Scripted::new([r#"{
///     "overall": "mixed",
///     "scores": { "positive": 0.5, "negative": 0.4, "neutral": 0.1 },
///     "emotions": ["joy", "annoyance"],
///     "aspects": { "food": "positive", "service": "negative" }
/// }"#]));
/// let review = zyn::sentiment("the guest's opinion").aspects(["food", "service"]);
/// let review = review.fire(&llm, &mut Session::new(), "Great soup, rude waiter.").await?;
/// assert_eq!(review.overall, Polarity::Mixed);
/// assert_eq!(review.aspects[1].polarity, Polarity::Negative);
/// # Ok(()) }
/// ```
pub fn sentiment(instruction: impl Into<Instruction>) -> Synapse<Sentiment> {
    Synapse::new(Verb::Sentiment, instruction, Judging)
}

impl Synapse<Sentiment> {
    /// Adds things in the text to judge by themselves. Each is in the answer once, and nothing else is.
    pub fn aspects<A: Into<String>>(mut self, aspects: impl IntoIterator<Item = A>) -> Self {
        let aspects = aspects.into_iter().map(Into::into);
        self.particulars.aspects.extend(aspects);
        self
    }
}

struct Judging;

impl Operation<Sentiment, Text> for Judging {
    fn ask(&self, input: Text, particulars: &Particulars) -> Result<Asked<Sentiment>, ErrorKind> {
        let aspects = particulars.aspects.clone();
        asked(input, Arc::new(Judged { aspects }))
    }
}

/// The answer about these aspects: a field for each, so that the schema itself allows them once and no other.
struct Judged {
    aspects: Vec<String>,
}

/// How far the scores may be from 1 in sum.
const TOLERANCE: f64 = 0.05;

impl Judged {
    /// The sentiment of a document, whose aspects are fields.
    fn read(&self, document: &Value) -> Result<Sentiment, serde_json::Error> {
        let mut document = document.clone();
        if let Some(fields) = document.as_object_mut() {
            let judged = fields.shift_remove("aspects").unwrap_or_default();
            let aspects = self.aspects.iter().map(|aspect| {
                let polarity = judged.get(aspect).unwrap_or(&Value::Null);
                json!({ "aspect": aspect, "polarity": polarity })
            });
            fields.insert("aspects".to_owned(), aspects.collect());
        }
        serde_json::from_value(document)
    }
}

impl Form<Sentiment> for Judged {
    fn shape(&self) -> Result<Shape, SchemaError> {
        let polarity = json!({ "enum": ["positive", "negative", "neutral", "mixed"] });
        let score = json!({ "type": "number", "minimum": 0, "maximum": 1 });
        let mut scores = closed(
            ["positive", "negative", "neutral"].map(|name| (name.to_owned(), score.clone())),
            Some("Parts of the whole: the three together are 1."),
        );
        if let Some(scores) = scores.as_object_mut() {
            scores.insert(SUM.to_owned(), json!(1));
        }
        let mut properties = Map::from_iter([
            ("overall".to_owned(), polarity.clone()),
            ("scores".to_owned(), scores),
            (
                "emotions".to_owned(),
                json!({
                    "type": "array",
                    "items": { "type": "string" },
                    "description": "The emotions in the text, a word each.",
                }),
            ),
        ]);
        if !self.aspects.is_empty() {
            let aspects = self.aspects.iter();
            let aspects = aspects.map(|aspect| (aspect.clone(), polarity.clone()));
            properties.insert("aspects".to_owned(), closed(aspects, None));
        }
        Schema::from_value("Sentiment", closed(properties, None)).map(Shape::Fields)
    }

    fn value(&self, answer: &Value) -> Result<Sentiment, Vec<Violation>> {
        let sentiment = self
            .read(answer)
            .map_err(|_| vec![Violation::new("", "a sentiment")])?;
        let Scores {
            positive,
            negative,
            neutral,
        } = sentiment.scores;
        // a hair more, or a sum of 0.95 would depend on binary fractions
        if (positive + negative + neutral - 1.0).abs() > TOLERANCE + 1e-9 {
            let found = answer.get("scores").unwrap_or(&Value::Null);
            let violation = Violation::new("/scores", "numbers that together are 1").found(found);
            return Err(vec![violation]);
        }
        Ok(sentiment)
    }

    fn shown(&self, mut value: Value) -> Value {
        let Some(fields) = value.as_object_mut() else {
            return value;
        };
        let aspects = fields.shift_remove("aspects").unwrap_or_default();
        let aspects = aspects.as_array().into_iter().flatten();
        let aspects: Map<String, Value> = aspects
            .filter_map(|it| Some((it.get("aspect")?.as_str()?.to_owned(), it.get("polarity")?)))
            .map(|(aspect, polarity)| (aspect, polarity.clone()))
            .collect();
        if !aspects.is_empty() || !self.aspects.is_empty() {
            fields.insert("aspects".to_owned(), Value::Object(aspects));
        }
        value
    }
}

/// An object with these fields and no other.
fn closed(
    properties: impl IntoIterator<Item = (String, Value)>,
    description: Option<&str>,
) -> Value {
    let properties: Map<String, Value> = properties.into_iter().collect();
    let required: Vec<&String> = properties.keys().collect();
    let mut object = json!({ "type": "object", "required": required });
    if let Some(object) = object.as_object_mut() {
        object.extend(description.map(|it| ("description".to_owned(), json!(it))));
        object.insert("properties".to_owned(), Value::Object(properties));
        object.insert("additionalProperties".to_owned(), json!(false));
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(positive: f64, negative: f64, neutral: f64) -> Value {
        let scores = json!({ "positive": positive, "negative": negative, "neutral": neutral });
        json!({ "overall": "neutral", "scores": scores, "emotions": [] })
    }

    #[test]
    fn scores_are_one_in_all_to_within_a_twentieth() {
        let form = Judged {
            aspects: Vec::new(),
        };
        for (positive, fits) in [(0.94, false), (0.95, true), (1.05, true), (1.06, false)] {
            let value = form.value(&judged(positive, 0.0, 0.0));
            assert_eq!(value.is_ok(), fits, "{positive}");
        }
        let third = 1.0 / 3.0;
        assert!(form.value(&judged(third, third, third)).is_ok());
    }

    #[test]
    fn a_sentiment_that_is_shown_reads_back_with_its_aspects_in_order() {
        let aspects = vec!["food".to_owned(), "a/b".to_owned()];
        let form = Judged { aspects };
        let mut document = judged(0.0, 0.0, 1.0);
        document["aspects"] = json!({ "a/b": "mixed", "food": "negative" });
        let sentiment = form.value(&document).unwrap();
        assert_eq!(sentiment.aspects[0].aspect, "food");
        let shown = form.shown(sentiment.to_answer().unwrap());
        assert_eq!(form.value(&shown).unwrap(), sentiment);
        let canonical = form.canonical(&shown, shown.to_string());
        assert_eq!(form.answer(&canonical), Some(shown));
        let written = serde_json::to_string(&sentiment).unwrap();
        assert_eq!(
            serde_json::from_str::<Sentiment>(&written).unwrap(),
            sentiment
        );
    }
}
