//! Which of the candidates is the answer.

use std::collections::HashSet;

use serde_json::Value;

use super::candidates::{self, Candidate, Found, Place};
use super::fit::{self, Rules};
use super::json::{self, Fix, Tree};
use super::names::Names;
use super::{Asked, Coercion, Rejected, Repair, Violation, bare};
use crate::schema::node::Node;
use crate::schema::pointer;

/// A candidate as a value of the original schema.
pub(super) struct Reading {
    pub(super) value: Value,
    violations: Vec<Violation>,
    /// Where it was.
    found: Vec<Repair>,
    fixes: Vec<Fix>,
    /// What was read as another kind or left out.
    changes: Vec<Repair>,
    /// What was chosen among.
    chosen: Option<Repair>,
    casual: bool,
    /// Whether it is one value for a list of them.
    is_item: bool,
    /// Whether it may be a part of what stands around it.
    is_part: bool,
}

impl Reading {
    fn is_valid(&self) -> bool {
        self.violations.is_empty()
    }

    /// How far from valid it is. What is wrong as a whole is farther than what is wrong in parts.
    fn distance(&self) -> (bool, bool, usize) {
        let as_a_whole = self.violations.iter().any(|found| found.path.is_empty());
        (self.casual, as_a_whole, self.violations.len())
    }

    /// All that was done to read it.
    pub(super) fn repairs(&self, text: &str) -> Vec<Repair> {
        let mut repairs = self.found.clone();
        let mut fixes = self.fixes.clone();
        fixes.sort_by_key(|fix| fix.at);
        let (mut line, mut from) = (1, 0);
        for fix in fixes {
            line += text
                .get(from..fix.at)
                .map_or(0, |it| it.matches('\n').count());
            from = fix.at;
            let slip = fix.what;
            let repair = Repair::Syntax { slip, line };
            if !repairs.contains_recent(&repair) {
                repairs.push(repair);
            }
        }
        repairs.extend(self.changes.iter().cloned());
        repairs.extend(self.chosen.clone());
        repairs
    }
}

trait Recent {
    /// Whether it is among the last, which are those of one line.
    fn contains_recent(&self, repair: &Repair) -> bool;
}

impl Recent for Vec<Repair> {
    fn contains_recent(&self, repair: &Repair) -> bool {
        const KINDS: usize = 20;
        self.iter().rev().take(KINDS).any(|it| it == repair)
    }
}

/// The reply itself, exactly as it was asked for.
pub(super) fn strictly(text: &str, asked: Asked<'_>) -> Result<Reading, Rejected> {
    let parsed = json::strict(text).map_err(|failure| Rejected::Malformed {
        reason: failure.reason(text),
    })?;
    let reading = match (asked.wrapped, wrapped(&parsed.tree)) {
        (true, Some((inner, []))) => checked(inner, asked),
        (true, _) => {
            let mut reading = checked(&parsed.tree, asked);
            let wanted = "an object with the field `value` and no other";
            reading.violations = vec![Violation::new("", wanted).came(&parsed.tree)];
            reading
        }
        (false, _) => checked(&parsed.tree, asked),
    };
    match reading.is_valid() {
        true => Ok(reading),
        false => Err(Rejected::Invalid(reading.violations)),
    }
}

pub(super) fn leniently(text: &str, asked: Asked<'_>) -> Result<Reading, Rejected> {
    let malformed = |reason| Rejected::Malformed { reason };
    let found = candidates::read(text).map_err(malformed)?;
    let thinking = found.thinking;
    let mut reading = among(found, asked)?;
    if thinking {
        reading.found.insert(0, Repair::Thinking);
    }
    Ok(reading)
}

fn among(found: Found<'_>, asked: Asked<'_>) -> Result<Reading, Rejected> {
    let Found {
        candidates,
        joined,
        bare,
        reason,
        ..
    } = found;
    if let Some(text) = bare.filter(|_| asked.wrapped) {
        return said(text, asked).map_err(|violations| match violations {
            Some(violations) => Rejected::Invalid(violations),
            None => Rejected::Malformed { reason },
        });
    }
    if candidates.is_empty() {
        return Err(Rejected::Malformed { reason });
    }
    if let [
        Candidate {
            tree: Tree::Text(text),
            ..
        },
    ] = candidates.as_slice()
        && asked.wrapped
        && let Ok(said) = said(text, asked)
    {
        return Ok(said);
    }
    let names = Names::default();
    let readings: Vec<Reading> = candidates
        .iter()
        .map(|candidate| read(candidate, &names, asked))
        .collect();
    let whole = together(candidates, asked);
    if let Some(reason) = joined {
        let has_part = readings.iter().any(|it| it.is_part);
        let together = whole.filter(|it| it.is_valid() && !has_part);
        return together.ok_or(Rejected::Malformed { reason });
    }
    match whole {
        Some(whole) if whole.is_valid() && is_likelier(&whole, &readings) => Ok(whole),
        whole => choose(readings, whole.as_ref(), asked),
    }
}

