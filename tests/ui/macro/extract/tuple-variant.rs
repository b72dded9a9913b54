// A variant with two fields that have no names.
// In JSON they are an array, and a model must guess what each place means.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
enum Shape {
    Circle { radius: f64 },
    Rectangle(f64, f64),
}

fn main() {}
