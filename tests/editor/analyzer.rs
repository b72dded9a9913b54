//! Where rust-analyzer comes from: a variable, the path, or a build that is kept.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// The newest version that the oldest compiler of this test builds (1.95).
const VERSION: &str = "0.0.348";

/// A rust-analyzer that runs, and the sources of the standard library, without which it knows no type.
pub(crate) fn find() -> PathBuf {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))
        .expect("rustc prints where its library is");
    assert!(
        Path::new(sysroot.trim())
            .join("lib/rustlib/src/rust/library")
            .is_dir(),
        "the sources of the standard library are missing; run `rustup component add rust-src`",
    );
    let (program, origin) = match env::var_os("ZYN_RUST_ANALYZER") {
        Some(program) => (PathBuf::from(program), "of `ZYN_RUST_ANALYZER`".to_owned()),
        // a shim of rustup's is there without the component, and fails
        None if runs("rust-analyzer".as_ref()) => {
            ("rust-analyzer".into(), "of the path".to_owned())
        }
        None => (built(), format!("{VERSION}, built from the registry")),
    };
    assert!(
        runs(&program),
        "`{}` is no rust-analyzer",
        program.display()
    );
    println!("rust-analyzer {origin}: {}", program.display());
    program
}

/// The one that this test has built, now or before.
fn built() -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .expect("a directory for caches");
    let root = cache.join("zyn").join(format!("rust-analyzer-{VERSION}"));
    let program = root
        .join("bin")
        .join(format!("rust-analyzer{}", env::consts::EXE_SUFFIX));
    if !program.is_file() {
        println!(
            "building rust-analyzer {VERSION} into {}, which takes minutes",
            root.display()
        );
        let work = root.join("target");
        let built = Command::new("cargo")
            .args(["install", "ra_ap_rust-analyzer", "--locked", "--debug"])
            .args(["--version", VERSION])
            .arg("--root")
            .arg(&root)
            .arg("--target-dir")
            .arg(&work)
            // half the time to build of a release, and fast enough for one small package
            .envs([
                ("CARGO_PROFILE_DEV_DEBUG", "0"),
                ("CARGO_PROFILE_DEV_DEBUG_ASSERTIONS", "false"),
                ("CARGO_PROFILE_DEV_INCREMENTAL", "false"),
                ("CARGO_PROFILE_DEV_OPT_LEVEL", "1"),
            ])
            .status();
        assert!(
            built.is_ok_and(|status| status.success()),
            "rust-analyzer cannot be built; name one in `ZYN_RUST_ANALYZER`",
        );
        // a build that was stopped goes on with what is there; one that is done has no use for it
        let _ = fs::remove_dir_all(&work);
    }
    program
}

fn runs(program: &Path) -> bool {
    output(Command::new(program).arg("--version")).is_some()
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}
