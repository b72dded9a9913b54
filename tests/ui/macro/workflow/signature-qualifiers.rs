// A workflow is `const`, `unsafe`, `extern` and variadic: four errors.
// It is an `async fn` and nothing else.
use zyn::prelude::*;

workflow!(
    pub const async unsafe extern "C" fn reply(text: &str, ...) -> String {
        let answer = transform("Answer", text);
        answer
    }
);

fn main() {}
