//! The session against a plain `Vec`: whatever is done to both, they agree.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Message, Role, Session, SessionError, Transaction, Usage};

/// What a session is, written the slow and obvious way.
#[derive(Debug, Clone, Default, PartialEq)]
struct Model {
    messages: Vec<Spoken>,
    usage: u64,
    last_usage: Option<u64>,
}

type Spoken = (Role, String);

#[derive(Debug, Clone)]
enum Op {
    Append(Spoken),
    Insert(usize, Spoken),
    Replace(usize, Spoken),
    Remove(usize),
    Prune(usize),
    PruneTurns(usize),
    Truncate(usize, usize),
    SetMessages(Vec<Spoken>),
    Clear,
    Retain(Role),
    Turn(u32),
    /// A transaction, or a savepoint if one is open; committed or dropped.
    Nested(Vec<Op>, bool),
}

/// What an operation gave back, in the terms of the model.
type Outcome = Result<Option<Spoken>, SessionError>;

impl Model {
    fn apply(&mut self, op: &Op) -> Outcome {
        let len = self.messages.len();
        let in_range = |index: usize, end: usize| {
            (index < end)
                .then_some(index)
                .ok_or(SessionError::OutOfRange { index, len })
        };
        match op {
            Op::Append(m) => self.messages.push(m.clone()),
            Op::Insert(i, m) => self.messages.insert(in_range(*i, len + 1)?, m.clone()),
            Op::Replace(i, m) => {
                let old = &mut self.messages[in_range(*i, len)?];
                return Ok(Some(std::mem::replace(old, m.clone())));
            }
            Op::Remove(i) => return Ok(Some(self.messages.remove(in_range(*i, len)?))),
            Op::Prune(count) => {
                for _ in 0..*count.min(&len) {
                    self.messages.pop();
                }
            }
            Op::PruneTurns(count) => self.prune_turns(*count),
            Op::Truncate(first, last) => {
                let mut place = 0..;
                self.messages.retain(|_| {
                    let place = place.next().unwrap();
                    place < *first || len - place <= *last
                });
            }
            Op::SetMessages(messages) => self.messages.clone_from(messages),
            Op::Clear => self.messages.clear(),
            Op::Retain(role) => self.messages.retain(|m| m.0 == *role),
            Op::Turn(tokens) => {
                let turn = [(Role::User, "q"), (Role::Assistant, "a")];
                self.messages.extend(turn.map(|(r, t)| (r, t.to_owned())));
                self.usage += u64::from(*tokens);
                self.last_usage = Some(u64::from(*tokens));
            }
            Op::Nested(ops, commit) => {
                let mut inner = self.clone();
                for op in ops {
                    // A refused edit changes nothing, so what follows it goes on.
                    let _ = inner.apply(op);
                }
                if *commit {
                    *self = inner;
                }
            }
        }
        Ok(None)
    }

