//! A program that says turns in a stored session: what the tests start several of, and kill.
//!
//! `writer <sqlite file or postgres URL> <session> <name> <first> <end>` commits the turns `<name> <number>` and prints the
//! number of each that was acknowledged. With `open` for a session it only opens the store.

use std::io::Write;

use tokio::time::{Duration, sleep};
use zyn::Message;
use zyn::store::{SessionStore, StoreError};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [place, session, name, first, end] = &*arguments else {
        panic!("writer <place> <session> <name> <first> <end>, not {arguments:?}");
    };
    let store = zyn_stores::open(place).await.unwrap();
    for turn in first.parse::<u64>().unwrap()..end.parse().unwrap() {
        say(&*store, session, &format!("{name} {turn}")).await;
        println!("{turn}");
        std::io::stdout().flush().unwrap();
    }
}

/// A turn as a server would have it: load, ask, commit, and after a conflict all of it again.
async fn say(store: &dyn SessionStore, session: &str, text: &str) {
    for conflicts in 0_u32.. {
        let mut tries = 0..MOST_TRIES;
        let mut branch = loop {
            match store.load(session, None).await {
                Ok(branch) => break branch,
                Err(error) => pass(error, &mut tries).await,
            }
        };
        branch.session.append(Message::user(text));
        branch.session.append(Message::assistant("yes"));
        loop {
            match branch.commit_to(store).await {
                Ok(_) => return,
                Err(StoreError::Conflict(_)) => break,
                Err(error) => pass(error, &mut tries).await,
            }
        }
        // who lost gives way, for longer each time: to load a long session in vain is what costs
        let most = 2000 << conflicts.min(6);
        sleep(Duration::from_micros(fastrand::u64(0..most))).await;
    }
}

/// How often a turn may meet a server that is not there.
const MOST_TRIES: u32 = 20;

/// Waits for an error to pass, if it can.
async fn pass(error: StoreError, tries: &mut std::ops::Range<u32>) {
    assert!(error.is_retryable() && tries.next().is_some(), "{error}");
    sleep(Duration::from_millis(50)).await;
}
