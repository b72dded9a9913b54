//! What tokens cost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::amount::Cost;
use super::published;
use crate::session::{Bill, Usage};

/// The price of a model's tokens, in millionths of a US dollar for a million tokens.
///
/// # Examples
///
/// ```
/// use zyn::cost::Price;
///
/// // $2.00 to read a million tokens, $0.50 for those from the provider's cache, $8.00 to write a million
/// let price = Price::new(2_000_000, 8_000_000).cached(500_000);
/// # assert_eq!(price.cached, 500_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Price {
    /// Of tokens read.
    pub input: u64,
    /// Of tokens read that came from the provider's cache.
    pub cached: u64,
    /// Of tokens read that were written into the provider's cache; as those read if it is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<u64>,
    /// Of tokens written, reasoning included.
    pub output: u64,
}

impl Price {
    /// The price of a million tokens read and of a million written, in millionths of a US dollar. What comes from the
    /// provider's cache, or is written into it, costs as much as the rest of the input.
    pub const fn new(input: u64, output: u64) -> Self {
        Self {
            input,
            cached: input,
            written: None,
            output,
        }
    }

    /// Sets the price of a million tokens that come from the provider's cache.
    #[must_use]
    pub const fn cached(mut self, cached: u64) -> Self {
        self.cached = cached;
        self
    }

    /// Sets the price of a million tokens that are written into the provider's cache, where that costs more than to read
    /// them (Anthropic: a quarter more for five minutes, twice as much for an hour).
    #[must_use]
    pub const fn written(mut self, written: u64) -> Self {
        self.written = Some(written);
        self
    }

    fn of(self, usage: Usage) -> Cost {
        let cached = usage.cached_tokens.min(usage.input_tokens);
        let written = usage.written_tokens.min(usage.input_tokens - cached);
        let part = |tokens: u64, price: u64| Cost(u128::from(tokens) * u128::from(price));
        part(usage.input_tokens - cached - written, self.input)
            + part(cached, self.cached)
            + part(written, self.written.unwrap_or(self.input))
            + part(usage.output_tokens, self.output)
    }
}

/// Prices by model: a table that anyone can add to.
///
/// A model goes by the name that its provider was set up with. A name that is not in the table finds the longest one that
/// it is a version of: `gpt-4.1-mini-2025-04-14` is a version of `gpt-4.1-mini`; `gpt-4.1-mini` is none of `gpt-4.1`. A
/// version is `latest`, a date (`2025-04-14`, `20250414`, `0414`, `2504`) or a number such as `001`. Every other ending
/// (`-audio-preview`, `:free`) names another model, which may have another price.
///
/// # Examples
///
/// ```
/// use zyn::Usage;
/// use zyn::cost::{Price, Prices};
///
/// let prices = Prices::openai().price("house-model", Price::new(100_000, 400_000));
/// let usage = Usage::new(2_000_000, 500_000);
/// assert_eq!(prices.cost("house-model-2026-11-01", usage).unwrap().to_string(), "$0.40");
/// assert_eq!(prices.cost("another-model", usage), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prices(BTreeMap<String, Price>);

impl Prices {
    /// No prices.
    pub fn new() -> Self {
        Self::default()
    }

    /// What OpenAI asked for some of its models, with the processing that a request without `service_tier` gets, as its
    /// pages said when this version of zyn was made.
    ///
    /// Only models with one price each for input, cached input and output are here. Those that charge more for a long
    /// input, or for what they write to their cache, have none: a [`Usage`] does not tell these apart. Prices change, so
    /// compare them with [OpenAI's](https://developers.openai.com/api/docs/pricing) before you rely on them;
    /// [`price`](Self::price) overrides.
    pub fn openai() -> Self {
        let known = published::OPENAI.iter();
        Self(
            known
                .map(|(model, price)| ((*model).to_owned(), *price))
                .collect(),
        )
    }

    /// Adds the price of a model, or replaces it.
    #[must_use]
    pub fn price(mut self, model: impl Into<String>, price: Price) -> Self {
        self.0.insert(model.into(), price);
        self
    }

    /// What `usage` of `model` costs; `None` if the model has no price.
    pub fn cost(&self, model: &str, usage: Usage) -> Option<Cost> {
        self.find(model).map(|price| price.of(usage))
    }

    /// What all of `bill` costs; `None` if a model in it has no price, tokens in it have no model, or an answer's tokens
    /// were not counted.
    pub fn total(&self, bill: &Bill) -> Option<Cost> {
        let named: Usage = bill.models().map(|(_, usage)| usage).sum();
        if named != bill.usage() || bill.uncounted() > 0 {
            return None;
        }
        let costs = bill.models().map(|(model, usage)| self.cost(model, usage));
        costs.sum()
    }

    fn find(&self, model: &str) -> Option<Price> {
        let versions = model.rmatch_indices('-');
        let versions = versions.filter_map(|(at, _)| model.split_at_checked(at));
        let bases = versions.filter(|(_, ending)| is_version(ending));
        let names = std::iter::once(model).chain(bases.map(|(base, _)| base));
        names.filter_map(|name| self.0.get(name)).next().copied()
    }
}

