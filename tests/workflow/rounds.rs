//! Loops.

use zyn::Session;
use zyn::graph::Graph;
use zyn::verbs::transform;

use super::{by_hand, graph, ids, scripted, step};

static LOOPS: Graph = graph(
    "loops",
    &[
        step("High/row/cell/mark", "transform"),
        step("row/text", "transform"),
    ],
);

#[tokio::test]
async fn each_round_counts_from_0_at_its_own_segment_of_the_id() {
    let llm = scripted(["1", "2", "3", "4", "5"]);
    let run = by_hand(&LOOPS, |cx| async move {
        for row in 0..2 {
            let row = cx.round(1, row);
            for cell in 0..2 {
                let cell = row.round(2, cell);
                transform("Mark", "x").__run(&cell, 0).await?;
            }
        }
        transform("Write", "x").__run(&cx.round(0, 7), 1).await
    });
    let (outcome, report) = run.run_detailed(&llm, &mut Session::new()).await;
    outcome.unwrap();
    let marks = ["[0]/cell[0]", "[0]/cell[1]", "[1]/cell[0]", "[1]/cell[1]"];
    let marks = marks.map(|place| format!("High/row{place}/mark"));
    assert_eq!(ids(&report.steps[..4]), marks);
    assert_eq!(&*report.steps[4].id, "row[7]/text");
}
