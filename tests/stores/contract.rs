//! The contract of all stores, on those that are kept somewhere.

use zyn::testing::store_contract;

use crate::place::Place;

#[tokio::test]
async fn every_store_keeps_the_contract() {
    for place in Place::all() {
        let kept = store_contract(&*place.open().await).await;
        kept.unwrap_or_else(|broken| panic!("{}: {broken}", place.name()));
        println!("{} keeps the contract", place.name());
    }
}

#[tokio::test]
async fn what_one_handle_writes_the_other_reads() {
    for place in Place::all() {
        let (one, other) = (place.open().await, place.open().await);
        let mut branch = one.load("a", None).await.unwrap();
        branch.session.append(zyn::Message::user("hello"));
        branch.commit_to(&*one).await.unwrap();
        let read = other.load("a", None).await.unwrap();
        assert_eq!(read.session, branch.session);
    }
}
