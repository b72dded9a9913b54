//! A message, as both operations write it.

use super::encode::Operation;
use crate::provider::format::{go_on, quote, quoted};
use crate::session::{Media, Message};

/// Writes a message before another one: its bytes end with the comma, since the prompt follows them all.
pub(super) fn before(operation: &Operation, message: &Message, body: &mut Vec<u8>) {
    write(operation, message, None, body);
    body.push(b',');
}

/// Writes a message, and a note in the same string: many chat templates refuse two messages of one role in a row, and
/// what stands before the note is the same in every later turn.
pub(super) fn write(
    operation: &Operation,
    message: &Message,
    note: Option<&str>,
    body: &mut Vec<u8>,
) {
    // Not the capabilities' role: the bytes are kept with the history, whoever reads them.
    begin(operation, message.role().name(), message, body);
    if let Some(note) = note {
        go_on(note, body);
    }
    body.extend_from_slice(end(has_parts(message)));
}

/// Whether its content is a list. A text alone is none: not every server takes one, and in responses its parts would be
/// called otherwise for each role.
pub(super) fn has_parts(message: &Message) -> bool {
    message.media().next().is_some()
}

/// Writes a message up to the end of its text, where more text can follow. What is attached comes before the text, so
/// that the text with its note is the end.
pub(super) fn begin(operation: &Operation, role: &str, message: &Message, body: &mut Vec<u8>) {
    for piece in [r#"{"role":""#, role, r#"","content":"#] {
        body.extend_from_slice(piece.as_bytes());
    }
    if has_parts(message) {
        body.push(b'[');
        parts(operation, message, body);
    } else {
        quote(&message.rendered(), body);
        body.pop();
    }
}

/// Writes the parts of a message up to the end of its text.
pub(super) fn parts(operation: &Operation, message: &Message, body: &mut Vec<u8>) {
    for media in message.media() {
        body.extend_from_slice((operation.media)(media).as_bytes());
        body.push(b',');
    }
    for piece in [r#"{"type":""#, operation.text, r#"","text":"#] {
        body.extend_from_slice(piece.as_bytes());
    }
    quote(&message.rendered(), body);
    body.pop();
}

/// What ends a message behind its text.
pub(super) fn end(has_parts: bool) -> &'static [u8] {
    if has_parts { br#""}]}"# } else { br#""}"# }
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
