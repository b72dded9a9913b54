//! `Extract` for types of the standard library.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::{Extract, under};
use crate::reply::{Progress, Violation};
use crate::schema::pointer;

macro_rules! plain {
    ($($type:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Extract for $type {
            type Partial = Option<Self>;

            fn partial(so_far: Progress<'_>) -> Option<Self> {
                so_far.read()
            }
        }
    )*};
}

plain!(String bool i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64);

#[diagnostic::do_not_recommend]
impl<T: Extract + JsonSchema + DeserializeOwned> Extract for Vec<T> {
    /// The items that are complete, from the first on.
    type Partial = Self;

    fn partial(so_far: Progress<'_>) -> Self {
        so_far.read_items()
    }

    fn violations(&self) -> Vec<Violation> {
        let items = self.iter().enumerate();
        items
            .flat_map(|(index, item)| under(&format!("/{index}"), item.violations()))
            .collect()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Extract + JsonSchema + DeserializeOwned> Extract for Option<T> {
    /// `None` also where the answer is.
    type Partial = Option<T::Partial>;

    fn partial(so_far: Progress<'_>) -> Self::Partial {
        (!so_far.is_null()).then(|| T::partial(so_far))
    }

    fn violations(&self) -> Vec<Violation> {
        self.as_ref().map(T::violations).unwrap_or_default()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Extract + JsonSchema + DeserializeOwned> Extract for Box<T> {
    const TASK: Option<&'static str> = T::TASK;

    type Partial = T::Partial;

    fn partial(so_far: Progress<'_>) -> Self::Partial {
        T::partial(so_far)
    }

    fn violations(&self) -> Vec<Violation> {
        T::violations(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Extract + JsonSchema + DeserializeOwned> Extract for BTreeMap<String, T> {
    /// The entries that are complete.
    type Partial = Self;

    fn partial(so_far: Progress<'_>) -> Self {
        entries(so_far).collect()
    }

    fn violations(&self) -> Vec<Violation> {
        self.iter()
            .flat_map(|(key, value)| under(&pointer::join("", key), value.violations()))
            .collect()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Extract + JsonSchema + DeserializeOwned> Extract for HashMap<String, T> {
    /// The entries that are complete.
    type Partial = Self;

    fn partial(so_far: Progress<'_>) -> Self {
        entries(so_far).collect()
    }

    fn violations(&self) -> Vec<Violation> {
        self.iter()
            .flat_map(|(key, value)| under(&pointer::join("", key), value.violations()))
            .collect()
    }
}

fn entries<T: DeserializeOwned>(so_far: Progress<'_>) -> impl Iterator<Item = (String, T)> {
    let entries = so_far.fields();
    entries.filter_map(|(key, value)| Some((key.to_owned(), value.read()?)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_value_without_parts_is_there_once_it_is_complete() {
        let number = json!(7);
        assert_eq!(u8::partial(Progress::complete(&number)), Some(7));
        assert_eq!(u8::partial(Progress::open(&number)), None);
        assert_eq!(String::partial(Progress::complete(&number)), None);
    }

    #[test]
    fn a_list_has_its_items_up_to_the_first_that_cannot_be_read() {
        let list = json!([1, 2, "3", 4]);
        assert_eq!(Vec::<u8>::partial(Progress::open(&list)), [1, 2]);
        assert_eq!(Box::<Vec<u8>>::partial(Progress::open(&list)), [1, 2]);
    }

    #[test]
    fn an_option_is_what_is_in_it_and_none_for_null() {
        let partial = |value: Value| Option::<Vec<u8>>::partial(Progress::complete(&value));
        assert_eq!(partial(json!([1])), Some(vec![1]));
        assert_eq!(partial(json!([])), Some(Vec::new()));
        assert_eq!(partial(json!(null)), None);
    }

    #[test]
    fn a_map_has_the_entries_that_can_be_read() {
        let map = json!({"a": 1, "b": "2", "c": 3});
        let there = [("a".to_owned(), 1), ("c".to_owned(), 3)];
        let partial = BTreeMap::<String, u8>::partial(Progress::open(&map));
        assert_eq!(partial, BTreeMap::from(there.clone()));
        let partial = HashMap::<String, u8>::partial(Progress::open(&map));
        assert_eq!(partial, HashMap::from(there));
    }
}
