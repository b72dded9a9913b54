//! The server process: started, awaited, stopped.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout};

use super::error::last_lines;
use super::python::{self, isolated};
use super::runtime::Runtime;
use super::settings::Settings;
use super::staging::Staging;
use super::{LocalError, Model, Progress, weights};

const CONTEXT: u32 = 8192;
const START: Duration = Duration::from_secs(120);
const STOP: Duration = Duration::from_secs(2);

/// A running llama.cpp server on a free loopback port, with one thread and a context of 8192 tokens.
///
/// It ends with [`stop`](Self::stop), when it is dropped, and when this process ends, however that
/// comes about: it reads a pipe of which this process holds the other end.
#[derive(Debug)]
#[must_use = "the server ends when it is dropped"]
pub struct Server {
    child: Child,
    address: String,
    model: String,
    about: String,
}

impl Server {
    /// Starts the server and waits until it answers. The first time, prepares it: `progress` says what
    /// is downloaded.
    ///
    /// # Errors
    ///
    /// [`LocalError`] says what is missing and what to do. A failed or interrupted preparation leaves
    /// nothing that a later one would take for complete.
    pub async fn start(model: Model, progress: Progress) -> Result<Self, LocalError> {
        Self::start_with(&Settings::from_env()?, model, progress).await
    }

    async fn start_with(
        settings: &Settings,
        model: Model,
        progress: Progress,
    ) -> Result<Self, LocalError> {
        let (python, file) = prepare(settings, model, progress).await?;
        let (name, about) = match &settings.weights {
            None => (model.name().to_owned(), model.about().to_owned()),
            Some(file) => (
                file.file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                format!("{}, a model of your own on this machine.", file.display()),
            ),
        };
        let starting = async {
            let (child, address) =
                launch(&python, &file, &name, settings.weights.is_some()).await?;
            await_health(&address).await;
            Ok((child, address))
        };
        // What is not finished in time is dropped, and the process with it.
        let (child, address) = tokio::time::timeout(START, starting)
            .await
            .unwrap_or(Err(LocalError::NotReady { limit: START }))?;
        Ok(Self {
            child,
            address,
            model: name,
            about,
        })
    }

    /// Where an OpenAI-compatible client finds it, as in `http://127.0.0.1:40123/v1`.
    pub fn base_url(&self) -> String {
        format!("{}/v1", self.address)
    }

    /// The name of the model.
    pub fn model_name(&self) -> &str {
        &self.model
    }

    /// Which model it is and how good, in plain words for the screen.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Ends the server and waits until it is gone.
    pub async fn stop(mut self) {
        drop(self.child.stdin.take());
        if tokio::time::timeout(STOP, self.child.wait()).await.is_err() {
            // The process is gone already if this fails.
            self.child.kill().await.ok();
        }
    }
}

/// The Python to run the server with, and the weights.
async fn prepare(
    settings: &Settings,
    model: Model,
    progress: Progress,
) -> Result<(PathBuf, PathBuf), LocalError> {
    if let Some(path) = settings.weights.clone().filter(|path| !path.is_file()) {
        return Err(LocalError::NoSuchModel { path });
    }
    let python = python::find(&settings.pythons).await?;
    let runtime = Runtime::of(&settings.cache, &python);
    let pinned = model.weights();
    let place = settings.cache.join("models").join(pinned.file);
    let has_weights = || settings.weights.is_some() || weights::is_ready(pinned, &place);
    if !runtime.is_ready() || !has_weights() {
        let staging = Staging::enter(&settings.cache, progress).await?;
        // Asked again: another process may have done it while this one waited for its turn.
        if !runtime.is_ready() {
            runtime.install(&python, &staging, progress).await?;
        }
        if !has_weights() {
            weights::fetch(
                pinned,
                &place,
                &settings.hub,
                &runtime.python(),
                &staging,
                progress,
            )
            .await?;
        }
    }
    Ok((runtime.python(), settings.weights.clone().unwrap_or(place)))
}

