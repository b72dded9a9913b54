//! Numbers within their limits.

use fastrand::Rng;
use serde_json::{Map, Number, Value, json};

use crate::schema::node::Node;
use crate::schema::sample::GREATEST;

/// How far apart the ends are where the schema sets one end at most.
const SPAN: i128 = 99;

/// Beyond this a whole number is not exact as a float.
const EXACT: f64 = 9_007_199_254_740_992.0;

pub(super) fn integer(node: Node<'_>, rng: &mut Rng) -> Result<Value, String> {
    let (least, most) = ends(node);
    let step = whole_step(node)?;
    let least = least.map(|end| end.up());
    let most = most.map(|end| end.down());
    let (least, most) = match (least, most) {
        (Some(least), Some(most)) => (least, most),
        (Some(least), None) => (least, least.saturating_add(SPAN.saturating_mul(step))),
        (None, Some(most)) => (most.saturating_sub(SPAN.saturating_mul(step)), most),
        (None, None) => (0, SPAN.saturating_mul(step)),
    };
    // what no Rust integer holds is no answer
    let (least, most) = (least.max(i64::MIN.into()), most.min(u64::MAX.into()));
    let (first, last) = (
        least.div_euclid(step) + i128::from(least.rem_euclid(step) != 0),
        most.div_euclid(step),
    );
    if first > last {
        return Err(format!("no whole number is from {least} to {most}"));
    }
    let made = rng.i128(first..=last) * step;
    let made = i64::try_from(made)
        .map(Value::from)
        .or_else(|_| u64::try_from(made).map(Value::from));
    made.map_err(|_| "no number of 64 bits fits".to_owned())
}

pub(super) fn number(node: Node<'_>, rng: &mut Rng) -> Result<Value, String> {
    let (least, most) = ends(node);
    let (low, high) = match (least, most) {
        (Some(low), Some(high)) => (low.at(), high.at()),
        (Some(low), None) => (low.at(), low.at() + SPAN as f64),
        (None, Some(high)) => (high.at() - SPAN as f64, high.at()),
        (None, None) => (0.0, SPAN as f64),
    };
    let fits = |made: f64| {
        least.is_none_or(|end| end.admits_above(made))
            && most.is_none_or(|end| end.admits_below(made))
    };
    if node.get(GREATEST) == Some(&Value::Bool(true)) && fits(high) {
        return Ok(written(high));
    }
    let made = match step(node)? {
        Some(step) => {
            let (first, last) = ((low / step).floor(), (high / step).ceil());
            let times = rng.f64() * (last - first) + first;
            let tried = [times.round(), first, first + 1.0, last, last - 1.0];
            let tried = tried.map(|times| rounded(times * step, 1e10));
            tried.into_iter().find(|made| fits(*made))
        }
        None => {
            let made = low + (high - low) * rng.f64();
            let tried = [
                rounded(made, 100.0),
                made,
                low,
                high,
                low / 2.0 + high / 2.0,
            ];
            tried.into_iter().find(|made| fits(*made))
        }
    };
    made.map(written)
        .ok_or_else(|| format!("no number from {low} to {high} fits"))
}

/// Makes the numbers of `fields` parts of `sum`.
pub(super) fn share(fields: &mut Map<String, Value>, sum: f64) {
    let whole: f64 = fields.values().filter_map(Value::as_f64).sum();
    let count = fields.len();
    let mut left = sum;
    for (place, field) in fields.values_mut().enumerate() {
        let part = match field.as_f64() {
            Some(part) if whole > 0.0 => rounded(sum * part / whole, 100.0).min(left),
            _ => 0.0,
        };
        let part = if place + 1 == count { left } else { part };
        left -= part;
        *field = written(rounded(part, 1e10));
    }
}

/// One end of the numbers.
#[derive(Clone, Copy)]
struct End<'a> {
    number: &'a Number,
    /// Whether it is not among them itself.
    open: bool,
}

impl End<'_> {
    fn at(self) -> f64 {
        self.number.as_f64().unwrap_or_default()
    }

    fn whole(self) -> Option<i128> {
        let signed = self.number.as_i64().map(i128::from);
        signed.or_else(|| self.number.as_u64().map(i128::from))
    }

    /// The first whole number that is in.
    fn up(self) -> i128 {
        match self.whole() {
            Some(whole) => whole + i128::from(self.open),
            None if self.open => self.at().floor() as i128 + 1,
            None => self.at().ceil() as i128,
        }
    }

    /// The last whole number that is in.
    fn down(self) -> i128 {
        match self.whole() {
            Some(whole) => whole - i128::from(self.open),
            None if self.open => self.at().ceil() as i128 - 1,
            None => self.at().floor() as i128,
        }
    }

    fn admits_above(self, made: f64) -> bool {
        made > self.at() || (!self.open && made == self.at())
    }

    fn admits_below(self, made: f64) -> bool {
        made < self.at() || (!self.open && made == self.at())
    }
}

/// The stricter of the limits below and above.
fn ends(node: Node<'_>) -> (Option<End<'_>>, Option<End<'_>>) {
    let end = |keyword, open| match node.get(keyword) {
        Some(Value::Number(number)) => Some(End { number, open }),
        _ => None,
    };
    let least = [end("exclusiveMinimum", true), end("minimum", false)];
    let most = [end("exclusiveMaximum", true), end("maximum", false)];
    let order = |a: &End<'_>, b: &End<'_>| a.at().total_cmp(&b.at());
    (
        // of equals, the last and the first: those that are open
        least.into_iter().rev().flatten().max_by(order),
        most.into_iter().flatten().min_by(order),
    )
}

fn step(node: Node<'_>) -> Result<Option<f64>, String> {
    match node.get("multipleOf").and_then(Value::as_f64) {
        Some(step) if step > 0.0 => Ok(Some(step)),
        Some(step) => Err(format!("nothing is a multiple of {step}")),
        None => Ok(None),
    }
}

/// The least whole number all of whose multiples are multiples of the step.
fn whole_step(node: Node<'_>) -> Result<i128, String> {
    let Some(step) = step(node)? else {
        return Ok(1);
    };
    let mut whole = (1..=10_000).map(|times| step * f64::from(times));
    let whole = whole.find(|many| *many >= 1.0 && (many - many.round()).abs() < 1e-9);
    let whole = whole.map(|many| many.round() as i128);
    whole.ok_or_else(|| format!("no small whole number is a multiple of {step}"))
}

fn rounded(made: f64, by: f64) -> f64 {
    let rounded = (made * by).round() / by;
    if rounded.is_finite() { rounded } else { made }
}

/// As JSON writes it: a whole number without a point.
fn written(made: f64) -> Value {
    if made.fract() == 0.0 && made.abs() < EXACT {
        json!(made as i64)
    } else {
        json!(made)
    }
}
