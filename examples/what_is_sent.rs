//! Shows what each provider is sent for a type, and what it is only told in words.
//!
//! ```text
//! cargo run -p examples --bin what_is_sent
//! ```

use std::collections::BTreeMap;

use zyn::prelude::*;
use zyn::schema::Dialect;

/// An order by mail.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Order {
    customer: String,
    #[schemars(email)]
    email: Option<String>,
    /// How many of each article.
    articles: BTreeMap<String, u32>,
    #[schemars(length(max = 80))]
    note: Option<String>,
}

fn main() -> Result<(), zyn::schema::SchemaError> {
    let schema = Order::schema()?;
    for dialect in Dialect::ALL {
        match schema.for_dialect(dialect) {
            Ok(sent) => println!("{sent}\n"),
            Err(refused) => println!("{dialect} takes no such schema: {refused}\n"),
        }
    }
    Ok(())
}
