// A block and an arm with steps are there in some builds only: two errors.
// The graph would depend on the build.
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    Complaint,
    Question,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let kind = classify::<Kind>("Which kind?", text);
        #[cfg(unix)]
        if text.is_empty() {
            let _more = transform("Ask for more", text);
        }
        match kind {
            #[cfg(unix)]
            Kind::Question => transform("Answer", text),
            _ => String::new(),
        }
    }
);

fn main() {}
