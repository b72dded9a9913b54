//! Answers that are kept in a folder, a file each, for all processes that have it.
//!
//! A file is two lines of JSON: what it is, and the answer. It is written under another name and renamed, so that it is
//! there as a whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::key::Key;
use crate::{clock, telemetry};

/// The version of the files.
const FORMAT: u32 = 1;

/// How long a call waits for the disk. What takes longer goes on without it.
const PATIENCE: Duration = Duration::from_secs(5);

/// How far ahead of the clock the time of an answer may be: clocks are set back a little now and then. What is further
/// ahead is old, or it would be fresh for as long as the clock was wrong.
const SKEW: Duration = Duration::from_secs(60);

/// More than any answer that is accepted.
const LONGEST: u64 = 64 << 20;

/// What is old is looked for with the first answer that is kept, and with each so many later.
const SWEEP_EVERY: u64 = 1_000;

/// What a write that was cut off has left is of no use, once no write can take as long.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// The ending of an answer, and that of one that is being written.
const ENDINGS: [&str; 2] = ["jsonl", "tmp"];

pub(super) struct Disk {
    pub(super) dir: Arc<Path>,
    written: AtomicU64,
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    zyn_cache: u32,
    key: String,
    /// When it was kept, in milliseconds since 1970.
    kept: u64,
    /// How long the second line is.
    bytes: usize,
}

/// Why a file is no answer.
#[derive(Debug, PartialEq, thiserror::Error)]
enum Broken {
    #[error("it cannot be read: {0}")]
    Unreadable(ErrorKind),
    #[error("it is none of zyn's, or cut off")]
    Foreign,
    #[error("it is of version {0}")]
    Version(u32),
    #[error("it is the answer to something else")]
    OtherKey,
    #[error("its answer is cut off")]
    CutOff,
}

impl Disk {
    pub(super) fn new(dir: PathBuf) -> io::Result<Self> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&dir)?;
        Ok(Self::at(dir.into()))
    }

    fn at(dir: Arc<Path>) -> Self {
        Self {
            dir,
            written: AtomicU64::new(0),
        }
    }

    /// The same folder, and nothing written yet.
    pub(super) fn anew(&self) -> Self {
        Self::at(Arc::clone(&self.dir))
    }

    pub(super) async fn find(&self, key: Key, max_age: Option<Duration>) -> Option<Arc<str>> {
        let path = self.path(key);
        let found = patiently(move || find(&path, key, clock::wall(), max_age)).await?;
        found.unwrap_or_else(|broken| {
            telemetry::cache_broken(&broken);
            None
        })
    }

    /// Keeps it, if it can be written: an answer is not lost because the disk is full.
    pub(super) async fn keep(&self, key: Key, text: Arc<str>, max_age: Option<Duration>) {
        let path = self.path(key);
        let now = clock::wall();
        match patiently(move || keep(&path, key, now, &text)).await {
            Some(Ok(())) => {}
            Some(Err(error)) => telemetry::cache_unwritten(error.kind()),
            None => telemetry::cache_unwritten(ErrorKind::TimedOut),
        }
        let written = self.written.fetch_add(1, Ordering::Relaxed);
        if written.is_multiple_of(SWEEP_EVERY) {
            let dir = Arc::clone(&self.dir);
            // nobody waits for it
            drop(blocking(move || sweep(&dir, now, max_age)));
        }
    }

    pub(super) async fn clear(&self) -> io::Result<()> {
        let dir = Arc::clone(&self.dir);
        let cleared = blocking(move || each_own(&dir, |path, _| remove(path)));
        match cleared {
            Ok(task) => task.await?,
            Err(work) => work(),
        }
    }

    fn path(&self, key: Key) -> PathBuf {
        let [answer, _] = ENDINGS;
        self.dir.join(format!("{key}.{answer}"))
    }
}

