// One test for each row of one table, which is why it is longer than a file should be.
//! The session of the original, row by row: what it does, and the test that holds what zyn does, or why zyn differs.
//! The numbers are those of the list that was made of the original; `original.rs` has its defects, and checks this table.
//!
//! | row | the original | zyn |
//! |---|---|---|
//! | S01 | a random id for life | `s01_an_id_is_for_life_and_can_be_given` |
//! | S02 | messages are copied out | `s02_messages_are_a_snapshot_that_no_edit_changes` |
//! | S03 | any text is a role | `s03_there_are_three_roles_and_no_other` |
//! | S04 | clear keeps id and usage | `s04_clear_drops_messages_and_keeps_id_and_usage` |
//! | S05 | prune drops pairs from the end | `s05_prune_drops_messages_and_prune_turns_pairs_and_both_clamp` |
//! | S06 | prune splits pairs and eats system messages | `s06_prune_turns_splits_no_pair_and_eats_no_system_message` |
//! | S07 | huge counts panic | `s07_huge_counts_clamp` |
//! | S08 | what is pruned stays in memory | `s08_what_is_pruned_is_freed` |
//! | S09 | an index out of bounds is an error | `s09_an_index_out_of_range_is_an_error_with_index_and_length` |
//! | S10 | remove and replace, with the same error | `s10_remove_and_replace_hand_back_the_old_message_or_the_same_error` |
//! | S11 | insert, at the end too | `s11_insert_takes_every_place_up_to_the_end` |
//! | S12 | truncate keeps head and tail | `s12_truncate_keeps_head_and_tail_and_clamps` |
//! | S13 | all messages are replaced by a copy | `s13_set_messages_takes_a_copy_and_an_empty_one_empties` |
//! | S14 | usage is that of the last call | `s14_last_usage_is_the_last_turns_and_usage_is_the_total` |
//! | S15 | a fire adds a pair, a failure nothing | `s15_a_fire_adds_exactly_two_messages_and_a_failure_adds_nothing` |
//! | S16 | tokens of failed answers are lost | `s16_tokens_of_failed_answers_are_counted_where_no_rollback_reaches` |
//! | S17 | the history holds schemas | `s17_d19_no_schema_is_stored_or_sent_again` |
//! | S18 | concurrent fires interleave | `sharing/original.rs: s18_a_fire_and_its_turn_are_one_step_whoever_else_fires`, `sharing/original.rs: s18_a_clear_during_a_fire_leaves_no_turn_of_the_cleared_talk` |
//! | S19 | cannot be stored or forked | `s19_a_session_is_stored_and_forked` |
//! | S20 | a fire without a session panics | differs: it does not compile (`ui/rustc/session/fire_without_a_session.rs`) |

use zyn::prelude::*;
use zyn::testing::{Recording, Scripted};
use zyn::{Failure, Message, ProviderError, Response, Role, SessionError, Usage};
use zyn_tests::Server;

/// One message per letter: `s`ystem, `u`ser, `a`ssistant. Its text is its letter and its place.
fn session(letters: &str) -> Session {
    let mut session = Session::named("rows");
    session.set_messages(letters.chars().enumerate().map(|(place, letter)| {
        let text = format!("{letter}{place}");
        match letter {
            's' => Message::system(text),
            'u' => Message::user(text),
            _ => Message::assistant(text),
        }
    }));
    session
}

fn texts(session: &Session) -> String {
    let texts: Vec<_> = session.messages().iter().map(Message::text).collect();
    texts.join(" ")
}

fn edited(letters: &str, edit: impl FnOnce(&mut Session)) -> String {
    let mut session = session(letters);
    edit(&mut session);
    texts(&session)
}

fn out_of_range<T>(index: usize, len: usize) -> Result<T, SessionError> {
    Err(SessionError::OutOfRange { index, len })
}

#[test]
fn s01_an_id_is_for_life_and_can_be_given() {
    let mut random = Session::new();
    let id = random.id().to_owned();
    assert_ne!(id, Session::new().id());
    random.set_messages([Message::user("u")]);
    random.clear();
    assert_eq!(random.id(), id);
    assert_eq!(Session::named("ticket-7").id(), "ticket-7");
}

