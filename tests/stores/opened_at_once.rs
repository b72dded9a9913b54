//! Several processes open an empty store at the same time.

use crate::place::{Place, questions};

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_processes_may_open_an_empty_store_at_once() {
    const ROUNDS: usize = 5;
    const PROCESSES: usize = 8;
    for round in 0..ROUNDS {
        for place in Place::all() {
            let processes: Vec<_> = (0..PROCESSES)
                .map(|n| place.writer(&n.to_string(), "first", 0, 1))
                .collect();
            for process in processes {
                let done = process.wait_with_output().unwrap();
                assert!(done.status.success(), "round {round}, {}", place.name());
            }
            let store = place.open().await;
            for n in 0..PROCESSES {
                assert_eq!(questions(&*store, &n.to_string()).await, ["first 0"]);
            }
        }
    }
}