/// Gives `work` to the threads that may block, or back where there is no runtime.
fn blocking<T: Send + 'static, W: FnOnce() -> T + Send + 'static>(
    work: W,
) -> Result<tokio::task::JoinHandle<T>, W> {
    match Handle::try_current() {
        Ok(runtime) => Ok(runtime.spawn_blocking(work)),
        Err(_) => Err(work),
    }
}

/// What `work` comes to, if that is soon; it goes on if not.
async fn patiently<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    match blocking(work) {
        Ok(task) => timeout(PATIENCE, task).await.ok()?.ok(),
        Err(work) => Some(work()),
    }
}

fn find(
    path: &Path,
    key: Key,
    now: SystemTime,
    max_age: Option<Duration>,
) -> Result<Option<Arc<str>>, Broken> {
    let mut text = String::new();
    match File::open(path) {
        Ok(file) => file.take(LONGEST).read_to_string(&mut text),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => Err(error),
    }
    .map_err(|error| Broken::Unreadable(error.kind()))?;
    let (head, answer) = text.split_once('\n').ok_or(Broken::Foreign)?;
    let head: Head = serde_json::from_str(head).map_err(|_| Broken::Foreign)?;
    if head.zyn_cache != FORMAT {
        return Err(Broken::Version(head.zyn_cache));
    }
    if head.key != key.to_string() {
        return Err(Broken::OtherKey);
    }
    let answer = answer.strip_suffix('\n').ok_or(Broken::CutOff)?;
    if answer.len() != head.bytes {
        return Err(Broken::CutOff);
    }
    Ok((!is_old(head.kept, now, max_age)).then(|| answer.into()))
}

/// Whether what was kept at that time, in milliseconds since 1970, is too old now.
fn is_old(kept: u64, now: SystemTime, max_age: Option<Duration>) -> bool {
    let Some(most) = max_age else {
        return false;
    };
    let kept = Duration::from_millis(kept);
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    now.saturating_sub(kept) >= most || kept.saturating_sub(now) > SKEW
}

fn keep(path: &Path, key: Key, now: SystemTime, answer: &str) -> io::Result<()> {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let head = Head {
        zyn_cache: FORMAT,
        key: key.to_string(),
        kept: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
        bytes: answer.len(),
    };
    let head = serde_json::to_string(&head)?;
    let [_, unfinished] = ENDINGS;
    let mark = fastrand::u64(..);
    let name = format!("{key}.{mark:016x}.{unfinished}");
    let written = path.with_file_name(name);
    let outcome =
        write(&written, &format!("{head}\n{answer}\n")).and_then(|()| fs::rename(&written, path));
    if outcome.is_err() {
        // it may not even be there
        let _ = fs::remove_file(&written);
    }
    outcome
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

/// Removes what is too old, and what writes that were cut off have left.
fn sweep(dir: &Path, now: SystemTime, max_age: Option<Duration>) {
    let [answer, _] = ENDINGS;
    // what cannot be removed now is tried again
    let _ = each_own(dir, |path, file| {
        let most = match path.extension().is_some_and(|it| it == answer) {
            true => max_age,
            false => Some(ABANDONED),
        };
        let written = file.metadata()?.modified()?;
        match now.duration_since(written) {
            Ok(age) if most.is_some_and(|most| age >= most) => remove(path),
            _ => Ok(()),
        }
    });
}

/// Does `work` with each file that the cache has written, whatever else is in the folder.
fn each_own(dir: &Path, work: impl Fn(&Path, &fs::DirEntry) -> io::Result<()>) -> io::Result<()> {
    for file in fs::read_dir(dir)? {
        let file = file?;
        if file.file_name().to_str().is_some_and(is_own) {
            work(&file.path(), &file)?;
        }
    }
    Ok(())
}

fn is_own(name: &str) -> bool {
    let mut parts = name.split('.');
    let is_key = |part: &str| part.len() == 64 && part.bytes().all(|it| it.is_ascii_hexdigit());
    parts.next().is_some_and(is_key) && parts.next_back().is_some_and(|it| ENDINGS.contains(&it))
}

/// Another process may have done it.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests;
