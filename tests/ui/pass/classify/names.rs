// Labels are what serde would call the variants, whether serde is derived or not.
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Plain {
    Low,
    VeryHigh,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
#[serde(rename_all = "kebab-case")]
enum Renamed {
    NotNow,
    #[serde(rename = "right away")]
    Now,
    r#Async,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema, Classify)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Nested {
    NotNow,
    Now,
    #[serde(skip)]
    Unset,
}

#[derive(Serialize, Deserialize, JsonSchema, Extract)]
struct Ticket {
    urgency: Nested,
}

fn names<L: Classify>() -> Vec<&'static str> {
    L::LABELS.iter().map(|label| label.name).collect()
}

fn main() {
    assert_eq!(names::<Plain>(), ["Low", "VeryHigh"]);
    assert_eq!(names::<Renamed>(), ["not-now", "right away", "async"]);
    assert_eq!(names::<Nested>(), ["NOT_NOW", "NOW"]);

    assert_eq!(Renamed::Now.label(), "right away");
    assert_eq!(Renamed::from_label("not-now"), Some(Renamed::NotNow));
    assert_eq!(Renamed::from_label("NotNow"), None);
    assert_eq!(Nested::from_label("UNSET"), None);
    assert_eq!(Plain::VeryHigh.to_prompt(), "VeryHigh");

    let ticket = Ticket {
        urgency: Nested::NotNow,
    };
    assert_eq!(ticket.to_prompt(), r#"{"urgency":"NOT_NOW"}"#);
}
