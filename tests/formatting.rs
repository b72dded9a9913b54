//! rustfmt formats what stands in `workflow!( … );` and passes braces and brackets by in silence. So every workflow of
//! this repository stands in parentheses, and destroying its indentation is something that rustfmt undoes.

mod rust;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rust::{Invocation, invocations};

/// A body that stops in the middle is no Rust, and neither are the tokens of a `macro_rules!`.
const UNFORMATTABLE: [&str; 4] = [
    "tests/ui/macro/workflow/unfinished-arm.rs",
    "tests/ui/macro/workflow/unfinished-body.rs",
    "tests/ui/macro/workflow/unfinished-option.rs",
    "tests/ui/pass/workflow/in-macro-rules.rs",
];

/// What is wrong with the workflows of a file, by line.
fn problems(path: &Path) -> Vec<String> {
    let source = fs::read_to_string(path).unwrap();
    let found = invocations(&source);
    let mut problems: Vec<String> = found
        .iter()
        .filter(|it| it.open != '(')
        .map(|it| {
            let line = line_of(&source, it.start);
            let open = it.open;
            format!(
                "{}:{line}: `workflow! {open}` is never formatted; write `workflow!( … );`",
                path.display()
            )
        })
        .collect();
    problems.extend(in_docs(&source).map(|line| {
        format!(
            "{}:{line}: an example that nobody can format; write `workflow!( … );`",
            path.display()
        )
    }));
    let destroyed = destroyed(&source, &found);
    if destroyed == source || UNFORMATTABLE.iter().any(|it| path.ends_with(it)) {
        return problems;
    }
    let formatted = rustfmt(&destroyed);
    if formatted != source {
        let wrong = (source.lines().zip(formatted.lines())).position(|(a, b)| a != b);
        problems.push(format!(
            "{}:{}: rustfmt does not give this back",
            path.display(),
            wrong.map_or(source.lines().count(), |at| at + 1)
        ));
    }
    problems
}

/// The lines of examples in doc comments that open a workflow with a brace or a bracket.
fn in_docs(source: &str) -> impl Iterator<Item = usize> {
    let opens = |line: &str| {
        let line = line.trim_start();
        let doc = ["///", "//!"].iter().find_map(|it| line.strip_prefix(it));
        let open = doc.and_then(|it| it.trim_start().strip_prefix("workflow!"));
        open.is_some_and(|it| it.trim_start().starts_with(['{', '[']))
    };
    let lines = source.lines().enumerate();
    lines
        .filter(move |(_, line)| opens(line))
        .map(|(at, _)| at + 1)
}

/// `source` without the indentation inside the invocations in parentheses. One with a text of several lines stays.
fn destroyed(source: &str, found: &[Invocation]) -> String {
    let mut destroyed = String::new();
    let mut at = 0;
    for it in found {
        if it.open != '(' || it.has_long_text {
            continue;
        }
        destroyed.push_str(&source[at..it.start]);
        let lines: Vec<&str> = source[it.start..it.end].split('\n').collect();
        let (first, rest) = lines.split_first().unwrap();
        destroyed.push_str(first);
        for line in rest {
            destroyed.push('\n');
            destroyed.push_str(line.trim_start());
        }
        at = it.end;
    }
    destroyed + &source[at..]
}

fn line_of(source: &str, at: usize) -> usize {
    source[..at].matches('\n').count() + 1
}

/// The rustfmt that stands beside cargo.
fn rustfmt(source: &str) -> String {
    let beside = Path::new(env!("CARGO")).with_file_name("rustfmt");
    let program = if beside.exists() {
        beside
    } else {
        PathBuf::from("rustfmt")
    };
    // From standard input, so that it does not look for the modules of the file.
    let mut child = Command::new(&program)
        .args(["--edition", "2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{} does not run: {error}", program.display()));
    let mut input = child.stdin.take().unwrap();
    input.write_all(source.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Every Rust file below `folder`, but what is built.
fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                rust_files(&path, found);
            }
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

#[test]
fn rustfmt_gives_back_every_workflow_of_the_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    rust_files(root, &mut files);
    files.sort();
    let (mut seen, mut count, mut all) = (0, 0, Vec::new());
    for path in files {
        let source = fs::read_to_string(&path).unwrap();
        let found = invocations(&source);
        let relative = path.strip_prefix(root).unwrap();
        seen += usize::from(!found.is_empty());
        count += found.len();
        for it in found.iter().filter(|it| it.has_long_text) {
            let line = line_of(&source, it.start);
            println!(
                "left as it is, for its long text: {}:{line}",
                relative.display()
            );
        }
        all.extend(problems(&path));
    }
    println!("{count} workflows in {seen} files");
    assert!(count > 30, "the walk found {count} workflows only");
    assert!(all.is_empty(), "{}", all.join("\n"));
}

/// The problems of a file that holds `source`.
fn problems_of(source: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sample.rs");
    fs::write(&path, source).unwrap();
    let cut = format!("{}:", path.display());
    problems(&path)
        .iter()
        .map(|it| it.replace(&cut, ""))
        .collect()
}

const GOOD: &str = r#"// workflow! { in a comment }
workflow!(
    /// Greet, as in `workflow! { }`.
    async fn greet(name: &str) -> String {
        let greeting = transform("Greet { workflow![", name);
        greeting
    }
);
"#;

#[test]
fn a_formatted_workflow_in_parentheses_has_no_problem() {
    assert_eq!(problems_of(GOOD), [] as [&str; 0]);
    let destroyed = destroyed(GOOD, &invocations(GOOD));
    assert!(destroyed.contains("\nlet greeting"), "{destroyed}");
}

#[test]
fn braces_and_brackets_are_refused_with_their_line() {
    for (open, close) in [(" {", "}"), ("{", "}"), ("[", "];"), (" [", "];")] {
        let bad = GOOD
            .replacen("\nworkflow!(", &format!("\nworkflow!{open}"), 1)
            .replace("\n);", &format!("\n{close}"));
        let found = problems_of(&bad);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("2: `workflow! "), "{found:?}");
    }
}

#[test]
fn braces_in_an_example_are_refused_with_their_line() {
    let bad = format!("/// ```\n/// workflow! {{\n/// }}\n/// ```\n{GOOD}");
    let found = problems_of(&bad);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("2: an example"), "{found:?}");
}

#[test]
fn a_workflow_that_rustfmt_would_write_otherwise_is_noticed_with_its_line() {
    let bad = GOOD.replace("        let", "      let");
    assert_eq!(problems_of(&bad), ["5: rustfmt does not give this back"]);
}

#[test]
fn a_workflow_that_rustfmt_cannot_read_is_noticed() {
    let bad = GOOD.replace("greeting\n", "greeting =>\n");
    assert_eq!(problems_of(&bad), ["3: rustfmt does not give this back"]);
}

#[test]
fn a_text_of_several_lines_is_left_alone() {
    let long = GOOD.replace("\"Greet {", "\"Greet\n   {");
    assert_eq!(problems_of(&long), [] as [&str; 0]);
}
