//! The options of the original, row by row: what each does, and the tests that hold what zyn does.
//!
//! | row | the original | zyn |
//! |---|---|---|
//! | O01 | retry: n attempts in all, and n < 1 is 1 | `policy/retry.rs: as_many_further_attempts_are_made_as_are_set_and_none_for_zero` |
//! | O02 | retry: the next attempt comes at once | `policy/retry.rs: a_thousand_callers_that_fail_together_do_not_come_back_together` |
//! | O03 | retry: after any error | `policy/retry.rs: only_what_can_pass_is_asked_again` |
//! | O04 | retry and backoff end with the caller's time, and the error is that of the time | `policy/retry.rs: no_pause_goes_beyond_the_callers_time_and_the_error_is_the_models`, `policy/retry.rs: a_caller_that_has_gone_is_not_retried_for` |
//! | O05 | backoff: the wait doubles | `policy/retry.rs: the_longest_pause_doubles_with_each_retry_and_is_spread` |
//! | O06 | backoff: no jitter, no cap, no `Retry-After` | `policy/retry.rs: pauses_are_capped_and_never_shorter_than_the_server_asks_for`, `policy/retry.rs: the_longest_pause_doubles_with_each_retry_and_is_spread` |
//! | O07 | timeout: an abandoned attempt runs on and races on the request of the next | `policy/timeout.rs: an_attempt_that_is_too_late_is_dropped_before_the_next_begins` |
//! | O08 | timeout: its error is that of any deadline | `policy/timeout.rs: an_error_says_whether_the_attempt_or_the_call_was_too_late` |
//! | O09 | timeout: 0 fails at once | `policy/timeout.rs: no_time_at_all_fails_before_anything_is_sent` |
//! | O10 | breaker: n failures in a row open it, and after d it is half open | `policy/breaker.rs: it_opens_at_a_part_of_the_calls_and_asks_again_after_the_set_time` |
//! | O11 | breaker: one success closes it, one failure opens it again | `policy/breaker.rs: one_success_closes_it_and_one_failure_opens_it_for_twice_as_long` |
//! | O12 | breaker: its error is a text | `policy/breaker.rs: its_error_is_a_kind_that_says_which_model_and_for_how_long` |
//! | O13 | breaker: n < 1 is 1 | `policy/breaker.rs: numbers_that_cannot_work_are_refused_before_anything_is_sent` |
//! | O14 | breaker: half open, it lets all through | `policy/breaker.rs: of_fifty_calls_at_once_in_half_open_one_passes` |
//! | O15 | breaker: callers that have gone count as failures | `policy/breaker.rs: callers_that_go_do_not_open_it` |
//! | O16 | rate limit: starts full, and then calls wait | `policy/limit.rs: it_starts_full_and_then_calls_wait_in_their_order` |
//! | O17 | rate limit: 0 waits for ever | `policy/limit.rs: a_limit_that_lets_nothing_through_is_refused_before_anything_is_sent` |
//! | O18 | rate limit: one for each synapse | `policy/limit.rs: one_limit_is_shared_by_synapses_by_models_and_by_clones` |
//! | O19 | error handler: sees the error and cannot change it | `policy/told.rs: who_listens_sees_each_failure_and_cannot_change_it` |
//! | O20 | fallback: after any error, with the prompt of the first | `policy/fallback.rs: what_no_other_server_can_mend_does_not_fall_back`, `policy/fallback.rs: the_schema_and_the_prompt_are_made_anew_for_the_other_model` |
//! | O21 | fallback: runs after the caller has gone | `policy/fallback.rs: a_caller_that_has_gone_has_no_fallback` |
//! | O22 | nesting: retries multiply, the shorter timeout holds, fallbacks in their order | `policy/nesting.rs: retries_of_a_call_and_of_its_fallbacks_are_one_number`, `policy/nesting.rs: of_several_time_limits_the_shortest_holds`, `policy/nesting.rs: fallbacks_are_tried_in_their_order_each_with_its_own_behind_it` |
//! | O23 | error text: the path through the options, and the cause | `policy/told.rs: an_error_says_the_cause_and_has_each_attempt_that_led_to_it` |
//! | O24 | scope: the call of the provider alone | `policy/scope.rs: an_invalid_answer_is_asked_again_and_falls_back_and_does_not_count_against_the_breaker` |

mod breaker;
mod budgets;
mod fallback;
mod limit;
mod model;
mod nesting;
mod once;
mod otherwise;
mod retry;
mod scope;
mod timeout;
mod told;
