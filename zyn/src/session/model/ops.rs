//! What can be done to a conversation and with it.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::session::Role;

/// A message as the plain model has it: who speaks, and a number for what is said.
pub(super) type Said = (Role, u8);

#[derive(Debug, Clone)]
pub(super) enum Edit {
    Append(Said),
    Insert(usize, Said),
    Replace(usize, Said),
    Pin(usize),
    Remove(usize),
    Prune(usize),
    PruneTurns(usize),
    Truncate(usize, usize),
    SetMessages(Vec<Said>),
    Clear,
    Retain(Role),
}

/// How a fire ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fire {
    Accepted(u8),
    Refused,
    Invalid,
    /// Dropped after so many polls.
    Cancelled(u8),
}

#[derive(Debug, Clone)]
pub(super) enum Act {
    Edit(Edit),
    Fire(Fire),
}

/// Which of several, if there is any.
pub(super) type Which = u8;

#[derive(Debug, Clone)]
pub(super) enum Op {
    Session(Act),
    Fork,
    OnFork(Which, Act),
    Merge(Vec<Which>),
    /// Edits, a savepoint with edits and whether it is committed, and whether the transaction is.
    Transaction(Vec<Edit>, Vec<Edit>, bool, bool),
    Store,
    Restore(Which),
    /// On the shared conversation, and whether it ends well.
    Shared(Vec<Act>, bool),
    Branch,
    OnBranch(Which, Act),
    Commit(Which),
}

fn role(number: u8) -> Role {
    match number % 3 {
        0 => Role::System,
        1 => Role::User,
        _ => Role::Assistant,
    }
}

/// Mostly small, so that most indices and counts hit; sometimes as large as can be.
fn number(byte: u8) -> usize {
    match byte {
        0..250 => usize::from(byte) % 9,
        250..253 => usize::MAX / 2 + 1,
        _ => usize::MAX,
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    any::<[u8; 4]>().prop_map(|[kind, a, b, c]| {
        let said = (role(b), c);
        match kind % 14 {
            0..4 => Edit::Append(said),
            4 => Edit::Insert(number(a), said),
            5 => Edit::Replace(number(a), said),
            6 => Edit::Pin(number(a)),
            7 => Edit::Remove(number(a)),
            8 => Edit::Prune(number(a)),
            9 => Edit::PruneTurns(number(a)),
            10 => Edit::Truncate(number(a), number(b)),
            11 => {
                let said = (0..a % 9).map(|place| (role(b.wrapping_add(place)), place));
                Edit::SetMessages(said.collect())
            }
            12 if a % 2 == 0 => Edit::Clear,
            _ => Edit::Retain(role(a)),
        }
    })
}

fn fire() -> impl Strategy<Value = Fire> {
    any::<[u8; 2]>().prop_map(|[kind, a]| match kind % 6 {
        0..3 => Fire::Accepted(a),
        3 => Fire::Refused,
        4 => Fire::Invalid,
        _ => Fire::Cancelled(a % 3),
    })
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => edit().prop_map(Act::Edit),
        1 => fire().prop_map(Act::Fire),
    ]
}

pub(super) fn op() -> impl Strategy<Value = Op> {
    let which = any::<Which>;
    prop_oneof![
        8 => act().prop_map(Op::Session),
        3 => Just(Op::Fork),
        4 => (which(), act()).prop_map(|(which, act)| Op::OnFork(which, act)),
        3 => vec(which(), 1..3).prop_map(Op::Merge),
        3 => (vec(edit(), 0..4), vec(edit(), 0..3), any::<[bool; 2]>())
            .prop_map(|(edits, inner, [kept, commit])| Op::Transaction(edits, inner, kept, commit)),
        1 => Just(Op::Store),
        1 => which().prop_map(Op::Restore),
        3 => (vec(act(), 0..4), any::<bool>()).prop_map(|(acts, well)| Op::Shared(acts, well)),
        3 => Just(Op::Branch),
        4 => (which(), act()).prop_map(|(which, act)| Op::OnBranch(which, act)),
        3 => which().prop_map(Op::Commit),
    ]
}
