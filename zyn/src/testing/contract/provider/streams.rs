use serde_json::json;

use super::super::Found;
use super::ask::{Said, Way, document, request, shown, text};
use crate::provider::Provider;
use crate::schema::Schema;

pub(super) async fn a_stream_tells_its_text_and_nothing_else(
    provider: &dyn Provider,
) -> Result<(), Found> {
    for question in [
        "Say hello.",
        "Tell the weather of a spring day in three short lines, with an emoji in each.",
    ] {
        heard_whole(&text(provider, &request(question), Way::Stream).await?)?;
    }
    Ok(())
}

pub(super) async fn a_stream_of_a_document_tells_all_of_it(
    provider: &dyn Provider,
) -> Result<(), Found> {
    let shape = json!({
        "type": "object",
        "properties": {
            "title": { "type": "string" },
            "tags": { "type": "array", "items": { "type": "string" } },
        },
        "required": ["title", "tags"],
    });
    let book = Schema::from_value("Book", shape)?;
    let question = request("Make up a book with two tags.");
    heard_whole(&document(provider, &book, question, Way::Stream).await?)
}

/// Whether what was heard, piece by piece, is the text.
pub(super) fn heard_whole(said: &Said) -> Result<(), Found> {
    match &said.heard {
        Some(heard) if *heard != said.response.text => {
            let (heard, text) = (shown(heard), shown(&said.response.text));
            Err(Found(format!("{heard:?} was heard of {text:?}")))
        }
        _ => Ok(()),
    }
}
