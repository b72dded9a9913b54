//! Items in order.

use std::sync::Arc;

use serde_json::{Value, json};

use super::form::{Form, Shape};
use super::input::{List, Unwritten};
use super::operation::{Asked, Operation};
use super::particulars::Particulars;
use super::to_prompt::{self, Part};
use super::{Instruction, Synapse, ToPrompt};
use crate::error::ErrorKind;
use crate::reply::Violation;
use crate::schema::{Schema, SchemaError};
use crate::session::Block;
use crate::verb::Verb;

/// Puts items in order. What comes back are the items themselves: all of them, each once, or as many as
/// [`top`](Synapse::top) says.
///
/// A model sees each item under a number, fenced by itself, and answers with numbers; so items may be alike, and no item
/// can pass for another. In the session the answer is the list of numbers. An empty list is an error before anything is
/// sent, and so is a blank item: there is nothing in it to rank. A list of one is asked about like any other: the turn in the conversation is the model's, never made up.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::testing::Scripted;
/// use zyn::{Llm, Session};
///
/// let llm = Llm::new(Scripted::new([r#"{"ranked":[2,3,1]}"#]));
/// let mut session = Session::new();
/// let urgent = zyn::rank("by urgency");
/// let tickets = ["A typo", "The site is down", "A slow page"];
/// let tickets = urgent.fire(&llm, &mut session, tickets).await?;
/// assert_eq!(tickets, ["The site is down", "A slow page", "A typo"]);
/// assert_eq!(session.at(1)?.text(), "[2,3,1]");
/// # Ok(()) }
/// ```
pub fn rank<X: ToPrompt + Clone + Send + Sync + 'static>(
    criteria: impl Into<Instruction>,
) -> Synapse<Vec<X>, List<X>> {
    Synapse::new(Verb::Rank, criteria, Ordering)
}

impl<X: 'static> Synapse<Vec<X>, List<X>> {
    /// Asks for the first `count` items only, at least 1; for all if there are fewer.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// # use zyn::testing::Scripted;
    /// # use zyn::{Llm, Session};
    /// let llm = Llm::new(Scripted::new([r#"{"ranked":[2]}"#]));
    /// let first = zyn::rank("by urgency").top(1);
    /// let first = first.fire(&llm, &mut Session::new(), ["A typo", "The site is down"]).await?;
    /// assert_eq!(first, ["The site is down"]);
    /// # Ok(()) }
    /// ```
    pub fn top(mut self, count: usize) -> Self {
        self.particulars.top = Some(count);
        self
    }
}

struct Ordering;

impl<X: ToPrompt + Clone + Send + Sync + 'static> Operation<Vec<X>, List<X>> for Ordering {
    fn ask(
        &self,
        List(items): List<X>,
        particulars: &Particulars,
    ) -> Result<Asked<Vec<X>>, ErrorKind> {
        if items.is_empty() {
            return Err(ErrorKind::EmptyInput);
        }
        let mut blocks: Vec<Block> = Vec::with_capacity(items.len());
        for (item, number) in items.iter().zip(1..) {
            let parts = Unwritten::unless::<X, _>(item.try_parts())?;
            if parts.iter().all(Part::is_blank) {
                return Err(ErrorKind::EmptyItem { number });
            }
            blocks.extend(to_prompt::blocks(&format!("item {number}"), parts));
        }
        Ok(Asked {
            blocks,
            form: Arc::new(Ordered {
                wanted: particulars.top.unwrap_or(items.len()).min(items.len()),
                items,
            }),
        })
    }
}

/// The answer that is an order of these items.
struct Ordered<X> {
    items: Vec<X>,
    /// How many of them are asked for.
    wanted: usize,
}

impl<X> Ordered<X> {
    /// The places in `items` that a list of numbers names, if these are as many as are asked for and each another.
    fn places(&self, numbers: &Value) -> Option<Vec<usize>> {
        let mut seen = vec![false; self.items.len()];
        let place = |number: &Value| {
            let place = usize::try_from(number.as_u64()?).ok()?.checked_sub(1)?;
            let seen = seen.get_mut(place)?;
            (!std::mem::replace(seen, true)).then_some(place)
        };
        let places: Option<Vec<usize>> = numbers.as_array()?.iter().map(place).collect();
        places.filter(|places| places.len() == self.wanted)
    }
}

