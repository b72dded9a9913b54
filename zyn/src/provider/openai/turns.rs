//! A conversation for chat templates that take one system message, in front of all others, and then the user and the
//! assistant by turns.
//!
//! Those of Qwen refuse a second system message, those of Gemma and Mistral two messages of one role in a row too, and
//! the server answers with an error. So what one role says in a row is one message, and a system message that comes later
//! is the user's: it cannot go to the front, where it would change what the server has in its cache.
//!
//! The end of a message is written before the next one, since only that shows whether it was the end. What is written of
//! a message depends on those before it alone, which do not change, so that its bytes can be kept with the history.

use bytes::Bytes;

use super::encode::Operation;
use super::message;
use crate::provider::format::{BEGIN, PARAGRAPH, go_on};
use crate::provider::{Request, WireFormat};
use crate::session::{Message, Role};

/// The message that is being written.
#[derive(Clone, Copy)]
struct Open {
    role: Role,
    has_parts: bool,
}

/// What is written behind the library's own system message.
const BEHIND_THE_SYSTEM: Open = Open {
    role: Role::System,
    has_parts: false,
};

/// What stands between a string's content and the next message.
const NEXT: &[u8] = br#""},"#;

/// The pieces up to the prompt, which is written to `rest` with all that follows it.
pub(super) fn pieces(
    operation: &Operation,
    mut head: Vec<u8>,
    format: WireFormat,
    request: &Request,
    rest: &mut Vec<u8>,
) -> Vec<Bytes> {
    let mut open = open(request.history.iter().rev());
    let prompt = &request.prompt;
    write(operation, &mut open, prompt, request.note.as_deref(), rest);
    for message in &request.feedback {
        write(operation, &mut open, message, None, rest);
    }
    rest.extend_from_slice(message::end(open.has_parts));

    let has_own = head.ends_with(NEXT);
    if has_own {
        head.truncate(head.len() - NEXT.len());
    }
    let begin = |before: &mut dyn Iterator<Item = &Message>| self::open(before);
    let mut pieces = request
        .history
        .wire_on(Bytes::new(), format, begin, |open, message, body| {
            write(operation, open, message, None, body);
        });
    if !has_own {
        // what is written first is written behind a system message
        let first = request.history.get(0).unwrap_or(prompt);
        let behind = if first.role() == Role::System {
            head.extend_from_slice(br#"{"role":"system","content":""#);
            PARAGRAPH
        } else {
            NEXT
        };
        match pieces.get_mut(1) {
            Some(piece) => *piece = piece.slice(behind.len()..),
            None => drop(rest.drain(..behind.len())),
        }
    }
    if let Some(first) = pieces.first_mut() {
        *first = head.into();
    }
    pieces
}

/// What is being written behind these messages, newest first.
fn open<'m>(before: impl Iterator<Item = &'m Message>) -> Open {
    let mut has_parts = false;
    let mut is_user = false;
    for (at, message) in before.enumerate() {
        match message.role() {
            Role::Assistant if at == 0 => {
                return Open {
                    role: Role::Assistant,
                    has_parts: message::has_parts(message),
                };
            }
            Role::Assistant => {
                is_user = true;
                break;
            }
            Role::User => {
                is_user = true;
                has_parts |= message::has_parts(message);
            }
            Role::System => {}
        }
    }
    match is_user {
        true => Open {
            role: Role::User,
            has_parts,
        },
        false => BEHIND_THE_SYSTEM,
    }
}

/// Writes a message up to the end of its text, behind what is open.
fn write(
    operation: &Operation,
    open: &mut Open,
    message: &Message,
    note: Option<&str>,
    body: &mut Vec<u8>,
) {
    let role = match message.role() {
        Role::System if open.role != Role::System => Role::User,
        role => role,
    };
    let has_parts = message::has_parts(message);
    if role == open.role && !has_parts {
        go_on(&message.rendered(), body);
    } else if role == open.role && open.has_parts {
        body.extend_from_slice(NEXT);
        message::parts(operation, message, body);
    } else {
        // of the same role too, where an image comes behind text alone, which is no list of parts
        body.extend_from_slice(message::end(open.has_parts));
        body.push(b',');
        if role == Role::Assistant && open.role == Role::System {
            let begin = format!(r#"{{"role":"user","content":"{BEGIN}"}},"#);
            body.extend_from_slice(begin.as_bytes());
        }
        message::begin(operation, role.name(), message, body);
        *open = Open { role, has_parts };
    }
    if let Some(note) = note {
        go_on(note, body);
    }
}

#[cfg(test)]
mod tests;
