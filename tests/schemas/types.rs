//! Types that are hard to send.
#![allow(dead_code, reason = "the types are only described")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use zyn::schema::Schema;
use zyn::schemars::{self, JsonSchema};

macro_rules! all {
    ($($name:literal: $type:ty),* $(,)?) => {
        pub fn all() -> Vec<(String, Schema)> {
            vec![$(($name.to_owned(), Schema::of::<$type>().unwrap())),*]
        }
    };
}

all! {
    "absent or null": Absent,
    "a calculation": Expression,
    "two that contain each other": Folder,
    "one generic type twice": Pairs,
    "flattened twice": Flattened,
    "flattened and closed": Closed,
    "a tuple in a tag": Move,
    "twelve levels": Levels,
    "thirty options": Options,
    "three hundred labels": Labels,
    "wide numbers": Wide,
    "maps of maps": Maps,
    "a map to itself": Tree,
    "a list of options": Sparse,
    "odd names": Names,
    "one of one": Only,
    "shapes alike": Alike,
    "lists with limits": Lists,
    "defaults all over": Defaults,
    "limits of numbers": Numbers,
    "anything within": Loose,
    "small things": Small,
    "a text or a number": Either,
    "one type many times": Many,
    "many items": Items,
    "a described newtype": Described,
    "itself in a tuple": Paired,
    "further fields": Further,
    "a root that is a map": BTreeMap<String, Point>,
    "a root that is a tuple": (Point, bool),
    "a root that is a list of itself": Vec<Folder>,
    "a root that may be absent": Option<Vec<Point>>,
}

#[derive(JsonSchema, Serialize, Deserialize)]
pub struct Point {
    x: i32,
    y: i32,
}

fn seven() -> Option<u8> {
    Some(7)
}

#[derive(JsonSchema, Deserialize)]
struct Absent {
    plain: Option<u8>,
    /// Absence is seven, and `null` is none.
    #[serde(default = "seven")]
    seven: Option<u8>,
    #[schemars(required)]
    required: Option<String>,
    #[serde(default)]
    flag: bool,
    /// Where it is.
    place: Option<Point>,
}

/// A calculation.
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expression {
    Number(f64),
    /// The sum of both.
    Sum(Box<Expression>, Box<Expression>),
    Negative {
        of: Box<Expression>,
    },
}

#[derive(JsonSchema, Deserialize)]
struct Folder {
    name: String,
    /// What is in it.
    entries: Vec<Entry>,
}

#[derive(JsonSchema, Deserialize)]
#[serde(tag = "kind")]
enum Entry {
    File { size: u64 },
    Folder(Folder),
}

#[derive(JsonSchema, Deserialize)]
struct Pair<T> {
    left: T,
    right: T,
}

#[derive(JsonSchema, Deserialize)]
struct Pairs {
    numbers: Pair<u8>,
    /// Of both kinds.
    points: Pair<Pair<Point>>,
}

#[derive(JsonSchema, Deserialize)]
struct Flattened {
    id: u32,
    #[serde(flatten)]
    place: Point,
    #[serde(flatten)]
    entry: Contact,
}

#[derive(JsonSchema, Deserialize)]
#[serde(tag = "by")]
enum Contact {
    /// By post.
    Mail {
        street: String,
    },
    Phone {
        number: String,
        extension: Option<u16>,
    },
    Nobody,
}

#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closed {
    id: u32,
    contact: Option<Contact>,
    place: Shut,
}

#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shut {
    key: String,
}

#[derive(JsonSchema, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Move {
    Stay,
    By(i32, i32),
    To(Point),
    Along { path: Vec<(u8, char)> },
}

macro_rules! levels {
    ($($outer:ident in $inner:ty),*) => {
        $(#[derive(JsonSchema, Deserialize)]
        #[schemars(inline)]
        struct $outer { inner: $inner, n: u8 })*
    };
}

levels!(Levels in L1, L1 in L2, L2 in L3, L3 in L4, L4 in L5, L5 in L6, L6 in L7, L7 in L8, L8 in L9, L9 in L10, L10 in L11, L11 in Point);

macro_rules! options {
    ($($field:ident)*) => {
        #[derive(JsonSchema, Deserialize)]
        struct Options { $($field: Option<String>),* }
    };
}

options!(a b c d e f g h i j k l m n o p q r s t u v w x y z aa bb cc dd);

struct Labels;

impl JsonSchema for Labels {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Labels".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let labels: Vec<String> = (0..300).map(|n| format!("a label of number {n}")).collect();
        schemars::json_schema!({
            "type": "object",
            "properties": { "label": { "type": "string", "enum": labels } },
            "required": ["label"],
        })
    }
}

#[derive(JsonSchema, Deserialize)]
struct Wide {
    big: u128,
    negative: i128,
    most: u64,
    maybe: Option<i128>,
}

#[derive(JsonSchema, Deserialize, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Colour {
    Red,
    Blue,
}

#[derive(JsonSchema, Deserialize)]
struct Maps {
    plain: HashMap<String, u32>,
    by_number: BTreeMap<u16, Point>,
    by_label: BTreeMap<Colour, bool>,
    /// Per town, per street.
    nested: BTreeMap<String, BTreeMap<String, Vec<Point>>>,
    optional: Option<HashMap<String, Option<u8>>>,
    #[schemars(extend("minProperties" = 1, "maxProperties" = 3))]
    few: BTreeMap<String, String>,
}

