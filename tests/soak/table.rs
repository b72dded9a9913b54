//! What the soak prints.

use std::collections::BTreeMap;
use std::time::Duration;

use zyn::{Spend, Usage};
use zyn_soak::{Closed, Row, Way};

use super::{AT_ONCE, Ends, Look, SEED, growth};

pub(super) fn table(
    time: Duration,
    ends: &Ends,
    closed: &Closed,
    spend: Spend,
    looks: &[Look],
    (before, after): (Option<usize>, Option<usize>),
) {
    let seconds = time.as_secs_f64();
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
    let errors: u64 = ends.errors.values().sum();
    let runs = format!(
        "{} values, {errors} errors, {} dropped by the caller",
        ends.values, ends.dropped
    );
    say("runs", &runs, &counts(&ends.errors));
    let wrong = format!("{} neither whole nor untouched", ends.wrong.len());
    say("sessions", "", &wrong);
    say("memory", "", &memory(looks, spend.attempts));
    let most = looks.iter().filter_map(|look| look.descriptors).max();
    let most = most.map_or(String::new(), |most| format!(", {most} at most"));
    let told = |count: Option<usize>| count.map_or("not measured".to_owned(), |it| it.to_string());
    let open = format!("{} before, {} after{most}", told(before), told(after));
    say("descriptors", "", &open);
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
