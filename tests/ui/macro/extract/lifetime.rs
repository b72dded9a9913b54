// A lifetime parameter, used by no reference.
// An answer outlives the text it was read from.
use zyn::prelude::*;

use std::borrow::Cow;

#[derive(Extract)]
struct Customer<'a> {
    name: Cow<'a, str>,
}

fn main() {}
