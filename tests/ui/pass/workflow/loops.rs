// Rounds with `break`, `continue` and labels, loops in loops, loops without steps, and what a later round reads.
#![deny(warnings)]
use zyn::prelude::*;
use zyn::testing::Scripted;

workflow!(
    /// Write and rewrite until it is good.
    pub async fn write(brief: &str, rounds: usize) -> String {
        let mut draft = transform("Write a first draft", brief);
        for _round in 0..rounds {
            let good = binary("Is it ready?", &draft);
            if good {
                break;
            }
            let critique = transform("Criticise it", &draft);
            draft = transform("Rewrite it", &critique);
        }
        draft
    }

    /// Loops in loops, and ordinary ones beside them.
    pub async fn table(rows: &[&str], columns: Vec<String>) -> String {
        let mut cells = String::new();
        'rows: for (i, row) in rows.iter().enumerate() {
            for column in &columns {
                let mut wanted = true;
                for c in column.chars() {
                    if c == '!' {
                        wanted = false;
                        break;
                    }
                }
                while cells.ends_with(' ') {
                    cells.pop();
                }
                if !wanted {
                    continue;
                }
                if *row == "end" {
                    break 'rows;
                }
                let cell = transform("What stands there?", "{row} {column}");
                cells += &format!("{i}{cell} ");
            }
        }
        cells
    }

    /// A loop may give the workflow's value.
    pub async fn first(lines: &[&str]) -> Result<usize, zyn::Error> {
        for (i, _) in lines.iter().enumerate() {
            let line = lines.get(i).copied().unwrap_or("-");
            let urgent = binary("Is it urgent?", line);
            if urgent {
                return Ok(i);
            }
        }
        Ok(lines.len())
    }
);

fn yes(yes: bool) -> String {
    format!(r#"{{"answer":{yes}}}"#)
}

fn ids(report: &zyn::Report) -> Vec<&str> {
    report.steps.iter().map(|step| &*step.id).collect()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let llm = Llm::new(Scripted::new([
        "one".to_owned(),
        yes(false),
        "dull".into(),
        "two".into(),
        yes(true),
    ]));
    let (text, report) = write("a poem", 5)
        .run_detailed(&llm, &mut Session::new())
        .await;
    assert_eq!(text.unwrap(), "two");
    assert_eq!(
        ids(&report),
        [
            "draft",
            "round[0]/good",
            "round[0]/critique",
            "round[0]/draft",
            "round[1]/good"
        ]
    );
    let good = &write::graph().steps[1];
    assert_eq!(
        (good.id, good.reads),
        ("round/good", ["draft", "round/draft"].as_slice())
    );

    let llm = Llm::new(Scripted::new(["a", "b"]));
    let columns = vec!["x".to_owned(), "!".to_owned(), "y".to_owned()];
    let (text, report) = table(&["one", "end", "two"], columns)
        .run_detailed(&llm, &mut Session::new())
        .await;
    assert_eq!(text.unwrap(), "0a0b");
    assert_eq!(
        ids(&report),
        ["i_row[0]/column[0]/cell", "i_row[0]/column[2]/cell"]
    );

    let llm = Llm::new(Scripted::new([yes(false), yes(true)]));
    let found = first(&["a", "b", "c"]).run(&llm, &mut Session::new()).await;
    assert_eq!(found.unwrap(), 1);
}
