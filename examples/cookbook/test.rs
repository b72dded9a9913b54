//! The cookbook: every program runs on made-up answers, and is as short as the README says.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, in its parts too"
)]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const PROGRAMS: [(&str, &str); 10] = [
    ("triage", env!("CARGO_BIN_EXE_triage")),
    ("filing", env!("CARGO_BIN_EXE_filing")),
    ("events", env!("CARGO_BIN_EXE_events")),
    ("agent", env!("CARGO_BIN_EXE_agent")),
    ("refine", env!("CARGO_BIN_EXE_refine")),
    ("interview", env!("CARGO_BIN_EXE_interview")),
    ("analyse", env!("CARGO_BIN_EXE_analyse")),
    ("decide", env!("CARGO_BIN_EXE_decide")),
    ("chat", env!("CARGO_BIN_EXE_chat")),
    ("feedback", env!("CARGO_BIN_EXE_feedback")),
];

/// What each prints, whatever the answers are: a part of its value.
const PRINTED: [(&str, &[&str]); 10] = [
    ("triage", &["category:", "urgency:", "queue:"]),
    ("filing", &["Technology/", "Business/"]),
    ("events", &["title:", "when: When", "place: Place"]),
    ("agent", &["customer:", "severity:", "needs_human:"]),
    ("refine", &[""]),
    ("interview", &["answers:", "summary:", "\"I write tests.\""]),
    (
        "analyse",
        &["tone: Sentiment", "topics:", "entities:", "summary:"],
    ),
    ("decide", &["Automatic("]),
    ("chat", &["> I have potatoes too.", "The conversation has"]),
    (
        "feedback",
        &[": Best purchase this year.", ": The box was empty."],
    ),
];

fn run(program: &str, arguments: &[&str]) -> Output {
    let mut child = Command::new(program)
        .args(arguments)
        .env_remove("ZYN_MODEL")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // for the interview; the others end without reading it
    let _ = child
        .stdin
        .take()
        .unwrap()
        .write_all(b"I write tests.\nOften.\nYes.\n");
    child.wait_with_output().unwrap()
}

#[test]
fn every_program_ends_well_on_made_up_answers() {
    for ((name, program), (_, parts)) in PROGRAMS.iter().zip(PRINTED) {
        let mut printed = String::new();
        for seed in 0..8 {
            let output = run(program, &[&format!("--fake={seed}")]);
            let (out, err) = (&output.stdout, &output.stderr);
            let (out, err) = (String::from_utf8_lossy(out), String::from_utf8_lossy(err));
            assert!(output.status.success(), "{name} --fake {seed}: {err}");
            assert!(
                !out.trim().is_empty(),
                "{name} --fake {seed} prints nothing"
            );
            printed.push_str(&out);
        }
        for part in parts {
            assert!(
                printed.contains(part),
                "{name} never prints {part}:\n{printed}"
            );
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_answers_and_another_gives_others() {
    let (_, program) = PROGRAMS[2];
    let printed = |seed| run(program, &[&format!("--fake={seed}")]).stdout;
    assert_eq!(printed("7"), printed("7"));
    assert_ne!(printed("7"), printed("8"));
}

#[test]
fn help_says_what_it_does_and_which_model_answers() {
    for (name, program) in PROGRAMS {
        let help = String::from_utf8(run(program, &["--help"]).stdout).unwrap();
        for word in ["ZYN_MODEL", "--fake[=<SEED>]", "--graph"] {
            assert!(help.contains(word), "{name} --help has no {word}: {help}");
        }
    }
}

#[test]
fn a_text_behind_fake_is_what_to_work_on() {
    let (_, program) = PROGRAMS[9];
    let printed = run(program, &["--fake", "It is 42."]).stdout;
    assert!(String::from_utf8_lossy(&printed).ends_with(": It is 42.\n"));
}

#[test]
fn every_program_draws_its_workflow_and_asks_no_model() {
    for (name, program) in PROGRAMS {
        for (form, begin) in [
            ("mermaid", "flowchart"),
            ("dot", "digraph"),
            ("svg", "<svg"),
        ] {
            let drawn = run(program, &["--graph", form]).stdout;
            let drawn = String::from_utf8(drawn).unwrap();
            assert!(drawn.starts_with(begin), "{name} --graph {form}: {drawn}");
        }
    }
}

/// The lines of an example that say what it does: no imports, no comments, no blank lines, no text to try it on, no
/// `main`.
fn lines_of(example: &str) -> usize {
    let code = example.lines().map(str::trim_end);
    let code = code.take_while(|line| !line.starts_with("const ") && *line != "#[tokio::main]");
    code.filter(|line| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with("//") && !line.starts_with("use ")
    })
    .count()
}

#[test]
fn each_is_shorter_than_its_original_by_what_the_readme_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("../README.md")).unwrap();
    for (name, _) in PROGRAMS {
        let file = format!("examples/cookbook/{name}.rs");
        let example = fs::read_to_string(root.join("..").join(&file)).unwrap();
        let ours = lines_of(&example);
        let link = format!("[`{name}`]({file})");
        let row = readme
            .lines()
            .find(|line| line.starts_with(&format!("| {link}")));
        let row = row.unwrap_or_else(|| panic!("README.md has no row of the cookbook for {link}"));
        let numbers: Vec<usize> = row
            .split('|')
            .filter_map(|cell| cell.trim().trim_end_matches(" %").parse().ok())
            .collect();
        let [original, said, less] = numbers[..] else {
            panic!("{name}: a row has three numbers: {row}");
        };
        println!("{name}: {ours} lines, the original {original}");
        assert_eq!(said, ours, "{name}: lines");
        assert!(ours < original, "{name} is longer than its original");
        assert_eq!(
            less,
            (100 * (original - ours) + original / 2) / original,
            "{name}: percent"
        );
    }
}

#[test]
fn lines_are_counted_without_what_says_nothing() {
    let example = "//! About\n\nuse a::b;\n\n/// One\nstruct A;\n// no\nworkflow!(\n);\n\nconst TEXT: &str = \"\";\nfn main() {}\n";
    assert_eq!(lines_of(example), 3);
}
