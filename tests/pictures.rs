//! The picture of a workflow, against what its runs report.

use std::collections::BTreeSet;

use zyn::Report;
use zyn::prelude::*;
use zyn::testing::Scripted;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Tone {
    Calm,
    Angry,
}

workflow!(
    /// Judge a letter.
    pub async fn judge(letter: &str) -> Tone {
        let tone = classify::<Tone>("How does it sound?", letter)
            .alone()
            .retry(0);
        tone
    }
);

workflow!(
    /// Write a reply, and better it as long as it sounds angry.
    #[zyn(version = 3)]
    pub async fn reply(letter: &str, rounds: usize) -> String {
        system("You answer letters.");
        let (gist, wish) = join(
            transform("Sum it up", letter),
            transform("What is wanted?", letter),
        ) else {
            return String::from("Thank you for your letter.");
        };
        let mut draft = transform("Write a reply", "{gist} {wish}");
        for _round in 0..rounds {
            let tone = run(judge(&draft));
            match tone {
                Tone::Calm => break,
                Tone::Angry => {
                    let softer = transform("Write it softer", &draft);
                    draft = softer;
                }
            }
        }
        draft
    }
);

const DRAWN: &str = r#"flowchart TD
  n0(["<b>reply(letter, rounds)</b><br>version 3"])
  n1>"system:<br><i>You answer letters.</i>"]
  n2[/"at the same time"\]
  n3["<b>gist</b><br>transform → String<br><i>Sum it up</i><br>reads letter"]
  n4["<b>wish</b><br>transform → String<br><i>What is wanted?</i><br>reads letter"]
  n5[\"all of them"/]
  n6(["return"])
  n7["<b>draft</b><br>transform → String<br><i>Write a reply</i><br>reads gist, wish"]
  subgraph n8 [" "]
    n9{{"for #95;round in 0..rounds"}}
    subgraph n10 [" "]
      n11[["<b>round/tone</b><br>run judge → Tone<br>judge(#38;draft)<br>reads draft, round/Angry/softer"]]
      n12["<b>round/tone/tone</b><br>classify → Tone<br><i>How does it sound?</i><br>reads letter"]
    end
    n13{"tone?"}
    n14(["leave the loop"])
    n15["<b>round/Angry/softer</b><br>transform → String<br><i>Write it softer</i><br>reads draft, round/Angry/softer"]
  end
  n16(["<b>String</b><br>made of draft, round/Angry/softer"])
  n0 --> n1
  n1 --> n2
  n2 --> n3
  n2 --> n4
  n3 --> n5
  n4 --> n5
  n5 -.->|"if one fails"| n6
  n5 --> n7
  n7 --> n9
  n9 --> n11
  n11 --> n12
  n12 --> n13
  n13 -->|"Tone::Calm"| n14
  n13 -->|"Tone::Angry"| n15
  n15 -->|"next round"| n9
  n9 -->|"no more rounds"| n16
  n14 --> n16
  n6 --> n16
"#;

/// The ids that a run reports, without the numbers of their rounds.
fn ids(report: &Report) -> BTreeSet<String> {
    let ids = report.steps.iter().map(|step| {
        let pieces: Vec<&str> = step.id.split(['[', ']']).step_by(2).collect();
        pieces.concat()
    });
    ids.collect()
}

#[test]
fn a_workflow_with_a_join_a_loop_and_a_workflow_in_it_is_drawn_to_the_letter() {
    assert_eq!(reply::graph().mermaid(), DRAWN);
}

#[tokio::test]
async fn every_step_that_a_run_reports_is_in_each_picture() -> Result<(), zyn::Error> {
    let answers = [
        "gist",
        "wish",
        "draft",
        r#"{"label":"Angry"}"#,
        "softer",
        r#"{"label":"Calm"}"#,
    ];
    let llm = Llm::new(Scripted::new(answers));
    let run = reply("Where is my parcel?", 3);
    let (said, report) = run.run_detailed(&llm, &mut Session::new()).await;
    assert_eq!(said?, "softer");
    let graph = reply::graph();
    let ids = ids(&report);
    assert!(ids.contains("round/tone/tone"), "{ids:?}");
    for id in ids {
        assert!(graph.mermaid().contains(&format!("<b>{id}</b>")), "{id}");
        assert!(graph.dot().contains(&format!("<b>{id}</b>")), "{id}");
        assert!(graph.svg().contains(&format!(">{id}</text>")), "{id}");
    }
    Ok(())
}

#[test]
fn a_workflow_changes_its_fingerprint_when_the_one_inside_it_does() {
    mod before {
        use zyn::prelude::*;
        workflow!(
            pub async fn inner(text: &str) -> String {
                let said = transform("Say it", text);
                said
            }
        );
        workflow!(
            pub async fn outer(text: &str) -> String {
                let said = run(inner(text));
                said
            }
        );
    }
    mod after {
        use zyn::prelude::*;
        workflow!(
            /// Another prompt.
            pub async fn inner(text: &str) -> String {
                let said = transform("Say it loudly", text);
                said
            }
        );
        workflow!(
            /// The same.
            pub async fn outer(text: &str) -> String {
                let said = run(inner(text));
                said
            }
        );
    }
    let (before, after) = (before::outer::graph(), after::outer::graph());
    assert_eq!(before.body, after.body);
    assert_ne!(before.fingerprint(), after.fingerprint());
}