#[test]
fn s02_messages_are_a_snapshot_that_no_edit_changes() {
    let mut session = session("ua");
    let snapshot = session.messages().clone();
    session.replace(0, Message::user("x")).unwrap();
    session.clear();
    assert_eq!(snapshot, [Message::user("u0"), Message::assistant("a1")]);
    assert!(session.messages().is_empty());
}

#[test]
fn s03_there_are_three_roles_and_no_other() {
    let roles = [
        Message::system("s"),
        Message::user("u"),
        Message::assistant("a"),
    ];
    let roles = roles.map(|message| message.role());
    assert_eq!(roles, [Role::System, Role::User, Role::Assistant]);
    let stored = serde_json::to_string(&session("u")).unwrap();
    let banana = stored.replace("\"user\"", "\"banana\"");
    assert!(serde_json::from_str::<Session>(&banana).is_err());
}

#[tokio::test]
async fn s04_clear_drops_messages_and_keeps_id_and_usage() {
    let llm = Llm::new(Scripted::new([Response::new("Hello", Usage::new(7, 2))]));
    let mut session = session("s");
    zyn::transform("Greet")
        .fire(&llm, &mut session, "Ada")
        .await
        .unwrap();
    session.clear();
    assert_eq!((session.id(), session.len()), ("rows", 0));
    assert_eq!(session.usage(), Usage::new(7, 2));
    assert_eq!(
        session.last_usage(),
        Some(Usage::new(7, 2)),
        "of the turn, not of the messages"
    );
}

#[test]
fn s05_prune_drops_messages_and_prune_turns_pairs_and_both_clamp() {
    let pairs = |count| edited("uauaua", |session| session.prune_turns(count));
    assert_eq!(
        [pairs(0), pairs(1), pairs(3), pairs(4)],
        ["u0 a1 u2 a3 u4 a5", "u0 a1 u2 a3", "", ""]
    );
    let messages = |count| edited("uaua", |session| session.prune(count));
    assert_eq!(
        [messages(0), messages(1), messages(9)],
        ["u0 a1 u2 a3", "u0 a1 u2", ""]
    );
    assert_eq!(edited("", |session| session.prune_turns(1)), "");
}

#[test]
fn s06_prune_turns_splits_no_pair_and_eats_no_system_message() {
    assert_eq!(edited("suau", |session| session.prune_turns(1)), "s0 u3");
    assert_eq!(edited("su", |session| session.prune_turns(1)), "s0 u1");
}

#[test]
fn s07_huge_counts_clamp() {
    let most = usize::MAX;
    assert_eq!(edited("ua", |session| session.prune(most)), "");
    assert_eq!(edited("ua", |session| session.prune_turns(most)), "");
    assert_eq!(
        edited("ua", |session| session.truncate(most, most)),
        "u0 a1"
    );
    assert_eq!(session("ua").at(most), out_of_range(most, 2));
}

/// What the process holds in memory.
#[cfg(target_os = "linux")]
fn mebibytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    let kibibytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kibibytes / 1024
}

#[test]
#[cfg(target_os = "linux")]
fn s08_what_is_pruned_is_freed() {
    let mut session = Session::new();
    let before = mebibytes();
    for turn in 0..50 {
        session.append(Message::user(turn.to_string().repeat(1 << 20)));
    }
    let full = mebibytes();
    session.prune(49);
    let pruned = mebibytes();
    println!("{before} MiB, with 50 messages {full} MiB, with one of them {pruned} MiB");
    assert!(full - before >= 50 && full - pruned >= 49);
}

#[test]
fn s09_an_index_out_of_range_is_an_error_with_index_and_length() {
    let session = session("ua");
    assert_eq!((session.len(), session.at(1).unwrap().text()), (2, "a1"));
    assert_eq!(session.at(2), out_of_range(2, 2));
    let error = session.at(2).unwrap_err().to_string();
    assert_eq!(
        error,
        "no message at index 2: the session has 2; nothing was changed"
    );
}

