//! A session as it is serialised.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Session;
use super::bill::Bill;
use super::draft::Draft;
use super::message::Message;
use super::usage::Usage;

// `version` stands first, so that a newer form is refused by its number and not by what it changed.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Session")]
pub(super) struct Stored {
    version: Version,
    id: String,
    messages: Vec<Message>,
    usage: Bill,
    last_usage: Option<Usage>,
}

/// The one form that this library writes and reads.
struct Version;

const CURRENT: u64 = 1;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(CURRENT)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            CURRENT => Ok(Self),
            other => Err(D::Error::custom(format_args!(
                "the session is stored in version {other} and this zyn reads version {CURRENT}; use the zyn that wrote it, or a newer one"
            ))),
        }
    }
}

impl From<Session> for Stored {
    fn from(session: Session) -> Self {
        let Session { id, committed, .. } = session;
        Self {
            version: Version,
            id: id.as_ref().to_owned(),
            messages: committed.history().iter().cloned().collect(),
            usage: committed.bill().clone(),
            last_usage: committed.last_usage(),
        }
    }
}

impl From<Stored> for Session {
    fn from(stored: Stored) -> Self {
        let Stored {
            version: Version,
            id,
            messages,
            usage,
            last_usage,
        } = stored;
        Self {
            id: id.into(),
            committed: Draft::restore(messages.into_iter().collect(), usage, last_usage),
            fork_of: None,
            window: None,
            budget: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answered() -> Session {
        let mut session = Session::named("ticket-7");
        let mut draft = session.draft();
        draft.append_turn(
            [Message::user("u"), Message::assistant("a")],
            Usage::new(3, 2),
        );
        session.commit(draft);
        session
    }

    #[test]
    fn a_stored_session_reads_back_equal() {
        let stored = serde_json::to_string(&answered()).unwrap();
        let read: Session = serde_json::from_str(&stored).unwrap();
        assert_eq!(read, answered());
        assert_eq!(read.last_usage(), Some(Usage::new(3, 2)));
    }

    #[test]
    fn the_stored_form_is_the_one_that_version_1_promises() {
        let stored = serde_json::to_string(&answered()).unwrap();
        let usage =
            r#"{"input_tokens":3,"output_tokens":2,"cached_tokens":0,"reasoning_tokens":0}"#;
        let messages = r#"[{"user":"u"},{"assistant":"a"}]"#;
        assert_eq!(
            stored,
            format!(
                r#"{{"version":1,"id":"ticket-7","messages":{messages},"usage":{usage},"last_usage":{usage}}}"#
            )
        );
    }

    #[test]
    fn another_version_is_refused_by_its_number() {
        let newer = r#"{"version":2,"id":"ticket-7","turns":[]}"#;
        let error = serde_json::from_str::<Session>(newer).unwrap_err();
        assert!(
            error.to_string().starts_with(
                "the session is stored in version 2 and this zyn reads version 1; use the zyn that wrote it, or a newer one"
            ),
            "{error}"
        );
    }

    #[test]
    fn a_form_without_version_is_refused() {
        let form = json!({ "id": "x", "messages": [], "usage": {}, "last_usage": null });
        let error = serde_json::from_value::<Session>(form).unwrap_err();
        assert_eq!(error.to_string(), "missing field `version`");
    }
}
