//! Asks for one answer, and again while it is not valid.

use super::form::Accepted;
use super::question::{Question, ask_for};
use crate::error::{Error, ErrorKind, Excerpt};
use crate::llm::{Allowance, Call, Ear, Given, Llm, NoAnswer, Reason};
use crate::provider::{Dialect, Failure, Mode, Request, Response};
use crate::reply::{self, Rejected};
use crate::schema::Schema;
use crate::session::{Message, Usage};
use crate::telemetry;

/// A valid answer, and the response that it stood in.
pub(super) struct Sample {
    pub(super) accepted: Accepted,
    pub(super) given: Given,
    pub(super) mode: Mode,
}

impl Sample {
    /// What it cost, and which attempt of the log it was.
    pub(super) fn paid(&self) -> (Option<Usage>, usize) {
        (self.given.response.usage, self.given.place)
    }
}

/// Re-asks after invalid answers, with what is wrong with them, in the request alone: the session sees only the
/// accepted pair.
pub(super) async fn until_valid(
    question: &Question<'_>,
    request: &mut Request,
    llm: &Llm,
    allowance: &mut Allowance,
) -> Result<Sample, Error> {
    let forget = || question.tape.is_none_or(Ear::forget);
    let mut rewritten = question.rewritten.clone();
    let mut refused: Option<Error> = None;
    loop {
        if let Some(tape) = question.tape {
            tape.asked(rewritten.as_ref());
        }
        let ear = question.tape.map(|tape| tape as &dyn Ear);
        let limit = question.call.options.attempt_timeout;
        let call = Call {
            request,
            ear,
            limit,
            valid: Some(&|text| question.read(rewritten.as_ref(), text).is_ok()),
        };
        let given = match llm.call(call, allowance).await {
            Ok(given) => given,
            Err(NoAnswer::Failed(error))
                if error.kind == Failure::SchemaRefused
                    && is_sent_a_schema(request)
                    && forget() =>
            {
                telemetry::refused(&error);
                rewritten = question.prompted()?;
                if let Some(rewritten) = &rewritten {
                    ask_for(request, rewritten, llm);
                }
                allowance.adapted();
                continue;
            }
            // what was answered says more than why it is not asked for again
            Err(NoAnswer::NotMade(unasked)) => return Err(refused.unwrap_or(unasked)),
            Err(error) => return Err(error.into()),
        };
        let response = &given.response;
        let schema = question.call.schema.as_ref();
        let rejected = match question.read(rewritten.as_ref(), &response.text) {
            Ok(accepted) => {
                let mode = match &request.schema {
                    None => Mode::Text,
                    Some(_) if is_prompted(request) => Mode::Prompted,
                    Some(_) => llm.profile().mode,
                };
                return Ok(Sample {
                    accepted,
                    given,
                    mode,
                });
            }
            Err(rejected) => rejected,
        };
        llm.reject(response.usage, allowance.log(), given.place);
        telemetry::rejected(allowance.reasks);
        // what was handed out cannot be taken back
        let may = allowance.reasks > 0 && forget();
        let further = may && allowance.further(Reason::Reask);
        if may && !further {
            telemetry::reserve_used_up(llm.model());
        }
        if !further {
            return Err(invalid(rejected, response, schema).into());
        }
        allowance.reasks -= 1;
        let feedback = reply::feedback(&rejected, request.schema.is_some());
        request
            .feedback
            .push(Message::assistant(shortened(&response.text)));
        request.feedback.push(Message::user(feedback));
        refused = Some(invalid(rejected, response, schema).into());
    }
}

/// Whether there is a schema that the server can refuse.
fn is_sent_a_schema(request: &Request) -> bool {
    request.schema.is_some() && !is_prompted(request)
}

/// Whether nothing but the prompt says the schema.
fn is_prompted(request: &Request) -> bool {
    let schema = request.schema.as_ref();
    schema.is_some_and(|schema| schema.dialect == Dialect::Prompted)
}

/// An invalid answer as it is shown to the model again: a long one is cut, and says so.
fn shortened(reply: &str) -> String {
    let shown = Excerpt::new(reply);
    if shown.text().len() == reply.len() {
        reply.to_owned()
    } else {
        format!("{}… (cut here)", shown.text())
    }
}

fn invalid(rejected: Rejected, response: &Response, schema: Option<&Schema>) -> ErrorKind {
    let reply = Excerpt::new(&response.text);
    match rejected {
        Rejected::Malformed { reason } => ErrorKind::Malformed { reason, reply },
        Rejected::Invalid(mut violations) => {
            if let Some(schema) = schema {
                let document = schema.document();
                let concealed = violations.into_iter().map(|it| it.concealed(document));
                violations = concealed.collect();
            }
            ErrorKind::Invalid { violations, reply }
        }
    }
}
