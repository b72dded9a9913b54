//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::cut::units;
use super::*;
use crate::session::turns::turns;
use crate::session::{Bill, Role, Session};

/// One message per letter: `s`ystem, `u`ser, `a`ssistant; a capital letter is pinned. Its text is its letter and place.
fn talk(letters: &str) -> History {
    let message = |(place, letter): (usize, char)| {
        let text = format!("{letter}{place}");
        let message = match letter.to_ascii_lowercase() {
            's' => Message::system(text),
            'u' => Message::user(text),
            _ => Message::assistant(text),
        };
        if letter.is_ascii_uppercase() {
            message.pinned()
        } else {
            message
        }
    };
    letters.chars().enumerate().map(message).collect()
}

fn windowed(window: &Window, history: &History, beside: u64) -> Windowed {
    Windowed {
        fell_out: window.falls_out(history, beside),
        ..Windowed::default()
    }
}

fn texts(history: &History) -> String {
    let texts: Vec<_> = history.iter().map(Message::text).collect();
    texts.join(" ")
}

#[track_caller]
fn check(window: &Window, letters: &str, left: &str) {
    let history = talk(letters);
    let windowed = windowed(window, &history, 0);
    assert_eq!(texts(&windowed.apply(&history)), left, "{window:?}");
}

/// A window that sums up; the tests of this file never let it.
fn summing(window: Window) -> Window {
    let never: SumUp = Arc::new(|_, _, _| Box::pin(std::future::pending()));
    window.sum_up(never)
}

#[test]
fn the_last_turns_stay_and_the_oldest_fall_out() {
    check(&Window::last_turns(1), "uauaua", "u4 a5");
    check(&Window::last_turns(2), "uauaua", "u2 a3 u4 a5");
    check(&Window::last_turns(3), "uauaua", "u0 a1 u2 a3 u4 a5");
    check(&Window::last_turns(usize::MAX), "ua", "u0 a1");
    check(&Window::last_turns(1), "", "");
}

#[test]
fn a_window_of_no_turns_leaves_system_messages_and_pins() {
    check(&Window::last_turns(0), "suasUaua", "s0 s3 U4 a5");
}

#[test]
fn a_pin_on_either_half_saves_the_exchange_and_does_not_count() {
    check(&Window::last_turns(1), "Uauaua", "U0 a1 u4 a5");
    check(&Window::last_turns(1), "usAuaua", "u0 s1 A2 u5 a6");
    check(&Window::last_turns(1), "uauaUa", "u2 a3 U4 a5");
}

#[test]
fn a_message_without_a_partner_falls_out_at_its_own_place() {
    check(&Window::last_turns(1), "auu", "u2");
    check(&Window::last_turns(2), "auu", "u1 u2");
    check(&Window::last_turns(2), "uuaa", "u1 a2 a3");
}

#[test]
fn both_ends_stay_and_what_is_between_falls_out() {
    check(&Window::ends(1, 1), "uauauaua", "u0 a1 u6 a7");
    check(&Window::ends(1, 0), "uasua", "u0 a1 s2");
    check(&Window::ends(1, 1), "uaua", "u0 a1 u2 a3");
    check(&Window::ends(usize::MAX, usize::MAX), "uaua", "u0 a1 u2 a3");
}

#[test]
fn a_predicate_sees_each_exchange_once_and_whole() {
    let shown = |turn: &[&Message]| turn.iter().map(|m| m.text()).collect::<String>();
    let keep = Window::keep_if(move |turn| ["u1a3", "u6"].contains(&&*shown(turn)));
    check(&keep, "susauaua", "s0 u1 s2 a3");
    check(&keep, "susauau", "s0 u1 s2 a3 u6");
}

#[test]
fn slack_lets_turns_gather_and_then_all_of_them_fall_out() {
    let window = Window::last_turns(1).slack(2);
    check(&window, "uauaua", "u0 a1 u2 a3 u4 a5");
    check(&window, "uauauaua", "u6 a7");
    let none = Window::keep_if(|_| false).slack(1);
    check(&none, "ua", "u0 a1");
    check(&none, "uaua", "");
    check(
        &Window::last_turns(1).slack(usize::MAX),
        "uaua",
        "u0 a1 u2 a3",
    );
}

#[test]
fn a_budget_lets_the_oldest_fall_out_until_the_request_is_within_it() {
    // five tokens each: one for the text, four for the message
    let left = |window: Window, beside| {
        let history = talk("uauaua");
        windowed(&window, &history, beside).apply(&history).len()
    };
    let by = |budget, beside| left(Window::tokens(budget), beside);
    assert_eq!([by(30, 0), by(29, 0), by(20, 0), by(19, 0)], [6, 4, 4, 2]);
    assert_eq!([by(30, 10), by(30, 25), by(30, u64::MAX)], [4, 0, 0]);
    assert_eq!(left(Window::tokens(10).slack(20), 0), 6);
    assert_eq!(left(Window::tokens(10).slack(20), 1), 0);
    assert_eq!(left(Window::tokens(u64::MAX).slack(usize::MAX), 9), 6);
}

