//! The public hub, the first place to look for weights.

use std::path::Path;
use std::time::Duration;

use reqwest::Client;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use super::LocalError;
use super::model::Weights;
use super::progress::Bar;

const CONNECT: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_secs(20);

/// Why the hub did not give the file.
#[derive(Debug)]
pub(super) enum HubError {
    /// Another source may have it; the reason in a few words.
    Elsewhere(String),
    /// The fault is on this machine.
    Here(LocalError),
}

impl From<reqwest::Error> for HubError {
    fn from(error: reqwest::Error) -> Self {
        Self::Elsewhere(innermost(&error))
    }
}

/// A hub of models, by its address.
#[derive(Debug)]
pub(super) struct Hub {
    pub(super) address: String,
    /// Whether it is asked through the user's proxy, if there is one.
    pub(super) proxied: bool,
}

impl Hub {
    pub(super) fn public() -> Self {
        Self {
            address: "https://huggingface.co".to_owned(),
            proxied: true,
        }
    }

    /// Where the file is on the hub.
    pub(super) fn place_of(&self, weights: &Weights) -> String {
        format!(
            "{}/{}/resolve/main/{}",
            self.address, weights.repository, weights.file
        )
    }

    fn client(&self) -> reqwest::Result<Client> {
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(IDLE);
        if self.proxied {
            client
        } else {
            client.no_proxy()
        }
        .build()
    }
}

/// Downloads the file to `to`. What it holds is for the caller to check.
pub(super) async fn download(
    hub: &Hub,
    weights: &Weights,
    to: &Path,
    bar: &Bar,
) -> Result<(), HubError> {
    let request = hub.client()?.get(hub.place_of(weights));
    let mut response = request.send().await?.error_for_status()?;
    let here = |error| HubError::Here(LocalError::cache(to)(error));
    let mut file = File::create(to).await.map_err(here)?;
    let mut left = weights.bytes;
    while let Some(piece) = response.chunk().await? {
        left = left.checked_sub(piece.len() as u64).ok_or_else(|| {
            HubError::Elsewhere("the file there is larger than expected".to_owned())
        })?;
        file.write_all(&piece).await.map_err(here)?;
        bar.advance(piece.len() as u64);
    }
    file.flush().await.map_err(here)
}

/// The cause at the end of the chain: "Connection refused" says more than "error sending request".
fn innermost(error: &reqwest::Error) -> String {
    if let Some(status) = error.status() {
        return format!("it answered {status}");
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
