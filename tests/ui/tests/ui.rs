//! What the macros refuse, in which words, and what they take.
//!
//! A case is one file, named after its rule, with one mistake unless its first lines say otherwise.
//!
//! - `macro/`: the text is ours, the same on every compiler.
//! - `rustc/`: the text is the compiler's, with our notes. It runs on one version of the compiler only.
//! - `rustc/without_source/`: the same, and of a toolchain without the component `rust-src`, as most are.
//! - `pass/`: beside each family, what the rules must not refuse. Each runs, and may assert.
//!
//! `families.txt` says which cases belong together, and `families.rs` holds it to the files. `messages.rs` finds what
//! the macros can say without a case for it.
//!
//! `TRYBUILD=overwrite cargo test -p zyn-ui` writes the texts anew; read each one before it is committed.

use std::path::Path;
use std::process::Command;

use trybuild::TestCases;

/// The compiler whose words are in `rustc/`.
const COMPILER: &str = "1.95";

#[test]
fn extract_refuses_what_no_answer_can_fill_in() {
    TestCases::new().compile_fail("macro/extract/*.rs");
}

#[test]
fn extract_takes_what_serde_and_schemars_agree_on() {
    TestCases::new().pass("pass/extract/*.rs");
}

#[test]
fn a_type_that_cannot_be_extracted_is_named_with_its_remedy() {
    if on_the_written_compiler() {
        TestCases::new().compile_fail("rustc/extract/*.rs");
    }
}

#[test]
fn classify_refuses_what_is_not_a_set_of_labels() {
    TestCases::new().compile_fail("macro/classify/*.rs");
}

#[test]
fn classify_takes_every_set_of_labels() {
    TestCases::new().pass("pass/classify/*.rs");
}

#[test]
fn a_type_that_is_no_set_of_labels_is_named_with_its_remedy() {
    if on_the_written_compiler() {
        TestCases::new().compile_fail("rustc/classify/*.rs");
    }
}

#[test]
fn a_synapse_works_on_what_its_type_says() {
    TestCases::new().pass("pass/synapse/*.rs");
    if on_the_written_compiler() {
        TestCases::new().compile_fail("rustc/synapse/*.rs");
    }
}

#[test]
fn a_workflow_refuses_what_has_no_place_in_it() {
    TestCases::new().compile_fail("macro/workflow/*.rs");
}

#[test]
fn a_workflow_takes_ordinary_rust() {
    TestCases::new().pass("pass/workflow/*.rs");
}

#[test]
fn the_compiler_speaks_at_the_users_own_token() {
    if on_the_written_compiler() {
        TestCases::new().compile_fail("rustc/workflow/*.rs");
    }
}

/// The compiler quotes its library, where it has that as source.
#[test]
fn the_compiler_speaks_of_what_it_finds_out_while_it_runs() {
    if on_the_written_compiler() && !has_the_librarys_source() {
        TestCases::new().compile_fail("rustc/without_source/*.rs");
    }
}

#[test]
fn a_transaction_holds_its_session() {
    TestCases::new().pass("pass/session/*.rs");
    if on_the_written_compiler() {
        TestCases::new().compile_fail("rustc/session/*.rs");
    }
}

fn on_the_written_compiler() -> bool {
    let version = match Command::new("rustc").arg("--version").output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(error) => format!("a rustc that does not run ({error})"),
    };
    let here = version.starts_with(&format!("rustc {COMPILER}."));
    if !here {
        println!("skipped: the texts are those of rustc {COMPILER}, and this is {version}");
    }
    here
}

fn has_the_librarys_source() -> bool {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output();
    let sysroot = sysroot.map_or(String::new(), |it| {
        String::from_utf8_lossy(&it.stdout).into()
    });
    let source = Path::new(sysroot.trim()).join("lib/rustlib/src");
    if source.exists() {
        println!("skipped: the texts are those of a toolchain without `rust-src`");
    }
    source.exists()
}