#[test]
fn a_budget_bites_at_half_where_the_provider_counts_double() {
    let history = |counted| {
        let mut history = talk("uauau");
        let answer = Message::answer("a5", &"m".into(), Some(crate::Usage::new(counted, 1)));
        history.append([answer.estimated(100)]);
        history
    };
    let left = |counted, budget| {
        let history = history(counted);
        let windowed = windowed(&Window::tokens(budget), &history, 0);
        windowed.apply(&history).len()
    };
    assert_eq!([left(100, 30), left(100, 29)], [6, 4]);
    assert_eq!([left(200, 60), left(200, 59)], [6, 4]);
    assert_eq!([left(50, 15), left(50, 14)], [6, 4]);
}

#[test]
fn a_sliding_window_of_sixty_messages_keeps_the_newest() {
    // The original's `Prune(len - 20)` dropped the newest 40 messages, or, since it counted pairs, all of them.
    let history = talk(&"ua".repeat(30));
    let left = windowed(&Window::last_turns(10), &history, 0).apply(&history);
    assert_eq!(left.len(), 20);
    assert!(left.iter().eq(history.iter().skip(40)));
}

#[test]
fn an_earlier_summary_does_not_count_and_falls_out_with_what_is_summed_up_next() {
    let turns = |count: usize| {
        let mut history = talk("s");
        history.append([
            Message::prompt(Verb::Transform, SUM_UP, Vec::new()),
            Message::assistant("the summary"),
        ]);
        history.append(talk(&"ua".repeat(count)).iter().cloned());
        history
    };
    let window = summing(Window::last_turns(2));
    assert!(window.falls_out(&turns(0), 0).is_empty());
    assert!(window.falls_out(&turns(2), 0).is_empty());
    assert_eq!(window.falls_out(&turns(3), 0), [1, 2, 3, 4]);
    let none = summing(Window::last_turns(0));
    assert!(none.falls_out(&turns(0), 0).is_empty(), "a summary alone");
    let other = summing(Window::last_turns(2).instruction("Sum up in verse"));
    assert_eq!(other.falls_out(&turns(2), 0), [1, 2], "not one of its own");
    let plain = Window::last_turns(2);
    assert_eq!(plain.falls_out(&turns(2), 0), [1, 2], "nobody sums up");
}

#[test]
fn what_fell_out_is_summed_up_in_its_place() {
    let history = talk("suasuaua");
    let window = summing(Window::last_turns(1));
    let mut windowed = windowed(&window, &history, 0);
    assert_eq!(windowed.fell_out, [1, 2, 4, 5]);
    windowed.summary = Some(Box::new(Summary {
        turn: [Message::user("sum up"), Message::assistant("summary")],
        usage: Some(crate::Usage::new(5, 2)),
        spent: crate::Usage::new(5, 2),
        uncounted: 0,
        attempts: 1,
        bill: Bill::default(),
        model: None,
    }));
    let left = "s0 sum up summary s3 u6 a7";
    assert_eq!(texts(&windowed.apply(&history)), left);
    let stored = serde_json::to_string(&windowed).unwrap();
    assert_eq!(serde_json::from_str::<Windowed>(&stored).unwrap(), windowed);
}

#[test]
fn what_fell_out_fits_only_a_conversation_that_has_it() {
    let fits = |fell_out: &[usize]| {
        let fell_out = fell_out.to_vec();
        let windowed = Windowed {
            fell_out,
            ..Windowed::default()
        };
        windowed.fits(&talk("uaua"))
    };
    assert!(fits(&[]) && fits(&[0, 3]));
    assert!(!fits(&[4]) && !fits(&[1, 0]) && !fits(&[1, 1]));
}

#[test]
fn nothing_that_falls_out_copies_nothing() {
    let history = talk("uaua");
    let left = windowed(&Window::last_turns(2), &history, 0).apply(&history);
    assert!(left.is_same(&history));
}

#[test]
fn clones_keep_the_window_and_neither_equality_nor_the_stored_form_knows_it() {
    let plain = Session::named("a");
    let mut session = plain.clone();
    session.set_window(Window::last_turns(3));
    assert_eq!(session, plain);
    assert!(session.clone().window().is_some());
    let stored = serde_json::to_string(&session).unwrap();
    assert_eq!(stored, serde_json::to_string(&plain).unwrap());
    let read: Session = serde_json::from_str(&stored).unwrap();
    assert!(read.window().is_none());
    session.set_window(None);
    assert!(session.window().is_none());
}