/// Whether `ending`, which begins with a hyphen, names a version of a model and not another model.
fn is_version(ending: &str) -> bool {
    let parts: Vec<&str> = ending.split('-').skip(1).collect();
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match *parts {
        ["latest"] => true,
        [one] => number(one) && (matches!(one.len(), 4 | 6 | 8) || one.starts_with("00")),
        [year, month, day] => {
            parts.iter().all(|part| number(part))
                && (year.len(), month.len(), day.len()) == (4, 2, 2)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::amount::DOLLAR;
    use super::*;

    fn table(models: &[&str]) -> Prices {
        let prices = models.iter().zip(1..);
        prices.fold(Prices::new(), |table, (model, dollars)| {
            table.price(*model, Price::new(dollars * 1_000_000, 0))
        })
    }

    /// The dollars that a million tokens of `model` cost.
    fn dollars(prices: &Prices, model: &str) -> Option<u128> {
        let cost = prices.cost(model, Usage::new(1_000_000, 0));
        cost.map(|cost| cost.picodollars() / DOLLAR)
    }

    #[test]
    fn a_version_finds_its_model_and_no_other() {
        let prices = table(&["gpt-4.1", "gpt-4.1-mini", "o3", "qwen3"]);
        for version in [
            "",
            "-2025-04-14",
            "-20250414",
            "-0414",
            "-250414",
            "-001",
            "-latest",
        ] {
            assert_eq!(dollars(&prices, &format!("gpt-4.1{version}")), Some(1));
            assert_eq!(dollars(&prices, &format!("gpt-4.1-mini{version}")), Some(2));
            assert_eq!(dollars(&prices, &format!("gpt-4.1-nano{version}")), None);
        }
        for other in [
            "gpt-4",
            "o3-mini",
            "o3-pro-2025-06-10",
            "qwen3:4b",
            "qwen3-4b",
            "o3-5",
        ] {
            assert_eq!(dollars(&prices, other), None, "{other}");
        }
        for other in [
            "gpt-4.1-",
            "gpt-4.1--",
            "gpt-4.1-2025-4-14",
            "xo3",
            "",
            "-",
            "gpt-4.1-é",
        ] {
            assert_eq!(dollars(&prices, other), None, "{other}");
        }
    }

    #[test]
    fn the_longest_name_wins() {
        let prices = table(&["m", "m-2026-01-01"]);
        assert_eq!(dollars(&prices, "m-2026-01-01"), Some(2));
        assert_eq!(dollars(&prices, "m-2026-01-02"), Some(1));
    }

    #[test]
    fn a_price_given_later_replaces() {
        let prices = Prices::openai().price("gpt-4.1", Price::new(7_000_000, 0));
        assert_eq!(dollars(&prices, "gpt-4.1"), Some(7));
        assert_eq!(dollars(&prices, "gpt-4.1-2025-04-14"), Some(7));
    }

    #[test]
    fn cached_tokens_have_their_own_price_and_reasoning_is_output() {
        let price = Price::new(2_000_000, 8_000_000).cached(500_000);
        let mut usage = Usage::new(1_000, 100);
        usage.cached_tokens = 600;
        usage.reasoning_tokens = 90;
        let picos = 400 * 2_000_000 + 600 * 500_000 + 100 * 8_000_000;
        assert_eq!(price.of(usage), Cost(picos));
        usage.cached_tokens = 5_000;
        assert_eq!(
            price.of(usage),
            Cost(1_000 * 500_000 + 800_000_000),
            "no more than was read"
        );
    }

    #[test]
    fn sums_are_exact_and_saturate() {
        let tenth = Price::new(100_000, 0).of(Usage::new(1_000_000, 0));
        let sum: Cost = std::iter::repeat_n(tenth, 30).sum();
        assert_eq!(sum.to_string(), "$3.00");
        assert_eq!(Cost(u128::MAX) + tenth, Cost(u128::MAX));
        let most = Price::new(u64::MAX, u64::MAX).of(Usage::new(u64::MAX, u64::MAX));
        assert_eq!(most, Cost(u128::MAX));
    }

    #[test]
    fn a_bill_has_no_total_if_a_model_has_no_price_or_tokens_have_no_model() {
        let prices = table(&["a", "b"]);
        let million = Usage::new(1_000_000, 0);
        let mut bill = Bill::default();
        assert_eq!(prices.total(&bill), Some(Cost(0)));
        bill.add(Some(&"a".into()), million);
        bill.add(Some(&"b-latest".into()), million);
        assert_eq!(prices.total(&bill), Some(Cost(3 * DOLLAR)));
        let mut unpriced = bill.clone();
        unpriced.add(Some(&"c".into()), Usage::new(1, 0));
        assert_eq!(prices.total(&unpriced), None);
        bill.add(None, Usage::new(1, 0));
        assert_eq!(prices.total(&bill), None);
    }

    #[test]
    fn a_table_is_data_in_a_file_too() {
        let file = r#"{"m":{"input":2000000,"cached":500000,"output":8000000}}"#;
        let prices: Prices = serde_json::from_str(file).unwrap();
        let price = Price::new(2_000_000, 8_000_000).cached(500_000);
        assert_eq!(prices, Prices::new().price("m", price));
        assert_eq!(serde_json::to_string(&prices).unwrap(), file);
    }

    #[test]
    fn the_published_table_is_sane() {
        assert_eq!(
            Prices::openai().0.len(),
            published::OPENAI.len(),
            "a name twice"
        );
        for (model, price) in published::OPENAI {
            assert!(
                price.cached < price.input && price.input < price.output,
                "{model}"
            );
        }
    }
}
