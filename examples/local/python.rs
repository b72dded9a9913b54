//! Finding a Python that can do the work.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::process::Stdio;

use tokio::process::Command;

use super::LocalError;

/// The oldest Python that the wheel of llama.cpp runs on.
pub(super) const OLDEST: Version = Version {
    major: 3,
    minor: 10,
};

/// The version of a Python, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u32,
    minor: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// A Python on this machine that is new enough and complete.
#[derive(Debug)]
pub(super) struct Python {
    pub(super) program: OsString,
    pub(super) version: Version,
}

/// The first of `candidates` that will do; if none does, the reason why the first that runs does not.
pub(super) async fn find(candidates: &[OsString]) -> Result<Python, LocalError> {
    let mut refusal = None;
    for program in candidates {
        let Some((version, complete)) = probe(program).await else {
            continue;
        };
        let python = program.to_string_lossy().into_owned();
        let problem = if version < OLDEST {
            LocalError::PythonTooOld {
                python,
                found: version,
            }
        } else if !complete {
            LocalError::NoVenv { python, version }
        } else {
            return Ok(Python {
                program: program.clone(),
                version,
            });
        };
        refusal.get_or_insert(problem);
    }
    Err(refusal.unwrap_or_else(|| LocalError::NoPython {
        tried: candidates
            .iter()
            .map(|program| format!("`{}`", program.to_string_lossy()))
            .collect(),
    }))
}

async fn probe(program: &OsStr) -> Option<(Version, bool)> {
    let mut command = isolated(program);
    let output = command
        .args(["-c", include_str!("probe.py")])
        .output()
        .await
        .ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    let mut words = said.split_whitespace();
    let major = words.next()?.parse().ok()?;
    let minor = words.next()?.parse().ok()?;
    Some((Version { major, minor }, words.next()? == "complete"))
}

/// A call of a Python that sees nothing of the user's own modules and variables, and that dies with
/// the future that waits for it.
pub(super) fn isolated(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .arg("-I")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::local::fake;

    #[tokio::test]
    async fn the_second_candidate_is_used_when_the_first_does_not_run() {
        let folder = tempfile::tempdir().unwrap();
        let good = fake::python(folder.path(), "echo 3 12 complete");
        let python = find(&["/nowhere/python3".into(), good.clone()])
            .await
            .unwrap();
        assert_eq!((python.program, python.version.minor), (good, 12));
    }

    #[tokio::test]
    async fn a_later_candidate_that_will_do_is_preferred_to_an_old_first() {
        let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let old = fake::python(old.path(), "echo 3 8 complete");
        let new = fake::python(new.path(), "echo 3 10 complete");
        assert_eq!(find(&[old, new.clone()]).await.unwrap().program, new);
    }

    #[tokio::test]
    async fn without_python_the_error_says_what_to_install_and_what_to_set() {
        let error = find(&["/nowhere/python3".into(), "/nowhere/python".into()])
            .await
            .unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, LocalError::NoPython { .. }));
        for words in [
            "`/nowhere/python3` or `/nowhere/python`",
            "python3-venv",
            "ZYN_PYTHON",
            "ZYN_MODEL",
            "ZYN_BASE_URL",
        ] {
            assert!(text.contains(words), "{words} is not in {text}");
        }
    }

    #[tokio::test]
    async fn a_python_that_answers_something_else_is_no_python() {
        let folder = tempfile::tempdir().unwrap();
        let python = fake::python(folder.path(), "echo Python was not found; exit 9");
        let error = find(&[python]).await.unwrap_err();
        assert!(matches!(error, LocalError::NoPython { .. }), "{error}");
    }

    #[tokio::test]
    async fn an_old_python_is_named_with_its_version() {
        let folder = tempfile::tempdir().unwrap();
        let python = fake::python(folder.path(), "echo 3 8 complete");
        let error = find(&[python]).await.unwrap_err();
        assert!(matches!(error, LocalError::PythonTooOld { .. }));
        assert!(
            error.to_string().contains("3.10 or later") && error.to_string().contains("is 3.8"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_python_without_venv_names_the_debian_package() {
        let folder = tempfile::tempdir().unwrap();
        let python = fake::python(folder.path(), "echo 3 11 incomplete");
        let error = find(&[python]).await.unwrap_err();
        assert!(matches!(error, LocalError::NoVenv { .. }));
        assert!(
            error
                .to_string()
                .contains("`apt install python3-venv` (or `python3.11-venv`)"),
            "{error}"
        );
    }
}
