//! What providers count in a schema, counted before they do.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value};

/// One thing that is counted over all schemas of a request, and how much of it is taken.
pub(crate) struct Limit {
    what: &'static str,
    most: usize,
    count: fn(&Census) -> usize,
    remedy: &'static str,
}

/// <https://platform.openai.com/docs/guides/structured-outputs>, read in November 2026. Properties are counted for the
/// root and each definition alone; what is followed by a reference is not nested.
pub(crate) static OPENAI: [Limit; 5] = [
    Limit {
        what: "levels of objects inside objects",
        most: 10,
        count: |census| census.depth,
        remedy: "nest less deep",
    },
    Limit {
        what: "fields",
        most: 5_000,
        count: |census| census.properties,
        remedy: "ask for less at once",
    },
    Limit {
        what: "characters in names and labels",
        most: 120_000,
        count: |census| census.names,
        remedy: "shorten the names or ask for less at once",
    },
    Limit {
        what: "labels",
        most: 1_000,
        count: |census| census.labels,
        remedy: "use a text, or ask in two steps",
    },
    Limit {
        what: "characters in one set of more than 250 labels",
        most: 15_000,
        count: |census| census.long_set,
        remedy: "shorten the labels, or ask in two steps",
    },
];

/// Over all strict schemas of a request. The first two are named in the API's own refusals, which do not count what
/// is defined under `$defs`. The others are known from refusals as too complex: 24 optional or 16 nullable fields in
/// one object failed where they passed in several, 14 nullable ones failed and 12 passed.
pub(crate) static ANTHROPIC: [Limit; 5] = [
    Limit {
        what: "fields that may be absent",
        most: 24,
        count: |census| census.optional,
        remedy: "make some of them required, or put them into a type of their own",
    },
    Limit {
        what: "fields of several types",
        most: 16,
        count: |census| census.unions,
        remedy: "make some of them not nullable, or put them into a type of their own",
    },
    Limit {
        what: "fields in one object that may be absent",
        most: 23,
        count: |census| census.optional_in_one,
        remedy: "make some of them required, or put them into a type of their own",
    },
    Limit {
        what: "fields of several types in one object",
        most: 12,
        count: |census| census.unions_in_one,
        remedy: "make some of them not nullable, or put them into a type of their own",
    },
    Limit {
        what: "strict schemas",
        most: 20,
        count: |census| census.schemas,
        remedy: "ask for fewer at once",
    },
];

/// More than a provider takes.
#[derive(Clone, Copy)]
pub(crate) struct Over {
    limit: &'static Limit,
    counted: usize,
}

impl Over {
    pub(super) fn remedy(self) -> &'static str {
        self.limit.remedy
    }
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Limit { what, most, .. } = self.limit;
        write!(f, "there are {} {what}, more than the {most}", self.counted)
    }
}

/// The first of `limits` that the schemas of one request break together.
pub(crate) fn refused(limits: &'static [Limit], schemas: &[&Value]) -> Option<Over> {
    let mut census = Census::default();
    for schema in schemas {
        census.root(schema);
    }
    limits.iter().find_map(|limit| {
        let counted = (limit.count)(&census);
        (counted > limit.most).then_some(Over { limit, counted })
    })
}

#[derive(Default)]
struct Census {
    schemas: usize,
    depth: usize,
    properties: usize,
    names: usize,
    labels: usize,
    long_set: usize,
    optional: usize,
    unions: usize,
    optional_in_one: usize,
    unions_in_one: usize,
}

impl Census {
    fn root(&mut self, schema: &Value) {
        self.schemas += 1;
        self.schema(schema, 0, true);
        for section in ["$defs", "definitions"] {
            let section = schema.get(section).and_then(Value::as_object);
            for (name, part) in section.into_iter().flatten() {
                self.names += name.chars().count();
                self.schema(part, 0, false);
            }
        }
    }

    fn schema(&mut self, schema: &Value, depth: usize, of_the_root: bool) {
        let Value::Object(map) = schema else {
            return;
        };
        self.labels(map);
        let mut inside = depth;
        if let Some(Value::Object(properties)) = map.get("properties") {
            inside += 1;
            self.depth = self.depth.max(inside);
            self.object(map, properties, of_the_root);
            for part in properties.values() {
                self.schema(part, inside, of_the_root);
            }
        }
        for (keyword, part) in map {
            match (keyword.as_str(), part) {
                ("items" | "additionalProperties", part) => self.schema(part, inside, of_the_root),
                ("anyOf" | "allOf" | "prefixItems", Value::Array(parts)) => {
                    for part in parts {
                        self.schema(part, depth, of_the_root);
                    }
                }
                _ => {}
            }
        }
    }

    fn object(
        &mut self,
        object: &Map<String, Value>,
        properties: &Map<String, Value>,
        of_the_root: bool,
    ) {
        let required: BTreeSet<&str> = object
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let optional = properties
            .keys()
            .filter(|name| !required.contains(name.as_str()))
            .count();
        let unions = properties.values().filter(|field| is_union(field)).count();
        self.properties += properties.len();
        self.names += properties
            .keys()
            .map(|name| name.chars().count())
            .sum::<usize>();
        self.optional_in_one = self.optional_in_one.max(optional);
        self.unions_in_one = self.unions_in_one.max(unions);
        if of_the_root {
            self.optional += optional;
            self.unions += unions;
        }
    }

    fn labels(&mut self, map: &Map<String, Value>) {
        let Some(Value::Array(labels)) = map.get("enum") else {
            return;
        };
        let lengths = labels.iter().map(|label| match label {
            Value::String(text) => text.chars().count(),
            other => other.to_string().chars().count(),
        });
        let length: usize = lengths.sum();
        self.labels += labels.len();
        self.names += length;
        if labels.len() > 250 {
            self.long_set = self.long_set.max(length);
        }
    }
}

fn is_union(field: &Value) -> bool {
    field.get("anyOf").is_some() || field.get("type").is_some_and(Value::is_array)
}
