// A step is there in some builds only.
// The graph would depend on the build.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text);
        #[cfg(unix)]
        let more = transform("Add something", text);
        answer
    }
);

fn main() {}
