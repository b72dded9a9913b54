//! Reading JSON strictly: nothing is repaired, and no key is lost to a second one of the same name.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::Violation;
use crate::schema::pointer;

pub(super) struct Parsed {
    pub(super) value: Value,
    /// The keys that occur more than once in one object.
    pub(super) repeated: Vec<Violation>,
}

pub(super) fn parse(text: &str) -> Result<Parsed, serde_json::Error> {
    let value = serde_json::from_str(text)?;
    let mut repeats = Repeats::default();
    (&mut repeats).deserialize(&mut serde_json::Deserializer::from_str(text))?;
    let repeated = repeats.found;
    Ok(Parsed { value, repeated })
}

/// Where and why the JSON that starts at byte `start` of `text` cannot be read.
pub(super) fn reason(text: &str, start: usize, error: &serde_json::Error) -> String {
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + error.line();
    let column = match error.line() {
        1 => {
            let lead = before.rsplit('\n').next().unwrap_or_default();
            lead.chars().count() + error.column()
        }
        _ => error.column(),
    };
    if error.is_eof() {
        return format!("the JSON breaks off at line {line}, column {column}");
    }
    let told = error.to_string();
    let what = told.split(" at line ").next().unwrap_or_default();
    format!("the JSON cannot be read at line {line}, column {column}: {what}")
}

/// Walks through JSON and keeps nothing but the keys of the objects it is in.
#[derive(Default)]
struct Repeats {
    path: String,
    found: Vec<Violation>,
}

impl Repeats {
    fn within<T>(&mut self, key: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        pointer::push(&mut self.path, key);
        let read = read(self);
        self.path.truncate(length);
        read
    }
}

impl<'de> DeserializeSeed<'de> for &mut Repeats {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Repeats {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            self.within(&key, |repeats| {
                if seen.contains(&key) {
                    let twice = Violation::new(&repeats.path, "the field once").got("it twice");
                    repeats.found.push(twice);
                }
                map.next_value_seed(repeats)
            })?;
            seen.insert(key);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut index = 0_usize;
        while self
            .within(&index.to_string(), |repeats| {
                items.next_element_seed(repeats)
            })?
            .is_some()
        {
            index += 1;
        }
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_occurs_twice_is_named_with_its_place() {
        let parsed = parse(r#"{"a":[{"b":1,"c":{"b":2},"b":1}],"a/":0}"#).unwrap();
        let told: Vec<String> = parsed.repeated.iter().map(Violation::to_string).collect();
        assert_eq!(told, ["/a/0/b: expected the field once, got it twice"]);
    }

    #[test]
    fn no_digit_of_a_number_is_lost() {
        let mut rng = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let number = f64::from_bits(rng.u64(..));
            if number.is_finite() {
                let text = format!("{number:?}");
                let parsed = parse(&text).unwrap().value;
                assert_eq!(parsed.as_f64(), Some(number), "{text}");
            }
        }
    }

    #[test]
    fn a_reason_names_line_and_column_in_the_whole_reply() {
        let text = "Sure:\n  {\"a\":\n 1,}";
        let start = text.find('{').unwrap();
        let error = parse(&text[start..]).err().unwrap();
        assert_eq!(
            reason(text, start, &error),
            "the JSON cannot be read at line 3, column 4: trailing comma"
        );
        let error = parse("{\"a\"").err().unwrap();
        assert_eq!(
            reason("{\"a\"", 0, &error),
            "the JSON breaks off at line 1, column 4"
        );
    }
}
