//! What a session is, written the slow and obvious way.

use super::ops::{Edit, Fire, Said};
use crate::session::{Message, Role, SessionError};

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Plain {
    pub(super) messages: Vec<Spoken>,
    pub(super) usage: u64,
    pub(super) last_usage: Option<u64>,
    pub(super) fork_of: Option<Box<Plain>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spoken {
    pub(super) role: Role,
    pub(super) text: String,
    pub(super) pinned: bool,
    pub(super) cost: Option<u64>,
}

/// What an edit gave back.
pub(super) type Outcome = Result<Option<Spoken>, SessionError>;

impl Spoken {
    fn new((role, number): Said) -> Self {
        Self {
            role,
            text: number.to_string(),
            pinned: false,
            cost: None,
        }
    }

    /// A real message in these terms. Of one that a synapse wrote, its input.
    pub(super) fn of(message: &Message) -> Self {
        let text = match message.blocks() {
            [input, ..] => input.text.to_string(),
            [] => message.text().to_owned(),
        };
        Self {
            role: message.role(),
            text,
            pinned: message.is_pinned(),
            cost: message.usage().map(|usage| usage.total()),
        }
    }
}

impl Plain {
    pub(super) fn edit(&mut self, edit: &Edit) -> Outcome {
        let len = self.messages.len();
        let in_range = |index: usize, end: usize| {
            let index = (index < end).then_some(index);
            index.ok_or(SessionError::OutOfRange {
                index: match edit {
                    Edit::Insert(i, _) | Edit::Replace(i, _) | Edit::Pin(i) | Edit::Remove(i) => *i,
                    _ => unreachable!("it has no index"),
                },
                len,
            })
        };
        match edit {
            Edit::Append(said) => self.messages.push(Spoken::new(*said)),
            Edit::Insert(i, said) => {
                let place = in_range(*i, len + 1)?;
                self.messages.insert(place, Spoken::new(*said));
            }
            Edit::Replace(i, said) => {
                let old = &mut self.messages[in_range(*i, len)?];
                return Ok(Some(std::mem::replace(old, Spoken::new(*said))));
            }
            Edit::Pin(i) => self.messages[in_range(*i, len)?].pinned = true,
            Edit::Remove(i) => return Ok(Some(self.messages.remove(in_range(*i, len)?))),
            Edit::Prune(count) => {
                for _ in 0..*count.min(&len) {
                    self.messages.pop();
                }
            }
            Edit::PruneTurns(count) => self.prune_turns(*count),
            Edit::Truncate(first, last) => {
                let mut place = 0..;
                self.messages.retain(|_| {
                    let place = place.next().unwrap();
                    place < *first || len - place <= *last
                });
            }
            Edit::SetMessages(all) => {
                self.messages = all.iter().copied().map(Spoken::new).collect();
            }
            Edit::Clear => self.messages.clear(),
            Edit::Retain(role) => self.messages.retain(|message| message.role == *role),
        }
        Ok(None)
    }

    /// Walks from the end and takes each user's message that an answer follows, with the answer.
    fn prune_turns(&mut self, mut count: usize) {
        let mut answer = None;
        for place in (0..self.messages.len()).rev() {
            match (self.messages[place].role, answer.take()) {
                (Role::System, before) => answer = before,
                (Role::Assistant, _) => answer = Some(place),
                (Role::User, Some(answer)) if count > 0 => {
                    self.messages.remove(answer);
                    self.messages.remove(place);
                    count -= 1;
                }
                (Role::User, _) => {}
            }
        }
    }

    /// The answer says how many messages the model was shown, and costs what it was told to.
    pub(super) fn fire(&mut self, fire: Fire) {
        let Fire::Accepted(cost) = fire else {
            return;
        };
        let (seen, cost) = (self.messages.len().to_string(), u64::from(cost));
        let turn = [
            (Role::User, format!("accepted {cost}"), None),
            (Role::Assistant, seen, Some(cost)),
        ];
        let turn = turn.map(|(role, text, cost)| Spoken {
            role,
            text,
            pinned: false,
            cost,
        });
        self.messages.extend(turn);
        self.usage += cost;
        self.last_usage = Some(cost);
    }

    pub(super) fn fork(&self) -> Self {
        Self {
            fork_of: Some(Box::new(self.clone())),
            ..self.clone()
        }
    }

    /// Costs are not part of what makes messages equal.
    fn is_like(&self, other: &Self) -> bool {
        let key = |it: &Spoken| (it.role, it.text.clone(), it.pinned);
        let both = [self, other].map(|it| it.messages.iter().map(key).collect::<Vec<_>>());
        both[0] == both[1] && (self.usage, self.last_usage) == (other.usage, other.last_usage)
    }

    pub(super) fn merge(&mut self, forks: &[Plain]) -> Result<(), SessionError> {
        let mut merged = self.clone();
        let len = self.messages.len();
        for (index, fork) in forks.iter().enumerate() {
            // costs are not part of what makes messages equal
            let same = |(own, other): &(&Spoken, &Spoken)| {
                (own.role, &own.text, own.pinned) == (other.role, &other.text, other.pinned)
            };
            let both = self.messages.iter().zip(&fork.messages);
            let shared = both.take_while(same).count();
            let base = fork.fork_of.as_deref();
            if shared < len || !base.is_some_and(|base| base.is_like(self)) {
                return Err(SessionError::NotAFork { index, shared, len });
            }
            merged.messages.extend_from_slice(&fork.messages[len..]);
            merged.usage += fork.usage - self.usage;
            if (fork.usage, fork.last_usage) != (self.usage, self.last_usage) {
                merged.last_usage = fork.last_usage;
            }
        }
        *self = merged;
        Ok(())
    }
}
