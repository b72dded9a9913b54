//! How likely the model was to write the answer that it wrote.
//!
//! The tokens are laid beside the reply, the values of the answer are found in it, and the tokens that have a byte in one
//! of them are counted. Where that does not come out even, there is no number: none is made up.

use std::cell::Cell;
use std::collections::HashSet;
use std::ops::Range;

use serde::de::IgnoredAny;

use super::beside::Beside;
use super::step::StepCall;
use crate::provider::{Response, Token};
use crate::refusal::Unmeasured;
use crate::reply::{Coercion, Repair};
use crate::schema::pointer;
use crate::verb::Verb;

/// The probability of the answer to `call` in `response`, by the rule that [`Confidence::Measured`](super::Confidence)
/// states. `repairs` were made to read it.
pub(super) fn probability(
    response: &Response,
    repairs: &[Repair],
    call: &StepCall,
) -> Result<f64, Unmeasured> {
    if response.tokens.is_empty() {
        return Err(Unmeasured::NotGiven);
    }
    let (text, tokens) = (&*response.text, &*response.tokens);
    let values = match (&call.schema, call.verb()) {
        (None, _) => Some(vec![trimmed(text)]),
        (Some(_), Some(Verb::Classify)) => kept(text, repairs, |field| field == "label"),
        (Some(_), Some(Verb::Binary)) => kept(text, repairs, |field| field == "answer"),
        (Some(_), _) => {
            let beside = Beside::of(&call.options).names();
            kept(text, repairs, |field| !beside.contains(&field))
        }
    };
    let logprobs = values.and_then(|values| within(&values, tokens, text));
    let is_one_choice = matches!(call.verb(), Some(Verb::Classify | Verb::Binary));
    logprobs
        .and_then(|logprobs| combined(&logprobs, is_one_choice))
        .ok_or(Unmeasured::NotFound)
}

/// All together, or on average.
fn combined(logprobs: &[f64], together: bool) -> Option<f64> {
    // a logarithm of a probability is not above 0, but for rounding
    const ROUNDING: f64 = 1e-3;
    if logprobs.is_empty() || !logprobs.iter().all(|it| *it <= ROUNDING) {
        return None;
    }
    let sum: f64 = logprobs.iter().sum();
    let count: f64 = logprobs.iter().map(|_| 1.0).sum();
    let log = if together { sum } else { sum / count };
    Some(log.exp().min(1.0))
}

/// The log-probabilities of the tokens that have a byte in one of `values`, which are places in `text`.
fn within(values: &[Range<usize>], tokens: &[Token], text: &str) -> Option<Vec<f64>> {
    let mut at = 0_usize;
    let begin = begin(tokens, text)?;
    let mut found = Vec::new();
    for token in tokens {
        let (start, end) = (at, at + token.bytes.len());
        at = end;
        let has_byte_in = |value: &Range<usize>| {
            let (from, to) = (begin + value.start, begin + value.end);
            start.max(from) < end.min(to)
        };
        if values.iter().any(has_byte_in) {
            found.push(token.logprob);
        }
    }
    Some(found)
}

/// Where `text` begins among the bytes of all tokens. Hidden reasoning may stand before it, and the mark of its end behind
/// it, which is one token.
pub(crate) fn begin(tokens: &[Token], text: &str) -> Option<usize> {
    let mut bytes: Vec<u8> = Vec::new();
    for token in tokens {
        bytes.extend_from_slice(&token.bytes);
    }
    let mark = tokens.last().map_or(0, |token| token.bytes.len());
    let unmarked = bytes.get(..bytes.len().saturating_sub(mark))?;
    let before = bytes
        .strip_suffix(text.as_bytes())
        .or_else(|| unmarked.strip_suffix(text.as_bytes()))?;
    Some(before.len())
}

fn trimmed(text: &str) -> Range<usize> {
    let start = text.len() - text.trim_start().len();
    start..start + text.trim().len()
}

/// As [`values`], without the fields that were left out. Where a list was read as its item, or where something was left
/// out within a value, the place of the answer is not known.
fn kept(
    text: &str,
    repairs: &[Repair],
    wanted: impl Fn(&str) -> bool,
) -> Option<Vec<Range<usize>>> {
    let is_opened = |repair: &Repair| match repair {
        Repair::Coerced { path, how } => {
            *how == Coercion::FromList && path.matches('/').count() < 2
        }
        _ => false,
    };
    if repairs.iter().any(is_opened) {
        return None;
    }
    let left_out = repairs.iter().filter_map(|repair| match repair {
        Repair::LeftOut { path } => Some(path.as_str()),
        _ => None,
    });
    let left_out: HashSet<&str> = left_out.collect();
    let met = Cell::new(0);
    let values = values(text, |field| {
        let is_out = left_out.contains(&*pointer::join("", field));
        met.set(met.get() + usize::from(is_out));
        !is_out && wanted(field)
    });
    values.filter(|_| met.get() == left_out.len())
}

/// Where the values of the fields that are `wanted` stand, in a reply whose only JSON is the answer.
fn values(text: &str, wanted: impl Fn(&str) -> bool) -> Option<Vec<Range<usize>>> {
    const END_OF_THOUGHT: &str = "</think>";
    let answer = match text.trim_start().starts_with("<think>") {
        true => text.find(END_OF_THOUGHT)? + END_OF_THOUGHT.len(),
        false => 0,
    };
    let brackets = ['{', '['];
    let start = answer + text.get(answer..)?.find(brackets)?;
    let end = end_of_value(text, start)?;
    if text.get(end..)?.contains(brackets) {
        return None;
    }
    if text.get(start..)?.starts_with('[') {
        let whole = start..end;
        return Some(vec![whole]);
    }
    let mut found = Vec::new();
    let mut at = blanks(text, start + 1)?;
    while !text.get(at..)?.starts_with('}') {
        let name = at..end_of_value(text, at)?;
        let colon = blanks(text, name.end)?;
        let value = blanks(text, colon + 1)?;
        let value = value..end_of_value(text, value)?;
        at = blanks(text, value.end)?;
        if text.get(at..)?.starts_with(',') {
            at = blanks(text, at + 1)?;
        }
        let name: String = serde_json::from_str(text.get(name)?).ok()?;
        if wanted(&name) {
            found.push(unquoted(text, value)?);
        }
    }
    Some(found)
}

/// Where the JSON value ends that begins at `start`.
fn end_of_value(text: &str, start: usize) -> Option<usize> {
    let rest = serde_json::Deserializer::from_str(text.get(start..)?);
    let mut rest = rest.into_iter::<IgnoredAny>();
    rest.next()?.ok()?;
    Some(start + rest.byte_offset())
}

/// Where the blanks end that begin at `start`.
fn blanks(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    Some(text.len() - rest.trim_start().len())
}

/// A value without the quotes round it.
fn unquoted(text: &str, value: Range<usize>) -> Option<Range<usize>> {
    let quoted = text.get(value.clone())?.starts_with('"');
    Some(match quoted {
        true => value.start + 1..value.end.saturating_sub(1),
        false => value,
    })
}

#[cfg(test)]
mod tests;
