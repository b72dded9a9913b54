//! The families of mistakes in `families.txt`, and the cases that are there: neither is without the other.
//!
//! `cargo test -p zyn-ui --test families -- --nocapture` counts the families, their cases and their messages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const TABLE: &str = include_str!("families.txt");

/// Mistakes of one kind.
#[derive(Debug, PartialEq)]
struct Family<'a> {
    /// Its place among the forty that zyn set out with; `None` for one that was found since.
    number: Option<usize>,
    name: &'a str,
    /// Paths without their endings.
    cases: Vec<&'a str>,
}

/// A line that begins with a number or `+` names a family; the indented lines below it are its cases.
fn families(table: &str) -> Vec<Family<'_>> {
    let mut families: Vec<Family<'_>> = Vec::new();
    for line in table.lines().filter(|line| !line.trim().is_empty()) {
        if line.starts_with('#') {
            continue;
        }
        if let (true, Some(family)) = (line.starts_with(' '), families.last_mut()) {
            family.cases.push(line.trim());
            continue;
        }
        let (number, name) = line.split_once(' ').unwrap_or((line, ""));
        families.push(Family {
            number: number.parse().ok(),
            name,
            cases: Vec::new(),
        });
    }
    families
}

/// What `of` has more than once, or `among` not at all.
fn strange(of: &[String], among: &[String]) -> Vec<String> {
    let mut count: BTreeMap<&String, usize> = BTreeMap::new();
    for name in of {
        *count.entry(name).or_default() += 1;
    }
    let strange = count
        .into_iter()
        .filter(|(name, count)| *count > 1 || !among.contains(name));
    strange.map(|(name, _)| name.clone()).collect()
}

/// The cases that must not compile, as `families.txt` writes them.
fn refused() -> io::Result<Vec<String>> {
    let mut cases = zyn_ui::files(Path::new(ROOT).join("macro"), "rs")?;
    cases.extend(zyn_ui::files(Path::new(ROOT).join("rustc"), "rs")?);
    let name = |case: PathBuf| {
        let case = case.with_extension("");
        let case = case.strip_prefix(ROOT).unwrap_or(&case);
        case.display().to_string()
    };
    Ok(cases.into_iter().map(name).collect())
}

#[test]
fn the_forty_families_have_cases_and_each_case_has_its_family() -> io::Result<()> {
    let families = families(TABLE);
    let mut numbers: Vec<usize> = families.iter().filter_map(|it| it.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>(), "the forty families");
    let empty = families.iter().filter(|family| family.cases.is_empty());
    let empty: Vec<&str> = empty.map(|family| family.name).collect();
    assert!(empty.is_empty(), "families without a case: {empty:?}");

    let listed = families.iter().flat_map(|family| &family.cases);
    let listed: Vec<String> = listed.map(|&case| case.to_owned()).collect();
    let there = refused()?;
    let (missing, homeless) = (strange(&listed, &there), strange(&there, &listed));
    assert!(
        missing.is_empty(),
        "listed twice, or not there: {missing:#?}"
    );
    assert!(homeless.is_empty(), "in no family: {homeless:#?}");
    Ok(())
}

#[test]
fn every_case_says_what_was_done_and_why_it_is_refused_and_has_its_text() -> io::Result<()> {
    let (mut cases, mut messages) = (0, 0);
    for case in refused()? {
        let source = fs::read_to_string(Path::new(ROOT).join(format!("{case}.rs")))?;
        let head = source.lines().take(2);
        assert_eq!(
            head.filter(|line| line.starts_with("// ")).count(),
            2,
            "{case}.rs begins with two lines: what the user did, and why it is refused"
        );
        let text = fs::read_to_string(Path::new(ROOT).join(format!("{case}.stderr")))?;
        let said = text.lines().filter(|line| is_error(line)).count();
        assert!(said > 0, "{case}.stderr has no error in it");
        (cases, messages) = (cases + 1, messages + said);
    }
    let families = families(TABLE).len();
    println!("{families} families, {cases} cases, {messages} messages");
    Ok(())
}

#[test]
fn a_mistake_that_zyn_reports_brings_no_error_of_the_compilers_along() -> io::Result<()> {
    let mut followed = Vec::new();
    for text in zyn_ui::files(Path::new(ROOT).join("macro"), "stderr")? {
        let said = fs::read_to_string(&text)?;
        if said.lines().any(|line| line.starts_with("error[")) {
            followed.push(text);
        }
    }
    assert!(
        followed.is_empty(),
        "a second error for one mistake: {followed:#?}"
    );
    Ok(())
}

fn is_error(line: &str) -> bool {
    line.starts_with("error: ") || line.starts_with("error[")
}

#[test]
fn a_family_is_a_line_and_its_cases_are_below_it() {
    let table = "# All of them.\n\n1 a hole\n    macro/a\n    macro/b\n+ a new one\n    rustc/c\n";
    let (hole, new) = (vec!["macro/a", "macro/b"], vec!["rustc/c"]);
    let families = families(table);
    let all: Vec<_> = families.iter().map(|it| (it.number, it.name)).collect();
    assert_eq!(all, [(Some(1), "a hole"), (None, "a new one")]);
    assert_eq!(families[0].cases, hole);
    assert_eq!(families[1].cases, new);
}

#[test]
fn a_case_that_is_listed_twice_or_on_one_side_only_is_strange() {
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>()
    };
    let (listed, there) = (names(&["a", "b", "b", "c"]), names(&["a", "b"]));
    assert_eq!(strange(&listed, &there), ["b", "c"]);
    assert_eq!(strange(&there, &names(&["a"])), ["b"]);
}
