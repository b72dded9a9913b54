//! Changing the cache without ever leaving a half-made thing where a whole one is expected.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{LocalError, Progress};

/// The right to change the cache, which one process has at a time, and a folder for what is not
/// finished yet. Things leave it by [`publish`](Self::publish), in one step.
///
/// The system gives the lock back when its holder dies. What a dead holder left behind is removed by
/// the next one, who uses a folder of another name, because pip can outlive its parent by a moment.
#[derive(Debug)]
pub(super) struct Staging {
    folder: PathBuf,
    _lock: File,
}

const PREFIX: &str = "staging-";

impl Staging {
    pub(super) async fn enter(cache: &Path, progress: Progress) -> Result<Self, LocalError> {
        fs::create_dir_all(cache).map_err(LocalError::cache(cache))?;
        let path = cache.join("lock");
        let lock = File::create(&path).map_err(LocalError::cache(&path))?;
        let mut told = false;
        while !try_lock(&lock).map_err(LocalError::cache(&path))? {
            if !told {
                progress.say("Another process is preparing the local model; waiting for it.");
                told = true;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        for entry in fs::read_dir(cache)
            .map_err(LocalError::cache(cache))?
            .flatten()
        {
            if entry.file_name().to_string_lossy().starts_with(PREFIX) {
                fs::remove_dir_all(entry.path()).map_err(LocalError::cache(cache))?;
            }
        }
        let folder = cache.join(format!("{PREFIX}{}", std::process::id()));
        fs::create_dir(&folder).map_err(LocalError::cache(cache))?;
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    /// The path of an unfinished thing.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A new, empty folder for unfinished things.
    pub(super) fn subfolder(&self, name: &str) -> Result<PathBuf, LocalError> {
        let path = self.path(name);
        fs::create_dir_all(&path).map_err(LocalError::cache(&path))?;
        Ok(path)
    }

    /// Puts a finished thing at its place, instead of what may be there.
    pub(super) fn publish(&self, finished: &Path, place: &Path) -> Result<(), LocalError> {
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).map_err(LocalError::cache(parent))?;
        }
        if place.is_dir() {
            fs::remove_dir_all(place).map_err(LocalError::cache(place))?;
        }
        fs::rename(finished, place).map_err(LocalError::cache(place))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What stays behind is removed by the next one.
        fs::remove_dir_all(&self.folder).ok();
    }
}

fn try_lock(file: &File) -> io::Result<bool> {
    // By path: newer standard libraries have a method of that name.
    match fs4::FileExt::try_lock(file) {
        Ok(()) => Ok(true),
        Err(fs4::TryLockError::WouldBlock) => Ok(false),
        Err(fs4::TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_holder_waits_for_the_first() {
        let cache = tempfile::tempdir().unwrap();
        let first = Staging::enter(cache.path(), Progress::Silent)
            .await
            .unwrap();
        let mut second = std::pin::pin!(Staging::enter(cache.path(), Progress::Silent));
        let soon = Duration::from_millis(50);
        assert!(tokio::time::timeout(soon, &mut second).await.is_err());
        drop(first);
        second.await.unwrap();
    }

    #[tokio::test]
    async fn what_a_killed_holder_left_behind_is_removed() {
        let cache = tempfile::tempdir().unwrap();
        let left = cache.path().join("staging-1");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("half.gguf"), "GGUF").unwrap();
        let _staging = Staging::enter(cache.path(), Progress::Silent)
            .await
            .unwrap();
        assert!(!left.exists());
    }

    #[tokio::test]
    async fn what_is_not_published_is_gone_in_the_end() {
        let cache = tempfile::tempdir().unwrap();
        let staging = Staging::enter(cache.path(), Progress::Silent)
            .await
            .unwrap();
        let (kept, lost) = (staging.path("kept"), staging.path("lost"));
        fs::write(&kept, "whole").unwrap();
        fs::write(&lost, "half").unwrap();
        staging
            .publish(&kept, &cache.path().join("models/kept"))
            .unwrap();
        drop(staging);
        assert_eq!(
            fs::read_to_string(cache.path().join("models/kept")).unwrap(),
            "whole"
        );
        assert!(!lost.exists());
    }

    #[tokio::test]
    async fn a_cache_that_cannot_be_made_names_the_folder_and_zyn_cache() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Staging::enter(&file.join("zyn"), Progress::Silent)
            .await
            .unwrap_err();
        assert!(matches!(error, LocalError::Cache { .. }), "{error}");
        assert!(
            error
                .to_string()
                .contains("set ZYN_CACHE to another folder"),
            "{error}"
        );
    }
}