impl<X: ToPrompt + Clone + Send + Sync + 'static> Ordered<X> {
    fn ordered(&self, numbers: &Value) -> Option<Vec<X>> {
        let places = self.places(numbers)?;
        let items = places
            .into_iter()
            .map(|place| self.items.get(place).cloned());
        items.collect()
    }
}

impl<X: ToPrompt + Clone + Send + Sync + 'static> Form<Vec<X>> for Ordered<X> {
    fn shape(&self) -> Result<Shape, SchemaError> {
        let (count, wanted) = (self.items.len(), self.wanted);
        let about = match wanted {
            wanted if wanted == count => "The numbers of all items, in order.".to_owned(),
            1 => "The number of the first item.".to_owned(),
            wanted => format!("The numbers of the first {wanted} items, in order."),
        };
        let ranked = json!({
            "type": "array",
            "description": about,
            "items": { "type": "integer", "minimum": 1, "maximum": count },
            "minItems": wanted,
            "maxItems": wanted,
            "uniqueItems": true,
        });
        let document = json!({
            "type": "object",
            "properties": { "ranked": ranked },
            "required": ["ranked"],
            "additionalProperties": false,
        });
        Schema::from_value("Ranking", document).map(Shape::Fields)
    }

    fn value(&self, answer: &Value) -> Result<Vec<X>, Vec<Violation>> {
        let numbers = answer.get("ranked").unwrap_or(&Value::Null);
        self.ordered(numbers).ok_or_else(|| {
            let (count, wanted) = (self.items.len(), self.wanted);
            let expected = format!("{wanted} different numbers from 1 to {count}");
            vec![Violation::new("/ranked", expected).found(numbers)]
        })
    }

    fn canonical(&self, answer: &Value, _: String) -> String {
        answer
            .get("ranked")
            .map(Value::to_string)
            .unwrap_or_default()
    }

    fn answer(&self, canonical: &str) -> Option<Value> {
        let numbers: Value = serde_json::from_str(canonical).ok()?;
        Some(json!({ "ranked": numbers }))
    }

    /// Each item of `value` as the number of the first item like it that is not taken; 0 for what is no item.
    fn shown(&self, value: Value) -> Value {
        let mut left: Vec<Option<Value>> = self
            .items
            .iter()
            .map(|item| item.to_answer().ok())
            .collect();
        let mut number = |wanted: &Value| {
            let place = left.iter().position(|item| item.as_ref() == Some(wanted));
            place.map_or(0, |place| {
                if let Some(taken) = left.get_mut(place) {
                    *taken = None;
                }
                place + 1
            })
        };
        let ranked: Vec<usize> = value
            .as_array()
            .into_iter()
            .flatten()
            .map(&mut number)
            .collect();
        json!({ "ranked": ranked })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(wanted: usize) -> Ordered<&'static str> {
        let items = vec!["a", "b", "a"];
        Ordered { items, wanted }
    }

    #[test]
    fn only_so_many_different_numbers_of_items_are_an_order() {
        let two = ordered(2);
        assert_eq!(two.ordered(&json!([3, 2])), Some(vec!["a", "b"]));
        for numbers in [
            json!([1]),
            json!([1, 2, 3]),
            json!([2, 2]),
            json!([0, 1]),
            json!([1, 4]),
            json!([1, -1]),
            json!([1, 2.0]),
            json!([1, u64::MAX]),
            json!("12"),
            json!(null),
        ] {
            assert_eq!(two.ordered(&numbers), None, "{numbers}");
        }
    }

    #[test]
    fn equal_items_are_shown_under_numbers_of_their_own() {
        let shown = |items: Value| ordered(3).shown(items)["ranked"].clone();
        assert_eq!(shown(json!(["a", "a", "b"])), json!([1, 3, 2]));
        assert_eq!(shown(json!(["a", "a", "a"])), json!([1, 3, 0]));
    }

    #[test]
    fn an_order_reads_back_from_its_canonical_text_for_these_items_alone() {
        let answer = json!({ "ranked": [2, 3, 1] });
        let canonical = ordered(3).canonical(&answer, String::new());
        let answer = ordered(3).answer(&canonical).unwrap();
        assert_eq!(ordered(3).value(&answer).unwrap(), ["b", "a", "a"]);
        assert!(ordered(2).value(&answer).is_err());
    }
}
