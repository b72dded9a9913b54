// Nothing stands in the invocation.
// It declares workflows.
use zyn::prelude::*;

workflow!();

fn main() {}
