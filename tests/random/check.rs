//! Holds what a run came to against what the written order says.

use std::collections::BTreeSet;
use std::sync::Arc;

use zyn::graph::Graph;
use zyn::{Message, Report, Session, Spend, Usage};

use super::oracle::Expected;
use super::plan::{self, Call};

/// The error of a step whose lane was cancelled.
const CUT_OFF: &str = "it was cut off before it ended";

/// What a run came to.
#[derive(Clone)]
pub struct Observed {
    pub value: Option<String>,
    pub before: Session,
    pub after: Session,
    pub report: Report,
    pub calls: Vec<Call>,
    pub spend: Spend,
    /// The messages that are new.
    pub messages: Vec<(&'static str, String)>,
}

/// A message in short: who, and what a prompt works on or a message says.
pub fn told(message: &Message) -> (&'static str, String) {
    let text = plan::input(message).unwrap_or_else(|| message.text());
    (message.role().name(), text.to_owned())
}

/// What is not as expected.
pub fn complaints(expected: &Expected, observed: &Observed, graph: &Graph) -> Vec<&'static str> {
    let mut all = Vec::new();
    let mut claim = |holds: bool, what| {
        if !holds {
            all.push(what);
        }
    };
    claim(observed.value == expected.value, "value");
    conversation(expected, observed, &mut claim);

    let steps = &observed.report.steps;
    let ids: BTreeSet<&str> = steps.iter().map(|step| &*step.id).collect();
    claim(ids.len() == steps.len(), "ids unique");
    claim(ids.iter().all(|id| known(graph, &still(id))), "ids known");
    claim(
        expected.ran.keys().all(|id| ids.contains(id.as_str())),
        "all ran",
    );
    let as_said = steps.iter().all(|step| {
        let found = (u64::from(step.attempts), step.error.is_some());
        match expected.perhaps.get(&*step.id) {
            // another lane failed before this one had ended
            Some((most, _)) if step.error.as_deref() == Some(CUT_OFF) => found.0 <= *most,
            Some(said) => found == *said,
            None => expected.ran.get(&*step.id) == Some(&found),
        }
    });
    claim(as_said, "each as said");
    let went_on = steps
        .iter()
        .all(|step| step.handled == step.error.is_some());
    claim(expected.value.is_none() || went_on, "failures handled");

    claim(
        observed.spend.attempts == observed.calls.len() as u64,
        "ledger",
    );
    let counts = plan::counted(&observed.calls);
    let count = |id: &str| counts.get(id).copied().unwrap_or_default();
    let paid = steps
        .iter()
        .all(|step| u64::from(step.attempts) == count(&step.id));
    claim(paid, "attempts of steps");
    let reported = u64::from(observed.report.attempts());
    claim(reported == observed.calls.len() as u64, "attempts");
    let sent = |call: &Call| expected.before.get(&call.id) == Some(&call.before);
    claim(observed.calls.iter().all(sent), "what the model was sent");
    all
}

fn conversation(
    expected: &Expected,
    observed: &Observed,
    claim: &mut impl FnMut(bool, &'static str),
) {
    let (before, after) = (&observed.before, &observed.after);
    if expected.value.is_none() {
        claim(after == before && observed.messages.is_empty(), "nothing");
        return;
    }
    let kept = after.messages().iter().take(before.len());
    claim(kept.eq(before.messages()), "former messages");
    claim(observed.messages == expected.messages, "written order");
    let accepted = expected.accepted;
    let usage = before.usage() + Usage::new(10 * accepted, accepted);
    claim(after.usage() == usage, "usage");
}

/// An id without its rounds.
fn still(id: &str) -> String {
    let mut still = String::new();
    for part in id.split('[') {
        still += part.split_once(']').map_or(part, |(_, rest)| rest);
    }
    still
}

/// Whether `id` is one of the graph's, or of a workflow that it runs.
fn known(graph: &Graph, id: &str) -> bool {
    graph.steps.iter().any(|step| {
        let inside = id
            .strip_prefix(step.id)
            .and_then(|rest| rest.strip_prefix('/'));
        step.id == id
            || inside
                .zip(step.workflow)
                .is_some_and(|(id, inner)| known(inner, id))
    })
}

/// Whether two runs of one plan are alike, but for what the clock decides: how far the lanes of a failed join came, for
/// a retry waits a random time.
pub fn alike(expected: &Expected, one: &Observed, other: &Observed) -> bool {
    let steps = |it: &Observed| -> BTreeSet<(Arc<str>, u32, bool)> {
        let certain = (it.report.steps.iter()).filter(|it| !expected.perhaps.contains_key(&*it.id));
        certain
            .map(|it| (Arc::clone(&it.id), it.attempts, it.error.is_some()))
            .collect()
    };
    (&one.value, &one.messages, steps(one)) == (&other.value, &other.messages, steps(other))
}
