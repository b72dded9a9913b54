// Without the prelude: the module `schemars` is zyn's, and serde is a dependency of one's own.
use zyn::schemars;

/// A customer
/// and what they need.
///
/// More about them.
#[derive(serde::Deserialize, schemars::JsonSchema, zyn::Extract)]
struct Customer {
    #[schemars(length(max = 80))]
    name: String,
}

fn main() {
    let task = <Customer as zyn::Extract>::TASK;
    assert_eq!(task, Some("A customer and what they need."));
    let schema = schemars::schema_for!(Customer);
    assert_eq!(
        schema.pointer("/properties/name/maxLength"),
        Some(&80.into())
    );
}
