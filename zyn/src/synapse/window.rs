//! Applies a session's window before a request, and asks for the summary of what falls out.

use std::sync::Arc;

use super::ask::{Deadline, ask, within};
use super::{Conversation, Fired, Input, StepCall, StepRecord, Talk, transform};
use crate::error::{Error, ErrorKind};
use crate::llm::attempt::{self, Attempt};
use crate::llm::{Grant, Llm, beside};
use crate::provider::{Accepts, Request};
use crate::session::window::Terms;
use crate::session::window::estimate::{self, Correction};
use crate::session::{Bill, Draft, History, Message, Summary, Window, Windowed};

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
        let llm = llm.clone();
        self.sum_up(Arc::new(move |instruction, fallen, terms| {
            let (instruction, llm) = (instruction.to_owned(), llm.clone());
            Box::pin(async move { sum_up(instruction, fallen, terms, &llm).await })
        }))
    }
}

async fn sum_up(
    instruction: String,
    fallen: History,
    terms: Terms,
    llm: &Llm,
) -> Result<Summary, Error> {
    let mut summary = transform(instruction);
    if terms.at_most_once {
        summary = summary.at_most_once();
    }
    let Fired { call, typed } = summary.asked("summary", Conversation.into_input())?;
    let profile = llm.profile();
    let takes_all = profile.images.min(profile.pdfs) == Accepts::Addresses;
    let talk = Talk {
        history: match takes_all {
            true => fallen,
            false => fallen.iter().map(without_media).collect(),
        },
        grant: Grant {
            budgets: terms.budgets,
            ..Grant::default()
        },
        deadline: Some(Deadline {
            at: terms.deadline,
            limit: terms.limit,
        }),
        ..Talk::default()
    };
    let record = ask(&call, &*typed, talk, llm).await?;
    // a fallback may have answered
    let own = Arc::clone(llm.asked());
    let asked = record.turn.iter().find_map(Message::asked_by).cloned();
    let answer = Message::answer(record.answer, &asked.unwrap_or(own), record.usage);
    Ok(Summary {
        turn: [call.prompt, answer],
        usage: record.usage,
        spent: record.spent,
        uncounted: record.uncounted,
        attempts: record.attempts,
        bill: bill(&record.log),
        model: record.model,
    })
}

/// What these attempts cost, model by model.
fn bill(log: &[Attempt]) -> Bill {
    let mut bill = Bill::default();
    attempt::charge(log, &mut bill);
    bill
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
    terms: Terms,
) -> Result<Applied, Error> {
    let beside = beside(request);
    let correction = Correction::by(&request.history);
    let fell_out = window.falls_out(&request.history, beside);
    let deadline = Deadline {
        at: terms.deadline,
        limit: terms.limit,
    };
    let summary = match window.summary(&request.history, &fell_out, terms) {
        Some(summary) => {
            let outcome = within(deadline, summary).await;
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
    // that of a summary which no budget allows is the fire's own
    if matches!(error.kind(), ErrorKind::Budget(_)) {
        return error;
    }
    let log = error.log().to_vec();
    Error::from(ErrorKind::Summary(error)).logged(log)
}

/// The error of a call, with what its window had done before it.
pub(super) fn after(error: Error, applied: &Option<Applied>) -> Error {
    match applied {
        Some(applied) => error.after(applied.windowed.clone()),
        None => error,
    }
}

impl Applied {
    /// Writes into the record of a step what the window did. The answer keeps the estimate of the request that it
    /// answers, re-asks included, beside what the provider counted.
    pub(super) fn note(self, record: &mut StepRecord, feedback: &[Message]) {
        let estimate = self.estimate + estimate::messages(feedback);
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
