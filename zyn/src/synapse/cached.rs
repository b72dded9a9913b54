//! Takes the answer that is kept, waits for the one that is being given, or asks and keeps what comes.

mod landed;

use std::sync::Arc;

use tokio::time::timeout_at;

use self::landed::{Landed, Terms};
use super::ask::{Deadline, SYSTEM, within};
use super::question::Question;
use super::step::{Options, StepCall, StepRecord};
use crate::error::{Error, ErrorKind};
use crate::llm::{Cache, Ear, Joined, Key, Keyed, Llm};
use crate::provider::BoxFuture;
use crate::session::{History, Message, Usage};
use crate::telemetry;

/// The version of the keys and of what is kept under them. Raise it when an answer is to be asked for anew: when a text
/// that is sent changes without a part of the key, or a record is read otherwise.
const FORMAT: u64 = 1;

/// A question to which an answer may be kept.
pub(super) struct Wanted<'a> {
    pub(super) question: &'a Question<'a>,
    /// The conversation, as it is sent.
    pub(super) history: &'a History,
    /// Who is asked first.
    pub(super) llm: &'a Llm,
    /// Who is asked instead, by names that tell them apart; empty if nobody.
    pub(super) fallbacks: String,
    /// Whether it goes on as fast as someone reads: nobody is to wait for that.
    pub(super) is_streamed: bool,
    pub(super) deadline: Deadline,
}

/// An answer that was asked for.
pub(super) struct Fresh {
    pub(super) record: StepRecord,
    /// Whether it is another's than the one who was to be asked first. It is not kept then: who is asked later may have
    /// the first one's.
    pub(super) by_fallback: bool,
}

/// The answer that is kept, or that an equal request gets at this moment, or else what `asked` comes to, which keeps the
/// deadline by itself.
pub(super) async fn cached(
    cache: &Cache,
    wanted: Wanted<'_>,
    asked: BoxFuture<'_, Result<Fresh, Error>>,
) -> Result<StepRecord, Error> {
    let key = wanted.key();
    if wanted.is_streamed {
        if let Some((record, _)) = wanted.find(cache, key).await {
            return Ok(record);
        }
        let fresh = asked.await?;
        wanted.keep(cache, key, &fresh).await;
        return Ok(fresh.record);
    }
    let terms = Arc::new(Terms::of(&wanted));
    loop {
        let joined = async { Ok(cache.join(key).await) };
        let lead = match within(wanted.deadline, joined).await? {
            Joined::Lead(lead) => lead,
            Joined::Landed(landed) => {
                match Landed::of(landed).and_then(|it| wanted.share(&it, &terms)) {
                    Some(outcome) => return outcome,
                    // on other terms: its own turn
                    None => continue,
                }
            }
        };
        let landed = |outcome| {
            let terms = Arc::clone(&terms);
            Arc::new(Landed { outcome, terms })
        };
        if let Some((record, text)) = wanted.find(cache, key).await {
            lead.land(landed(Ok((text, false))));
            return Ok(record);
        }
        let outcome = asked.await;
        match &outcome {
            Ok(fresh) => {
                if let Some(text) = wanted.keep(cache, key, fresh).await {
                    lead.land(landed(Ok((text, fresh.by_fallback))));
                }
            }
            // dropped, the lead is the next one's
            Err(error) if is_own(error) => {}
            Err(error) => lead.land(landed(Err(error.clone().unpaid()))),
        }
        return outcome.map(|fresh| fresh.record);
    }
}

/// Whether an error says something of the call alone that it befell.
fn is_own(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Deadline { .. } | ErrorKind::Budget(_)
    )
}

