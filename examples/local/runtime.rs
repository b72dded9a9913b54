//! llama.cpp's server in a private virtual environment.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::{last_lines, tells_of_a_full_disk};
use super::python::{Python, isolated};
use super::staging::Staging;
use super::{LocalError, Progress, pip};

const VERSION: &str = "2026.10.11549";
const WHEEL_BYTES: u64 = 33_827_498;

/// A virtual environment with the pinned wheel.
#[derive(Debug)]
pub(super) struct Runtime {
    folder: PathBuf,
}

impl Runtime {
    /// The one for this Python; another version of it cannot use the same.
    pub(super) fn of(cache: &Path, python: &Python) -> Self {
        Self {
            folder: cache.join(format!("llama.cpp-{VERSION}-python{}", python.version)),
        }
    }

    pub(super) fn python(&self) -> PathBuf {
        interpreter(&self.folder)
    }

    /// Whether it is there. It only ever appears whole; but the Python that it links to can go away.
    pub(super) fn is_ready(&self) -> bool {
        self.python().exists()
    }

    pub(super) async fn install(
        &self,
        python: &Python,
        staging: &Staging,
        progress: Progress,
    ) -> Result<(), LocalError> {
        progress.say(format_args!(
            "Installing llama.cpp for the local model: {} MB, only this once, in {}",
            WHEEL_BYTES / 1_000_000,
            self.folder.display()
        ));
        let folder = staging.path("environment");
        make_environment(python, &folder).await?;
        let pins = staging.path("runtime.txt");
        fs::write(&pins, include_str!("runtime.txt")).map_err(LocalError::cache(&pins))?;
        let bar = progress.bar(WHEEL_BYTES);
        let arguments = ["install", "--require-hashes", "--requirement"].map(OsStr::new);
        let arguments = [&arguments[..], &[pins.as_os_str()]].concat();
        pip::run(
            &interpreter(&folder),
            &arguments,
            "llama.cpp (xllamacpp)",
            staging,
            &bar,
        )
        .await?;
        staging.publish(&folder, &self.folder)
    }
}

async fn make_environment(python: &Python, folder: &Path) -> Result<(), LocalError> {
    let program = python.program.to_string_lossy().into_owned();
    let output = isolated(&python.program)
        .args(["-m", "venv"])
        .arg(folder)
        .output()
        .await;
    let output = output.map_err(|source| LocalError::Start {
        program: program.clone(),
        source,
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    Err(if tells_of_a_full_disk(&said) {
        LocalError::cache(folder)(std::io::ErrorKind::StorageFull.into())
    } else if said.contains("ensurepip is not available") {
        LocalError::NoVenv {
            python: program,
            version: python.version,
        }
    } else {
        LocalError::Venv {
            python: program,
            said: last_lines(&said, 6),
        }
    })
}

fn interpreter(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::local::{fake, python};

    const PROBE: &str = r#"[ "$1" = -c ] && echo 3 11 complete && exit"#;

    async fn install(cache: &Path, body: &str) -> (Runtime, Result<(), LocalError>) {
        let program = fake::python(cache, &format!("{PROBE}\n{body}"));
        let python = python::find(&[program]).await.unwrap();
        let runtime = Runtime::of(cache, &python);
        let staging = Staging::enter(cache, Progress::Silent).await.unwrap();
        let outcome = runtime.install(&python, &staging, Progress::Silent).await;
        (runtime, outcome)
    }

    #[tokio::test]
    async fn an_environment_appears_when_pip_has_succeeded() {
        let cache = tempfile::tempdir().unwrap();
        let makes =
            r#"case "$2" in venv) mkdir -p "$3/bin"; cp "$0" "$3/bin/python";; pip) exit 0;; esac"#;
        let (runtime, outcome) = install(cache.path(), makes).await;
        outcome.unwrap();
        assert!(runtime.is_ready());
    }

    #[tokio::test]
    async fn an_environment_in_which_pip_failed_never_appears() {
        let cache = tempfile::tempdir().unwrap();
        let makes = r#"case "$2" in venv) mkdir -p "$3/bin"; cp "$0" "$3/bin/python";; pip) echo ERROR: no >&2; exit 1;; esac"#;
        let (runtime, outcome) = install(cache.path(), makes).await;
        assert!(
            matches!(outcome, Err(LocalError::Pip { .. })),
            "{outcome:?}"
        );
        assert!(!runtime.is_ready() && !runtime.folder.exists());
    }

    #[tokio::test]
    async fn a_venv_that_misses_ensurepip_names_the_debian_package() {
        let cache = tempfile::tempdir().unwrap();
        let fails = "echo 'The virtual environment was not created successfully because ensurepip is not available.'; exit 1";
        let (_, outcome) = install(cache.path(), fails).await;
        let error = outcome.unwrap_err();
        assert!(matches!(error, LocalError::NoVenv { .. }), "{error}");
        assert!(error.to_string().contains("python3.11-venv"), "{error}");
    }

    #[tokio::test]
    async fn a_venv_that_fails_otherwise_is_told_in_its_own_words() {
        let cache = tempfile::tempdir().unwrap();
        let (_, outcome) =
            install(cache.path(), "echo 'Error: cannot copy python' >&2; exit 1").await;
        let error = outcome.unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("it said:\nError: cannot copy python"),
            "{error}"
        );
    }
}
