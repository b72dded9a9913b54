//! Refuses what cannot be answered, before anything is sent.

use super::step::StepCall;
use super::sure;
use crate::error::{Error, ErrorKind};
use crate::llm::Llm;
use crate::provider::Accepts;
use crate::refusal::OptionProblem;
use crate::session::{Block, History, Media, MediaKind, Message};

/// Refuses what no model could answer, before anything is sent.
pub(super) fn refuse_unusable(call: &StepCall, history: &History) -> Result<(), Error> {
    if call.instruction().trim().is_empty() {
        return Err(ErrorKind::EmptyInstruction.into());
    }
    match call.inputs().next() {
        Some(_) if call.inputs().all(Block::is_blank) => Err(ErrorKind::EmptyInput.into()),
        None if call.options.alone && !call.has_data() => {
            let problem = OptionProblem::NothingToRead;
            let option = "alone";
            Err(ErrorKind::BadOption { option, problem }.into())
        }
        None if history.is_empty() && !call.has_data() => Err(ErrorKind::EmptyConversation.into()),
        _ => Ok(()),
    }
}

/// Refuses what this model could not answer, before anything is sent.
pub(super) fn refuse_for(call: &StepCall, history: &History, llm: &Llm) -> Result<(), Error> {
    sure::refuse_unmeasurable(&call.options, llm)?;
    let sizes = call.prompt.blocks().iter().map(Block::size);
    let bytes = sizes.fold(0, usize::saturating_add);
    let limit = llm.limits().max_input;
    if bytes > limit {
        return Err(ErrorKind::InputTooLarge { bytes, limit }.into());
    }
    refuse_media(&call.prompt, None, llm)?;
    refuse_earlier_media(history, llm)
}

/// Refuses what is attached to earlier messages and the model does not take: no message is sent without it in silence.
fn refuse_earlier_media(history: &History, llm: &Llm) -> Result<(), Error> {
    if !history.has_media() {
        return Ok(());
    }
    let mut messages = history.iter().enumerate();
    messages.try_for_each(|(place, message)| refuse_media(message, Some(place), llm))
}

/// Refuses what is attached to `message`, which is that at `place` of the conversation or the one to send.
fn refuse_media(message: &Message, place: Option<usize>, llm: &Llm) -> Result<(), Error> {
    let is_taken = |media: &Media| {
        let profile = llm.profile();
        let accepts = match media.kind() {
            MediaKind::Image => profile.images,
            MediaKind::Pdf => profile.pdfs,
        };
        let needs = match media.url() {
            Some(_) => Accepts::Addresses,
            None => Accepts::Bytes,
        };
        accepts >= needs
    };
    match message.media().find(|media| !is_taken(media)) {
        Some(media) => Err(ErrorKind::MediaNotTaken {
            kind: media.kind(),
            by_address: media.url().is_some(),
            model: llm.model().to_owned(),
            place,
        }
        .into()),
        None => Ok(()),
    }
}
