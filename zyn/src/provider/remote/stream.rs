//! Reading a stream, and telling what is spoken as it comes.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use tokio::time::timeout;

use super::Remote;
use super::attempt::Limit;
use crate::provider::completion::{Completion, Failed, Reading};
use crate::provider::events::{self, Event, Events, Framing};
use crate::provider::format::Format;
use crate::provider::http::{Incoming, REPLY_LIMIT};
use crate::provider::{Failure, Heard, ProviderError, Response, Wait};

/// The most bytes of a stream: its text is a small part of it.
const STREAM_LIMIT: usize = 64 * 1024 * 1024;
/// How long the end of a stream is waited for once nothing more can be in it, so that its connection can be used again.
const END: Duration = Duration::from_millis(100);
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
/// How many blank bytes in front of a body are looked behind.
const BLANKS: usize = 1024;

/// A stream, as far as it was read.
struct Stream<'f> {
    format: &'f dyn Format,
    events: Events,
    said: Completion,
    /// How much of the text was told.
    told: usize,
    bytes: usize,
}

impl<'f> Stream<'f> {
    fn new(format: &'f dyn Format) -> Self {
        Self {
            format,
            events: Events::new(format.framing()),
            said: Completion::default(),
            told: 0,
            bytes: 0,
        }
    }

    /// Reads on, and tells what is new; the error is the limit that was reached.
    fn push(&mut self, chunk: &[u8], heard: &mut Heard<'_>) -> Result<(), usize> {
        self.bytes = self.bytes.saturating_add(chunk.len());
        let mut events = Vec::new();
        let read = self.events.push(chunk, &mut events);
        self.hear(events);
        let text = self.said.text.text();
        if let Some(new) = text.get(self.told..).filter(|new| !new.is_empty()) {
            heard(new);
            self.told = text.len();
        }
        if read.is_err() {
            return Err(events::LONGEST);
        }
        match () {
            () if self.bytes > STREAM_LIMIT => Err(STREAM_LIMIT),
            () if text.len() > REPLY_LIMIT => Err(REPLY_LIMIT),
            () => Ok(()),
        }
    }

    /// Reads what the end of the stream found open.
    fn finish(&mut self) {
        let events = std::mem::take(&mut self.events).finish();
        // what is left had no end, so what is wrong with it may be that it was cut
        let problem = self.said.problem;
        self.hear(events);
        self.said.problem = problem;
    }

    fn hear(&mut self, events: Vec<Event>) {
        for event in events {
            // what stands behind the end does not count, in whichever piece it comes
            if !self.said.is_over() {
                self.format.event(&event, &mut self.said);
            }
        }
    }
}

impl Remote {
    /// Reads a stream, telling what is spoken as it comes.
    pub(super) async fn stream(
        &self,
        mut incoming: Incoming,
        format: &dyn Format,
        reading: &Reading<'_>,
        idle: Duration,
        heard: &mut Heard<'_>,
    ) -> Result<Response, Failed> {
        let mut stream = Stream::new(format);
        let broken = loop {
            let limit = Limit::new(Wait::Idle, idle);
            let chunk = match self.before(Some(limit), incoming.body.next()).await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break None,
                Err(error) => break Some(error),
            };
            stream.push(&chunk, heard).map_err(|limit| {
                ProviderError::new(self.name(), Failure::ReplyTooLarge { limit })
            })?;
            if stream.said.is_over() {
                // so that the connection can be used again
                let _ = timeout(END, async {
                    while let Ok(Some(_)) = incoming.body.next().await {}
                })
                .await;
                break None;
            }
        };
        stream.finish();
        let Stream {
            mut said,
            told,
            bytes,
            ..
        } = stream;
        if !said.is_whole() {
            // what was told of tokens by then is a part of what is paid
            said.usage = None;
        }
        let complete = said.is_over() || said.end.is_some();
        if !complete && let Some(error) = broken {
            return Err(error.into());
        }
        if !complete && said.problem.is_none() && !said.text.text().is_empty() {
            return Err(reading.failure(Failure::Interrupted).into());
        }
        let response = reading.judge(said).map_err(|mut failed| {
            if !complete && failed.error.kind == Failure::Empty {
                failed.error.kind = match bytes {
                    0 => Failure::Protocol {
                        what: "an empty body",
                    },
                    _ => Failure::Interrupted,
                };
            }
            failed
        })?;
        if let Some(rest) = response.text.get(told..).filter(|rest| !rest.is_empty()) {
            heard(rest);
        }
        Ok(response)
    }

    /// How a body begins, blanks left out, while there still is all of it to read; `None` if there is nothing in it.
    pub(super) async fn look(
        &self,
        incoming: &mut Incoming,
        mut limit: Limit,
        idle: Duration,
    ) -> Result<Option<Bytes>, ProviderError> {
        let (mut pieces, mut blanks) = (Vec::new(), 0_usize);
        let found = loop {
            let next = incoming.body.next();
            let Some(chunk) = self.before(Some(limit), next).await? else {
                break None;
            };
            limit = Limit::new(Wait::Idle, idle);
            let is_blank = |byte: u8| byte.is_ascii_whitespace() || BYTE_ORDER_MARK.contains(&byte);
            let first = chunk.iter().position(|byte| !is_blank(*byte));
            blanks = blanks.saturating_add(chunk.len());
            pieces.push(chunk.clone());
            match first {
                Some(first) => break Some(chunk.slice(first..)),
                // they keep a stream alive too
                None if blanks > BLANKS => break Some(chunk),
                None => {}
            }
        };
        incoming.put_back(pieces);
        Ok(found)
    }
}

/// Whether a success is a stream: a server may answer at once, although it was asked for one. How the body begins tells
/// more than what its header says it is.
pub(super) fn is_stream(begins: Option<&[u8]>, headers: &HeaderMap, framing: Framing) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let is_json = kind.is_some_and(|kind| kind.trim_start().starts_with("application/json"));
    match (begins, framing) {
        (None | Some([b'<', ..]), _) | (Some([b'{' | b'[', ..]), Framing::Sse) => false,
        (Some(begins), Framing::Sse) if is_json => {
            let fields: [&[u8]; 5] = [b":", b"data:", b"event:", b"id:", b"retry:"];
            fields.iter().any(|field| begins.starts_with(field))
        }
        (Some(_), _) => !is_json,
    }
}
