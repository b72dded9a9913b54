//! What holds for any answer, wherever its text ends.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::json;

use super::*;
use crate::prelude::*;
use crate::provider::Dialect;
use crate::reply::progress::Grown;
use crate::reply::{Manner, check, decode, filled, properties};
use crate::schema::{Rewritten, Schema, sample};

/// What is told of a text after each piece of it; a piece has so many characters at most.
fn all_told(
    text: &str,
    most: usize,
    schema: &Schema,
    rewritten: &Rewritten,
    rng: &mut Rng,
) -> Vec<Grown> {
    let field = None;
    let asked = Asked { schema, field };
    let mut reader = asked.reader();
    let mut told: Vec<Grown> = Vec::new();
    let mut rest = text.chars();
    while !rest.as_str().is_empty() {
        let piece: String = rest.by_ref().take(rng.usize(1..=most)).collect();
        let before = reader.value().cloned();
        let has_more = reader.push(&piece);
        let grown = asked.grown(&reader, rewritten);
        if !has_more {
            // What is open may have begun, and that is all.
            let without = |value: Option<Value>| value.map(|value| parts(&value));
            assert_eq!(
                without(before).unwrap_or_default(),
                without(reader.value().cloned()).unwrap_or_default(),
                "{text}"
            );
        }
        told.extend(grown);
    }
    told
}

/// How many texts, numbers and words there are in a value.
fn parts(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(parts).sum(),
        Value::Object(fields) => fields.values().map(parts).sum(),
        _ => 1,
    }
}

/// Whether all that was told is still so in `later`: a complete part is the same, a list has the same items first.
fn is_kept(grown: &Grown, later: &Grown) -> bool {
    match (grown, later) {
        (Grown::Complete(value), Grown::Complete(later)) => is_same(value, later),
        (Grown::Complete(_), _) => false,
        (Grown::List(items), later) => {
            let later: Vec<Grown> = match later {
                Grown::List(items) => items.clone(),
                Grown::Complete(Value::Array(items)) => {
                    items.iter().cloned().map(Grown::Complete).collect()
                }
                _ => return false,
            };
            items.len() <= later.len() && items.iter().zip(&later).all(|(a, b)| is_kept(a, b))
        }
        (Grown::Object(fields), later) => fields.iter().all(|(name, field)| {
            let later = match later {
                Grown::Object(fields) => {
                    let mut fields = fields.iter();
                    fields
                        .find(|(later, _)| later == name)
                        .map(|(_, field)| field.clone())
                }
                Grown::Complete(later) => later.get(name).cloned().map(Grown::Complete),
                Grown::List(_) => None,
            };
            // A `null` of an object inside of others is not there in the canonical form.
            let is_null = *field == Grown::Complete(Value::Null);
            later.map_or(is_null, |later| is_kept(field, &later))
        }),
    }
}

/// Whether two values are the same but for what is absent in one and `null` in the other.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let has = |one: &Map<String, Value>, other: &Map<String, Value>| {
                one.iter().all(|(name, field)| {
                    other
                        .get(name)
                        .map_or(field.is_null(), |other| is_same(field, other))
                })
            };
            has(a, b) && has(b, a)
        }
        (a, b) => a == b,
    }
}

/// How a model may write it: with spaces, and escaped.
fn written(rng: &mut Rng, value: &Value) -> String {
    let text = match rng.bool() {
        true => serde_json::to_string_pretty(value).unwrap(),
        false => value.to_string(),
    };
    match rng.u32(..3) {
        0 => text,
        1 => format!("<think>Is it {{\"a\":[1]}}?</think>\n```json\n{text}\n```"),
        _ => text.replace('é', "\\u00e9"),
    }
}

#[test]
fn what_is_told_stays_and_is_in_the_answer() {
    let mut told_in_all = 0;
    for seed in 0..600 {
        let mut rng = Rng::with_seed(seed);
        let document = properties::document(&mut rng);
        let schema = Schema::from_value("Case", document.clone()).unwrap();
        let Ok(value) = sample::sample(&schema, seed) else {
            continue;
        };
        for dialect in [Dialect::OpenAi, Dialect::Gemini, Dialect::Prompted] {
            let Ok(rewritten) = schema.for_dialect(dialect) else {
                continue;
            };
            let mut asked = filled(&schema, &value, rewritten.form());
            if schema.is_wrapped() {
                asked = json!({ "value": asked });
            }
            let text = written(&mut rng, &asked);
            let whole = decode(&text, &schema, &rewritten, Manner::Lenient, &|_| Ok(()));
            let whole = Grown::Complete(whole.unwrap().value);
            for most in [1, 7] {
                let told = all_told(&text, most, &schema, &rewritten, &mut rng);
                for pair in told.windows(2) {
                    assert!(is_kept(&pair[0], &pair[1]), "{document}\n{text}\n{pair:#?}");
                }
                for grown in &told {
                    assert!(is_kept(grown, &whole), "{document}\n{text}\n{grown:#?}");
                }
                match told.last() {
                    Some(last) => assert!(is_kept(&whole, last), "{document}\n{text}"),
                    // which object without a field is the answer, nobody can say
                    None => assert_eq!(whole, Grown::Complete(json!({})), "{document}\n{text}"),
                }
                told_in_all += told.len();
            }
        }
    }
    assert!(told_in_all > 50_000, "{told_in_all}");
}

