//! Forks, and what comes back from them.

use std::time::Duration;

use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{Error, Message, SessionError, Usage};

use super::{fire, inputs, witness};

async fn conversation(llm: &Llm) -> Session {
    let mut session = Session::named("forks");
    session.append(Message::system("Be kind."));
    fire(llm, &mut session, "Ada").await.unwrap();
    session
}

/// Every order of `n` things.
fn orders(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![vec![]];
    }
    let shorter = orders(n - 1);
    let longer = shorter.iter().flat_map(|order| {
        (0..n).map(move |place| {
            let mut order = order.clone();
            order.insert(place, n - 1);
            order
        })
    });
    longer.collect()
}

#[tokio::test(start_paused = true)]
async fn every_order_of_completion_merges_to_the_same_history() {
    let mut histories = Vec::new();
    for order in orders(5) {
        let llm = witness();
        let mut session = conversation(&llm).await;
        let mut forks: Vec<_> = order.iter().map(|_| session.fork()).collect();
        let fires = forks.iter_mut().zip(&order).enumerate();
        let fires = fires.map(|(who, (fork, seconds))| {
            let llm = &llm;
            async move {
                tokio::time::sleep(Duration::from_secs(*seconds as u64)).await;
                fire(llm, fork, &format!("0 {who}")).await
            }
        });
        let fires: Vec<_> = fires.map(Box::pin).collect();
        let [a, b, c, d, e] = fires.try_into().ok().unwrap();
        tokio::try_join!(a, b, c, d, e).unwrap();
        session.merge(forks).unwrap();
        assert_eq!(session.usage(), llm.spend().usage);
        histories.push(session);
    }
    assert_eq!(histories.len(), 120);
    assert!(histories.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(
        inputs(&histories[0]),
        ["Ada", "0 0", "0 1", "0 2", "0 3", "0 4"]
    );
    println!("120 orders of completion, one history");
}

#[tokio::test]
async fn a_merge_adds_messages_and_cost_and_the_last_cost_is_that_of_the_last_fork_that_fired() {
    let llm = witness();
    let mut session = conversation(&llm).await;
    let (mut one, mut two, three) = (session.fork(), session.fork(), session.fork());
    fire(&llm, &mut one, "Grace").await.unwrap();
    fire(&llm, &mut one, "Alan").await.unwrap();
    two.append(Message::user("a remark"));
    session.merge([one, two, three]).unwrap();
    assert_eq!((session.len(), session.id()), (8, "forks"));
    assert_eq!(session.at(7).unwrap().text(), "a remark");
    assert_eq!(session.usage(), Usage::new(3, 3));
    assert_eq!(session.last_usage(), Some(Usage::new(1, 1)));
}

#[tokio::test]
async fn a_merge_adds_the_tokens_of_each_model() {
    let (llm, other) = (witness(), Llm::new(Scripted::new(["Hello"])));
    let mut session = conversation(&llm).await;
    let (mut one, mut two) = (session.fork(), session.fork());
    fire(&llm, &mut one, "Grace").await.unwrap();
    fire(&other, &mut two, "Alan").await.unwrap();
    session.merge([one, two]).unwrap();
    let models: Vec<_> = session.bill().models().collect();
    let scripted = other.spend().usage;
    assert_eq!(
        models,
        [("scripted", scripted), ("witness", Usage::new(2, 2))]
    );
    assert_eq!(session.usage(), Usage::new(2, 2) + scripted);
}

#[tokio::test]
async fn a_fork_copies_no_message_and_leaves_what_it_is_from_alone() {
    let llm = witness();
    let session = conversation(&llm).await;
    let mut fork = session.fork();
    assert!(std::ptr::eq(fork.at(0).unwrap(), session.at(0).unwrap()));
    fork.clear();
    assert_eq!((session.len(), fork.id()), (3, "forks"));
}

#[tokio::test]
async fn what_was_not_forked_from_the_present_state_is_named_and_nothing_is_merged() {
    let llm = witness();
    let mut session = conversation(&llm).await;
    let mut good = session.fork();
    fire(&llm, &mut good, "Grace").await.unwrap();
    let mut edited = session.fork();
    edited.remove(1).unwrap();
    let mut shorter = session.fork();
    shorter.prune(1);
    let cases = [(edited, 1), (shorter, 2), (Session::new(), 0)];
    for (bad, shared) in cases {
        let before = session.clone();
        let error = session.merge([&good, &bad, &good]).unwrap_err();
        let expected = SessionError::NotAFork {
            index: 1,
            shared,
            len: 3,
        };
        assert_eq!(error, expected);
        assert_eq!(session, before);
    }
    // the session went on: its forks are of the past
    session.append(Message::user("on"));
    let error = session.merge([good]).unwrap_err();
    assert_eq!(
        error,
        SessionError::NotAFork {
            index: 0,
            shared: 3,
            len: 4
        }
    );
}

#[tokio::test]
async fn a_fork_that_lacks_what_was_paid_since_is_none_whatever_it_paid_itself() {
    let llm = witness();
    let mut session = conversation(&llm).await;
    let mut fork = session.fork();
    for who in ["Ada", "Grace"] {
        fire(&llm, &mut fork, who).await.unwrap();
    }
    fire(&llm, &mut session, "Grace").await.unwrap();
    session.prune(2);
    let error = session.merge([fork]).unwrap_err();
    assert_eq!(
        error,
        SessionError::NotAFork {
            index: 0,
            shared: 3,
            len: 3
        }
    );
    assert_eq!(session.usage(), Usage::new(2, 2));
}

#[tokio::test]
async fn a_fork_has_no_window_so_what_it_adds_can_come_back() {
    let llm = witness();
    let mut session = conversation(&llm).await;
    session.set_window(zyn::Window::last_turns(0));
    let mut fork = session.fork();
    fire(&llm, &mut fork, "Grace").await.unwrap();
    session.merge([fork]).unwrap();
    assert_eq!(session.len(), 5);
    assert!(session.window().is_some());
}

#[tokio::test]
async fn a_merge_in_a_transaction_falls_with_it() -> Result<(), Error> {
    let llm = witness();
    let mut session = conversation(&llm).await;
    let before = session.clone();
    let mut fork = session.fork();
    fire(&llm, &mut fork, "Grace").await?;
    let mut tx = session.begin();
    tx.merge([&fork])?;
    assert_eq!(tx.len(), 5);
    drop(tx);
    assert_eq!(session, before);
    let mut tx = session.begin();
    tx.merge([&fork])?;
    tx.commit();
    assert_eq!(session, fork);
    Ok(())
}
