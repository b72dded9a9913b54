//! What an exchange is.

use super::history::History;
use super::message::Role;

/// The places of an exchange: a user's message and the answer that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) user: usize,
    pub(crate) answer: usize,
}

/// The exchanges, oldest first. System messages may stand between the two; a message that has no partner is none.
pub(crate) fn turns(history: &History) -> Vec<Turn> {
    let mut turns = Vec::new();
    let mut asked = None;
    for (place, message) in history.iter().enumerate() {
        match (message.role(), asked) {
            (Role::System, _) => {}
            (Role::User, _) => asked = Some(place),
            (Role::Assistant, Some(user)) => {
                turns.push(Turn {
                    user,
                    answer: place,
                });
                asked = None;
            }
            (Role::Assistant, None) => {}
        }
    }
    turns
}
