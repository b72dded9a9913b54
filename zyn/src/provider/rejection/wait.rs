//! How long a sentence asks to wait: "Please try again in 6m0s", "retry after 37 seconds".

use std::time::Duration;

use crate::provider::headers;

/// What stands before the wait.
const BEFORE: &[&str] = &[
    "try again in ",
    "try again after ",
    "retry in ",
    "retry after ",
];

/// Units, and how many seconds they are.
const UNITS: &[(&[&str], f64)] = &[
    (&["ms", "millisecond", "milliseconds"], 0.001),
    (&["s", "sec", "secs", "second", "seconds"], 1.0),
    (&["m", "min", "mins", "minute", "minutes"], 60.0),
    (&["h", "hour", "hours"], 3_600.0),
    (&["day", "days"], 86_400.0),
];

/// The wait in a sentence in lower case, if it is one with a unit.
pub(super) fn in_words(text: &str) -> Option<Duration> {
    BEFORE.iter().find_map(|before| {
        let mut after = text.split(before).skip(1);
        after.find_map(duration)
    })
}

/// The duration at the beginning of `text`: `1h2m3s`, `1 minute and 30 seconds`.
fn duration(text: &str) -> Option<Duration> {
    let mut whole = None::<Duration>;
    let mut rest = text;
    while let Some((part, after)) = one(rest) {
        whole = Some(whole.unwrap_or_default().saturating_add(part));
        let after = after.trim_start_matches([' ', ',']);
        rest = after.strip_prefix("and ").unwrap_or(after);
    }
    whole
}

/// A number with its unit, and what follows.
fn one(text: &str) -> Option<(Duration, &str)> {
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let (number, rest) = split(text, is_number);
    if number.ends_with('.') {
        // of a sentence
        return None;
    }
    let (unit, rest) = split(rest.trim_start(), |c| c.is_ascii_alphabetic());
    let (_, seconds) = UNITS.iter().find(|(names, _)| names.contains(&unit))?;
    Some((headers::duration(number, *seconds)?, rest))
}

/// The beginning whose characters are all `of` a kind, and the rest.
fn split(text: &str, of: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !of(c)).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, millis: Option<u64>) {
        let wanted = millis.map(Duration::from_millis);
        assert_eq!(in_words(&text.to_lowercase()), wanted, "{text}");
    }

    #[test]
    fn a_wait_with_a_unit_is_read() {
        check("Please try again in 20s. Visit https://", Some(20_000));
        check("Please try again in 6m0s. Visit", Some(360_000));
        check("Please try again in 120ms. Visit", Some(120));
        check("Please try again in 1.574s.", Some(1_574));
        check("try again in 9m38.016s", Some(578_016));
        check("try again in 1h2m3s", Some(3_723_000));
        check("Try again in 2 seconds.", Some(2_000));
        check("Please retry after 37 seconds. Please go", Some(37_000));
        check("please try again after 1 seconds", Some(1_000));
        check("try again in 1 minute and 30 seconds", Some(90_000));
        check("try again in 2 minutes, 5 at a time", Some(120_000));
        check("Try again in a while. Try again in 3s", Some(3_000));
        check("retry in 1e9 days", None);
        check("retry in 99999999 days", Some(86_400_000));
    }

    #[test]
    fn what_has_no_number_or_no_unit_is_no_wait() {
        for text in [
            "",
            "please try again",
            "try again in a few minutes",
            "try again in 20",
            "try again in 20. Second",
            "try again in 3 attempts",
            "try again in .s",
            "your limit will reset at 2026-11-27 15:00:00",
            "limit 5 s reached",
        ] {
            check(text, None);
        }
    }
}
