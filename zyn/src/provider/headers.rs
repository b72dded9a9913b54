//! What a reply's headers say about repeating the call, about what is left of a limit, and about whom to ask.

use std::time::Duration;

use reqwest::header::HeaderMap;

use super::Remaining;
use crate::clock;

/// Longer waits are cut to this: a day is already far beyond what anyone waits for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// More than this is no number of requests or tokens that anyone is given.
const MOST: u64 = 1_000_000_000_000;

/// How long the server asks to wait: `retry-after-ms`, else `retry-after` in seconds or as a date.
///
/// A date is read against the reply's own `date`, so that a wrong clock on this side does no harm; only where there is
/// none, against that clock. What cannot be read is as good as absent.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name, unit| duration(text(headers, name)?, unit);
    let date = |name| httpdate::parse_http_date(text(headers, name)?.trim()).ok();
    number("retry-after-ms", 0.001)
        .or_else(|| number("retry-after", 1.0))
        .or_else(|| {
            let at = date("retry-after")?;
            let now = date("date").unwrap_or_else(clock::wall);
            Some(at.duration_since(now).unwrap_or_default().min(LONGEST))
        })
}

/// A number of units, each so many seconds.
pub(super) fn duration(text: &str, unit: f64) -> Option<Duration> {
    let seconds = text.trim().parse::<f64>().ok()? * unit;
    if seconds.is_nan() || seconds < 0.0 {
        return None;
    }
    Some(Duration::try_from_secs_f64(seconds).map_or(LONGEST, |wait| wait.min(LONGEST)))
}

