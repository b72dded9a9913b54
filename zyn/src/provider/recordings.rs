//! Exchanges that real servers gave, where they are at hand, for the tests of every format. Compiled under `cfg(test)`
//! alone.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::Value;

use super::canned::Canned;
use super::key::Key;
use super::remote::{Kind, Remote};
use super::{Failure, ProviderError, Response};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/cases/wire");

/// What was sent and what came back.
pub(super) struct Exchange {
    /// Server, recording and number.
    pub(super) name: String,
    pub(super) request: Value,
    pub(super) response: Value,
}

impl Exchange {
    /// Whether a stream was asked for.
    pub(super) fn is_streamed(&self) -> bool {
        self.request["body"]["stream"] == true
    }

    /// The reply, if it is a stream.
    pub(super) fn stream(&self) -> Option<&str> {
        let kind = &self.response["headers"]["content-type"];
        let streams = ["text/event-stream", "application/x-ndjson"];
        let is_stream = kind
            .as_str()
            .is_some_and(|kind| streams.iter().any(|it| kind.starts_with(it)));
        self.response["body"].as_str().filter(|_| is_stream)
    }
}

/// All exchanges with `server`, or with every server if that is empty; none, and a word about it, where they are not at
/// hand.
pub(super) fn exchanges(server: &str) -> Vec<Exchange> {
    let folder = Path::new(CASES).join(server);
    if !folder.is_dir() {
        println!("skipped: there are no recorded exchanges here");
        return Vec::new();
    }
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let name = path.strip_prefix(CASES).unwrap().with_extension("");
        let recording: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let recorded = recording["exchanges"].as_array().unwrap().iter();
        found.extend(recorded.enumerate().map(|(number, exchange)| Exchange {
            name: format!("{} {number}", name.display()),
            request: exchange["request"].clone(),
            response: exchange["response"].clone(),
        }));
    }
    found
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|it| it == "json") {
            found.push(path);
        }
    }
}

/// A provider of this kind, with a key.
pub(super) fn keyed(kind: Kind) -> Remote {
    Remote::new(kind, "m".to_owned()).with(|it| it.key = Some(Key::new("k".into())))
}

/// What a provider makes of a reply. What was heard of an answer is all of it.
pub(super) fn outcome(
    remote: &Remote,
    reply: &Canned,
    streamed: bool,
) -> (Result<Response, ProviderError>, String) {
    let (outcome, heard) = remote.clone().outcome(reply, streamed);
    if let Ok(response) = &outcome {
        assert!(!response.text.trim().is_empty());
        assert!(!streamed || heard == response.text, "{heard}");
    }
    (outcome, heard)
}

/// An outcome in a word: `text`, or the failure's name.
pub(super) fn word(outcome: &Result<Response, ProviderError>) -> String {
    match outcome {
        Ok(_) => "text".to_owned(),
        Err(error) => match error.kind {
            Failure::Protocol { what } => what.to_owned(),
            ref kind => format!("{kind:?}"),
        },
    }
}

/// A stream says and lets hear the same, in whatever pieces it comes: cut at random, `times` times, and in single bytes.
#[track_caller]
pub(super) fn is_read_alike_in_pieces(remote: &Remote, reply: &Canned, times: u64) {
    let told = |reply: &Canned| {
        let (outcome, heard) = outcome(remote, reply, true);
        // what a response shows of itself hides its text
        let text = outcome.as_ref().ok().map(|it| it.text.clone());
        (format!("{outcome:?}"), text, heard)
    };
    let whole = told(reply);
    let body = Bytes::from(reply.pieces.concat());
    for seed in 0..times {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut rest, mut pieces) = (body.clone(), Vec::new());
        let longest = random.usize(1..=body.len().max(1));
        while !rest.is_empty() {
            pieces.push(rest.split_to(random.usize(1..=longest).min(rest.len())));
        }
        let pieces = Canned {
            pieces,
            ..reply.clone()
        };
        assert_eq!(told(&pieces), whole, "seed {seed}");
    }
    let single = Canned {
        pieces: body.chunks(1).map(Bytes::copy_from_slice).collect(),
        ..reply.clone()
    };
    assert_eq!(told(&single), whole, "in single bytes");
}