/// With something of each kind that is carried another way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Extract)]
#[serde(rename_all = "camelCase")]
struct Trip {
    trip_name: String,
    days: Option<u32>,
    #[serde(default)]
    seats: u8,
    stops: Vec<Stop>,
    prices: BTreeMap<String, f64>,
    corner: (i32, i32),
    ticket: Ticket,
    notes: Option<Vec<String>>,
    after: Option<Box<Trip>>,
    paid: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Extract)]
struct Stop {
    place: String,
    nights: Option<u8>,
    tags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Extract)]
enum Ticket {
    Rail { class: u8 },
    Air { miles: Vec<u32> },
    None,
}

/// Holds the partials of a made-up value to it, wherever its text ends.
fn grows<T>(
    check_one: impl Fn(Option<&T::Partial>, &T::Partial, &T),
    is_whole: impl Fn(&T::Partial, &T),
) where
    T: Extract + Serialize,
{
    let schema = T::schema().unwrap();
    for seed in 0..25 {
        let mut rng = Rng::with_seed(seed);
        let value = sample::sample(&schema, seed).unwrap();
        for dialect in Dialect::ALL {
            let Ok(rewritten) = schema.for_dialect(dialect) else {
                continue;
            };
            let mut asked = filled(&schema, &value, rewritten.form());
            if schema.is_wrapped() {
                asked = json!({ "value": asked });
            }
            let text = written(&mut rng, &asked);
            let whole = T::read(&check(&schema, &value).unwrap()).unwrap();
            let told = all_told(&text, 5, &schema, &rewritten, &mut rng);
            let told: Vec<_> = told
                .iter()
                .map(|grown| T::partial(grown.progress()))
                .collect();
            for (index, partial) in told.iter().enumerate() {
                let before = index.checked_sub(1).and_then(|before| told.get(before));
                check_one(before, partial, &whole);
            }
            is_whole(told.last().unwrap(), &whole);
        }
    }
}

fn is_first<T: PartialEq>(first: &[T], all: &[T]) -> bool {
    all.starts_with(first)
}

#[test]
fn a_struct_grows_field_by_field_to_the_whole() {
    macro_rules! each {
        ($before:ident, $partial:ident, $whole:ident, $($field:ident)*) => {$(
            if let Some(field) = &$partial.$field {
                assert_eq!(*field, $whole.$field);
            }
            if $before.is_some_and(|before| before.$field.is_some()) {
                assert!($partial.$field.is_some());
            }
        )*};
    }
    grows::<Trip>(
        |before, partial, whole| {
            each!(before, partial, whole, trip_name days seats prices corner ticket notes after paid);
            assert!(is_first(&partial.stops, &whole.stops));
            assert!(before.is_none_or(|before| is_first(&before.stops, &partial.stops)));
        },
        |last, whole| {
            let Trip {
                trip_name,
                days,
                seats,
                stops,
                prices,
                corner,
                ticket,
                notes,
                after,
                paid,
            } = whole.clone();
            assert_eq!(
                (&last.trip_name, &last.days, &last.seats),
                (&Some(trip_name), &Some(days), &Some(seats))
            );
            assert_eq!(
                (&last.stops, &last.prices, &last.corner),
                (&stops, &Some(prices), &Some(corner))
            );
            assert_eq!(
                (&last.ticket, &last.notes, &last.after, &last.paid),
                (&Some(ticket), &Some(notes), &Some(after), &Some(paid))
            );
        },
    );
}

#[test]
fn a_list_grows_item_by_item_to_the_whole() {
    grows::<Vec<Stop>>(
        |before, partial, whole| {
            assert!(is_first(partial, whole));
            assert!(before.is_none_or(|before| is_first(before, partial)));
        },
        |last, whole| assert_eq!(last, whole),
    );
}

#[test]
fn a_map_grows_entry_by_entry_to_the_whole() {
    let has = |map: &BTreeMap<String, Ticket>, part: &BTreeMap<String, Ticket>| {
        part.iter().all(|(key, value)| map.get(key) == Some(value))
    };
    grows::<BTreeMap<String, Ticket>>(
        |before, partial, whole| {
            assert!(has(whole, partial));
            assert!(before.is_none_or(|before| has(partial, before)));
        },
        |last, whole| assert_eq!(last, whole),
    );
}

#[test]
fn an_enum_is_there_at_its_end() {
    grows::<Ticket>(
        |before, partial, whole| {
            assert!(partial.is_none() || partial.as_ref() == Some(whole));
            assert!(before.is_none_or(|before| before.is_none() || before == partial));
        },
        |last, whole| assert_eq!(last.as_ref(), Some(whole)),
    );
}

#[test]
fn an_option_grows_as_what_is_in_it() {
    grows::<Option<Box<Stop>>>(
        |_, partial, whole| {
            if let Some(partial) = partial {
                let whole = whole.as_ref().unwrap();
                assert!(
                    partial
                        .place
                        .as_ref()
                        .is_none_or(|place| *place == whole.place)
                );
                assert!(is_first(&partial.tags, &whole.tags));
            }
        },
        |last, whole| {
            let last = last
                .as_ref()
                .map(|it| (it.place.clone(), it.nights, it.tags.clone()));
            let whole = whole.as_ref();
            let whole = whole.map(|it| (Some(it.place.clone()), Some(it.nights), it.tags.clone()));
            assert_eq!(last, whole);
        },
    );
}
