//! Texts of their length, format or pattern.

use fastrand::Rng;
use serde_json::Value;

use super::pattern;
use crate::schema::node::Node;
use crate::schema::sample::LONGEST;

const WORDS: [&str; 24] = [
    "amber", "bridge", "candle", "delta", "ember", "forest", "garden", "harbor", "island",
    "jacket", "kettle", "lantern", "meadow", "needle", "orchard", "pepper", "quartz", "river",
    "saddle", "timber", "umbrella", "valley", "willow", "yellow",
];

/// How often a text is made anew that is too short or too long.
const TRIES: usize = 200;

pub(super) fn text(node: Node<'_>, rng: &mut Rng) -> Result<String, String> {
    let size = |keyword| node.get(keyword).and_then(Value::as_u64);
    let least = usize::try_from(size("minLength").unwrap_or(0)).unwrap_or(usize::MAX);
    let most = ["maxLength", LONGEST].into_iter().filter_map(size).min();
    let most = most.map_or(usize::MAX, |most| {
        usize::try_from(most).unwrap_or(usize::MAX)
    });
    let word = |keyword| node.get(keyword).and_then(Value::as_str);
    let fits = |text: &String| (least..=most).contains(&text.chars().count());
    if let Some(pattern) = word("pattern") {
        let pattern = pattern::Pattern::read(pattern)
            .ok_or_else(|| format!("the pattern `{pattern}` is beyond what a fake can write"))?;
        let mut tries = (0..TRIES).map(|_| pattern.text(rng));
        return tries
            .find(fits)
            .ok_or_else(|| "no text of its pattern was found that has its length".to_owned());
    }
    if let Some(text) = word("format").and_then(|format| of_format(format, rng)) {
        return Some(text)
            .filter(fits)
            .ok_or_else(|| "no text of its format was found that has its length".to_owned());
    }
    if word("contentEncoding") == Some("base64") {
        return Ok("emFuZ2U=".to_owned());
    }
    if least > most {
        return Err(format!(
            "no text has at least {least} and at most {most} characters"
        ));
    }
    Ok(sized(least, most, rng))
}

/// Two to four words.
pub(super) fn words(rng: &mut Rng) -> String {
    let count = rng.usize(2..=4);
    let words: Vec<_> = (0..count).filter_map(|_| rng.choice(WORDS)).collect();
    words.join(" ")
}

fn sized(least: usize, most: usize, rng: &mut Rng) -> String {
    let mut text = words(rng);
    while text.len() < least {
        text.push(' ');
        text.push_str(&words(rng));
    }
    text.truncate(most);
    // a text that ends in a space may be trimmed, and is then too short
    if text.ends_with(' ') {
        text.pop();
        text.push('s');
    }
    text
}

/// A text of a known format. What is unknown says nothing of the text.
fn of_format(format: &str, rng: &mut Rng) -> Option<String> {
    let word = rng.choice(WORDS).unwrap_or("zyn");
    let (year, month, day) = (rng.u32(1990..2030), rng.u32(1..=12), rng.u32(1..=28));
    let (hour, minute) = (rng.u32(..24), rng.u32(..60));
    let date = format!("{year}-{month:02}-{day:02}");
    Some(match format {
        "date-time" => format!("{date}T{hour:02}:{minute:02}:00Z"),
        "partial-date-time" => format!("{date}T{hour:02}:{minute:02}:00"),
        "date" => date,
        "time" => format!("{hour:02}:{minute:02}:00Z"),
        "partial-time" => format!("{hour:02}:{minute:02}:00"),
        "duration" => format!("PT{minute}M"),
        "email" | "idn-email" => format!("{word}@example.com"),
        "hostname" | "idn-hostname" => format!("{word}.example.com"),
        "ipv4" | "ip" => format!("192.0.2.{minute}"),
        "ipv6" => format!("2001:db8::{minute:x}"),
        "uri" | "url" | "iri" | "uri-reference" | "iri-reference" => {
            format!("https://example.com/{word}")
        }
        "uri-template" => format!("https://example.com/{word}/{{id}}"),
        "json-pointer" => format!("/{word}"),
        "relative-json-pointer" => format!("1/{word}"),
        "regex" => format!("^{word}$"),
        "uuid" => {
            let random = rng.u128(..);
            // version 4, variant 1
            let marked = random & !(0xf << 76) | (4 << 76);
            let marked = marked & !(0x3 << 62) | (2 << 62);
            let hex = format!("{marked:032x}");
            let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
            let parts: Vec<_> = parts.into_iter().filter_map(|part| hex.get(part)).collect();
            parts.join("-")
        }
        _ => return None,
    })
}