#[test]
fn debug_shows_the_rule() {
    let shown = |window: &Window| format!("{window:?}");
    assert_eq!(
        shown(&summing(Window::tokens(9).slack(2))),
        "Window { rule: tokens(9), slack: 2, summarise: true }"
    );
    assert!(shown(&Window::last_turns(2)).contains("last_turns(2)"));
    assert!(shown(&Window::ends(1, 2)).contains("ends(1, 2)"));
    assert!(shown(&Window::keep_if(|_| true)).contains("keep_if"));
}

fn conversation() -> impl Strategy<Value = History> {
    let role = prop_oneof![
        1 => Just(Role::System),
        3 => Just(Role::User),
        3 => Just(Role::Assistant),
    ];
    let message = (role, "[a-zß🦀]{0,30}", prop::bool::weighted(0.1));
    let message = message.prop_map(|(role, text, pinned)| {
        let message = match role {
            Role::System => Message::system(text),
            Role::User => Message::user(text),
            Role::Assistant => Message::assistant(text),
        };
        if pinned { message.pinned() } else { message }
    });
    vec(message, 0..40).prop_map(|messages| messages.into_iter().collect())
}

fn is_short(turn: &[&Message]) -> bool {
    turn.iter().all(|message| message.text().len() < 20)
}

#[derive(Debug, Clone, Copy)]
enum Kept {
    Ends(usize, usize),
    Budget(u64),
    Short,
}

fn kept() -> impl Strategy<Value = Kept> {
    prop_oneof![
        (0..4_usize, 0..8_usize).prop_map(|(first, last)| Kept::Ends(first, last)),
        (0..8_usize).prop_map(|last| Kept::Ends(0, last)),
        (0..300_u64).prop_map(Kept::Budget),
        Just(Kept::Short),
    ]
}

proptest! {
    #[test]
    fn every_rule_tears_no_exchange_spares_systems_and_pins_and_keeps_what_it_says(
        history in conversation(),
        kept in kept(),
        slack in prop_oneof![Just(0), 0..5_usize, 0..60_usize],
        beside in 0..50_u64,
    ) {
        let window = match kept {
            Kept::Ends(0, last) => Window::last_turns(last),
            Kept::Ends(first, last) => Window::ends(first, last),
            Kept::Budget(budget) => Window::tokens(budget),
            Kept::Short => Window::keep_if(is_short),
        };
        let window = window.slack(slack);
        let done = windowed(&window, &history, beside);
        let gone = &done.fell_out;
        let left = done.apply(&history);

        prop_assert!(done.fits(&history));
        let stays = |place: &usize| gone.binary_search(place).is_err();
        let rest: Vec<&Message> = (0..history.len()).filter(stays).filter_map(|at| history.get(at)).collect();
        prop_assert!(left.iter().eq(rest.iter().copied()), "the order is kept");

        for turn in turns(&history) {
            prop_assert_eq!(stays(&turn.user), stays(&turn.answer), "{:?}", turn);
            let pinned = [turn.user, turn.answer].iter().any(|at| history.get(*at).unwrap().is_pinned());
            prop_assert!(stays(&turn.user) || !pinned);
        }
        for at in gone {
            let message = history.get(*at).unwrap();
            prop_assert!(message.role() != Role::System && !message.is_pinned());
        }

        let free: Vec<_> = units(&history).into_iter().filter(|unit| !unit.is_pinned()).collect();
        let fell: Vec<bool> = free.iter().map(|unit| !stays(&unit.places[0])).collect();
        let count = fell.iter().filter(|fell| **fell).count();
        let size = |history: &History| estimate::messages(history) + beside;
        match kept {
            Kept::Ends(first, last) => {
                prop_assert!(free.len() - count <= first + last + slack);
                let expected = |at: usize| count > 0 && at >= first && at + last < free.len();
                prop_assert!(fell.iter().enumerate().all(|(at, fell)| *fell == expected(at)));
            }
            Kept::Budget(budget) => {
                prop_assert!(fell.is_sorted_by(|older, newer| older >= newer), "the newest stay");
                let within = if count > 0 { budget } else { budget + slack as u64 };
                prop_assert!(size(&left) <= within || count == free.len());
                if let Some(newest) = count.checked_sub(1) {
                    let more = estimate::messages(free[newest].messages.iter().copied());
                    prop_assert!(size(&left) + more > budget, "no more than must");
                    prop_assert!(size(&history) > budget + slack as u64);
                }
            }
            Kept::Short => {
                let long = |unit: &Unit<'_>| !is_short(&unit.messages);
                let all_long = free.iter().filter(|unit| long(unit)).count();
                prop_assert_eq!(count, if all_long > slack { all_long } else { 0 });
                prop_assert!(free.iter().zip(&fell).all(|(unit, fell)| !fell || long(unit)));
            }
        }
        prop_assert!(window.falls_out(&left, beside).is_empty(), "once is enough");
    }
}
