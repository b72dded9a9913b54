// Enums with data in every representation that serde has; violations are where the answer has the field.
use zyn::prelude::*;

macro_rules! contact {
    ($name:ident, $(#[$attribute:meta])* ) => {
        #[derive(Serialize, Deserialize, JsonSchema, Extract)]
        $(#[$attribute])*
        enum $name {
            Mail {
                #[serde(rename = "to")]
                #[extract(validate = not_blank)]
                address: String,
            },
            Phone(Number),
            None,
        }
    };
}

#[derive(Serialize, Deserialize, JsonSchema, Extract)]
struct Number {
    #[extract(validate = not_blank)]
    digits: String,
}

contact!(External,);
contact!(Internal, #[serde(tag = "kind")]);
contact!(Adjacent, #[serde(tag = "kind", content = "a/b")]);
contact!(Untagged, #[serde(untagged)]);

fn not_blank(text: &str) -> Result<(), &'static str> {
    if text.trim().is_empty() {
        return Err("must not be blank");
    }
    Ok(())
}

macro_rules! paths {
    ($name:ident) => {{
        let mail = $name::Mail {
            address: String::new(),
        }
        .violations();
        let phone = $name::Phone(Number {
            digits: String::new(),
        })
        .violations();
        assert!($name::None.violations().is_empty());
        (mail[0].path.clone(), phone[0].path.clone())
    }};
}

fn main() {
    let is = |mail: &str, phone: &str| (mail.to_owned(), phone.to_owned());
    assert_eq!(paths!(External), is("/Mail/to", "/Phone/digits"));
    assert_eq!(paths!(Internal), is("/to", "/digits"));
    assert_eq!(paths!(Adjacent), is("/a~1b/to", "/a~1b/digits"));
    assert_eq!(paths!(Untagged), is("/to", "/digits"));
}
