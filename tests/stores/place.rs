//! Where a store is, for as long as a test runs.

use std::process::{Child, Command, Stdio};

use zyn::store::SessionStore;

#[cfg(feature = "postgres")]
use crate::postgres::Server;

/// An empty place for a store.
pub enum Place {
    File(tempfile::TempDir),
    #[cfg(feature = "postgres")]
    Server(Server),
}

impl Place {
    /// Every place that can be had here. What is missing is said.
    pub fn all() -> Vec<Self> {
        #[cfg(feature = "postgres")]
        if let Some(server) = Server::start() {
            return vec![Self::file(), Self::Server(server)];
        }
        vec![Self::file()]
    }

    pub fn file() -> Self {
        Self::File(tempfile::tempdir().unwrap())
    }

    /// As the writer takes it.
    pub fn address(&self) -> String {
        match self {
            Self::File(folder) => folder.path().join("sessions.db").display().to_string(),
            #[cfg(feature = "postgres")]
            Self::Server(server) => server.url(),
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "SQLite",
            #[cfg(feature = "postgres")]
            Self::Server(_) => "PostgreSQL",
        }
    }

    pub async fn open(&self) -> Box<dyn SessionStore> {
        zyn_stores::open(&self.address()).await.unwrap()
    }

    /// Starts a writer of the turns from `first` to before `end`. What it acknowledges is in its standard output.
    pub fn writer(&self, session: &str, name: &str, first: u64, end: u64) -> Child {
        Command::new(env!("CARGO_BIN_EXE_writer"))
            .args([&*self.address(), session, name])
            .args([first.to_string(), end.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

/// The questions of a stored session, after a look at its whole: a question and an answer for each version.
pub async fn questions(store: &dyn SessionStore, session: &str) -> Vec<String> {
    let head = store.load(session, None).await.unwrap();
    let messages: Vec<_> = head.session.messages().iter().collect();
    assert_eq!(messages.len() as u64, 2 * head.version());
    let turns = messages.chunks(2).map(|turn| {
        assert_eq!(turn[1].text(), "yes");
        turn[0].text().to_owned()
    });
    turns.collect()
}
