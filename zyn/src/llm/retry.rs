//! Whether a failed attempt is repeated, and when.

use std::time::Duration;

use super::spend::was_turned_away;
use crate::provider::{Class, Failure, PARTS, ProviderError};

/// What has happened in one fire before the failure that is to be decided.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Past {
    /// Attempts that were repeats, those after an adaptation left out.
    pub(crate) repeats: u32,
    /// Whether an ambiguous failure was among those that were repeated.
    pub(super) ambiguous: bool,
    /// Repeats after the provider had adapted.
    pub(super) adaptations: u32,
    /// Whether what may have been done and billed is never repeated, whatever the server says.
    pub(super) at_most_once: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Repeat after a pause; it counts as this kind of repeat.
    Repeat {
        after: Duration,
        kind: Repeat,
    },
    Fail,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    Retry { ambiguous: bool },
    Adaptation,
}

impl Past {
    /// Of a fire that begins.
    pub(super) fn new(at_most_once: bool) -> Self {
        Self {
            ambiguous: at_most_once,
            at_most_once,
            ..Self::default()
        }
    }

    pub(crate) fn note(&mut self, repeat: Repeat) {
        match repeat {
            Repeat::Adaptation => self.adaptations = self.adaptations.saturating_add(1),
            Repeat::Retry { ambiguous } => {
                self.repeats = self.repeats.saturating_add(1);
                self.ambiguous |= ambiguous;
            }
        }
    }
}

/// How far the first repeats are spread after a failure that says nothing of load.
const BASE: Duration = Duration::from_millis(500);
/// The same for who was turned away, with many others as a rule: of a thousand that come back within 4 s, no more than one
/// in twenty does so in the same tenth of a second.
const BASE_TURNED_AWAY: Duration = Duration::from_secs(4);
const CEILING: Duration = Duration::from_secs(20);
/// A server that asks for more than this is not waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// Decides on a failure with `retries` left and `remaining` until the deadline; `dice` is in 0..1.
pub(crate) fn decide(
    error: &ProviderError,
    past: Past,
    retries: u32,
    remaining: Duration,
    dice: f64,
) -> Decision {
    let ambiguous = error.class() == Class::Ambiguous;
    if error.adapted && !ambiguous && past.adaptations < PARTS {
        return Decision::Repeat {
            after: Duration::ZERO,
            kind: Repeat::Adaptation,
        };
    }
    if retries == 0 || !may_repeat(error, past) {
        return Decision::Fail;
    }
    let floor = error.retry_after.unwrap_or_default();
    if floor > PATIENCE || floor >= remaining {
        return Decision::Fail;
    }
    // what is left behind the floor is for the attempt too
    let most = (remaining - floor) / 2;
    let after = floor
        + spread(error.class(), past.repeats)
            .min(most)
            .mul_f64(dice.clamp(0.0, 1.0));
    Decision::Repeat {
        after,
        kind: Repeat::Retry { ambiguous },
    }
}

fn may_repeat(error: &ProviderError, past: Past) -> bool {
    match (error.should_retry, error.class()) {
        (Some(false), _) => false,
        // what is not known to be free is not asked for again, whatever it is called
        _ if past.at_most_once && !is_free(error) => false,
        // that the server would have it again does not say that it was not billed
        (_, Class::Ambiguous) => !past.ambiguous,
        // no money, key or answer comes of asking again, and the same schema would be refused again
        (Some(true), _) => !matches!(
            error.kind,
            Failure::Config(_)
                | Failure::SchemaRefused
                | Failure::Quota
                | Failure::Auth
                | Failure::Refusal
                | Failure::Filtered
        ),
        (None, Class::NotSent | Class::Rejected) => true,
        (None, Class::Terminal | Class::InvalidReply) => false,
    }
}

/// Whether it is known that nothing was done, and nothing billed.
fn is_free(error: &ProviderError) -> bool {
    error.usage.is_none() && error.class() != Class::Ambiguous && was_turned_away(&error.kind)
}

