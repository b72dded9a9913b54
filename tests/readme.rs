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

/// What stands in the second column of the table that begins with `I want to …`: a row each, without its marks.
fn wishes(readme: &str) -> Option<Vec<(String, String)>> {
    let mut lines = readme.lines();
    lines.find(|line| {
        let cells = cells(line);
        cells.len() == 2 && cells[0].starts_with("I want to") && cells[1] == "example"
    })?;
    lines
        .skip(1)
        .take_while(|line| line.trim_start().starts_with('|'))
        .map(|line| match cells(line).as_slice() {
            [wish, example] => Some((wish.clone(), place(example))),
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

/// The file that a cell names: the target of a link, else what stands in backticks, else all of it.
fn place(cell: &str) -> String {
    let link = cell
        .split_once("](")
        .and_then(|(_, rest)| rest.split_once(')'));
    let code = cell.split('`').nth(1);
    match (link, code) {
        (Some((target, _)), _) => target.to_owned(),
        (None, Some(code)) => code.to_owned(),
        (None, None) => cell.to_owned(),
    }
}

/// The files of `examples/` that are programs: those with a `main`.
fn programs() -> Vec<String> {
    let files = fs::read_dir(root().join("examples")).unwrap();
    let mut programs: Vec<String> = files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .filter(|path| fs::read_to_string(path).unwrap().contains("fn main()"))
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    programs.sort();
    programs
}

#[test]
#[ignore = "to come with the program in README.md"]
fn the_first_program_is_page_one() {
    let block = first_rust_block(&readme()).expect("README.md has a block of Rust");
    let program = fs::read_to_string(root().join("examples/page_one.rs")).unwrap();
    assert_eq!(block, program);
}

#[test]
fn every_wish_names_an_example_that_is_there() {
    let wishes = wishes(&readme()).expect("README.md has a table `I want to … | example`");
    assert!(!wishes.is_empty());
    for (wish, example) in &wishes {
        assert!(root().join(example).is_file(), "{wish}: {example}");
        println!("{wish}: {example}");
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
        | answer a ticket | [`support_ticket`](examples/support_ticket.rs) |\n\
        | begin | `examples/page_one.rs` |\n\n| a | b |\n";
    let wishes = wishes(readme).unwrap();
    let places: Vec<_> = wishes.iter().map(|(_, place)| place.as_str()).collect();
    assert_eq!(
        places,
        ["examples/support_ticket.rs", "examples/page_one.rs"]
    );
    assert_eq!(wishes[1].0, "begin");
}

#[test]
fn page_one_is_a_program() {
    assert!(programs().contains(&"page_one.rs".to_owned()));
    assert!(!programs().contains(&"tickets.rs".to_owned()));
}