/// Whether pieces are a list together rather than each by itself: each is an item, or is a list only if it is changed.
fn is_likelier(whole: &Reading, pieces: &[Reading]) -> bool {
    let changes = |reading: &Reading| reading.changes.iter().any(is_coerced);
    let is_one = |piece: &Reading| piece.is_item || (changes(piece) && !changes(whole));
    pieces.iter().all(|piece| {
        let is_out = piece.casual || !piece.is_valid();
        !piece.is_part && (is_out || is_one(piece))
    })
}

fn is_coerced(repair: &Repair) -> bool {
    matches!(repair, Repair::Coerced { .. })
}

fn read<'a>(candidate: &Candidate<'_>, names: &Names<'a>, asked: Asked<'a>) -> Reading {
    let mut reading = as_asked(&candidate.tree, candidate.place, asked);
    reading.fixes.clone_from(&candidate.fixes);
    reading.casual = candidate.casual;
    // `[1]` in prose refers to something.
    let is_reference = matches!(&candidate.tree, Tree::List(items) if matches!(items.as_slice(), [Tree::Number(..)]));
    let is_unlikely = is_reference || reading.changes.iter().any(is_coerced);
    if candidate.casual && is_unlikely {
        let wanted = "an answer that is no part of the prose";
        reading.violations = vec![Violation::new("", wanted).came(&candidate.tree)];
    }
    let is_part = |whole| names.is_part(whole, &candidate.tree, asked);
    if reading.is_valid() && candidate.part_of.is_some_and(is_part) {
        let wanted = "an answer that is no part of something else";
        reading.is_part = true;
        reading.violations = vec![Violation::new("", wanted).came(&candidate.tree)];
    }
    match candidate.place {
        Place::Whole => {}
        Place::Fenced => reading.found.insert(0, Repair::Fenced),
        Place::Prose => reading.found.insert(0, Repair::Prose),
    }
    reading
}

/// With its wrapper or without, whichever fits better.
fn as_asked(tree: &Tree, place: Place, asked: Asked<'_>) -> Reading {
    if !asked.wrapped {
        return placed(tree, place, asked);
    }
    let bare = || {
        let mut bare = placed(tree, place, asked);
        bare.found.push(Repair::Unwrapped);
        bare
    };
    let Some((inner, others)) = wrapped(tree) else {
        return bare();
    };
    let mut reading = checked(inner, asked);
    for (name, other) in others {
        let path = pointer::join("", name);
        if name == "value" {
            let twice = Violation::new("", "the answer once").came(other);
            reading.violations.push(twice);
        } else {
            reading.changes.push(Repair::LeftOut { path });
        }
    }
    if reading.is_valid() && reading.changes.is_empty() {
        return reading;
    }
    let bare = bare();
    let loses_it = |repair: &Repair| match repair {
        Repair::LeftOut { path } => path == "/value",
        repair => is_reshaped(repair),
    };
    let is_better = bare.is_valid()
        && (!reading.is_valid() || bare.changes.len() < reading.changes.len())
        && !bare.changes.iter().any(loses_it);
    if is_better { bare } else { reading }
}

/// The answer in `{"value": …}`, and the fields that follow it.
fn wrapped(tree: &Tree) -> Option<(&Tree, &[(String, Tree)])> {
    let Tree::Object(fields) = tree else {
        return None;
    };
    match fields.split_first() {
        Some(((name, inner), others)) if name == "value" => Some((inner, others)),
        _ => None,
    }
}

/// A piece in prose may be a part of something that is broken, so its outermost shape must be right.
fn placed(tree: &Tree, place: Place, asked: Asked<'_>) -> Reading {
    let reading = checked(tree, asked);
    if place != Place::Prose || reading.is_item || !reading.changes.iter().any(is_reshaped) {
        return reading;
    }
    let rules = Rules {
        coerce: false,
        ..asked.rules()
    };
    with(tree, asked, rules)
}

/// Whether the whole was read as another shape.
fn is_reshaped(repair: &Repair) -> bool {
    use Coercion::{FromList, ToField, ToList};
    match repair {
        Repair::Coerced { path, how } => {
            path.is_empty() && matches!(how, FromList | ToField | ToList)
        }
        _ => false,
    }
}

fn checked(tree: &Tree, asked: Asked<'_>) -> Reading {
    with(tree, asked, asked.rules())
}

fn with(tree: &Tree, asked: Asked<'_>, rules: Rules) -> Reading {
    let fit = fit::fit(asked.document, tree, rules);
    let is_item = |repair: &Repair| match repair {
        Repair::Coerced { path, how } => path.is_empty() && *how == Coercion::ToList,
        _ => false,
    };
    Reading {
        value: fit.value,
        violations: fit.violations,
        found: Vec::new(),
        fixes: Vec::new(),
        is_item: fit.repairs.iter().any(is_item),
        is_part: false,
        changes: fit.repairs,
        chosen: None,
        casual: false,
    }
}

