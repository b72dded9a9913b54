// Types in a function body, and one that a macro writes.
use zyn::prelude::*;

macro_rules! answer {
    ($name:ident { $($field:ident: $type:ty),* }) => {
        #[derive(Serialize, Deserialize, JsonSchema, Extract)]
        struct $name {
            $(#[extract(validate = plausible)] $field: $type),*
        }
    };
}

answer!(Made { name: String, tags: Box<[String]> });

fn plausible<T>(_: &T) -> Result<(), String> {
    Err("never".to_owned())
}

fn main() {
    #[derive(Deserialize, JsonSchema, Extract)]
    struct Local {
        made: Made,
    }
    let made = Made {
        name: String::new(),
        tags: Box::default(),
    };
    assert_eq!(Local { made }.violations().len(), 2);
}
