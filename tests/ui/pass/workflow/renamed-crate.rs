// `#[zyn(crate = path)]` says where zyn is when it is renamed.
#![deny(warnings)]
use ::zyn as pipelines;

pub mod nested {
    pub use ::zyn as lib;
}

pipelines::workflow!(
    /// Reached through another path.
    #[zyn(crate = crate::nested::lib)]
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text);
        answer
    }
);

fn main() {
    assert_eq!(reply::graph().name, "reply");
}
