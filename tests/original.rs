//! The defects of the original, one by one: what it does, and the test that would fail if zyn did it too, or why zyn
//! cannot. The numbers are those of the list that was made of the original.
//!
//! | row | the original | zyn |
//! |---|---|---|
//! | D01 | nested types are not described | `synapses/enforced.rs: every_part_of_a_sentiment_is_described_to_the_model` |
//! | D02 | schemas have wrong types | `../zyn/src/schema/tests.rs: an_option_is_required_and_nullable`, `../zyn/src/schema/tests.rs: what_cannot_be_carried_is_refused_with_place_and_remedy` |
//! | D03 | a recursive type kills the process | `../zyn/src/schema/tests.rs: a_type_that_contains_itself_is_kept_under_defs` |
//! | D04 | examples of one call stay for all | `synapses/merging.rs: examples_of_one_call_are_not_in_the_next` |
//! | D05 | lists of one request land in another | `synapses/merging.rs: lists_of_one_clone_are_not_in_another` |
//! | D06 | events are lost when the caller's time ends | `policy/told.rs: a_thousand_calls_within_the_callers_time_are_all_told_and_counted`, `policy/told.rs: of_twenty_calls_that_the_deadline_ends_all_are_told` |
//! | D07 | an invalid answer is not asked for again | `policy/scope.rs: an_invalid_answer_is_asked_again_and_falls_back_and_does_not_count_against_the_breaker`, `reask.rs: invalid_answers_go_back_with_path_and_reason_and_only_the_accepted_pair_stays` |
//! | D08 | a label outside the list is a success | `synapses/enforced.rs: a_label_that_is_not_in_the_set_is_asked_for_again` |
//! | D09 | rankings, lengths, aspects are not enforced | `synapses/enforced.rs: a_ranking_that_is_no_permutation_is_asked_for_again`, `synapses/enforced.rs: more_or_fewer_than_the_top_are_asked_for_again`, `synapses/enforced.rs: a_text_that_is_too_long_is_asked_for_again`, `synapses/enforced.rs: each_aspect_is_judged_once_and_no_other` |
//! | D10 | what is missing or null is a value | `synapses/enforced.rs: what_is_missing_or_null_is_no_answer` |
//! | D11 | JSON in a fence is an error | `synapses/enforced.rs: an_answer_in_a_fence_with_words_around_it_is_read` |
//! | D12 | the key is in errors and events | `secrets.rs: no_fault_shows_the_key_or_the_prompt_anywhere` |
//! | D13 | concurrent fires do not see each other | `sharing/original.rs: d13_each_of_five_concurrent_fires_sees_the_turns_before_its_own` |
//! | D14 | the sliding window drops the newest | `session_rows.rs: d14_what_prune_drops_is_what_its_page_says`, `../zyn/src/session/window/tests.rs: a_sliding_window_of_sixty_messages_keeps_the_newest` |
//! | D15 | an abandoned attempt writes into the next | `policy/timeout.rs: a_hundred_attempts_that_time_out_leave_no_task_and_no_connection`, `policy/timeout.rs: the_next_attempt_asks_what_the_first_did_whatever_became_of_that` |
//! | D16 | a fallback runs after the caller has gone | `policy/fallback.rs: a_caller_that_has_gone_has_no_fallback`, `policy/fallback.rs: a_caller_that_goes_while_the_spare_is_asked_stops_that_too`, `policy/fallback.rs: what_no_other_server_can_mend_does_not_fall_back` |
//! | D17 | overflow panics | `session_rows.rs: s07_huge_counts_clamp` |
//! | D18 | a new connection for most calls | `connections.rs: calls_that_are_made_at_once_use_the_same_connections_again_and_again` |
//! | D19 | every turn stores and resends the schema | `session_rows.rs: s17_d19_no_schema_is_stored_or_sent_again` |
//! | D20 | nothing can be cached, and what is cached is not told | `prefix.rs: a_turns_body_up_to_its_last_stored_text_begins_the_next_turns_body`, `sessions_guide.rs: prompt_caching` |
//! | D21 | what is stored is not what was sent | `session_rows.rs: d21_what_is_stored_is_what_was_sent` |
//! | D22 | a fire copies the history | `session_rows.rs: d22_a_fire_copies_no_message` |
//! | D23 | errors that cannot pass are repeated, waits ignored | `bad_input.rs: a_wait_that_the_server_asks_for_is_honoured_within_the_deadline`, `bad_input.rs: a_wrong_key_is_not_tried_again`, `policy/retry.rs: only_what_can_pass_is_asked_again`, `policy/retry.rs: a_thousand_callers_that_fail_together_do_not_come_back_together` |
//! | D24 | usage is stale, or of the last call alone | `session_rows.rs: s14_last_usage_is_the_last_turns_and_usage_is_the_total`, `cost.rs: a_server_that_counts_nothing_leaves_no_number_that_nobody_gave` |
//! | D25 | a slow hook stalls all fires | differs: a listener is that of one run, and no lock is held while it runs |
//! | D26 | the provider's limit beats the user's | `policy/timeout.rs: the_users_limit_is_the_only_one`, `policy/timeout.rs: an_answer_that_comes_as_a_whole_is_waited_for_whatever_a_stream_may_take` |
//! | D27 | cut, refused and many-part answers are not told apart | `../zyn/src/provider/openai/chat/decode/tests.rs: outcomes_are_found_in_order_and_keep_what_was_paid`, `../zyn/src/provider/openai/chat/decode/tests.rs: a_content_is_a_string_or_parts_without_hidden_reasoning` |
//! | D28 | errors of compatible servers are lost | `../zyn/src/provider/rejection/tests.rs: words_are_found_in_every_shape`, `../zyn/src/provider/openai/chat/decode/tests.rs: an_error_inside_a_success_comes_first` |
//! | D29 | errors are texts | `synapses/rows.rs: y10_what_failed_is_a_kind_and_not_a_text`, `policy/told.rs: whether_an_error_can_pass_is_asked_of_it_and_not_read_in_its_text` |
//! | D30 | events lack the id of the request | `../zyn/src/provider/openai/tests.rs: headers_carry_key_organization_and_the_id_of_the_fire` |
//! | D31 | a half-open breaker lets all through | `policy/breaker.rs: of_fifty_calls_at_once_in_half_open_one_passes`, `policy/breaker.rs: callers_that_go_do_not_open_it`, `policy/breaker.rs: it_is_that_of_a_model_and_shared_by_all_synapses` |
//! | D32 | a rate limit cannot be shared | `policy/limit.rs: one_limit_is_shared_by_synapses_by_models_and_by_clones`, `policy/limit.rs: a_limit_that_lets_nothing_through_is_refused_before_anything_is_sent` |
//! | D33 | the order of options decides what they mean | `policy/nesting.rs: the_order_of_options_changes_nothing` |
//! | D34 | a fallback ignores its own task and schema | `policy/fallback.rs: the_schema_and_the_prompt_are_made_anew_for_the_other_model`, `policy/fallback.rs: who_answered_is_in_the_answer_the_session_the_report_and_the_bill` |
//! | D35 | the mock answers what was not asked | differs: `Scripted` answers what it is told, and ends in a typed error |
//! | D36 | tasks read badly | `synapses/stored.rs: questions_orders_and_nouns_all_read_well_behind_a_verb` |
//! | D37 | documented usages do not compile | differs: every example of the docs and the README is compiled and run |
//! | D38 | docs and code use different words | differs: every example of the docs and the README is compiled and run |
//! | D39 | a retry with feedback stays in the session | `reask.rs: invalid_answers_go_back_with_path_and_reason_and_only_the_accepted_pair_stays` |
//! | D40 | null is asked for and then a zero | `synapses/enforced.rs: null_is_allowed_exactly_where_the_type_has_an_option` |
//! | D41 | the module cannot be fetched alone | differs: there is one crate, and features |
//! | D42 | streaming exists in the mock alone | `streaming.rs: the_pieces_are_the_answer_and_the_session_has_it_in_the_end` |
//! | D43 | tools cannot be used | differs: there are no tools |

