// The prompt names something where no name is known yet.
// There is nothing to list.
use zyn::prelude::*;

workflow!(
    pub async fn reply() -> String {
        let answer = transform("Answer", "{customer}");
        answer
    }
);

fn main() {}
