//! A message, as both operations write it.

use crate::provider::format::{quote_noted, quoted};
use crate::session::{Media, Message, Role};

/// What an operation calls the parts of a message.
pub(super) struct Parts {
    /// The type of a text.
    pub(super) text: &'static str,
    /// An image or a PDF.
    pub(super) media: fn(&Media) -> String,
}

/// Writes a message after another one: its bytes begin with the comma.
///
/// A text alone is no list of parts: not every server takes one, and in responses they would be called otherwise for each
/// role. What is attached comes before the text, so that the text with its note is the end.
pub(super) fn write(message: &Message, note: Option<&str>, parts: &Parts, body: &mut Vec<u8>) {
    // Not the capabilities' role: the bytes are kept with the history, whoever reads them.
    let role = match message.role() {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    for piece in [r#",{"role":""#, role, r#"","content":"#] {
        body.extend_from_slice(piece.as_bytes());
    }
    let mut attached = message.media().map(parts.media).peekable();
    let has_parts = attached.peek().is_some();
    if has_parts {
        body.push(b'[');
        for part in attached {
            body.extend_from_slice(part.as_bytes());
            body.push(b',');
        }
        for piece in [r#"{"type":""#, parts.text, r#"","text":"#] {
            body.extend_from_slice(piece.as_bytes());
        }
    }
    quote_noted(&message.rendered(), note, body);
    body.extend_from_slice(if has_parts { b"}]}" } else { b"}" });
}

/// Its address, or one that has its bytes in it; quoted.
pub(super) fn url(media: &Media) -> String {
    match media.url() {
        Some(url) => quoted(url),
        None => {
            let (mime, data) = (media.mime(), media.base64());
            let (mime, data) = (mime.unwrap_or_default(), data.unwrap_or_default());
            format!(r#""data:{mime};base64,{data}""#)
        }
    }
}

/// The name of its file, which the API wants with the bytes; quoted.
pub(super) fn name(media: &Media) -> String {
    quoted(media.name().unwrap_or("document.pdf"))
}
