// Notes as the ends of arms, blocks and rounds; a `call` as an arm, an assignment and the workflow's value.
#![deny(warnings)]
use zyn::prelude::*;
use zyn::testing::Scripted;

async fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
    text.parse()
}

#[derive(Debug)]
pub struct Mine;

impl From<zyn::Error> for Mine {
    fn from(_: zyn::Error) -> Self {
        Self
    }
}

impl From<std::num::ParseIntError> for Mine {
    fn from(_: std::num::ParseIntError) -> Self {
        Self
    }
}

workflow!(
    /// The sum of two numbers, after some talk.
    pub async fn sum(first: &str, second: Option<&str>, polite: bool) -> Result<u32, Mine> {
        if polite {
            system("Be polite")
        } else {
            system("Be brief")
        }
        match second {
            Some(second) => user("And {second}"),
            None => {}
        }
        for c in first.chars().take(1) {
            assistant("It begins with {c}")
        }
        let mut left = match second {
            Some(_) => call(parse(first))?,
            None => call(async { 1 }),
        };
        left = call(async { left + 1 });
        let right = call(parse(second.unwrap_or("2")));
        let _thanks = transform("Thank them");
        let right = right?;
        call(async { left + right })
    }
);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut session = Session::new();
    let llm = Llm::new(Scripted::new(["Thanks"]));
    let total = sum("40", Some("1"), true).run(&llm, &mut session).await;
    assert_eq!(total.unwrap(), 42);
    let texts: Vec<_> = session
        .messages()
        .iter()
        .map(zyn::Message::text)
        .take(3)
        .collect();
    assert_eq!(texts, ["Be polite", "And 1", "It begins with 4"]);
    let ids: Vec<_> = sum::graph().steps.iter().map(|step| step.id).collect();
    assert_eq!(
        ids,
        ["Some/left", "None/left", "left", "right", "_thanks", "sum"]
    );
    let failed = sum("x", Some("1"), true).run(&llm, &mut session).await;
    assert!(failed.is_err());
    assert_eq!(session.len(), 5);
}