/// The candidates as the items of one list, if a list was asked for.
fn together(candidates: Vec<Candidate<'_>>, asked: Asked<'_>) -> Option<Reading> {
    if !is_list(asked.document) {
        return None;
    }
    let mut fixes = Vec::new();
    let mut trees = Vec::new();
    let mut places = HashSet::new();
    for candidate in candidates.into_iter().filter(|it| !it.casual) {
        places.insert(candidate.place == Place::Fenced);
        fixes.extend(candidate.fixes);
        trees.push(candidate.tree);
    }
    let items = trees.len();
    if items < 2 {
        return None;
    }
    let mut reading = checked(&Tree::List(trees), asked);
    reading.fixes = fixes;
    reading.found = match places.contains(&false) {
        true => vec![Repair::Prose],
        false => vec![Repair::Fenced],
    };
    reading.found.push(Repair::Joined { items });
    if asked.wrapped {
        reading.found.push(Repair::Unwrapped);
    }
    Some(reading)
}

fn is_list(document: &Value) -> bool {
    let node = root(document);
    node.branches().is_none() && node.types() == ["array"]
}

fn root(document: &Value) -> Node<'_> {
    let definitions = document.get("$defs");
    let named = Node::of(document).reference();
    let opened = named.and_then(|name| definitions?.get(name));
    Node::of(opened.unwrap_or(document))
}

/// What a reply without JSON says; what is wrong with it, if it could say something.
fn said(text: &str, asked: Asked<'_>) -> Result<Reading, Option<Vec<Violation>>> {
    let mut wrong = None;
    for (index, tree) in bare::readings(text, asked.document).iter().enumerate() {
        let mut reading = checked(tree, asked);
        if index > 0 {
            reading.found.push(Repair::Prose);
        }
        reading.found.push(Repair::Unwrapped);
        if reading.is_valid() {
            return Ok(reading);
        }
        wrong.get_or_insert(reading.violations);
    }
    Err(wrong)
}

/// The last valid one; if none is valid, what is wrong with the nearest. What may be no answer is taken if nothing else is
/// there.
fn choose(
    readings: Vec<Reading>,
    whole: Option<&Reading>,
    asked: Asked<'_>,
) -> Result<Reading, Rejected> {
    let is_sure = |reading: &Reading| reading.is_valid() && !reading.casual;
    let casual = !readings.iter().any(is_sure);
    let is_taken = |reading: &Reading| reading.is_valid() && reading.casual == casual;
    let valid = readings.iter().filter(|it| is_taken(it));
    let different: HashSet<String> = valid.map(|reading| reading.value.to_string()).collect();
    let answers = different.len();
    let mut taken = readings.iter().filter(|it| is_taken(it));
    let has_items = taken.any(|it| it.is_item);
    if has_items && let Some(lost) = lost_items(&readings, answers, whole) {
        return Err(lost);
    }
    let mut taken = readings.iter().filter(|it| is_taken(it));
    let is_many = root(asked.document).is_map() || taken.any(|it| it.value.is_array());
    if answers > 1 && (has_items || is_many) {
        let reason =
            format!("there are {answers} different answers, and each may be a part of one");
        return Err(Rejected::Malformed { reason });
    }
    let (valid, invalid): (Vec<Reading>, Vec<Reading>) = readings.into_iter().partition(is_taken);
    if let Some(mut last) = valid.into_iter().next_back() {
        last.chosen = (answers > 1).then_some(Repair::Chosen { answers });
        return Ok(last);
    }
    let nearest = invalid.into_iter().rev().min_by_key(Reading::distance);
    Err(match nearest {
        Some(nearest) => Rejected::Invalid(nearest.violations),
        None => Rejected::Malformed {
            reason: "there is no JSON in the reply".to_owned(),
        },
    })
}

/// What is wrong with the items that would be dropped if one were taken.
fn lost_items(readings: &[Reading], answers: usize, whole: Option<&Reading>) -> Option<Rejected> {
    let is_wrong = |it: &&Reading| !it.is_valid() && !it.casual;
    let wrong = readings.iter().filter(is_wrong);
    let mut wrong: Vec<Violation> = wrong.flat_map(|it| it.violations.clone()).collect();
    let are_items = readings.iter().all(|it| !it.is_valid() || it.is_item);
    let is_told = !wrong.is_empty() || (answers > 1 && are_items);
    if let Some(whole) = whole.filter(|_| is_told) {
        wrong.clone_from(&whole.violations);
    }
    (!wrong.is_empty()).then_some(Rejected::Invalid(wrong))
}

#[cfg(test)]
mod tests;
