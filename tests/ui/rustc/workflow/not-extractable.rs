// `extract` is asked for a type that does not derive `Extract`.
// The trait explains itself at the type.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema)]
pub struct Plain {
    name: String,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let plain = extract::<Plain>("The problem", text);
        plain.name
    }
);

fn main() {}