async fn launch(
    python: &Path,
    weights: &Path,
    name: &str,
    own: bool,
) -> Result<(Child, String), LocalError> {
    let mut command = isolated(python);
    command
        .args(["-c", include_str!("serve.py")])
        .arg(weights)
        .args([name, &CONTEXT.to_string()])
        .stdin(Stdio::piped());
    let mut child = command.spawn().map_err(|source| LocalError::Start {
        program: python.display().to_string(),
        source,
    })?;
    let stdout = child.stdout.take();
    let mut stderr = child.stderr.take();
    // Read to its end, or the server would stop at a full pipe.
    let log = tokio::spawn(async move {
        let mut said = Vec::new();
        if let Some(stderr) = &mut stderr {
            while matches!(stderr.read_buf(&mut said).await, Ok(1..)) {
                said.drain(..said.len().saturating_sub(8192));
            }
        }
        String::from_utf8_lossy(&said).into_owned()
    });
    match first_line(stdout).await {
        Some(address) => Ok((child, address)),
        None => {
            child.kill().await.ok();
            Err(LocalError::ServerDied {
                own,
                said: last_lines(&log.await.unwrap_or_default(), 8),
            })
        }
    }
}

/// The line in which the server says its address, or nothing if it ends first.
async fn first_line(stdout: Option<ChildStdout>) -> Option<String> {
    let line = BufReader::new(stdout?).lines().next_line().await.ok()??;
    line.starts_with("http://127.0.0.1:").then_some(line)
}

/// Waits until the server answers. The client has no proxy, which could not reach this loopback, and
/// needs no certificates, which a small machine may not have.
async fn await_health(address: &str) {
    let Ok(client) = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .build()
    else {
        return;
    };
    while !matches!(client.get(format!("{address}/health")).send().await, Ok(answer) if answer.status().is_success())
    {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;

    use super::*;
    use crate::local::fake;
    use crate::local::hub::Hub;

    /// With a Python whose environments hold the same script, and weights that are there already.
    fn settings(folder: &Path, serve: &str) -> Settings {
        let weights = folder.join("own.gguf");
        fs::write(&weights, "GGUF").unwrap();
        let body = format!(
            r#"case "$2" in
                venv) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
                pip) ;;
                *version_info*) echo 3 11 complete ;;
                *) {serve} ;;
            esac"#
        );
        Settings {
            cache: folder.join("zyn"),
            pythons: vec![fake::python(folder, &body)],
            weights: Some(weights),
            hub: Hub {
                address: "http://127.0.0.1:1".to_owned(),
                proxied: false,
            },
        }
    }

    #[tokio::test]
    async fn a_server_that_dies_is_told_in_its_last_words() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(
            folder.path(),
            "echo loading >&2; echo 'RuntimeError: bad magic' >&2; exit 1",
        );
        let error = Server::start_with(&settings, Model::default(), Progress::Silent)
            .await
            .unwrap_err();
        assert!(matches!(error, LocalError::ServerDied { .. }), "{error}");
        assert!(
            error
                .to_string()
                .ends_with("loading\nRuntimeError: bad magic"),
            "{error}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_never_answers_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path(), "exec sleep 60");
        let error = Server::start_with(&settings, Model::default(), Progress::Silent)
            .await
            .unwrap_err();
        assert!(matches!(error, LocalError::NotReady { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_server_is_ready_when_it_answers_and_gone_when_it_was_stopped() {
        if python::find(&["python3".into()]).await.is_err() {
            println!("skipped: there is no Python 3");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("serve.py");
        let answers = "
import http.server, os, sys, threading
http.server.BaseHTTPRequestHandler.do_GET = lambda it: (it.send_response(200), it.end_headers())
server = http.server.HTTPServer(('127.0.0.1', 0), http.server.BaseHTTPRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f'http://127.0.0.1:{server.server_port}', flush=True)
sys.stdin.read()
";
        fs::write(&script, answers).unwrap();
        let settings = settings(
            folder.path(),
            &format!("exec python3 '{}'", script.display()),
        );
        let server = Server::start_with(&settings, Model::default(), Progress::Silent)
            .await
            .unwrap();
        assert_eq!(server.model_name(), "own");
        let address = server.address.trim_start_matches("http://").to_owned();
        tokio::net::TcpStream::connect(&address).await.unwrap();
        server.stop().await;
        assert!(tokio::net::TcpStream::connect(&address).await.is_err());
    }

    #[tokio::test]
    async fn weights_of_ones_own_that_are_not_there_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings(folder.path(), "exit 1");
        settings.weights = Some("/nowhere/own.gguf".into());
        let error = Server::start_with(&settings, Model::default(), Progress::Silent)
            .await
            .unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("ZYN_TEST_MODEL is /nowhere/own.gguf"),
            "{error}"
        );
    }
}
