//! Asks for one answer, and again while it is not valid.

use super::form::Accepted;
use super::step::{Mode, StepCall};
use crate::error::{Error, ErrorKind, Excerpt};
use crate::llm::{Allowance, Llm};
use crate::provider::{Request, Response};
use crate::reply::{self, Rejected};
use crate::schema::Dialect;
use crate::session::Message;
use crate::telemetry;

/// Reads an answer.
pub(super) type Read<'r> = dyn Fn(&str) -> Result<Accepted, Rejected> + Sync + 'r;

/// A valid answer, and the response that it stood in.
pub(super) struct Sample {
    pub(super) accepted: Accepted,
    pub(super) response: Response,
    pub(super) mode: Mode,
}

/// Re-asks after invalid answers, with what is wrong with them, in the request alone: the session sees only the
/// accepted pair.
pub(super) async fn until_valid(
    call: &StepCall,
    read: &Read<'_>,
    request: &mut Request,
    llm: &Llm,
    allowance: &mut Allowance,
) -> Result<Sample, Error> {
    let mut reasks = call.options.reask;
    loop {
        let response = llm.call(request, allowance).await?;
        let rejected = match read(&response.text) {
            Ok(accepted) => {
                let mode = match (&request.schema, llm.profile().schema_enforced) {
                    (None, _) => Mode::Text,
                    (Some(sent), true) if sent.dialect != Dialect::Prompted => Mode::Native,
                    (Some(_), _) => Mode::Prompted,
                };
                return Ok(Sample {
                    accepted,
                    response,
                    mode,
                });
            }
            Err(rejected) => rejected,
        };
        llm.reject(response.usage);
        telemetry::rejected(reasks);
        if reasks == 0 {
            return Err(invalid(rejected, &response).into());
        }
        reasks -= 1;
        request
            .feedback
            .push(Message::assistant(shortened(&response.text)));
        request.feedback.push(Message::user(reply::feedback(
            &rejected,
            request.schema.is_some(),
        )));
    }
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

fn invalid(rejected: Rejected, response: &Response) -> ErrorKind {
    let reply = Excerpt::new(&response.text);
    match rejected {
        Rejected::Malformed { reason } => ErrorKind::Malformed { reason, reply },
        Rejected::Invalid(violations) => ErrorKind::Invalid { violations, reply },
    }
}
