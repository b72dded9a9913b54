// A threshold is no share, and another one is below nothing.
// A confidence is between 0 and 1.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let urgent = binary("Is it urgent?", text).confidence(1.5);
        let polite = binary("Is it polite?", text).confidence(-0.5);
        format!("{urgent} {polite}")
    }
);

fn main() {}