#[derive(JsonSchema, Deserialize)]
struct Tree {
    children: BTreeMap<String, Tree>,
    parent: Option<Box<Tree>>,
}

#[derive(JsonSchema, Deserialize)]
struct Sparse {
    labels: Vec<Option<Colour>>,
    points: Vec<Option<Point>>,
    numbers: [Option<i8>; 2],
}

#[derive(JsonSchema, Deserialize)]
struct Names {
    #[serde(rename = "a/b~c")]
    slash: u8,
    #[serde(rename = "with \"quotes\" and\nlines")]
    quotes: String,
    /// Größe in „Metern“; {braces}, `ticks` and a
    /// second line.
    #[serde(rename = "größe")]
    size: f32,
    #[serde(rename = "$ref")]
    reference: String,
    #[serde(rename = "type")]
    kind: Kind,
}

#[derive(JsonSchema, Deserialize)]
enum Kind {
    /// With a colon: here.
    #[serde(rename = "a: b")]
    Odd,
    #[serde(rename = "")]
    Empty,
}

#[derive(JsonSchema, Deserialize)]
struct Only {
    version: Version,
    #[schemars(extend("const" = 3))]
    three: u8,
    #[schemars(extend("const" = true))]
    yes: bool,
    nothing: (),
}

#[derive(JsonSchema, Deserialize)]
enum Version {
    V1,
}

#[derive(JsonSchema, Deserialize)]
#[serde(untagged)]
enum Shape {
    Circle { r: f64 },
    Square { r: f64, a: f64 },
    Named { name: String },
    Points(Vec<Point>),
    Point(Point),
    Text(String),
    Nothing,
}

#[derive(JsonSchema, Deserialize)]
struct Alike {
    shape: Shape,
    maybe: Option<Shape>,
    result: Result<u8, String>,
}

#[derive(JsonSchema, Deserialize)]
struct Lists {
    #[schemars(length(min = 2, max = 4))]
    some: Vec<u8>,
    matrix: [[f32; 3]; 2],
    set: BTreeSet<String>,
    #[schemars(length(min = 1), inner(length(min = 2, max = 9)))]
    texts: Vec<String>,
    #[schemars(inner(range(min = 1, max = 6)))]
    dice: Vec<u8>,
}

#[derive(JsonSchema, Serialize, Deserialize, Default)]
#[serde(default)]
struct Defaults {
    name: String,
    count: u32,
    point: Option<Point>,
    list: Vec<u8>,
    map: BTreeMap<String, u8>,
    flag: bool,
}

#[derive(JsonSchema, Deserialize)]
struct Numbers {
    #[schemars(range(min = -1.5, max = 1.5))]
    ratio: f64,
    #[schemars(extend("exclusiveMinimum" = 0, "multipleOf" = 5))]
    fives: i32,
    #[schemars(range(min = 1, max = 5))]
    stars: Option<u8>,
    port: NonZeroU16,
    #[schemars(regex(pattern = r"^[A-Z]{2}\d{4}$"))]
    code: String,
    #[schemars(regex(pattern = "x(?=y)"))]
    ahead: String,
    #[schemars(email)]
    email: String,
    #[schemars(extend("format" = "date-time"))]
    at: String,
    #[schemars(extend("format" = "uri"))]
    link: String,
    #[schemars(length(equal = 3), example = &"abc")]
    three: String,
}

#[derive(JsonSchema, Deserialize)]
struct Loose {
    name: String,
    payload: Value,
    notes: BTreeMap<String, Value>,
    list: Vec<Value>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(JsonSchema, Deserialize)]
struct Small {
    letter: char,
    nothing: (),
    took: std::time::Duration,
    path: std::path::PathBuf,
    address: std::net::Ipv4Addr,
    flags: (bool, bool),
}

#[derive(JsonSchema, Deserialize)]
struct Either {
    #[schemars(extend("type" = ["string", "number"]))]
    amount: String,
    #[schemars(extend("enum" = ["a", 1, null, true]))]
    mixed: Value,
    #[schemars(extend("enum" = ["a", null]))]
    label: Option<String>,
    #[schemars(extend("enum" = [1, 2]))]
    number: u8,
}

/// A place on the map.
#[derive(JsonSchema, Deserialize)]
struct Place {
    at: Point,
    note: Option<String>,
}

#[derive(JsonSchema, Deserialize)]
struct Many {
    /// Where it starts.
    from: Place,
    to: Place,
    between: Vec<Place>,
    /// If there is one.
    home: Option<Place>,
}

#[derive(JsonSchema, Deserialize)]
struct Items {
    #[schemars(length(max = 600))]
    first: Vec<u8>,
    #[schemars(length(max = 600))]
    second: Vec<u8>,
}

/// One that is described itself.
#[derive(JsonSchema, Deserialize)]
struct Described(Place);

#[derive(JsonSchema, Deserialize)]
struct Paired {
    /// The first and how often.
    first: (Folder, u8),
    rest: Vec<(Folder, Option<u8>)>,
}

#[derive(JsonSchema, Deserialize)]
struct Further {
    name: String,
    #[serde(flatten)]
    rest: BTreeMap<String, Option<u32>>,
}