/// Full jitter: a repeat comes at any time from the server's floor on to a bound behind it that doubles, so that clients
/// that failed together do not come back together.
fn spread(class: Class, repeats: u32) -> Duration {
    let base = match class {
        Class::Rejected => BASE_TURNED_AWAY,
        _ => BASE,
    };
    base.saturating_mul(2_u32.saturating_pow(repeats))
        .min(CEILING)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Wait;

    const HOUR: Duration = Duration::from_secs(3600);
    const UNUSED: Past = Past {
        repeats: 0,
        ambiguous: false,
        adaptations: 0,
        at_most_once: false,
    };

    fn error(kind: Failure) -> ProviderError {
        ProviderError::new("test", kind)
    }

    fn retry(after: Duration, ambiguous: bool) -> Decision {
        Decision::Repeat {
            after,
            kind: Repeat::Retry { ambiguous },
        }
    }

    fn at_once(error: &ProviderError, past: Past) -> Decision {
        decide(error, past, 1, HOUR, 0.0)
    }

    #[test]
    fn only_what_can_succeed_is_repeated() {
        for kind in [
            Failure::Connect,
            Failure::RateLimit,
            Failure::Overloaded,
            Failure::Unavailable,
        ] {
            assert_eq!(
                at_once(&error(kind.clone()), UNUSED),
                retry(Duration::ZERO, false),
                "{kind:?}"
            );
        }
        for kind in [
            Failure::Quota,
            Failure::Auth,
            Failure::NotFound,
            Failure::ContextWindow,
            Failure::Rejected,
            Failure::Redirect,
            Failure::ReplyTooLarge { limit: 1 },
            Failure::Protocol { what: "HTML" },
            Failure::Refusal,
            Failure::Filtered,
            Failure::Truncated,
            Failure::Empty,
        ] {
            assert_eq!(
                at_once(&error(kind.clone()), UNUSED),
                Decision::Fail,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn what_may_have_been_paid_is_repeated_once() {
        for kind in [
            Failure::Server,
            Failure::Interrupted,
            Failure::Timeout {
                wait: Wait::Idle,
                limit: HOUR,
            },
        ] {
            assert_eq!(
                at_once(&error(kind.clone()), UNUSED),
                retry(Duration::ZERO, true),
                "{kind:?}"
            );
            let repeated = Past {
                ambiguous: true,
                ..UNUSED
            };
            assert_eq!(
                at_once(&error(kind.clone()), repeated),
                Decision::Fail,
                "{kind:?}"
            );
        }
        let mut past = UNUSED;
        past.note(Repeat::Retry { ambiguous: true });
        past.note(Repeat::Retry { ambiguous: false });
        assert!(past.ambiguous);
    }

    #[test]
    fn the_server_has_the_last_word_on_repeating() {
        let mut refused = error(Failure::RateLimit);
        refused.should_retry = Some(false);
        assert_eq!(at_once(&refused, UNUSED), Decision::Fail);
        let mut invited = error(Failure::Rejected);
        invited.should_retry = Some(true);
        assert_eq!(at_once(&invited, UNUSED), retry(Duration::ZERO, false));
        invited.kind = Failure::SchemaRefused;
        assert_eq!(at_once(&invited, UNUSED), Decision::Fail);
    }

    #[test]
    fn what_may_have_been_done_is_no_adaptation() {
        let mut adapted = error(Failure::Server);
        adapted.adapted = true;
        assert_eq!(at_once(&adapted, UNUSED), retry(Duration::ZERO, true));
        adapted.kind = Failure::Rejected;
        let kind = Repeat::Adaptation;
        let after = Duration::ZERO;
        assert_eq!(at_once(&adapted, UNUSED), Decision::Repeat { after, kind });
    }

    #[test]
    fn without_retries_left_it_fails() {
        assert_eq!(
            decide(&error(Failure::Connect), UNUSED, 0, HOUR, 0.0),
            Decision::Fail
        );
    }

    #[test]
    fn the_pause_doubles_up_to_a_ceiling_and_is_jittered_in_full() {
        let after = |repeats, dice| {
            let past = Past { repeats, ..UNUSED };
            decide(&error(Failure::Connect), past, 1, HOUR, dice)
        };
        for (repeats, millis) in [
            (0, 500),
            (1, 1_000),
            (2, 2_000),
            (5, 16_000),
            (6, 20_000),
            (u32::MAX, 20_000),
        ] {
            assert_eq!(
                after(repeats, 1.0),
                retry(Duration::from_millis(millis), false)
            );
            assert_eq!(
                after(repeats, 0.5),
                retry(Duration::from_millis(millis / 2), false)
            );
            assert_eq!(after(repeats, 0.0), retry(Duration::ZERO, false));
        }
    }

    #[test]
    fn who_was_turned_away_comes_back_within_four_seconds_and_then_eight() {
        for (repeats, seconds) in [(0, 4), (1, 8), (2, 16), (3, 20)] {
            let past = Past { repeats, ..UNUSED };
            let decision = decide(&error(Failure::Overloaded), past, 1, HOUR, 1.0);
            assert_eq!(decision, retry(Duration::from_secs(seconds), false));
        }
    }

    #[test]
    fn the_servers_wait_is_the_least_and_too_long_a_one_is_not_waited_for() {
        let mut error = error(Failure::RateLimit);
        for (seconds, decision) in [
            (3, retry(Duration::from_secs(3), false)),
            (120, retry(Duration::from_secs(120), false)),
            (121, Decision::Fail),
        ] {
            error.retry_after = Some(Duration::from_secs(seconds));
            assert_eq!(decide(&error, UNUSED, 1, HOUR, 0.0), decision);
        }
    }

    #[test]
    fn who_is_told_the_same_wait_does_not_come_back_at_the_same_time() {
        let mut error = error(Failure::RateLimit);
        error.retry_after = Some(Duration::from_secs(3));
        for (dice, seconds) in [(0.0, 3), (0.5, 5), (1.0, 7)] {
            let after = retry(Duration::from_secs(seconds), false);
            assert_eq!(decide(&error, UNUSED, 1, HOUR, dice), after);
        }
    }

    #[test]
    fn what_would_pass_the_deadline_fails_now() {
        let mut error = error(Failure::RateLimit);
        error.retry_after = Some(Duration::from_secs(5));
        let seconds = |remaining, dice| {
            let remaining = Duration::from_secs(remaining);
            decide(&error, UNUSED, 1, remaining, dice)
        };
        assert_eq!(seconds(5, 0.0), Decision::Fail);
        assert_eq!(seconds(6, 0.0), retry(Duration::from_secs(5), false));
        // half of what is left is the attempt's
        assert_eq!(seconds(6, 1.0), retry(Duration::from_millis(5_500), false));
    }

    #[test]
    fn what_may_be_done_once_at_most_is_not_repeated_though_the_server_invites_it() {
        let past = Past {
            ambiguous: true,
            at_most_once: true,
            ..UNUSED
        };
        let mut server = error(Failure::Server);
        assert_eq!(at_once(&server, past), Decision::Fail);
        server.should_retry = Some(true);
        assert_eq!(at_once(&server, past), Decision::Fail);
        let turned_away = error(Failure::Overloaded);
        assert_eq!(at_once(&turned_away, past), retry(Duration::ZERO, false));
    }

    #[test]
    fn an_adapted_request_is_sent_at_once_beside_the_retries_but_not_for_ever() {
        let mut error = error(Failure::Rejected);
        error.adapted = true;
        let mut past = UNUSED;
        for _ in 0..PARTS {
            let decision = decide(&error, past, 0, HOUR, 1.0);
            assert_eq!(
                decision,
                Decision::Repeat {
                    after: Duration::ZERO,
                    kind: Repeat::Adaptation
                }
            );
            past.note(Repeat::Adaptation);
        }
        assert_eq!(decide(&error, past, 0, HOUR, 1.0), Decision::Fail);
        assert_eq!(past.repeats, 0);
    }
}