impl Wanted<'_> {
    /// The record that is kept and its text, if it is accepted.
    async fn find(&self, cache: &Cache, key: Key) -> Option<(StepRecord, Arc<str>)> {
        let found = timeout_at(self.deadline.at, cache.find(key));
        let text = found.await.ok().flatten()?;
        let record = self.read(&text)?;
        telemetry::cache_hit();
        Some((record, text))
    }

    /// The record that `text` is, if it is accepted: it may be from a time when less was asked for.
    fn read(&self, text: &str) -> Option<StepRecord> {
        let record = serde_json::from_str(text);
        let record = record.inspect_err(|problem| telemetry::cache_broken(problem));
        let call = self.question.call;
        let record = free(record.ok()?, Some(&call.prompt), self.llm);
        let accepted = self.question.reader.check(&record, call);
        let told = accepted.is_ok() && self.tell(&record);
        if !told {
            telemetry::cache_refused();
        }
        told.then_some(record)
    }

    /// Tells it to who listens. If it cannot be written as the model would have written it, it says `false`.
    fn tell(&self, record: &StepRecord) -> bool {
        let Some(tape) = self.question.tape else {
            return true;
        };
        let Some(text) = self.question.written(record) else {
            return false;
        };
        tape.asked(self.question.rewritten.as_ref());
        tape.tell(&text);
        true
    }

    /// Keeps an answer, if it is to be kept; the text that it is as one that was kept.
    async fn keep(&self, cache: &Cache, key: Key, fresh: &Fresh) -> Option<Arc<str>> {
        let kept = free(fresh.record.clone(), None, self.llm);
        let text: Arc<str> = serde_json::to_string(&kept).ok()?.into();
        if !fresh.by_fallback {
            cache.keep(key, Arc::clone(&text)).await;
        }
        Some(text)
    }

    /// What came of an equal request, if it holds for this one too.
    fn share(&self, landed: &Landed, own: &Terms) -> Option<Result<StepRecord, Error>> {
        let outcome = match landed.holds_for(own)? {
            Ok(text) => Ok(self.read(&text)?),
            Err(error) => Err(error),
        };
        telemetry::cache_shared();
        Some(outcome)
    }

    fn key(&self) -> Key {
        key(self.question.call, self.history, self.llm)
    }
}

/// The record of an answer that nobody was asked for: with its prompt, or without one, as it is kept.
fn free(record: StepRecord, prompt: Option<&Message>, llm: &Llm) -> StepRecord {
    let usage = Some(Usage::default());
    let asked = record.turn.iter().find_map(Message::asked_by);
    let asked = asked.unwrap_or_else(|| llm.asked());
    let answer = Message::answer(record.answer.clone(), asked, usage);
    StepRecord {
        turn: prompt.cloned().into_iter().chain([answer]).collect(),
        usage,
        spent: Usage::default(),
        uncounted: 0,
        attempts: 0,
        log: Vec::new(),
        window: None,
        time_to_first_token: None,
        cached: true,
        ..record
    }
}

/// All that can make one answer another's.
fn key(call: &StepCall, history: &History, llm: &Llm) -> Key {
    let StepCall {
        id: _,
        prompt,
        schema,
        options,
    } = call;
    // whatever is added must be thought of here
    let Options {
        temperature,
        max_tokens,
        // how often and how long is asked says nothing of the answer
        retry: _,
        reask: _,
        timeout: _,
        attempt_timeout: _,
        connect_timeout: _,
        first_byte_timeout: _,
        idle_timeout: _,
        at_most_once: _,
        reasoning,
        runner_up,
        confidence,
        measured,
        agreement,
        unsure,
        // is in the history, which is then empty
        alone: _,
        strict,
    } = options;
    let mut key = Keyed::new();
    key.number(FORMAT);
    llm.answers_by().iter().for_each(|name| key.text(name));
    key.text(SYSTEM);
    key.number(history.len() as u64);
    history.iter().for_each(|it| message(&mut key, it));
    key.maybe(call.verb(), |key, verb| key.text(verb.name()));
    message(&mut key, prompt);
    key.maybe(schema.as_ref(), |key, schema| {
        key.text(schema.name());
        key.text(&schema.document().to_string());
    });
    let bits = |key: &mut Keyed, number: f64| key.number(number.to_bits());
    key.maybe(*temperature, bits);
    let max_tokens = max_tokens.or(llm.limits().max_tokens);
    key.maybe(max_tokens, |key, most| key.number(most.into()));
    key.maybe(*confidence, bits);
    key.maybe(*agreement, |key, samples| key.number(samples.into()));
    key.maybe(unsure.as_deref(), Keyed::text);
    for is_set in [*reasoning, *runner_up, *measured, *strict] {
        key.flag(is_set);
    }
    key.key()
}

/// A message as it is sent: what else is known of it says nothing to the model.
fn message(key: &mut Keyed, message: &Message) {
    key.text(message.role().name());
    key.text(&message.rendered());
    key.number(message.media().count() as u64);
    for media in message.media() {
        key.flag(media.is_image());
        key.maybe(media.name(), Keyed::text);
        key.maybe(media.url(), Keyed::text);
        key.maybe(media.bytes(), Keyed::bytes);
    }
}

#[cfg(test)]
mod tests;
