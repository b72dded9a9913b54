//! Anthropic's cache, by its documented rules: what a request reads from it, and what it writes. Compiled under
//! `cfg(test)` alone.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use crate::session::window::estimate;

/// From a mark, the cache looks back over so many blocks, the marked one included.
const LOOK_BACK: usize = 20;

pub(super) struct Cache {
    /// The fewest tokens that it keeps.
    minimum: u64,
    entries: HashSet<u64>,
}

/// The tokens of one request, by what they cost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Tokens {
    /// At their price.
    pub(super) plain: u64,
    /// Into the cache, at 1.25 of it.
    pub(super) written: u64,
    /// From the cache, at 0.1 of it.
    pub(super) read: u64,
}

impl Tokens {
    pub(super) fn usage(self) -> Value {
        json!({
            "input_tokens": self.plain,
            "cache_creation_input_tokens": self.written,
            "cache_read_input_tokens": self.read,
            "output_tokens": 1,
        })
    }

    /// What it costs, in tokens at their price.
    pub(super) fn cost(self) -> f64 {
        self.plain as f64 + 1.25 * self.written as f64 + 0.1 * self.read as f64
    }
}

impl std::ops::AddAssign for Tokens {
    fn add_assign(&mut self, other: Self) {
        self.plain += other.plain;
        self.written += other.written;
        self.read += other.read;
    }
}

/// A request up to the end of a block.
struct Prefix {
    hash: u64,
    tokens: u64,
    marked: bool,
}

impl Cache {
    pub(super) fn new(minimum: u64) -> Self {
        Self {
            minimum,
            entries: HashSet::new(),
        }
    }

    /// What becomes of a request.
    pub(super) fn take(&mut self, body: &Value) -> Tokens {
        let prefixes = prefixes(body);
        let marks = || (0..prefixes.len()).filter(|&at| prefixes[at].marked);
        let known = marks().filter_map(|mark| {
            let first = (mark + 1).saturating_sub(LOOK_BACK);
            let mut back = (first..=mark).rev();
            back.find(|&at| self.entries.contains(&prefixes[at].hash))
        });
        let read = known.max().map_or(0, |at| prefixes[at].tokens);
        let long = marks().filter(|&at| prefixes[at].tokens >= self.minimum);
        let kept: Vec<_> = long.collect();
        let end = kept.last().map_or(0, |&at| prefixes[at].tokens);
        self.entries
            .extend(kept.iter().map(|&at| prefixes[at].hash));
        let all = prefixes.last().map_or(0, |it| it.tokens);
        let written = end.saturating_sub(read);
        Tokens {
            plain: all - read - written,
            written,
            read,
        }
    }
}

/// Tools and format come first, then the system's blocks, then the messages', for which the choice of a tool counts too.
fn prefixes(body: &Value) -> Vec<Prefix> {
    let mut hasher = DefaultHasher::new();
    let mut tokens = 0;
    body["model"].to_string().hash(&mut hasher);
    for part in [&body["tools"], &body["output_config"]["format"]] {
        part.to_string().hash(&mut hasher);
        tokens += match part {
            Value::Null => 0,
            part => estimate::text(&part.to_string()),
        };
    }
    let mut prefixes = Vec::new();
    let mut add = |role: &str, block: &Value, hasher: &mut DefaultHasher| {
        let text = block["text"].as_str().unwrap();
        (role, text).hash(hasher);
        tokens += estimate::text(text);
        prefixes.push(Prefix {
            hash: hasher.finish(),
            tokens,
            marked: block["cache_control"].is_object(),
        });
    };
    for block in body["system"].as_array().into_iter().flatten() {
        add("system", block, &mut hasher);
    }
    body["tool_choice"].to_string().hash(&mut hasher);
    for message in body["messages"].as_array().unwrap() {
        let role = message["role"].as_str().unwrap();
        for block in message["content"].as_array().unwrap() {
            add(role, block, &mut hasher);
        }
    }
    prefixes
}

fn block(tokens: usize, marked: bool) -> Value {
    let mut block = json!({"type": "text", "text": "word".repeat(tokens)});
    if marked {
        block["cache_control"] = json!({"type": "ephemeral"});
    }
    block
}

fn body(blocks: &[Value]) -> Value {
    json!({"model": "m", "messages": [{"role": "user", "content": blocks}]})
}

fn tokens(plain: u64, written: u64, read: u64) -> Tokens {
    Tokens {
        plain,
        written,
        read,
    }
}

#[test]
fn a_request_reads_up_to_a_mark_that_another_has_set() {
    let mut cache = Cache::new(100);
    let first = body(&[block(150, true), block(7, false)]);
    assert_eq!(cache.take(&first), tokens(7, 150, 0));
    let second = body(&[block(150, false), block(60, true), block(7, false)]);
    assert_eq!(cache.take(&second), tokens(7, 60, 150));
    assert_eq!(cache.take(&second), tokens(7, 0, 210));
    let mut other = second;
    other["output_config"] = json!({"format": {"schema": "s"}});
    assert_eq!(cache.take(&other).read, 0);
}

#[test]
fn less_than_the_minimum_is_not_kept() {
    let mut cache = Cache::new(100);
    let short = body(&[block(99, true)]);
    assert_eq!(cache.take(&short), tokens(99, 0, 0));
    assert_eq!(cache.take(&short), tokens(99, 0, 0));
}

#[test]
fn the_cache_looks_back_over_twenty_blocks() {
    for (between, read) in [(18, 150), (19, 0)] {
        let mut cache = Cache::new(100);
        cache.take(&body(&[block(150, true)]));
        let mut blocks = vec![block(150, false)];
        blocks.extend((0..between).map(|_| block(1, false)));
        blocks.push(block(1, true));
        assert_eq!(cache.take(&body(&blocks)).read, read, "{between}");
    }
}
