//! What a reply's headers say about repeating the call and about whom to ask.

use std::time::Duration;

use reqwest::header::HeaderMap;

use crate::clock;

/// Longer waits are cut to this: a day is already far beyond what anyone waits for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

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
    fn the_request_has_an_id_under_three_names() {
        for name in ["x-request-id", "request-id", "mistral-correlation-id"] {
            assert_eq!(request_id(&headers(&[(name, "req_1")])), Some("req_1"));
        }
    }
}
