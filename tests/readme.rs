//! What the README says is there.

use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("README.md stands at the top")
}

/// The text of the first block of Rust.
fn first_rust_block(readme: &str) -> Option<String> {
    let mut lines = readme.lines();
    lines.find(|line| line.trim_end() == "```rust")?;
    let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
    Some(block.join("\n") + "\n")
}

/// The rows of the table that begins with `I want to …`: a wish, and the files that its second column names.
fn wishes(readme: &str) -> Option<Vec<(String, Vec<String>)>> {
    let mut lines = readme.lines();
    lines.find(|line| {
        let cells = cells(line);
        cells.len() == 2 && cells[0].starts_with("I want to") && cells[1] == "example"
    })?;
    lines
        .skip(1)
        .take_while(|line| line.trim_start().starts_with('|'))
        .map(|line| match cells(line).as_slice() {
            [wish, example] => Some((wish.clone(), places(example))),
            _ => panic!("a row of the table has not two cells: {line}"),
        })
        .collect()
}

fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let inner = line.strip_prefix('|').and_then(|it| it.strip_suffix('|'));
    let cells = inner.into_iter().flat_map(|it| it.split('|'));
    cells.map(|cell| cell.trim().to_owned()).collect()
}

/// The files that a cell names: the targets of its links, else what stands in its backticks.
fn places(cell: &str) -> Vec<String> {
    let links = cell.split("](").skip(1).filter_map(|it| it.split_once(')'));
    let links: Vec<String> = links.map(|(target, _)| target.to_owned()).collect();
    if links.is_empty() {
        let code = cell.split('`').skip(1).step_by(2);
        return code.map(str::to_owned).collect();
    }
    links
}

/// The files of `examples/` that are programs: those with a `main`.
fn programs() -> Vec<String> {
    let folders = ["examples", "examples/bin"].map(|it| fs::read_dir(root().join(it)).unwrap());
    let mut programs: Vec<String> = folders
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .filter(|path| fs::read_to_string(path).unwrap().contains("fn main()"))
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    programs.sort();
    programs
}

#[test]
fn the_first_program_is_page_one() {
    let block = first_rust_block(&readme()).expect("README.md has a block of Rust");
    let program = fs::read_to_string(root().join("examples/page_one.rs")).unwrap();
    assert_eq!(block, program);
}

#[test]
fn every_wish_names_an_example_that_is_there() {
    let wishes = wishes(&readme()).expect("README.md has a table `I want to … | example`");
    assert!(!wishes.is_empty());
    for (wish, examples) in &wishes {
        assert!(!examples.is_empty(), "{wish}: no example");
        for example in examples {
            assert!(root().join(example).is_file(), "{wish}: {example}");
            println!("{wish}: {example}");
        }
    }
}

#[test]
fn every_program_in_examples_is_named() {
    let readme = readme();
    let programs = programs();
    assert!(programs.contains(&"page_one.rs".to_owned()), "{programs:?}");
    for program in programs {
        assert!(
            readme.contains(&program),
            "README.md does not name {program}"
        );
    }
}

#[test]
fn the_first_block_of_rust_is_read_to_the_letter() {
    let readme = "# zyn\n```sh\ncargo run\n```\n```rust\nfn main() {\n\n}\n```\n```rust\nno\n```\n";
    assert_eq!(first_rust_block(readme).unwrap(), "fn main() {\n\n}\n");
    assert_eq!(first_rust_block("```sh\n```\n"), None);
}

#[test]
fn the_table_of_wishes_is_read_by_row() {
    let readme = "\n| I want to … | example |\n|---|---|\n\
        | answer a ticket | [`support_ticket`](examples/support_ticket.rs), with [it](examples/it.rs) |\n\
        | begin | `examples/page_one.rs` |\n\n| a | b |\n";
    let wishes = wishes(readme).unwrap();
    let places: Vec<_> = wishes.iter().flat_map(|(_, places)| places).collect();
    assert_eq!(
        places,
        [
            "examples/support_ticket.rs",
            "examples/it.rs",
            "examples/page_one.rs"
        ]
    );
    assert_eq!(wishes[1].0, "begin");
}

#[test]
fn page_one_is_a_program() {
    assert!(programs().contains(&"page_one.rs".to_owned()));
    assert!(!programs().contains(&"tickets.rs".to_owned()));
}
