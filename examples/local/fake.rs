//! Shell scripts that stand for a Python.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A script in `folder` with that body. Its first argument, `-I`, is already taken away, so `$1` is
/// `-c` (with the script in `$2`) or `-m` (with the module in `$2`).
pub(super) fn python(folder: &Path, body: &str) -> OsString {
    let path = folder.join("python3");
    // Renamed into place: a file that another thread's fork still has open for writing cannot be run.
    let draft = folder.join("draft");
    fs::write(&draft, format!("#!/bin/sh\nshift\n{body}\n")).unwrap();
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o755)).unwrap();
    fs::rename(&draft, &path).unwrap();
    path.into()
}
