//! Who commits first wins.

use tokio::task::JoinSet;
use zyn::prelude::*;
use zyn::{Error, ErrorKind, Message, SharedSession};

use super::{fire, inputs, turns_in_order, witness};

#[tokio::test]
async fn the_second_to_commit_gets_a_conflict_and_keeps_what_it_paid_for() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    let (mut one, mut other) = (shared.branch(), shared.branch());
    fire(&llm, &mut one.session, "Ada").await.unwrap();
    fire(&llm, &mut other.session, "Grace").await.unwrap();
    fire(&llm, &mut other.session, "Alan").await.unwrap();
    assert!(shared.snapshot().is_empty());

    assert_eq!(shared.commit(&mut one).unwrap(), 1);
    let conflict = shared.commit(&mut other).unwrap_err();
    assert_eq!((conflict.expected, conflict.found), (0, 1));
    assert_eq!(inputs(&shared.snapshot()), ["Ada"]);
    assert_eq!(
        (inputs(&other.session), other.version()),
        (vec!["Grace".into(), "Alan".into()], 0)
    );
    assert_eq!(turns_in_order(&other.session), 2);
    let error = Error::from(conflict);
    assert!(matches!(error.kind(), ErrorKind::Conflict(_)) && error.is_retryable());
}

#[tokio::test]
async fn a_branch_goes_on_from_what_it_committed() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    let mut branch = shared.branch();
    for (version, name) in ["Ada", "Grace"].into_iter().enumerate() {
        fire(&llm, &mut branch.session, name).await.unwrap();
        assert_eq!(shared.commit(&mut branch).unwrap(), version as u64 + 1);
        assert_eq!(branch.version(), version as u64 + 1);
    }
    assert_eq!(shared.snapshot(), branch.session);
    assert_eq!(branch.change().inserted, []);
}

#[tokio::test]
async fn an_edit_is_a_commit_too_and_refuses_a_fire_that_was_under_way() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    let mut branch = shared.branch();
    fire(&llm, &mut branch.session, "Ada").await.unwrap();
    let edit = async |session: &mut Session| {
        session.append(Message::system("Be brief."));
        Ok::<_, Error>(())
    };
    shared.transaction(edit).await.unwrap();
    assert_eq!(shared.commit(&mut branch).unwrap_err().found, 1);
    assert_eq!(shared.snapshot().messages(), [Message::system("Be brief.")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_that_fire_anew_after_a_conflict_all_come_through_in_one_order() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    let mut tasks = JoinSet::new();
    for who in 0..8 {
        let (llm, shared) = (llm.clone(), shared.clone());
        tasks.spawn(async move {
            let mut fired = 0_u64;
            loop {
                let mut branch = shared.branch();
                let input = format!("0.001 {who}");
                fire(&llm, &mut branch.session, &input).await.unwrap();
                fired += 1;
                if shared.commit(&mut branch).is_ok() {
                    return fired;
                }
            }
        });
    }
    let fired: u64 = tasks.join_all().await.into_iter().sum();
    assert_eq!(
        (turns_in_order(&shared.snapshot()), shared.version()),
        (8, 8)
    );
    assert_eq!(llm.spend().attempts, fired, "what lost a race was paid too");
    println!("8 tasks, 8 turns, {fired} fires");
}
