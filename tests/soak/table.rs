//! What the soak prints.

use std::collections::BTreeMap;

use zyn::Usage;
use zyn_soak::{Row, Way};

use super::watch::{Look, States, growth};
use super::{AT_ONCE, FAILURES, Result, SEED, Soaked};

/// What was run.
pub(super) fn ran(result: &Result) -> String {
    let seconds = result.time.as_secs_f64();
    let failures = FAILURES * 100.0;
    format!(
        "{seconds} s of {AT_ONCE} workflows at once with a whole policy, against a server that fails {failures:.0} % and has bad times"
    )
}

/// What came of it.
pub(super) fn came(result: &Result) -> String {
    let Result { closed, spend, .. } = result;
    let ends = &result.soaked.ends;
    let errors: u64 = ends.errors.values().sum();
    let kinds = ends.errors.len();
    let wrong = ends.wrong.len() + ends.logs.wrong.len() + closed.wrong.len();
    let (before, after) = result.descriptors;
    format!(
        "{} runs: {} values, {errors} errors of {kinds} kinds, {} dropped, {wrong} wrong; attempts {} and {} on the server, {} in the logs; tokens {} and {}, {} of them to nobody; memory {}; descriptors {} and {}",
        ends.all(),
        ends.values,
        ends.dropped,
        spend.attempts,
        closed.served() + closed.never_arrived(),
        ends.logs.sum().attempts,
        spend.usage.total(),
        closed.written().total(),
        closed.to_nobody().total(),
        memory(&result.soaked.looks, spend.attempts),
        told(before),
        told(after),
    )
}

/// All of it.
pub(super) fn table(result: &Result) {
    let Result {
        closed,
        spend,
        soaked: Soaked { ends, looks, .. },
        ..
    } = result;
    let seconds = result.time.as_secs_f64();
    println!(
        "\n| {seconds} s, {AT_ONCE} workflows at once, seed {SEED} | the server's count | what zyn made of it |"
    );
    println!("|---|---|---|");
    for (way, row) in closed.ways() {
        let words = way.map_or("answered", Way::words);
        say(words, &counted(row), &counts(&row.heard));
    }
    let never = format!("never arrived: {}", closed.never_arrived());
    say("", &never, &counts(&closed.never_arrived));
    let failed = closed.served() - closed.rows[0].served;
    let failed = 100.0 * failed as f64 / closed.served() as f64;
    let read = format!(
        "{} read, {} reset unread; {failed:.1} % failed",
        closed.read(),
        closed.served() - closed.read(),
    );
    say("attempts", &read, &spend.attempts.to_string());
    let (written, to_nobody) = (closed.written(), closed.to_nobody());
    say("usage", &less(written, to_nobody), &tokens(spend.usage));
    let (invalid, to_nobody) = closed.invalid();
    say("failed", &less(invalid, to_nobody), &tokens(spend.failed));
    let unknown = closed.unknown().to_string();
    say("unknown", &unknown, &spend.unknown.to_string());
    say("repeated", "", &spend.repeated.to_string());
    let errors: u64 = ends.errors.values().sum();
    let runs = format!(
        "{} values, {errors} errors, {} dropped by the caller",
        ends.values, ends.dropped
    );
    say("runs", &runs, &counts(&ends.errors));
    let wrong = format!("{} neither whole nor untouched", ends.wrong.len());
    say("sessions", "", &wrong);
    policy(result);
    say("memory", "", &memory(looks, spend.attempts));
    let most = looks.iter().filter_map(|look| look.descriptors).max();
    let most = most.map_or(String::new(), |most| format!(", {most} at most"));
    let (before, after) = result.descriptors;
    let open = format!("{} before, {} after{most}", told(before), told(after));
    say("descriptors", "", &open);
}

/// What the policy did.
fn policy(result: &Result) {
    let Soaked { ends, seen, .. } = &result.soaked;
    let logs = &ends.logs;
    let models = logs.models.iter();
    let models: Vec<_> = models
        .map(|(model, logged)| format!("{model} {}", logged.attempts))
        .collect();
    say("attempts in the logs", "", &models.join(", "));
    say("why they were made", "", &counts(&logs.reasons));
    let waited = format!(
        "{} first attempts waited, {} calls at most at once",
        logs.waited, seen.waiting
    );
    say("rate limit", "", &waited);
    let [first, second] = seen.breakers.each_ref().map(states);
    let spared = logs.spared;
    let breakers =
        format!("first: {first}; second: {second}; {spared} steps asked another at once");
    say("breakers", "", &breakers);
    let instead = format!("{} cached, {} other values", logs.cached, logs.handled);
    say("steps without an answer of their own", "", &instead);
    let logged = logs.sum();
    let (known, unknown) = (logged.usage.total(), logged.unknown);
    let each = result.budget.saturating_sub(known) as f64 / unknown as f64;
    let budget = format!(
        "{} tokens spent: {known} were told, and {each:.0} estimated for each of {unknown}",
        result.budget
    );
    say("budget", "", &budget);
}

fn states(states: &States) -> String {
    let States {
        closed,
        open,
        half_open,
        ..
    } = states;
    format!("closed {closed}, open {open}, half open {half_open}")
}

fn told(count: Option<usize>) -> String {
    count.map_or("not measured".to_owned(), |it| it.to_string())
}

fn say(what: &str, server: &str, zyn: &str) {
    println!("| {what} | {server} | {zyn} |");
}

fn counted(row: &Row) -> String {
    match row.written == Usage::default() {
        true => row.served.to_string(),
        false => format!("{}; {}", row.served, less(row.written, row.to_nobody)),
    }
}

/// Tokens that were written, and those of them that nobody waited for.
fn less(written: Usage, to_nobody: Usage) -> String {
    match to_nobody == Usage::default() {
        true => tokens(written),
        false => format!(
            "{}, of these to nobody {}",
            tokens(written),
            tokens(to_nobody)
        ),
    }
}

fn tokens(usage: Usage) -> String {
    format!("{} + {} tokens", usage.input_tokens, usage.output_tokens)
}

fn counts(counts: &BTreeMap<&'static str, u64>) -> String {
    let each: Vec<_> = counts
        .iter()
        .map(|(what, count)| format!("{what} {count}"))
        .collect();
    each.join(", ")
}

fn memory(looks: &[Look], attempts: u64) -> String {
    let (Some(grown), Some(last)) = (growth(looks), looks.last()) else {
        return "not measured".to_owned();
    };
    const MEGABYTE: f64 = 1024.0 * 1024.0;
    let megabytes = |look: &Look| look.resident.map_or(0.0, |it| it as f64 / MEGABYTE);
    let warm = &looks[looks.len() / 4];
    let rate = grown / (last.at - warm.at);
    let each = rate * last.at / attempts as f64;
    format!(
        "{:.1} MB warm, {:.1} MB at the end; slope {:.1} KB/s, {each:.1} B for each attempt",
        megabytes(warm),
        megabytes(last),
        rate / 1024.0,
    )
}
