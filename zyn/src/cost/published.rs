//! List prices, as data: where each is from, and when that page said so.
//!
//! Pages are OpenAI's own, `developers.openai.com/api/docs/models/<model>`, where one is named; else the price is that of
//! <https://github.com/pydantic/genai-prices>, `prices/providers/openai.yml` of 21 August 2026, with the day on which its
//! authors compared it with OpenAI's.

use super::price::Price;

pub(super) const OPENAI: &[(&str, Price)] = &[
    // genai-prices, compared on 18 March 2026; OpenAI's page of gpt-5-nano (autumn 2026) has the same input price
    ("gpt-5.4-mini", millidollars(750, 75, 4_500)),
    // page of gpt-5.4-nano, summer 2026
    ("gpt-5.4-nano", millidollars(200, 20, 1_250)),
    // page of gpt-5-mini, summer 2026
    ("gpt-5-mini", millidollars(250, 25, 2_000)),
    // page of gpt-5-nano, autumn 2026
    ("gpt-5-nano", millidollars(50, 5, 400)),
    // genai-prices, compared on 4 July 2025
    ("gpt-4.1", millidollars(2_000, 500, 8_000)),
    // genai-prices, compared on 4 July 2025; OpenAI's page of gpt-4.1-nano (summer 2026) has the same input price
    ("gpt-4.1-mini", millidollars(400, 100, 1_600)),
    // genai-prices, compared on 4 July 2025
    ("gpt-4o-mini", millidollars(150, 75, 600)),
];

/// Thousandths of a dollar for a million tokens: input, cached input, output.
const fn millidollars(input: u64, cached: u64, output: u64) -> Price {
    Price::new(input * 1_000, output * 1_000).cached(cached * 1_000)
}
