//! What the user sees while the model is prepared.

use std::fs;
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Where the preparation says what it does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Progress {
    /// Lines on standard error, and bars where that is a terminal.
    #[default]
    Stderr,
    /// Nowhere.
    Silent,
}

impl Progress {
    pub(super) fn say(self, line: impl std::fmt::Display) {
        if self == Self::Stderr {
            eprintln!("{line}");
        }
    }

    /// A bar for a download of that many bytes. It disappears when it is dropped.
    pub(super) fn bar(self, bytes: u64) -> Bar {
        let target = match self {
            // Draws nothing where standard error is no terminal.
            Self::Stderr => ProgressDrawTarget::stderr(),
            Self::Silent => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(bytes), target);
        let style = "{bar:40} {decimal_bytes}/{decimal_total_bytes}, {decimal_bytes_per_sec}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        Bar(bar)
    }
}

#[derive(Debug)]
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    /// Awaits a program that cannot be asked how far it is, by the size of the folder it fills.
    pub(super) async fn watching<T>(&self, folder: &Path, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let mut tick = tokio::time::interval(Duration::from_millis(250));
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = tick.tick() => self.0.set_position(size(folder).min(self.0.length().unwrap_or(0))),
            }
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// How many bytes lie below `folder`; what vanishes while it is read counts nothing.
fn size(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(data) if data.is_dir() => size(&entry.path()),
            Ok(data) => data.len(),
            Err(_) => 0,
        })
        .sum()
}
