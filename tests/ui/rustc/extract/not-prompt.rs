// A plain struct in a prompt.
// The error says how to write it.
use zyn::prelude::*;

struct Plain {
    name: String,
}

fn written(value: impl ToPrompt) -> String {
    value.to_prompt()
}

fn main() {
    written(&Plain {
        name: "Ada".to_owned(),
    });
}
