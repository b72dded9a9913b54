// An extracted type in a prompt, without `Serialize`.
// The error names the derive that is missing, where the prompt is; the type alone is fine.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Customer {
    name: String,
}

fn written(value: impl ToPrompt) -> String {
    value.to_prompt()
}

fn main() {
    written(Customer {
        name: "Ada".to_owned(),
    });
}
