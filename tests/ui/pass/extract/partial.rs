// What there is of a value while its answer is written: named like the fields, as visible as they are, and read as they
// are read.
#![deny(
    warnings,
    unused,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused_qualifications,
    nonstandard_style
)]
//! A case.

use std::marker::PhantomData;

use zyn::prelude::*;
use zyn::stream::Progress;

/// An order.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// The number.
    pub order_number: String,
    #[serde(rename = "where", alias = "to")]
    city: City,
    /// The lines.
    pub lines: Vec<Line>,
    pub(crate) r#type: Option<String>,
    #[serde(default)]
    count: u32,
    #[serde(default = "two")]
    pages: u32,
    #[serde(default = "some_tags")]
    tags: Vec<String>,
    #[serde(deserialize_with = "seconds")]
    #[schemars(with = "String")]
    time: Vec<u64>,
    before: Option<Box<Self>>,
    #[serde(flatten)]
    place: Place,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
struct City(String);

/// A line.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema, Extract)]
pub struct Line {
    /// How many.
    pub count: u8,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Place {
    street: String,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
enum Contact {
    Mail { address: String },
    None,
}

// Parameters that a field has, one that none has, a constant; and a name that the partial cannot have.
#[derive(Deserialize, JsonSchema, Extract)]
#[schemars(rename = "Page")]
struct Page<T, const N: usize>
where
    T: Clone,
{
    items: Vec<T>,
    next: Option<Box<Page<T, N>>>,
    named: PagePartial,
}

#[derive(Debug, Clone, Deserialize, JsonSchema, Extract)]
struct Id<Of: 'static> {
    id: u64,
    #[serde(skip)]
    of: PhantomData<fn() -> Of>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema, Extract)]
struct PagePartial {
    name: String,
}

struct Unextractable;

// Beside what has a destructor, and what is no `Debug`.
#[derive(Deserialize, JsonSchema, Extract)]
struct Guarded {
    silent: Silent,
}

#[derive(Deserialize, JsonSchema, Extract)]
struct Silent {
    name: String,
}

impl Drop for Guarded {
    fn drop(&mut self) {}
}

fn two() -> u32 {
    2
}

fn some_tags() -> Vec<String> {
    vec!["new".to_owned()]
}

fn seconds<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<u64>, D::Error> {
    let text = String::deserialize(from)?;
    let time = text.trim_end_matches('s').parse();
    time.map(|time| vec![time]).map_err(serde::de::Error::custom)
}

macro_rules! answer {
    ($name:ident: $type:ty) => {
        #[derive(Debug, Deserialize, JsonSchema, Extract)]
        struct Made {
            $name: $type,
        }
    };
}

answer!(lines: Vec<Line>);

/// Of an object that is written as far as this.
macro_rules! open {
    ($type:ty, $json:tt) => {
        <$type as Extract>::partial(Progress::open(schemars::json_schema!($json).as_value()))
    };
}

/// Of a whole object.
macro_rules! complete {
    ($type:ty, $json:tt) => {
        <$type as Extract>::partial(Progress::complete(schemars::json_schema!($json).as_value()))
    };
}

fn main() {
    let order = open!(Order, {"orderNumber":"7","where":"Bonn","lines":[{"count":1},{"count":2},{"count":999},{"count":3}],"time":"3s"});
    assert_eq!(order.order_number.as_deref(), Some("7"));
    assert_eq!(order.city, Some(City("Bonn".to_owned())));
    // The third cannot be read, so there is no fourth.
    assert_eq!(order.lines, [Line { count: 1 }, Line { count: 2 }]);
    assert_eq!(order.time, Some(vec![3]));
    assert_eq!((order.r#type, order.count, order.pages), (None, None, None));
    assert!(order.before.is_none() && order.tags.is_empty());

    // What an object that has ended does not have is what serde makes of it.
    let order = complete!(Order, {"lines":[],"where":7});
    assert_eq!((order.order_number, order.city), (None, None));
    assert_eq!((order.r#type, order.count, order.pages), (Some(None), Some(0), Some(2)));
    assert!(matches!(order.before, Some(None)));
    assert_eq!((order.tags, order.time), (some_tags(), None));

    let page = open!(Page<Line, 3>, {"items":[{"count":1}],"named":{"name":"x"},"next":{"items":[],"named":{"name":"y"},"next":null}});
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.named.map(|it| it.name).as_deref(), Some("x"));
    let next = page.next.flatten().expect("the next page");
    assert_eq!(next.named.name, "y");

    let id = open!(Id<Unextractable>, {"id": 7});
    assert_eq!(id.clone().id, Some(7));

    let made = open!(Made, {"lines":[{"count":1}]});
    assert_eq!(made.clone(), made);
    assert_eq!(format!("{made:?}"), "MadePartial { lines: [Line { count: 1 }] }");

    let guarded = open!(Guarded, {"silent":{"name":"x"}});
    assert_eq!(guarded.silent.map(|it| it.name).as_deref(), Some("x"));

    // The others are there as a whole or not at all.
    assert_eq!(open!(Contact, {"Mail": {"address": "a@b.c"}}), None);
    let address = "a@b.c".to_owned();
    assert_eq!(
        complete!(Contact, {"Mail": {"address": "a@b.c"}}),
        Some(Contact::Mail { address })
    );
    let json = schemars::json_schema!({"contact": "None", "city": "Bonn"});
    let part = |name| Progress::open(json.as_value()).field(name).expect("a field");
    assert_eq!(Contact::partial(part("contact")), Some(Contact::None));
    assert_eq!(City::partial(part("city")), Some(City("Bonn".to_owned())));
}
