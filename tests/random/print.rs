//! A random workflow as Rust.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::tree::{Block, End, Kind, Step, Stmt, Value, Workflow, arm, otherwise};

const HEAD: &str =
    "//! Random workflows, written by `generate.rs`; `ZYN_RANDOM=write` writes them anew.
#![allow(unused, clippy::all)]

use zyn::Run;
use zyn::graph::Graph;
use zyn::prelude::*;

use super::{Fact, Label};

/// A workflow and its graph.
pub type Made = (fn(String) -> Run<'static, String>, fn() -> &'static Graph);
";

/// The file `workflows.rs`, as rustfmt writes it.
pub fn file(workflows: &[Workflow]) -> String {
    let mut file = HEAD.to_owned();
    for it in workflows {
        let body = block(&it.body, "");
        file += &format!(
            "\nworkflow!(\npub async fn {}(at: String) -> String {{\n{body}}}\n);\n",
            it.name
        );
    }
    file += &format!("\npub const ALL: [Made; {}] = [\n", workflows.len());
    for it in workflows {
        file += &format!("({0}, {0}::graph),\n", it.name);
    }
    rustfmt(&(file + "];\n"))
}

/// The statements of a block whose steps have `path` in their ids, rounds as holes.
fn block(block: &Block, path: &str) -> String {
    let stmts = block.stmts.iter().map(|it| stmt(it, path));
    stmts.collect::<String>() + &end(&block.end, path)
}

fn stmt(stmt: &Stmt, path: &str) -> String {
    match stmt {
        Stmt::Let {
            step,
            mutable,
            otherwise,
        } => {
            let mutable = if *mutable { "mut " } else { "" };
            let name = &step.name;
            let way_out = way_out(std::slice::from_ref(step), otherwise, path);
            let place = place(step, path);
            format!(
                "{place}let {mutable}{name} = {}{way_out};\n",
                call(step, path)
            )
        }
        Stmt::Assign(step) => format!("{} = {};\n", step.name, call(step, path)),
        Stmt::Join { steps, otherwise } => {
            let places: String = steps.iter().map(|it| place(it, path)).collect();
            let names: Vec<&str> = steps.iter().map(|it| it.name.as_str()).collect();
            let calls: Vec<String> = steps.iter().map(|it| call(it, path)).collect();
            let (names, calls) = (names.join(", "), calls.join(", "));
            format!(
                "{places}let ({names}) = join({calls}){};\n",
                way_out(steps, otherwise, path)
            )
        }
        Stmt::Match { bound, on, arms } => {
            let arms = arms.iter().map(|(labels, body)| {
                let names: Vec<String> = labels.iter().map(|it| format!("Label::{it:?}")).collect();
                let pattern = match names.is_empty() {
                    true => "_".to_owned(),
                    false => names.join(" | "),
                };
                let body = block(body, &format!("{path}{}/", arm(labels)));
                format!("{pattern} => {{\n{body}}}\n")
            });
            let arms: String = arms.collect();
            match bound {
                Some(name) => format!("let {name} = match {on} {{\n{arms}}};\n"),
                None => format!("match {on} {{\n{arms}}}\n"),
            }
        }
        Stmt::If { on, yes, no } => {
            let yes = block(yes, &format!("{path}then/"));
            let no = no.as_ref().map(|no| block(no, &format!("{path}else/")));
            let no = no.map(|no| format!(" else {{\n{no}}}"));
            format!("if {on} {{\n{yes}}}{}\n", no.unwrap_or_default())
        }
        Stmt::For { name, rounds, body } => {
            let body = block(body, &format!("{path}{name}[{{{name}}}]/"));
            format!("for {name} in 0..{rounds} {{\n{body}}}\n")
        }
        Stmt::Note { role, text } => format!("{role}(\"{text}\");\n"),
    }
}

fn way_out(steps: &[Step], block_of: &Option<Block>, path: &str) -> String {
    let block = block_of
        .as_ref()
        .map(|it| block(it, &format!("{path}{}", otherwise(steps))));
    block.map_or_else(String::new, |block| format!(" else {{\n{block}}}"))
}

fn end(end: &End, path: &str) -> String {
    match end {
        End::Nothing => String::new(),
        End::Values(values) => {
            let written: Vec<String> = values.iter().map(value).collect();
            match written.as_slice() {
                [one] => format!("{one}\n"),
                several => format!("({})\n", several.join(", ")),
            }
        }
        End::Step(step) => format!("{}\n", call(step, path)),
        End::Show(names) => format!("{}\n", shown(names)),
        End::Return(names) => format!("return {};\n", shown(names)),
        End::Break => "break;\n".to_owned(),
        End::Continue => "continue;\n".to_owned(),
    }
}

fn shown(names: &[String]) -> String {
    let holes: Vec<String> = names.iter().map(|name| format!("{{{name}:?}}")).collect();
    format!("format!(\"= {}\")", holes.join(" "))
}

fn value(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("{text:?}.to_owned()"),
        Value::Label(label) => format!("Label::{label:?}"),
        Value::Yes(yes) => yes.to_string(),
        Value::Fact(n) => format!("Fact {{ n: {n} }}"),
    }
}

/// Where the workflow that a step runs stands, for its ids.
fn place(step: &Step, path: &str) -> String {
    let name = &step.name;
    match step.kind {
        Kind::Run(_) => format!("let at_{name} = format!(\"{{at}}{path}{name}/\");\n"),
        _ => String::new(),
    }
}

fn call(step: &Step, path: &str) -> String {
    let name = &step.name;
    let verb = match step.kind {
        Kind::Run(which) => return format!("run(w{which:02}(at_{name}))"),
        Kind::Text => "transform",
        Kind::Label => "classify::<Label>",
        Kind::Yes => "binary",
        Kind::Fact => "extract::<Fact>",
    };
    let reads = step.reads.as_ref().map(|it| format!(" {{{it}}}"));
    let mut call = format!(
        "{verb}(\"Do it\", \"{{at}}{path}{name}{}\")",
        reads.unwrap_or_default()
    );
    call += &format!(".reask({})", step.reask);
    if step.sure {
        call += ".confidence(0.8)";
    }
    if step.alone {
        call += ".alone()";
    }
    call
}

/// The rustfmt that stands beside cargo.
fn rustfmt(source: &str) -> String {
    let beside = Path::new(env!("CARGO")).with_file_name("rustfmt");
    let program = match beside.exists() {
        true => beside.as_path(),
        false => Path::new("rustfmt"),
    };
    let mut child = Command::new(program)
        .args(["--edition", "2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let source = source.to_owned();
    let writer = std::thread::spawn(move || input.write_all(source.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "rustfmt cannot read the workflows");
    String::from_utf8(output.stdout).unwrap()
}
