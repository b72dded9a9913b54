//! What is attached to messages, as each format has to send it. Compiled under `cfg(test)` alone.

use super::Request;
use super::format::quoted;
use crate::session::{Block, Media, Message};
use crate::verb::Verb;

/// The bytes of [`image`], as they are sent.
pub(super) const IMAGE: &str = "R0lGODlh";

/// The bytes of [`pdf`], as they are sent.
pub(super) const PDF: &str = "JVBERi0xLjc=";

pub(super) fn image() -> Media {
    Media::image("GIF89a").unwrap()
}

pub(super) fn pdf() -> Media {
    Media::pdf("%PDF-1.7").unwrap()
}

pub(super) fn image_at(url: &str) -> Media {
    Media::image_url(url).unwrap()
}

pub(super) fn pdf_at(url: &str) -> Media {
    Media::pdf_url(url).unwrap()
}

/// A prompt with `media`, and the text that the model reads of it.
pub(super) fn prompt(instruction: &str, media: impl IntoIterator<Item = Media>) -> Message {
    let blocks = media.into_iter().map(|it| Block::attached("input", it));
    Message::prompt(Verb::Transform, instruction.to_owned(), blocks.collect())
}

/// A request with a note for `prompt`.
pub(super) fn noted(prompt: Message) -> Request {
    Request {
        note: Some("the \"note\"".into()),
        ..Request::new(prompt)
    }
}

/// Sends a conversation with an image in every turn but the second, and compares the bodies byte by byte.
pub(super) fn turns_share_their_prefix(sent: impl Fn(&Request) -> String) {
    let mut history = vec![Message::system("rules")];
    let mut stable = String::new();
    let mut images = 0;
    for (turn, media) in [vec![image()], vec![], vec![image(), image()]]
        .into_iter()
        .enumerate()
    {
        images += media.len();
        let prompt = prompt(&format!("turn \"{turn}\""), media);
        let body = sent(&Request {
            system: "Be exact.",
            history: history.iter().cloned().collect(),
            feedback: vec![Message::assistant("wrong"), Message::user("why")],
            ..noted(prompt.clone())
        });
        assert!(body.starts_with(&stable), "{stable}\n{body}");
        assert_eq!(body.matches(IMAGE).count(), images, "{body}");
        let stored = quoted(&prompt.rendered());
        let stored = stored.strip_suffix('"').unwrap();
        let end = body.rfind(stored).unwrap() + stored.len();
        assert_eq!(body[..end].matches(IMAGE).count(), images, "{body}");
        stable = body[..end].to_owned();
        history.extend([prompt, Message::assistant(format!("answer {turn}"))]);
    }
}
