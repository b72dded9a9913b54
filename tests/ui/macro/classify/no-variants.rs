// An enum without variants.
// There is nothing to choose from.
use zyn::prelude::*;

#[derive(Classify)]
enum Urgency {}

fn main() {}
