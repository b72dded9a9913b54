//! Stores against a plain list: each version is what the edits up to it make.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::runtime::Runtime;
use zyn::store::{MemoryStore, SessionStore, StoreError};
use zyn::{Message, Session};

use crate::place::Place;

#[derive(Debug, Clone)]
enum Op {
    Append(u8),
    Insert(usize, u8),
    Replace(usize, u8),
    Remove(usize),
    Prune(usize),
    Truncate(usize, usize),
    Clear,
    Delete,
}

/// Does `op` the slow and obvious way.
fn to_list(list: &mut Vec<u8>, op: &Op) {
    match *op {
        Op::Append(text) => list.push(text),
        Op::Insert(at, text) if at <= list.len() => list.insert(at, text),
        Op::Replace(at, text) if at < list.len() => list[at] = text,
        Op::Remove(at) if at < list.len() => drop(list.remove(at)),
        Op::Prune(count) => list.truncate(list.len().saturating_sub(count)),
        Op::Truncate(first, last) => {
            let len = list.len();
            let mut place = 0..;
            list.retain(|_| {
                let place = place.next().unwrap();
                place < first || len - place <= last
            });
        }
        Op::Clear => list.clear(),
        _ => {}
    }
}

fn to_session(session: &mut Session, op: &Op) {
    let message = |text: u8| Message::user(text.to_string());
    match *op {
        Op::Append(text) => session.append(message(text)),
        Op::Insert(at, text) => drop(session.insert(at, message(text))),
        Op::Replace(at, text) => drop(session.replace(at, message(text))),
        Op::Remove(at) => drop(session.remove(at)),
        Op::Prune(count) => session.prune(count),
        Op::Truncate(first, last) => session.truncate(first, last),
        Op::Clear => session.clear(),
        Op::Delete => {}
    }
}

fn ops() -> impl Strategy<Value = Vec<Vec<Op>>> {
    let text = 0..3_u8;
    let op = prop_oneof![
        6 => text.clone().prop_map(Op::Append),
        2 => (0..8_usize, text.clone()).prop_map(|(at, text)| Op::Insert(at, text)),
        2 => (0..8_usize, text).prop_map(|(at, text)| Op::Replace(at, text)),
        2 => (0..8_usize).prop_map(Op::Remove),
        1 => (0..4_usize).prop_map(Op::Prune),
        1 => (0..4_usize, 0..4_usize).prop_map(|(first, last)| Op::Truncate(first, last)),
        1 => Just(Op::Clear),
        1 => Just(Op::Delete),
    ];
    vec(vec(op, 1..4), 1..14)
}

/// Commits each group of `commits` to a session of its own, and compares every version that there should be.
async fn compare(store: &dyn SessionStore, commits: &[Vec<Op>]) {
    let id = Session::new().id().to_owned();
    let (mut versions, mut oldest) = (vec![Vec::new()], 0);
    for ops in commits {
        let mut list = versions.last().unwrap().clone();
        let mut branch = store.load(&id, None).await.unwrap();
        if ops.iter().any(|op| matches!(op, Op::Delete)) {
            if store.delete(&id).await.unwrap() {
                oldest = versions.len();
                versions.push(Vec::new());
            }
        } else {
            for op in ops {
                to_list(&mut list, op);
                to_session(&mut branch.session, op);
            }
            // what changes nothing makes no version
            if list != *versions.last().unwrap() {
                versions.push(list);
            }
            branch.commit_to(store).await.unwrap();
        }
        let head = store.load(&id, None).await.unwrap();
        assert_eq!(head.version() as usize, versions.len() - 1);
    }
    for (version, list) in versions.iter().enumerate() {
        let loaded = store.load(&id, Some(version as u64)).await;
        if version < oldest {
            assert!(matches!(loaded, Err(StoreError::NoSuchVersion { .. })));
            continue;
        }
        let loaded = loaded.unwrap().session;
        let texts = loaded.messages().iter().map(|m| m.text().parse().unwrap());
        assert_eq!(texts.collect::<Vec<u8>>(), *list, "version {version}");
    }
}

fn every_version_is_the_fold(store: &dyn SessionStore, runtime: &Runtime, cases: u32) {
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let result = runner.run(&ops(), |commits| {
        runtime.block_on(compare(store, &commits));
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn every_version_is_what_the_commits_up_to_it_make() {
    let runtime = Runtime::new().unwrap();
    every_version_is_the_fold(&MemoryStore::new(), &runtime, 500);
    for place in Place::all() {
        let store = runtime.block_on(place.open());
        every_version_is_the_fold(&*store, &runtime, 40);
    }
}
