//! Usage, model by model.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::usage::Usage;

/// Tokens by the model that was asked: what [`Prices`](crate::cost::Prices) make a [`Cost`](crate::cost::Cost) of.
///
/// A session has one of its committed turns ([`Session::bill`](crate::Session::bill)), a report one of all attempts of a
/// run ([`Report::bill`](crate::Report::bill)). A model goes by the name that its provider was set up with
/// ([`Llm::model`](crate::Llm::model)), whatever the provider calls the one that answered.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::testing::Scripted;
/// use zyn::{Llm, Session};
///
/// let llm = Llm::new(Scripted::new(["Bonjour"]));
/// let mut session = Session::new();
/// zyn::transform("Into French").fire(&llm, &mut session, "Good day").await?;
/// let models: Vec<_> = session.bill().models().collect();
/// assert_eq!(models, [("scripted", session.usage())]);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Bill {
    usage: Usage,
    /// In the order of the names. Shared, as most conversations ask one model only and are cloned often.
    models: Arc<[(Arc<str>, Usage)]>,
    uncounted: u64,
}

impl Bill {
    /// All tokens together.
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// The tokens of each model, in the order of the names.
    pub fn models(&self) -> impl Iterator<Item = (&str, Usage)> {
        self.models.iter().map(|(name, usage)| (&**name, *usage))
    }

    /// How many answers there were whose tokens nobody counted; in the bill of a report, how many attempts that may have
    /// been billed. If there are any, the total is only a part.
    pub fn uncounted(&self) -> u64 {
        self.uncounted
    }

    /// Whether nothing is on it.
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// What came on top of `base`; `None` if that is not a part of this.
    pub(super) fn since(&self, base: &Self) -> Option<Self> {
        let in_base = |name: &Arc<str>| {
            let known = base.models.iter().find(|(known, _)| known == name);
            known.map_or_else(Usage::default, |(_, usage)| *usage)
        };
        let models = self.models.iter().map(|(name, usage)| {
            let more = usage.since(in_base(name))?;
            Some((Arc::clone(name), more))
        });
        Some(Self {
            usage: self.usage.since(base.usage)?,
            models: models.collect::<Option<_>>()?,
            uncounted: self.uncounted.checked_sub(base.uncounted)?,
        })
    }

    /// Adds all tokens of another.
    pub(crate) fn add_all(&mut self, other: &Self) {
        for (name, usage) in other.models.iter() {
            self.add(Some(name), *usage);
        }
        let named = other.models.iter().map(|(_, usage)| *usage).sum();
        self.usage += other.usage.since(named).unwrap_or_default();
        self.uncounted = self.uncounted.saturating_add(other.uncounted);
    }

    /// Adds an answer's tokens, or that nobody counted them.
    pub(crate) fn add_answer(&mut self, model: Option<&Arc<str>>, usage: Option<Usage>) {
        match usage {
            Some(usage) => self.add(model, usage),
            None => self.uncounted = self.uncounted.saturating_add(1),
        }
    }

    /// Notes attempts whose tokens nobody counted.
    pub(crate) fn add_uncounted(&mut self, attempts: u32) {
        self.uncounted = self.uncounted.saturating_add(attempts.into());
    }

    /// Adds the tokens of a model. Those of one without a name are in the total only.
    pub(crate) fn add(&mut self, model: Option<&Arc<str>>, usage: Usage) {
        self.usage += usage;
        let Some(model) = model.filter(|_| usage != Usage::default()) else {
            return;
        };
        let mut models = self.models.to_vec();
        match models.iter_mut().find(|(name, _)| name == model) {
            Some((_, known)) => *known += usage,
            None => models.push((Arc::clone(model), usage)),
        }
        models.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        self.models = models.into();
    }
}

/// The total's fields, then `models` if there are any: who knows nothing of models reads it as a [`Usage`].
#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(flatten)]
    usage: Usage,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    models: BTreeMap<Arc<str>, Usage>,
    #[serde(default, skip_serializing_if = "is_zero")]
    uncounted: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl From<Bill> for Stored {
    fn from(bill: Bill) -> Self {
        Self {
            usage: bill.usage,
            models: bill.models.iter().cloned().collect(),
            uncounted: bill.uncounted,
        }
    }
}

impl From<Stored> for Bill {
    fn from(stored: Stored) -> Self {
        Self {
            usage: stored.usage,
            models: stored.models.into_iter().collect(),
            uncounted: stored.uncounted,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn bill(entries: &[(&str, u64)]) -> Bill {
        let mut bill = Bill::default();
        for (model, tokens) in entries {
            let model = (!model.is_empty()).then(|| Arc::from(*model));
            bill.add(model.as_ref(), Usage::new(*tokens, 0));
        }
        bill
    }

    #[test]
    fn each_model_has_its_own_sum_whatever_the_order() {
        let mixed = bill(&[("b", 1), ("a", 2), ("b", 4), ("", 8)]);
        let models: Vec<_> = mixed.models().collect();
        assert_eq!(models, [("a", Usage::new(2, 0)), ("b", Usage::new(5, 0))]);
        assert_eq!(mixed.usage(), Usage::new(15, 0));
        assert_eq!(mixed, bill(&[("", 8), ("a", 2), ("b", 5)]));
    }

    #[test]
    fn it_is_stored_as_a_usage_with_models_beside() {
        let stored = serde_json::to_value(bill(&[("a", 2), ("", 1)])).unwrap();
        let of = |tokens| serde_json::to_value(Usage::new(tokens, 0)).unwrap();
        let mut expected = of(3);
        expected["models"] = json!({ "a": of(2) });
        assert_eq!(stored, expected);
        let total: Usage = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!(total, Usage::new(3, 0));
        let read: Bill = serde_json::from_value(stored).unwrap();
        assert_eq!(read, bill(&[("a", 2), ("", 1)]));
    }

    #[test]
    fn a_usage_alone_is_read_as_a_bill_without_names() {
        let read: Bill = serde_json::from_value(json!({ "input_tokens": 7 })).unwrap();
        assert_eq!(read, bill(&[("", 7)]));
    }
}
