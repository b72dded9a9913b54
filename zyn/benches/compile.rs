//! What the macros cost the compiler: CPU time a step and a type, cold and after an edit, and lines expanded.
//!
//! ```text
//! cargo bench -p zyn --bench compile
//! ```
//!
//! Generates crates of many workflows and many types, and checks each with cargo. CPU time is that of the compiler and all
//! its threads, the best of several runs, less what an empty crate with the same dependencies takes. It is read from
//! `/proc`, so it runs on Linux.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const WORKFLOWS: usize = 40;
const STEPS: usize = 9;
const TYPES: usize = 80;
const FIELDS: usize = 8;
const RUNS: usize = 5;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let bench = Bench::new()?;
    let empty = bench.measure("empty", "")?;

    println!("{WORKFLOWS} workflows of {STEPS} steps, CPU time a step (best of {RUNS} runs)\n");
    println!("| written as | cold | times | after an edit | lines expanded |");
    println!("|---|---|---|---|---|");
    let by_hand = bench.measure("functions", &workflows(function))?;
    let by_macro = bench.measure("workflows", &workflows(workflow))?;
    for (name, cost) in [
        ("`async fn` with `?`", &by_hand),
        ("`workflow!`", &by_macro),
    ] {
        cost.row(name, &empty, &by_hand, WORKFLOWS * STEPS);
    }

    println!("\n{TYPES} types of {FIELDS} fields, CPU time a type\n");
    println!("| derived | cold | times | after an edit | lines expanded |");
    println!("|---|---|---|---|---|");
    let costs = [
        "Deserialize",
        "Deserialize, JsonSchema",
        "Deserialize, JsonSchema, Extract",
    ]
    .map(|derives| (derives, bench.measure(derives, &types(derives))));
    let [serde, both, all] = costs;
    let (serde, both, all) = ((serde.0, serde.1?), (both.0, both.1?), (all.0, all.1?));
    for (name, cost) in [&serde, &both, &all] {
        cost.row(name, &empty, &both.1, TYPES);
    }
    Ok(())
}

/// What one crate costs.
struct Cost {
    cold: f64,
    edited: f64,
    lines: usize,
}

impl Cost {
    fn row(&self, name: &str, empty: &Self, other: &Self, count: usize) {
        let per = |all: f64, none: f64| 1000.0 * (all - none) / count as f64;
        println!(
            "| {name} | {:.2} ms | {:.2} | {:.2} ms | {} |",
            per(self.cold, empty.cold),
            (self.cold - empty.cold) / (other.cold - empty.cold),
            per(self.edited, empty.edited),
            self.lines.saturating_sub(empty.lines) / count,
        );
    }
}

/// A crate that is written anew for each measurement.
struct Bench {
    folder: PathBuf,
}

impl Bench {
    fn new() -> Outcome<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile");
        let zyn = env!("CARGO_MANIFEST_DIR");
        fs::create_dir_all(folder.join("src"))?;
        fs::write(
            folder.join("Cargo.toml"),
            format!(
                "[workspace]\n[package]\nname = \"measured\"\nedition = \"2024\"\n[dependencies]\n\
                 serde = {{ version = \"1\", features = [\"derive\"] }}\n\
                 zyn = {{ path = {zyn:?}, default-features = false }}\n"
            ),
        )?;
        let lock = Path::new(zyn).join("../Cargo.lock");
        fs::copy(lock, folder.join("Cargo.lock"))?;
        let bench = Self { folder };
        eprintln!("preparing the dependencies …");
        bench.write("")?;
        bench.cargo(&["check"])?;
        Ok(bench)
    }

    fn measure(&self, name: &str, source: &str) -> Outcome<Cost> {
        eprintln!("measuring {name} …");
        let (mut cold, mut edited) = (f64::INFINITY, f64::INFINITY);
        for run in 0..RUNS {
            let _ = fs::remove_dir_all(self.folder.join("target/debug/incremental"));
            // a source that cargo has not seen
            self.write(&format!("// {run}\n{source}"))?;
            cold = cold.min(self.cargo(&["check"])?);
            self.write(&format!("// {run}\n{}", edit(source)))?;
            edited = edited.min(self.cargo(&["check"])?);
        }
        Ok(Cost {
            cold,
            edited,
            lines: self.lines()?,
        })
    }

    fn write(&self, source: &str) -> Outcome<()> {
        let head = "#![allow(dead_code)]\nuse zyn::prelude::*;\n";
        Ok(fs::write(
            self.folder.join("src/lib.rs"),
            format!("{head}{source}"),
        )?)
    }

    /// Runs cargo and says how many seconds of CPU it and its children took.
    fn cargo(&self, arguments: &[&str]) -> Outcome<f64> {
        let before = cpu_of_children()?;
        let status = self.command(arguments).stderr(Stdio::piped()).output()?;
        if !status.status.success() {
            return Err(String::from_utf8_lossy(&status.stderr).into());
        }
        Ok(cpu_of_children()? - before)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(arguments)
            .current_dir(&self.folder)
            .env("CARGO_INCREMENTAL", "1")
            .env("CARGO_TARGET_DIR", self.folder.join("target"));
        cargo
    }

    /// How many lines the crate has when its macros are expanded.
    fn lines(&self) -> Outcome<usize> {
        let arguments = ["rustc", "--profile", "check", "--", "-Zunpretty=expanded"];
        let output = self
            .command(&arguments)
            // a nightly compiler's option, which only prints text
            .env("RUSTC_BOOTSTRAP", "1")
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        Ok(output.stdout.split(|byte| *byte == b'\n').count())
    }
}

