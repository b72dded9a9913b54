// A struct where a set of labels is asked for.
// The error says what a set of labels is.
use zyn::prelude::*;

struct Issue {
    title: String,
}

fn labels<T: Classify>() -> usize {
    T::LABELS.len()
}

fn main() {
    labels::<Issue>();
}