#[test]
fn s10_remove_and_replace_hand_back_the_old_message_or_the_same_error() {
    let mut session = session("uau");
    assert_eq!(
        session.replace(1, Message::assistant("x")).unwrap().text(),
        "a1"
    );
    assert_eq!(session.remove(0).unwrap().text(), "u0");
    assert_eq!(session.remove(2), out_of_range(2, 2));
    assert_eq!(session.replace(2, Message::user("y")), out_of_range(2, 2));
    assert_eq!(texts(&session), "x u2");
}

#[test]
fn s11_insert_takes_every_place_up_to_the_end() {
    let at = |place| {
        edited("ua", |session| {
            session.insert(place, Message::system("x")).unwrap()
        })
    };
    assert_eq!([at(0), at(1), at(2)], ["x u0 a1", "u0 x a1", "u0 a1 x"]);
    assert_eq!(
        session("ua").insert(3, Message::user("x")),
        out_of_range(3, 2)
    );
}

#[test]
fn s12_truncate_keeps_head_and_tail_and_clamps() {
    let to = |first, last| edited("suaua", |session| session.truncate(first, last));
    assert_eq!([to(1, 2), to(0, 0)], ["s0 u3 a4", ""]);
    assert_eq!([to(3, 2), to(9, 0)], ["s0 u1 a2 u3 a4", "s0 u1 a2 u3 a4"]);
}

#[test]
fn s13_set_messages_takes_a_copy_and_an_empty_one_empties() {
    let mut list = [Message::user("u")];
    let mut session = session("sua");
    session.set_messages(list.iter().cloned());
    list[0] = Message::user("changed");
    assert_eq!(texts(&session), "u");
    session.set_messages([]);
    assert!(session.is_empty());
}

#[tokio::test]
async fn s14_last_usage_is_the_last_turns_and_usage_is_the_total() {
    let mut silent = Response::new("c", Usage::default());
    silent.usage = None;
    let script = [
        Response::new("a", Usage::new(7, 2)),
        Response::new("b", Usage::new(3, 1)),
        silent,
    ];
    let llm = Llm::new(Scripted::new(script));
    let mut session = Session::new();
    assert_eq!(
        (session.last_usage(), session.usage()),
        (None, Usage::default())
    );
    let greet = zyn::transform("Greet");
    for (last, total) in [
        (Some(Usage::new(7, 2)), Usage::new(7, 2)),
        (Some(Usage::new(3, 1)), Usage::new(10, 3)),
        (None, Usage::new(10, 3)),
    ] {
        greet.fire(&llm, &mut session, "Ada").await.unwrap();
        assert_eq!((session.last_usage(), session.usage()), (last, total));
    }
}

fn refused() -> ProviderError {
    let mut error = ProviderError::new("test", Failure::Refusal);
    error.usage = Some(Usage::new(7, 1));
    error
}

#[tokio::test]
async fn s15_a_fire_adds_exactly_two_messages_and_a_failure_adds_nothing() {
    let llm =
        Llm::new(Scripted::new([Response::new("```\n3\n```", Usage::new(9, 1))]).then(refused()));
    let mut session = session("s");
    let parcels = zyn::extract::<u8>("The number of parcels");
    let value = parcels
        .fire(&llm, &mut session, "Three parcels")
        .await
        .unwrap();
    let roles: Vec<_> = session.messages().iter().map(Message::role).collect();
    assert_eq!(
        (value, roles),
        (3, vec![Role::System, Role::User, Role::Assistant])
    );
    assert!(session.at(1).unwrap().text().contains("Three parcels"));
    assert_eq!(
        session.at(2).unwrap().text(),
        "3",
        "the answer, not how it was written"
    );
    assert_eq!(session.last_usage(), Some(Usage::new(9, 1)));
    let before = session.clone();
    parcels
        .fire(&llm, &mut session, "Four parcels")
        .await
        .unwrap_err();
    assert_eq!(
        (&session, session.last_usage()),
        (&before, before.last_usage())
    );
}

