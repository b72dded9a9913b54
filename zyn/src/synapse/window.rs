//! Applies a session's window before a request, and asks for the summary of what falls out.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::ask::{self, ask};
use super::{Conversation, Fired, Input, StepCall, StepRecord, Talk, transform};
use crate::error::{Error, ErrorKind};
use crate::llm::Llm;
use crate::provider::{Accepts, Request};
use crate::session::window::estimate::{self, Correction};
use crate::session::{Draft, History, Message, Summary, Window, Windowed};

impl Window {
    /// Sums up what falls out, instead of losing it: `llm` is asked, which may be a smaller model, and has its own
    /// [`spend`](Llm::spend).
    ///
    /// The summary is an exchange in place of what fell out, and enters the session with the new turn. It is no system
    /// message, since it is made of what users wrote. It does not count as a turn; the next summary sums it up with the
    /// turns after it. `llm` must be able to read at once what falls out at once.
    ///
    /// If it fails, the fire fails with [`ErrorKind::Summary`], and nothing was changed. If the fire fails after it, it is
    /// paid and lost, and asked for again by the next fire. The time limit of the fire covers both.
    ///
    /// In a budget of tokens the earlier summary stands for the size of the next one; leave room for the first.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::testing::Scripted;
    /// use zyn::{Llm, Session, Window};
    ///
    /// let small = Llm::new(Scripted::new(["They spoke of the sky: blue."]));
    /// let llm = Llm::new(Scripted::new(["Blue.", "Green.", "Red."]));
    /// let mut session = Session::new();
    /// session.set_window(Window::last_turns(1).summarise(&small));
    ///
    /// let answer = zyn::transform("Answer");
    /// for question in ["The sky?", "Grass?", "Blood?"] {
    ///     answer.fire(&llm, &mut session, question).await?;
    /// }
    /// assert_eq!(session.at(1)?.text(), "They spoke of the sky: blue.");
    /// assert_eq!(session.len(), 3 * 2);
    /// assert_eq!((llm.spend().attempts, small.spend().attempts), (3, 1));
    /// # Ok(()) }
    /// ```
    pub fn summarise(self, llm: &Llm) -> Self {
        let (asked, llm) = (Arc::clone(llm.asked()), llm.clone());
        self.sum_up(
            &asked,
            Arc::new(move |instruction, fallen| {
                let (instruction, llm) = (instruction.to_owned(), llm.clone());
                Box::pin(async move { sum_up(instruction, fallen, &llm).await })
            }),
        )
    }
}

async fn sum_up(instruction: String, fallen: History, llm: &Llm) -> Result<Summary, Error> {
    let Fired { call, typed } =
        transform(instruction).asked("summary", Conversation.into_input())?;
    let profile = llm.profile();
    let takes_all = profile.images.min(profile.pdfs) == Accepts::Addresses;
    let talk = Talk {
        history: match takes_all {
            true => fallen,
            false => fallen.iter().map(without_media).collect(),
        },
        ..Talk::default()
    };
    let record = ask(&call, &*typed, talk, llm).await;
    let record = record.map_err(|error| error.asked(llm.asked()))?;
    let answer = Message::answer(record.answer, llm.asked(), record.usage);
    Ok(Summary {
        turn: [call.prompt, answer],
        usage: record.usage,
        spent: record.spent,
        uncounted: record.uncounted,
        attempts: record.attempts,
        model: record.model,
    })
}

/// The message without what is attached to it; its text says that there was something. A summary is of the text.
fn without_media(message: &Message) -> Message {
    match message.media().next() {
        Some(_) => Message::user(message.text()),
        None => message.clone(),
    }
}

/// What a window did to a request, and the estimate of that request.
pub(super) struct Applied {
    windowed: Windowed,
    estimate: u64,
}

/// Leaves in `request` what `window` lets it have.
pub(super) async fn apply(
    window: &Window,
    request: &mut Request,
    deadline: Instant,
    limit: Duration,
) -> Result<Applied, Error> {
    let beside = beside(request);
    let correction = Correction::by(&request.history);
    let fell_out = window.falls_out(&request.history, beside);
    let summary = match window.summary(&request.history, &fell_out) {
        Some(summary) => {
            let outcome = timeout_at(deadline, summary).await;
            let outcome = outcome.unwrap_or_else(|_| Err(ErrorKind::Deadline { limit }.into()));
            Some(Box::new(outcome.map_err(failed)?))
        }
        None => None,
    };
    let mut windowed = Windowed {
        fell_out,
        summary,
        tokens: 0,
    };
    request.history = windowed.apply(&request.history);
    let estimate = estimate::messages(&request.history).saturating_add(beside);
    windowed.tokens = correction.apply(estimate);
    Ok(Applied { windowed, estimate })
}

/// The fire's error: its attempts, so far, are the summary's.
fn failed(error: Error) -> Error {
    let (attempts, spent) = (error.attempts(), error.usage());
    let model = error.model().cloned();
    let uncounted = error.uncounted();
    let outer = Error::from(ErrorKind::Summary(error)).spent(attempts, spent, uncounted);
    match model {
        Some(model) => outer.asked(&model),
        None => outer,
    }
}

/// About how many tokens the request for `call` has, as [`apply`] would leave it.
pub(crate) fn expected(
    call: &StepCall,
    history: &History,
    window: Option<&Window>,
    llm: &Llm,
) -> Result<u64, Error> {
    let history = match call.options.alone {
        true => &History::default(),
        false => history,
    };
    let request = ask::rendered(call, history.clone(), llm)?;
    let beside = beside(&request);
    let fell_out = match window.filter(|_| !call.options.alone) {
        Some(window) => window.falls_out(history, beside),
        None => Vec::new(),
    };
    let left = Windowed {
        fell_out,
        ..Windowed::default()
    };
    let estimate = estimate::messages(&left.apply(history)).saturating_add(beside);
    Ok(Correction::by(history).apply(estimate))
}

/// The estimate of a request without its history: the library's own message, the prompt, and the schema where the model
/// sees it.
fn beside(request: &Request) -> u64 {
    let schema = match (&request.note, &request.schema) {
        (Some(note), _) => note,
        (None, Some(schema)) => &schema.json,
        (None, None) => "",
    };
    let texts = [request.system, schema].map(estimate::text);
    let own = texts.into_iter().fold(0, u64::saturating_add);
    own.saturating_add(estimate::message(&request.prompt))
}

impl Applied {
    /// Writes into the error of a step what its window did, and paid, before it failed.
    pub(super) fn note_failure(self, error: Error) -> Error {
        error.after(self.windowed)
    }

    /// Writes into the record of a step what the window did. The answer keeps the estimate of the request that it
    /// answers, re-asks included, beside what the provider counted.
    pub(super) fn note(self, record: &mut StepRecord, request: &Request) {
        let estimate = self.estimate + estimate::messages(&request.feedback);
        if let Some(answer) = record.turn.last_mut() {
            *answer = answer.clone().estimated(estimate);
        }
        record.window = Some(self.windowed);
    }
}

impl StepRecord {
    /// Takes into `draft` what came of the step `call`: what its window did, then its turn; of one that stands alone,
    /// what it cost.
    pub(crate) fn enter(&self, call: &StepCall, draft: &mut Draft) {
        if call.options.alone {
            let asked = self.turn.iter().find_map(Message::asked_by);
            return draft.charge(asked, self.usage);
        }
        if let Some(windowed) = &self.window {
            draft.apply(windowed);
        }
        draft.append_turn(self.turn.iter().cloned(), self.usage);
    }
}
