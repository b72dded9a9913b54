// A validator that takes another type than its field has.
// The error is at the validator's path.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Customer {
    #[extract(validate = adult)]
    name: String,
}

fn adult(age: &u8) -> Result<(), &'static str> {
    if *age < 18 {
        Err("must be an adult")
    } else {
        Ok(())
    }
}

fn main() {}
