//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn messages(from: usize, to: usize) -> Vec<Message> {
    (from..to).map(|i| Message::user(i.to_string())).collect()
}

fn by_turns(turns: usize) -> History {
    let mut history = History::default();
    for turn in 0..turns {
        history.append(messages(2 * turn, 2 * turn + 2));
    }
    history
}

fn plain(message: &Message, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(message.text().as_bytes());
    bytes.push(b' ');
}

#[test]
fn a_clone_copies_no_message() {
    let history: History = messages(0, 1).into_iter().collect();
    assert!(history.is_same(&history.clone()));
}

#[test]
fn an_append_leaves_clones_as_they_were_and_shares_what_was_there() {
    let history = by_turns(16);
    let mut longer = history.clone();
    longer.append(messages(32, 34));
    assert_eq!((history.len(), longer.len()), (32, 34));
    let place = |h: &History| std::ptr::from_ref(h.get(0).unwrap());
    assert_eq!(place(&history), place(&longer));
}

#[test]
fn a_long_conversation_has_few_stretches() {
    for turns in [1, 2, 3, 100, 1000, 2047] {
        let stretches = by_turns(turns).stretches().count();
        let bound = 2 * turns / LONGEST + LONGEST.ilog2() as usize;
        assert!(stretches <= bound + 1, "{turns} turns: {stretches}");
    }
}

#[test]
fn a_turn_on_a_long_conversation_copies_few_messages() {
    let place = |history: &History, index| history.get(index).map(std::ptr::from_ref);
    let mut history = by_turns(2000);
    for turn in 2000..2100 {
        let before = history.clone();
        history.append(messages(2 * turn, 2 * turn + 2));
        let kept = (0..before.len()).take_while(|i| place(&before, *i) == place(&history, *i));
        let copied = before.len() - kept.count();
        assert!(
            copied <= LONGEST,
            "{copied} messages copied at {turn} turns"
        );
    }
}

#[test]
fn what_is_encoded_is_not_encoded_again_when_the_history_grows() {
    let encoded = std::cell::Cell::new(0);
    let count = |message: &Message, bytes: &mut Vec<u8>| {
        encoded.set(encoded.get() + 1);
        plain(message, bytes);
    };
    let mut history = History::default();
    for turn in 0..100 {
        history.append(messages(2 * turn, 2 * turn + 2));
        let pieces = history.wire(Bytes::new(), WireFormat::OpenAiChat, count);
        let text: String = (0..2 * turn + 2).map(|i| format!("{i} ")).collect();
        assert_eq!(pieces.concat(), text.as_bytes());
    }
    assert_eq!(encoded.get(), 200);
}

proptest! {
    #[test]
    fn it_reads_like_the_list_that_the_same_splices_make(
        splices in vec((0..40_usize, 0..5_usize, 0..6_usize, any::<bool>()), 0..40),
    ) {
        let (mut history, mut list) = (History::default(), Vec::<Message>::new());
        for (step, (at, removed, added, encode)) in splices.into_iter().enumerate() {
            let before = history.clone();
            let new = messages(100 * step, 100 * step + added);
            let at = at.min(list.len());
            let removed = removed.min(list.len() - at);
            let shared = at + list[at..].iter().zip(new.iter().chain(&list[at + removed..])).take_while(|(a, b)| a == b).count();
            history.splice(at, removed, new.clone());
            list.splice(at..at + removed, new);
            if encode {
                let texts: String = list.iter().map(|m| format!("{} ", m.text())).collect();
                prop_assert_eq!(history.wire(Bytes::new(), WireFormat::OpenAiChat, plain).concat(), texts.into_bytes());
            }
            prop_assert_eq!(history.shared_start(&before, Message::eq), shared);
            prop_assert_eq!(history.len(), list.len());
            prop_assert_eq!(history.get(list.len()), None);
            for (place, message) in list.iter().enumerate() {
                prop_assert_eq!(history.get(place), Some(message));
            }
            prop_assert_eq!(&history, &list.iter().cloned().collect::<History>());
            prop_assert_eq!(history.iter().len(), list.len());
            prop_assert!(history.iter().rev().eq(list.iter().rev()));
            let lengths: Vec<_> = history.stretches().map(|it| it.messages.len()).collect();
            prop_assert!(lengths.is_sorted_by(|newer, older| newer < older), "{lengths:?}");
        }
    }
}