#[tokio::test]
async fn s16_tokens_of_failed_answers_are_counted_where_no_rollback_reaches() {
    let invalid = Response::new("many", Usage::new(5, 2));
    let llm = Llm::new(Scripted::new([invalid]).then(refused()));
    let mut session = Session::new();
    let parcels = zyn::extract::<u8>("The number of parcels");
    let error = parcels.fire(&llm, &mut session, "Three").await.unwrap_err();
    assert_eq!(error.usage(), Usage::new(12, 3));
    assert_eq!(
        (llm.spend().usage, llm.spend().failed),
        (Usage::new(12, 3), Usage::new(12, 3))
    );
    assert_eq!(
        (session.usage(), session.last_usage()),
        (Usage::default(), None)
    );
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Urgency {
    /// It can wait.
    Low,
    /// An outage, a safety or a legal matter.
    High,
}

#[tokio::test]
async fn s17_d19_no_schema_is_stored_or_sent_again() {
    let server = Server::new([r#"{"label":"High"}"#; 100]);
    let llm = server.llm();
    let mut session = Session::new();
    let urgency = zyn::classify::<Urgency>("How urgent is it?");
    for _ in 0..100 {
        urgency
            .fire(&llm, &mut session, "sixteen bytes ok")
            .await
            .unwrap();
    }
    let stored: usize = session
        .messages()
        .iter()
        .map(|message| message.text().len())
        .sum();
    let received = server.received();
    let sent: usize = received.iter().map(|request| request.body.len()).sum();
    println!(
        "100 turns of 16 bytes: {stored} bytes stored, {sent} sent (the original: 61900 and 3120000)"
    );
    assert!(stored < 61_900 / 4 && sent < 3_120_000 / 2);
    let last = received[99].text();
    assert_eq!(
        last.matches("legal matter").count(),
        2,
        "in the schema and behind the last message"
    );
    assert!(
        session
            .messages()
            .iter()
            .all(|message| !message.text().contains("legal matter"))
    );
}

#[test]
fn s19_a_session_is_stored_and_forked() {
    let mut original = session("sua");
    let stored = serde_json::to_string(&original).unwrap();
    assert_eq!(serde_json::from_str::<Session>(&stored).unwrap(), original);
    let mut fork = original.clone();
    original.clear();
    fork.append(Message::user("u"));
    assert_eq!((original.len(), fork.len()), (0, 4));
}

#[test]
fn d14_what_prune_drops_is_what_its_page_says() {
    let messages: String = "ua".repeat(30);
    let mut session = session(&messages);
    session.prune(4); // the page said four messages, the code dropped eight
    assert_eq!(session.len(), 56);
    // to keep the last 20 of 60 messages, the page's window pruned the newest 40 pairs: all of them
    session.truncate(0, 20);
    let places = session
        .messages()
        .iter()
        .map(|message| message.text()[1..].to_owned());
    assert!(places.eq((36..56).map(|place| place.to_string())));
}

#[tokio::test]
async fn d21_what_is_stored_is_what_was_sent() {
    let server = Server::new(["ok"; 20]);
    let llm = server.llm();
    workflow!(
        async fn compare(a: &str, b: &str, c: &str, d: &str) -> String {
            let text = transform("Compare {a}, {b}, {c} and {d}", "{d} {c} {b} {a}");
            text
        }
    );
    let mut stored = Vec::new();
    for _ in 0..20 {
        let mut session = Session::new();
        let run = compare("one", "two", "three", "four");
        run.run(&llm, &mut session).await.unwrap();
        stored.push(session.at(0).unwrap().text().to_owned());
    }
    for (request, stored) in server.received().iter().zip(&stored) {
        assert_eq!(request.json()["messages"][1]["content"], **stored);
    }
    assert!(
        stored.iter().all(|text| *text == stored[0]),
        "the same each time"
    );
}

#[tokio::test]
async fn d22_a_fire_copies_no_message() {
    let model = Recording::new(Scripted::new(["a", "b"]));
    let llm = Llm::new(model.clone());
    let mut session = session("sua");
    let greet = zyn::transform("Greet");
    for _ in 0..2 {
        let before = session.clone();
        greet.fire(&llm, &mut session, "Ada").await.unwrap();
        let request = model.requests().pop().unwrap();
        for (place, message) in before.messages().iter().enumerate() {
            let text = message.text().as_ptr();
            assert_eq!(request.history.get(place).unwrap().text().as_ptr(), text);
            assert_eq!(session.at(place).unwrap().text().as_ptr(), text);
        }
    }
}
