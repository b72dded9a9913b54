//! Who acts: on a session, and the same on its plain model.

use std::pin::pin;
use std::task::{Context, Waker};

use super::ops::{Act, Edit, Fire, Said};
use super::plain::{Outcome, Plain, Spoken};
use crate::llm::Llm;
use crate::provider::{BoxFuture, Failure, Profile, Provider, ProviderError, Request, Response};
use crate::session::{Message, Role, Session, Transaction, Usage};
use crate::synapse::{Synapse, transform};

pub(super) struct Actor {
    llm: Llm,
    greet: Synapse<String>,
}

impl Default for Actor {
    fn default() -> Self {
        let valid = |text: &String| match text.as_str() {
            "invalid" => Err("is invalid"),
            _ => Ok(()),
        };
        Self {
            llm: Llm::new(Puppet),
            greet: transform("Greet").reask(0).validate(valid),
        }
    }
}

impl Actor {
    /// Does `act` to a session and to its plain model, and says how many fires and turns that was.
    pub(super) async fn act(
        &self,
        (session, plain): (&mut Session, &mut Plain),
        act: &Act,
    ) -> (u64, u64) {
        match act {
            Act::Edit(edit) => {
                assert_eq!(edit_session(session, edit), plain.edit(edit), "{edit:?}");
                (0, 0)
            }
            Act::Fire(fire) => {
                let before = session.messages().clone();
                let input = match fire {
                    Fire::Accepted(cost) => format!("accepted {cost}"),
                    Fire::Refused => "refused".to_owned(),
                    Fire::Invalid => "invalid".to_owned(),
                    Fire::Cancelled(polls) => format!("cancelled {polls}"),
                };
                if let Fire::Cancelled(polls) = fire {
                    let mut fired = pin!(self.greet.fire(&self.llm, session, input.as_str()));
                    let mut context = Context::from_waker(Waker::noop());
                    for _ in 0..*polls {
                        assert!(fired.as_mut().poll(&mut context).is_pending());
                    }
                } else {
                    let fired = self.greet.fire(&self.llm, session, input.as_str()).await;
                    assert_eq!(fired.is_ok(), matches!(fire, Fire::Accepted(_)));
                }
                plain.fire(*fire);
                let accepted = matches!(fire, Fire::Accepted(_));
                let same = session.messages().is_same(&before);
                assert_ne!(same, accepted, "what fails does not even copy");
                (1, u64::from(accepted))
            }
        }
    }
}

/// Does what the input says.
struct Puppet;

impl Provider for Puppet {
    fn name(&self) -> &str {
        "puppet"
    }

    fn model(&self) -> &str {
        "puppet"
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            let input = &*request.prompt.blocks()[0].text;
            let seen = request.history.len().to_string();
            match input.split_once(' ') {
                Some(("accepted", cost)) => {
                    Ok(Response::new(seen, Usage::new(cost.parse().unwrap(), 0)))
                }
                Some(("cancelled", _)) => loop {
                    tokio::task::yield_now().await;
                },
                _ if input == "invalid" => Ok(Response::new("invalid", Usage::new(1, 1))),
                _ => Err(ProviderError::new("puppet", Failure::Auth)),
            }
        })
    }
}

/// `Session` and `Transaction` have no trait in common, so both learn here to be edited.
macro_rules! edit {
    ($subject:expr, $edit:expr) => {{
        let subject = $subject;
        match $edit {
            Edit::Append(m) => subject.append(message(*m)),
            Edit::Insert(i, m) => subject.insert(*i, message(*m))?,
            Edit::Replace(i, m) => {
                return Ok(Some(Spoken::of(&subject.replace(*i, message(*m))?)));
            }
            Edit::Pin(i) => {
                let pinned = subject.at(*i)?.clone().pinned();
                subject.replace(*i, pinned)?;
            }
            Edit::Remove(i) => return Ok(Some(Spoken::of(&subject.remove(*i)?))),
            Edit::Prune(count) => subject.prune(*count),
            Edit::PruneTurns(count) => subject.prune_turns(*count),
            Edit::Truncate(first, last) => subject.truncate(*first, *last),
            Edit::SetMessages(all) => subject.set_messages(all.iter().copied().map(message)),
            Edit::Clear => subject.clear(),
            Edit::Retain(role) => subject.retain(|message| message.role() == *role),
        }
        Ok(None)
    }};
}

fn edit_session(session: &mut Session, edit: &Edit) -> Outcome {
    edit!(session, edit)
}

pub(super) fn edit_transaction(tx: &mut Transaction<'_>, edit: &Edit) -> Outcome {
    edit!(tx, edit)
}

fn message((role, number): Said) -> Message {
    let text = number.to_string();
    match role {
        Role::System => Message::system(text),
        Role::User => Message::user(text),
        Role::Assistant => Message::assistant(text),
    }
}
