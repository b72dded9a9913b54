// Attributes of serde that both serde and schemars follow, and those that concern writing only.
use std::collections::BTreeMap;

use zyn::prelude::*;

/// An order.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Extract)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Order {
    order_number: String,
    #[serde(rename = "where", alias = "to")]
    city: String,
    #[serde(default)]
    notes: Vec<String>,
    #[serde(skip)]
    seen: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    coupon: Option<String>,
    #[serde(serialize_with = "in_euros")]
    cents: u64,
    r#type: Option<String>,
}

fn in_euros<S: serde::Serializer>(cents: &u64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(*cents as f64 / 100.0)
}

#[derive(Serialize, Deserialize, JsonSchema, Extract)]
#[serde(default)]
struct Defaults {
    name: String,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
    #[serde(flatten)]
    place: Place,
}

#[derive(Default, Serialize, Deserialize, JsonSchema, Extract)]
struct Place {
    city: String,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            name: "nobody".to_owned(),
            rest: BTreeMap::new(),
            place: Place::default(),
        }
    }
}

// The schema is that of `Raw`, so the shape of the type itself does not matter.
#[derive(Clone, Serialize, Deserialize, JsonSchema, Extract)]
#[serde(try_from = "Raw", into = "Raw")]
struct Range(u32, u32);

#[derive(Clone, Serialize, Deserialize, JsonSchema, Extract)]
struct Raw {
    low: u32,
    high: u32,
}

impl TryFrom<Raw> for Range {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        if raw.low > raw.high {
            return Err("the range is empty".to_owned());
        }
        Ok(Self(raw.low, raw.high))
    }
}

impl From<Range> for Raw {
    fn from(Range(low, high): Range) -> Self {
        Self { low, high }
    }
}

// A function reads it, and the schema says what.
#[derive(Deserialize, JsonSchema, Extract)]
struct Wait {
    #[serde(deserialize_with = "seconds")]
    #[schemars(with = "String")]
    time: u64,
}

fn seconds<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let text = String::deserialize(from)?;
    text.trim_end_matches('s')
        .parse()
        .map_err(serde::de::Error::custom)
}

// The model is not asked for what only the program knows, and still reads it in a prompt.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Extract)]
struct Invoice {
    total: u32,
    #[serde(skip_deserializing)]
    paid: bool,
}

fn main() {
    assert!(schemars::schema_for!(Invoice).pointer("/properties/paid").is_none());
    let invoice = Invoice { total: 7, paid: true };
    assert_eq!(invoice.to_prompt(), r#"{"total":7,"paid":true}"#);
    assert_eq!(Order::TASK, Some("An order."));
    assert_eq!(Wait::TASK, None);
    let order = Order {
        order_number: "7".to_owned(),
        city: "Bonn".to_owned(),
        notes: Vec::new(),
        seen: true,
        coupon: None,
        cents: 250,
        r#type: None,
    };
    assert_eq!(
        order.to_prompt(),
        r#"{"orderNumber":"7","where":"Bonn","notes":[],"cents":2.5,"type":null}"#
    );
}
