//! What zyn's macros refuse, in which words, and what they take; see `tests/ui.rs`.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The files below `folder` that end in `.extension`, sorted.
///
/// # Errors
///
/// That of the file system, if a folder cannot be read.
pub fn files(folder: impl AsRef<Path>, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(self::files(path, extension)?);
        } else if path.extension().is_some_and(|it| it == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
