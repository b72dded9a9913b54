//! A call as it is put to one model: in which form the answer is asked for, and how it is read.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::form::{Accepted, Reader};
use super::step::{StepCall, StepRecord};
use super::tape::Tape;
use crate::llm::Llm;
use crate::llm::attempt::Log;
use crate::provider::{Dialect, Request};
use crate::reply::{Manner, Rejected};
use crate::schema::{Rewritten, SchemaError};
use crate::session::window::estimate;
use crate::session::{History, Usage};
use crate::telemetry;

pub(super) struct Question<'a> {
    pub(super) call: &'a StepCall,
    pub(super) reader: &'a dyn Reader,
    manner: Manner,
    /// The schema, as it is asked for at first; `None` for plain text.
    pub(super) rewritten: Option<Rewritten>,
    /// Is told the answer while it is written.
    pub(super) tape: Option<&'a Tape>,
    /// Whether another model may be asked if this one is not sure: the label for that is then put by.
    pub(super) escalates: bool,
    put_by: Mutex<PutBy>,
}

/// The label for what is not sure, which is the answer if no other model is sure.
#[derive(Default)]
pub(super) struct PutBy {
    pub(super) record: Option<StepRecord>,
    /// What it was paid with: what each attempt cost, and its place in the log.
    pub(super) paid: Vec<Paid>,
}

/// What an attempt cost, and its place in the log.
pub(super) type Paid = (Option<Usage>, usize);

impl<'a> Question<'a> {
    pub(super) fn new(
        call: &'a StepCall,
        reader: &'a dyn Reader,
        llm: &Llm,
        history: &History,
        tape: Option<&'a Tape>,
    ) -> Result<Self, SchemaError> {
        Ok(Self {
            call,
            reader,
            manner: match call.options.strict {
                true => Manner::Strict,
                false => Manner::Lenient,
            },
            rewritten: rewritten(call, llm, history)?,
            tape,
            escalates: false,
            put_by: Mutex::default(),
        })
    }

    /// Reads an answer that was asked for so.
    pub(super) fn read(
        &self,
        rewritten: Option<&Rewritten>,
        text: &str,
    ) -> Result<Accepted, Rejected> {
        let asked = self.call.schema.as_ref().zip(rewritten);
        self.reader.read(text, asked, self.manner)
    }

    /// A text that would be read as the answer of `record`, if it were asked for now.
    pub(super) fn written(&self, record: &StepRecord) -> Option<String> {
        let asked = self.call.schema.as_ref().zip(self.rewritten.as_ref());
        self.reader.written(record, asked)
    }

    /// Puts by what is the answer if no other model is sure.
    pub(super) fn put_by(&self, record: StepRecord) {
        self.put_aside().record = Some(record);
    }

    /// Notes that what was paid was not accepted, unless that is open yet.
    pub(super) fn turn_down(&self, paid: Vec<Paid>, llm: &Llm, log: &Log) {
        let mut put_by = self.put_aside();
        match put_by.record {
            Some(_) => put_by.paid = paid,
            None => reject(&paid, llm, log),
        }
    }

    pub(super) fn into_put_by(self) -> PutBy {
        let put_by = self.put_by.into_inner();
        put_by.unwrap_or_else(PoisonError::into_inner)
    }

    /// No code of a user's runs under this lock.
    fn put_aside(&self) -> MutexGuard<'_, PutBy> {
        self.put_by.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The schema in the prompt alone, for a server that has refused it.
    pub(super) fn prompted(&self) -> Result<Option<Rewritten>, SchemaError> {
        let schema = self.call.schema.as_ref();
        schema
            .map(|schema| schema.for_dialect(Dialect::Prompted))
            .transpose()
    }
}

/// Notes that what was paid was not accepted.
pub(super) fn reject(paid: &[Paid], llm: &Llm, log: &Log) {
    for (usage, place) in paid {
        llm.reject(*usage, log, *place);
    }
}

/// From so many tokens of conversation on, a provider's cache of it is worth more than a schema that is held to: no
/// provider keeps less than 512. What other limits would cost is measured in `provider/anthropic/compared.rs`.
const CACHED_FROM: u64 = 512;

/// The schema as the model's server takes it; what it does not take is said in the prompt alone.
pub(super) fn rewritten(
    call: &StepCall,
    llm: &Llm,
    history: &History,
) -> Result<Option<Rewritten>, SchemaError> {
    let Some(schema) = &call.schema else {
        return Ok(None);
    };
    let profile = llm.profile();
    // what is to be strictly so is held to the schema, whatever that costs
    let may_be_said = profile.schema_in_cache && !call.options.strict;
    if may_be_said && estimate::exceeds(history, CACHED_FROM) {
        telemetry::kept_in_cache();
        return schema.for_dialect(Dialect::Prompted).map(Some);
    }
    let rewritten = schema.for_dialect(profile.dialect).or_else(|refused| {
        telemetry::prompted(profile.dialect, &refused);
        schema.for_dialect(Dialect::Prompted)
    })?;
    if !llm.takes(rewritten.wire()) {
        return schema.for_dialect(Dialect::Prompted).map(Some);
    }
    Ok(Some(rewritten))
}

/// Makes `request` ask for an answer in this form.
pub(super) fn ask_for(request: &mut Request, rewritten: &Rewritten, llm: &Llm) {
    let is_hidden = !llm.profile().schema_visible || rewritten.wire().dialect == Dialect::Prompted;
    request.note = is_hidden.then(|| Arc::clone(rewritten.words()));
    request.schema = Some(rewritten.wire().clone());
}
