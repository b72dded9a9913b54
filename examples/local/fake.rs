//! Shell scripts that stand for a Python.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// A script in `folder` with that body. Its first argument, `-I`, is already taken away, so `$1` is
/// `-c` (with the script in `$2`) or `-m` (with the module in `$2`).
pub(super) fn python(folder: &Path, body: &str) -> OsString {
    let path = folder.join("python3");
    // Written by another process: while another test forks, this one's open file would count as
    // "text busy", and a program that is busy cannot be run.
    let written = Command::new("sh")
        .args([
            "-c",
            r#"printf '#!/bin/sh\nshift\n%s\n' "$2" > "$1" && chmod +x "$1""#,
            "sh",
        ])
        .arg(&path)
        .arg(body)
        .status();
    assert!(written.unwrap().success());
    path.into()
}
