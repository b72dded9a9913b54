// Type parameters: filled in, only carried along, with bounds and defaults of their own, and constants.
use std::marker::PhantomData;

use zyn::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema, Extract)]
struct Page<T> {
    items: Vec<T>,
    next: Option<Box<Page<T>>>,
}

#[derive(Deserialize, JsonSchema, Extract)]
struct Id<Of: 'static, N = u64>
where
    N: Copy,
{
    id: N,
    #[serde(skip)]
    of: PhantomData<fn() -> Of>,
}

#[derive(Deserialize, JsonSchema, Extract)]
#[schemars(rename = "Fixed")]
struct Fixed<const N: usize> {
    name: String,
}

#[derive(Serialize, Deserialize, JsonSchema, Extract)]
struct Item {
    #[extract(validate = positive)]
    price: f64,
}

fn positive(price: &f64) -> Result<(), String> {
    if *price > 0.0 {
        return Ok(());
    }
    Err(format!("{price} is not positive"))
}

struct Unextractable;

fn extracted<T: Extract>() -> Option<T> {
    None
}

fn main() {
    extracted::<Page<Item>>();
    extracted::<Page<String>>();
    extracted::<Id<Unextractable>>();
    extracted::<Fixed<3>>();
    let last = Page {
        items: vec![Item { price: 1.0 }, Item { price: 0.0 }],
        next: None,
    };
    let page = Page {
        items: Vec::new(),
        next: Some(Box::new(last)),
    };
    let violations = page.violations();
    assert_eq!(violations.len(), 1);
    assert_eq!(
        violations[0].to_string(),
        "/next/items/1/price: 0 is not positive"
    );
    assert_eq!(
        Page {
            items: vec![1],
            next: None
        }
        .to_prompt(),
        r#"{"items":[1],"next":null}"#
    );
}