    /// Walks from the end and takes each user's message that an answer follows, with the answer.
    fn prune_turns(&mut self, mut count: usize) {
        let mut answer = None;
        for place in (0..self.messages.len()).rev() {
            match (self.messages[place].0, answer.take()) {
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
}

fn message((role, text): &Spoken) -> Message {
    match role {
        Role::System => Message::system(text),
        Role::User => Message::user(text),
        Role::Assistant => Message::assistant(text),
    }
}

fn spoken(message: &Message) -> Spoken {
    (message.role(), message.text().to_owned())
}

/// `Session` and `Transaction` have no trait in common, so both learn here to be tested.
trait Subject {
    fn edit(&mut self, op: &Op) -> Outcome;
    fn seen(&self) -> Model;
    fn nested(&mut self) -> Transaction<'_>;
}

macro_rules! subject {
    ($type:ty, $draft:ident, $nested:ident) => {
        impl Subject for $type {
            fn edit(&mut self, op: &Op) -> Outcome {
                match op {
                    Op::Append(m) => self.append(message(m)),
                    Op::Insert(i, m) => self.insert(*i, message(m))?,
                    Op::Replace(i, m) => {
                        return Ok(Some(spoken(&self.replace(*i, message(m))?)));
                    }
                    Op::Remove(i) => return Ok(Some(spoken(&self.remove(*i)?))),
                    Op::Prune(count) => self.prune(*count),
                    Op::PruneTurns(count) => self.prune_turns(*count),
                    Op::Truncate(first, last) => self.truncate(*first, *last),
                    Op::SetMessages(messages) => self.set_messages(messages.iter().map(message)),
                    Op::Clear => self.clear(),
                    Op::Retain(role) => self.retain(|m| m.role() == *role),
                    Op::Turn(tokens) => self.$draft.append_turn(
                        [Message::user("q"), Message::assistant("a")],
                        Usage::new(u64::from(*tokens), 0),
                    ),
                    Op::Nested(..) => {}
                }
                Ok(None)
            }

            fn seen(&self) -> Model {
                let messages: Vec<_> = self.messages().iter().map(spoken).collect();
                assert_eq!(self.len(), messages.len());
                assert_eq!(self.is_empty(), messages.is_empty());
                let one_by_one = (0..=self.len()).map_while(|i| self.at(i).ok().map(spoken));
                assert!(one_by_one.eq(messages.iter().cloned()));
                Model {
                    messages,
                    usage: self.usage().total(),
                    last_usage: self.last_usage().map(|usage| usage.total()),
                }
            }

            fn nested(&mut self) -> Transaction<'_> {
                self.$nested()
            }
        }
    };
}

subject!(Session, committed, begin);
subject!(Transaction<'_>, draft, savepoint);

/// Does each of `ops` to both and compares what they answer and what they then are.
fn compare<'a>(
    subject: &mut impl Subject,
    model: &mut Model,
    ops: impl IntoIterator<Item = &'a Op>,
) {
    for op in ops {
        if let Op::Nested(inner, commit) = op {
            let mut tx = subject.nested();
            let mut inner_model = model.clone();
            compare(&mut tx, &mut inner_model, inner);
            if *commit {
                tx.commit();
            } else {
                drop(tx);
            }
            let _ = model.apply(op);
        } else {
            assert_eq!(subject.edit(op), model.apply(op), "{op:?}");
        }
        assert_eq!(subject.seen(), *model, "after {op:?}");
    }
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::System), Just(Role::User), Just(Role::Assistant)]
}

fn text() -> impl Strategy<Value = Spoken> {
    (role(), "[a-z]{0,3}")
}

/// Mostly small, so that most indices and counts hit; sometimes as large as can be.
fn number() -> impl Strategy<Value = usize> {
    prop_oneof![9 => 0..8_usize, 1 => Just(usize::MAX)]
}

/// Operations, and whether a clone is taken before each.
fn ops() -> impl Strategy<Value = Vec<(bool, Op)>> {
    let flat = prop_oneof![
        3 => text().prop_map(Op::Append),
        1 => (number(), text()).prop_map(|(i, m)| Op::Insert(i, m)),
        1 => (number(), text()).prop_map(|(i, m)| Op::Replace(i, m)),
        1 => number().prop_map(Op::Remove),
        1 => number().prop_map(Op::Prune),
        1 => number().prop_map(Op::PruneTurns),
        1 => (number(), number()).prop_map(|(first, last)| Op::Truncate(first, last)),
        2 => vec(text(), 0..9).prop_map(Op::SetMessages),
        1 => Just(Op::Clear),
        1 => role().prop_map(Op::Retain),
        3 => any::<u32>().prop_map(Op::Turn),
    ];
    let op = flat.prop_recursive(3, 48, 8, |op| {
        (vec(op, 0..8), any::<bool>()).prop_map(|(ops, commit)| Op::Nested(ops, commit))
    });
    vec((any::<bool>(), op), 0..24)
}

proptest! {
    #[test]
    fn a_session_is_what_a_plain_vec_would_be(ops in ops()) {
        let (mut session, mut model) = (Session::named("s"), Model::default());
        let mut clones = Vec::new();
        for (cloned, op) in &ops {
            if *cloned {
                clones.push((session.clone(), model.clone()));
            }
            compare(&mut session, &mut model, [op]);
        }
        for (clone, then) in clones {
            prop_assert_eq!(clone.seen(), then);
        }
    }

    #[test]
    fn any_session_reads_back_from_its_stored_form(ops in ops()) {
        let mut session = Session::named("s");
        compare(&mut session, &mut Model::default(), ops.iter().map(|(_, op)| op));
        let stored = serde_json::to_string(&session).unwrap();
        prop_assert_eq!(serde_json::from_str::<Session>(&stored).unwrap(), session);
    }
}