use std::path::Path;

/// The rows of a table at the top of a file: each names tests that are there, or says why there is none.
fn check(table: &str, letter: char, count: usize) {
    let rows = table.lines().filter_map(|line| line.strip_prefix("//! | "));
    let rows = rows.map(|line| line.split(" | ").collect::<Vec<_>>());
    let rows: Vec<_> = rows.filter(|cells| cells[0] != "row").collect();
    let names: Vec<_> = rows.iter().map(|cells| cells[0].to_owned()).collect();
    let all: Vec<_> = (1..=count).map(|row| format!("{letter}{row:02}")).collect();
    assert_eq!(names, all);
    for cells in rows {
        let [row, _, held] = cells[..] else {
            panic!("{cells:?}")
        };
        let held = held.trim_end_matches(" |");
        if let Some(reason) = held.strip_prefix("differs: ") {
            assert!(reason.len() > 10, "{row}");
            continue;
        }
        for test in held.split(", ").map(|name| name.trim_matches('`')) {
            let (file, test) = test.split_once(": ").unwrap_or(("session_rows.rs", test));
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(
                text.contains(&format!("fn {test}(")),
                "{row}: {file:?} has no {test}"
            );
        }
    }
}

#[test]
fn every_defect_has_a_test_that_is_there_or_a_reason() {
    check(include_str!("original.rs"), 'D', 43);
}

#[test]
fn every_row_of_the_session_has_a_test_that_is_there_or_a_reason() {
    check(include_str!("session_rows.rs"), 'S', 20);
}

#[test]
fn every_option_has_a_test_that_is_there() {
    check(include_str!("policy/main.rs"), 'O', 24);
}