/// What the server says about repeating the call.
pub(super) fn should_retry(headers: &HeaderMap) -> Option<bool> {
    match text(headers, "x-should-retry")? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// What the server says is left of its limits, if it does.
pub(super) fn remaining(headers: &HeaderMap) -> Option<Remaining> {
    let mut left = Remaining::default();
    for (name, value) in headers {
        let what = match name.as_str() {
            // OpenAI, Azure, Groq, xAI and many others; Mistral and Cerebras by the minute, the hour, the day, the month
            "x-ratelimit-remaining-requests"
            | "x-ratelimit-remaining-requests-minute"
            | "x-ratelimit-remaining-requests-hour"
            | "x-ratelimit-remaining-requests-day"
            | "x-ratelimit-remaining-req-minute"
            | "anthropic-ratelimit-requests-remaining" => &mut left.requests,
            "x-ratelimit-remaining-tokens"
            | "x-ratelimit-remaining-tokens-minute"
            | "x-ratelimit-remaining-tokens-hour"
            | "x-ratelimit-remaining-tokens-day"
            | "x-ratelimit-remaining-tokens-month"
            | "anthropic-ratelimit-tokens-remaining" => &mut left.tokens,
            // Mistral's former names
            "ratelimitbysize-remaining"
            | "x-ratelimitbysize-remaining-minute"
            | "x-ratelimitbysize-remaining-month" => &mut left.tokens,
            // Together
            "x-ratelimit-remaining" => &mut left.requests,
            "x-tokenlimit-remaining" => &mut left.tokens,
            // Fireworks
            "x-ratelimit-remaining-tokens-prompt"
            | "anthropic-ratelimit-input-tokens-remaining" => &mut left.input_tokens,
            "x-ratelimit-remaining-tokens-generated"
            | "anthropic-ratelimit-output-tokens-remaining" => &mut left.output_tokens,
            _ => continue,
        };
        let said = value.to_str().ok().and_then(|it| it.trim().parse().ok());
        let said = said.filter(|it| *it <= MOST);
        // of several windows, and of what is said twice, the least counts
        *what = match (*what, said) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
    (left != Remaining::default()).then_some(left)
}

/// The server's id of the request.
pub(super) fn request_id(headers: &HeaderMap) -> Option<&str> {
    ["x-request-id", "request-id", "mistral-correlation-id"]
        .into_iter()
        .find_map(|name| text(headers, name))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[track_caller]
    fn check(lines: &[(&'static str, &str)], millis: Option<u64>) {
        assert_eq!(
            retry_after(&headers(lines)),
            millis.map(Duration::from_millis),
            "{lines:?}"
        );
    }

    #[test]
    fn a_wait_is_read_in_every_form() {
        check(&[("retry-after", "3")], Some(3_000));
        check(&[("retry-after", " 0.25 ")], Some(250));
        check(&[("retry-after", "0")], Some(0));
        check(
            &[("retry-after-ms", "1500"), ("retry-after", "9")],
            Some(1_500),
        );
        check(
            &[("retry-after-ms", "soon"), ("retry-after", "9")],
            Some(9_000),
        );
    }

    #[test]
    fn a_date_is_read_against_the_date_of_the_reply() {
        let at = ("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT");
        check(
            &[at, ("date", "Wed, 21 Oct 2015 07:28:00 GMT")],
            Some(30_000),
        );
        check(&[at, ("date", "Wed, 21 Oct 2015 07:29:00 GMT")], Some(0));
        check(&[at, ("date", "soon")], Some(0));
        check(
            &[
                ("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT"),
                ("date", "Wed, 21 Oct 2015 07:28:00 GMT"),
            ],
            Some(86_400_000),
        );
    }

    #[test]
    fn a_date_alone_is_read_against_this_clock() {
        let after = |seconds| clock::wall() + Duration::from_secs(seconds);
        let wait = |at| {
            let at = httpdate::fmt_http_date(at);
            retry_after(&headers(&[("retry-after", &at)])).unwrap()
        };
        let seconds = wait(after(30)).as_secs_f64();
        assert!((20.0..=30.0).contains(&seconds), "{seconds}");
        assert_eq!(wait(after(7 * 24 * 60 * 60)), LONGEST);
        check(&[("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT")], Some(0));
    }

    #[test]
    fn nonsense_is_ignored_and_an_age_is_cut() {
        for nonsense in ["-1", "NaN", "", "soon", "1s", "-inf"] {
            check(&[("retry-after", nonsense)], None);
        }
        for age in ["1e300", "inf", "99999999999999999999"] {
            check(&[("retry-after", age)], Some(86_400_000));
        }
    }

    #[test]
    fn the_server_may_say_yes_no_or_nothing() {
        for (value, said) in [
            ("true", Some(true)),
            ("false", Some(false)),
            ("maybe", None),
        ] {
            assert_eq!(should_retry(&headers(&[("x-should-retry", value)])), said);
        }
        assert_eq!(should_retry(&HeaderMap::new()), None);
    }

    #[test]
    fn what_is_left_is_read_under_the_name_that_each_provider_gives_it() {
        let all = |requests, tokens, input_tokens, output_tokens| Remaining {
            requests,
            tokens,
            input_tokens,
            output_tokens,
        };
        // as the providers document them, or as they were seen
        let said: &[(&[(&'static str, &str)], Remaining)] = &[
            (
                &[
                    ("x-ratelimit-limit-requests", "60"),
                    ("x-ratelimit-remaining-requests", "59"),
                    ("x-ratelimit-reset-requests", "1s"),
                    ("x-ratelimit-limit-tokens", "150000"),
                    ("x-ratelimit-remaining-tokens", "149984"),
                    ("x-ratelimit-reset-tokens", "6m0s"),
                ],
                all(Some(59), Some(149_984), None, None),
            ),
            (
                &[
                    ("anthropic-ratelimit-requests-limit", "50"),
                    ("anthropic-ratelimit-requests-remaining", "49"),
                    ("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:01Z"),
                    ("anthropic-ratelimit-tokens-remaining", "38000"),
                    ("anthropic-ratelimit-input-tokens-remaining", "30000"),
                    ("anthropic-ratelimit-output-tokens-limit", "8000"),
                    ("anthropic-ratelimit-output-tokens-remaining", "0"),
                ],
                all(Some(49), Some(38_000), Some(30_000), Some(0)),
            ),
            (
                &[
                    ("x-ratelimit-remaining-req-minute", "59"),
                    ("x-ratelimit-remaining-tokens-minute", "47196"),
                    ("x-ratelimit-remaining-tokens-month", "3950246"),
                    ("x-ratelimit-tokens-query-cost", "2804"),
                ],
                all(Some(59), Some(47_196), None, None),
            ),
            (
                &[
                    ("ratelimitbysize-remaining", "467993"),
                    ("ratelimitbysize-query-cost", "32007"),
                    ("x-ratelimitbysize-remaining-minute", "467993"),
                    ("x-ratelimitbysize-remaining-month", "7"),
                ],
                all(None, Some(7), None, None),
            ),
            (
                &[
                    ("x-ratelimit-remaining-requests-day", "14399"),
                    ("x-ratelimit-remaining-requests-minute", "29"),
                    ("x-ratelimit-remaining-requests-hour", "899"),
                    ("x-ratelimit-remaining-tokens-minute", "59000"),
                    ("x-ratelimit-remaining-tokens-hour", "50000"),
                    ("x-ratelimit-remaining-tokens-day", "999000"),
                ],
                all(Some(29), Some(50_000), None, None),
            ),
            (
                &[
                    ("x-ratelimit-remaining", "57"),
                    ("x-tokenlimit-remaining", "98500"),
                ],
                all(Some(57), Some(98_500), None, None),
            ),
            (
                &[
                    ("x-ratelimit-remaining-tokens-prompt", "119900"),
                    ("x-ratelimit-remaining-tokens-generated", "1100"),
                ],
                all(None, None, Some(119_900), Some(1_100)),
            ),
        ];
        for (lines, left) in said {
            assert_eq!(remaining(&headers(lines)), Some(*left), "{lines:?}");
        }
    }

    #[test]
    fn what_is_no_number_of_things_left_is_not_said() {
        let tokens = |value| {
            let lines = [("x-ratelimit-remaining-tokens", value)];
            remaining(&headers(&lines)).and_then(|left| left.tokens)
        };
        assert_eq!(tokens(" 12 "), Some(12));
        assert_eq!(tokens("0"), Some(0));
        for nonsense in [
            "",
            "-1",
            "-0",
            "1.5",
            "1e3",
            "many",
            "unlimited",
            "NaN",
            "12, 13",
            "1000000000001",
            "18446744073709551615",
            "18446744073709551616",
            "99999999999999999999999999",
        ] {
            assert_eq!(tokens(nonsense), None, "{nonsense:?}");
        }
        assert_eq!(remaining(&HeaderMap::new()), None);
        let twice = ["x-ratelimit-remaining-tokens"; 3].into_iter();
        let twice: Vec<_> = twice.zip(["9", "soon", "7"]).collect();
        assert_eq!(remaining(&headers(&twice)).unwrap().tokens, Some(7));
    }

    #[test]
    fn the_request_has_an_id_under_three_names() {
        for name in ["x-request-id", "request-id", "mistral-correlation-id"] {
            assert_eq!(request_id(&headers(&[(name, "req_1")])), Some("req_1"));
        }
    }
}
