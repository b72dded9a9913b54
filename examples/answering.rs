//! Which model answers: the one that the environment names, or a small one on this machine.

use zyn::{ConfigError, ErrorKind, Llm, OpenAi};

use crate::local::{LocalError, Model, Progress, Server};

/// The most tokens of an answer of the local model: small models sometimes never stop.
const MAX_TOKENS: u32 = 1024;

/// A model that answers, and the server that it runs on if it is this program's own.
#[derive(Debug)]
pub struct Answering {
    /// The model, ready to be asked.
    pub llm: Llm,
    /// Which model it is and how good, for the screen.
    pub about: String,
    server: Option<Server>,
}

/// Why no model answers.
#[derive(Debug, thiserror::Error)]
pub enum AnsweringError {
    /// The environment names a model that cannot be used.
    #[error(transparent)]
    Configured(#[from] zyn::Error),
    /// The environment names no model, and the local one cannot be had.
    #[error(transparent)]
    Local(#[from] LocalError),
}

impl Answering {
    /// The model that the environment names (`ZYN_MODEL`), else the smaller local one; with `local`, that one whatever
    /// the environment says.
    ///
    /// # Errors
    ///
    /// [`AnsweringError`], which says what to do.
    pub async fn start(local: Option<Model>, progress: Progress) -> Result<Self, AnsweringError> {
        let model = match (local, Llm::from_env()) {
            (Some(model), _) => model,
            (None, Ok(llm)) => {
                let about = "the model that ZYN_MODEL names".to_owned();
                return Ok(Self {
                    llm,
                    about,
                    server: None,
                });
            }
            (None, Err(error)) if nothing_configured(&error) => Model::default(),
            (None, Err(error)) => return Err(error.into()),
        };
        let server = Server::start(model, progress).await?;
        let provider = OpenAi::new(server.model_name()).base_url(server.base_url());
        let llm = Llm::new(provider).max_tokens(MAX_TOKENS);
        Ok(Self {
            llm,
            about: server.about().to_owned(),
            server: Some(server),
        })
    }

    /// Stops the local server, if there is one.
    pub async fn stop(self) {
        if let Some(server) = self.server {
            server.stop().await;
        }
    }
}

/// Whether the environment says nothing of a model: a base URL or a key of zyn's without `ZYN_MODEL` is a mistake to
/// be told of.
#[expect(
    clippy::disallowed_methods,
    reason = "an example may look at its environment"
)]
fn nothing_configured(error: &zyn::Error) -> bool {
    let begun = ["ZYN_BASE_URL", "ZYN_API_KEY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    !begun
        && matches!(
            error.kind(),
            ErrorKind::Config(ConfigError::Missing {
                variable: "ZYN_MODEL",
                ..
            })
        )
}