/// The seconds of CPU of all children that have ended: fields 16 and 17 of `/proc/self/stat`, in hundredths
/// as Linux counts them on all common machines.
fn cpu_of_children() -> Outcome<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("no name in /proc/self/stat")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |at: usize| -> Outcome<f64> {
        let field = fields.get(at).ok_or("/proc/self/stat is too short")?;
        Ok(field.parse()?)
    };
    Ok((ticks(13)? + ticks(14)?) / 100.0)
}

/// `source` with one word changed, half way down.
fn edit(source: &str) -> String {
    let (above, below) = source.split_at(source.len() / 2);
    let below = below.replacen("Sum up", "Summarise", 1).replacen(
        "field_0: String",
        "field_0: Option<String>",
        1,
    );
    above.to_owned() + &below
}

fn workflows(one: fn(usize) -> String) -> String {
    let shared = "
#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Facts { pub name: String, pub place: Option<String> }
#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind { Question, Complaint, Praise }
";
    let mut source = shared.to_owned();
    source.extend((0..WORKFLOWS).map(one));
    source
}

/// Three times the same three steps.
fn workflow(number: usize) -> String {
    let mut source =
        format!("workflow!(\n    pub async fn workflow_{number}(text: &str) -> String {{\n");
    for at in 0..STEPS / 3 {
        let _ = write!(
            source,
            "        let facts_{at} = extract::<Facts>(\"The person\", text);
        let kind_{at} = classify::<Kind>(\"Which kind is it?\", \"{{facts_{at}.name}}: {{text}}\").retry(1);
        let text_{at} = transform(\"Sum up for {{facts_{at}.name}}\", \"{{kind_{at}}} {{text}}\");
"
        );
    }
    source.push_str("        text_2\n    }\n);\n");
    source
}

/// The same calls by hand.
fn function(number: usize) -> String {
    let mut source = format!(
        "pub async fn workflow_{number}(llm: &Llm, session: &mut Session, text: &str) -> Result<String, zyn::Error> {{\n"
    );
    for at in 0..STEPS / 3 {
        let _ = write!(
            source,
            "    let facts_{at} = zyn::extract::<Facts>(\"The person\").fire(llm, session, text).await?;
    let kind_{at} = zyn::classify::<Kind>(\"Which kind is it?\").retry(1)
        .fire(llm, session, format!(\"{{}}: {{text}}\", facts_{at}.name)).await?;
    let text_{at} = zyn::transform(format!(\"Sum up for {{}}\", facts_{at}.name))
        .fire(llm, session, format!(\"{{kind_{at}:?}} {{text}}\")).await?;
"
        );
    }
    source.push_str("    Ok(text_2)\n}\n");
    source
}

fn types(derives: &str) -> String {
    const KINDS: [&str; 4] = ["String", "u32", "Option<f64>", "Vec<String>"];
    let mut source = String::new();
    for number in 0..TYPES {
        let _ = write!(
            source,
            "/// A record.\n#[derive({derives})]\npub struct Type{number} {{\n"
        );
        for (field, kind) in KINDS.iter().cycle().take(FIELDS).enumerate() {
            let _ = write!(source, "    /// A field.\n    pub field_{field}: {kind},\n");
        }
        source.push_str("}\n");
    }
    source
}
