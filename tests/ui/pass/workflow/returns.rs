// `return` in arms and at the end; in closures, `async` blocks and items it is theirs.
#![deny(warnings)]
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    A,
    B,
}

workflow!(
    /// Ends early and late.
    pub async fn value(text: &str, n: u8) -> String {
        let kind = classify::<Kind>("Which?", text);
        let clamp = |x: u8| -> u8 {
            if x > 3 {
                return 3;
            }
            x
        };
        let later = async {
            if n > 3 {
                return 3u8;
            }
            n
        }
        .await;
        fn item() -> u8 {
            return 3;
        }
        let answer = match kind {
            Kind::A => return format!("{}{}", clamp(n), item()),
            Kind::B => {
                if n > 5 {
                    return String::new();
                }
                transform("Answer {later}", text)
            }
        };
        return answer;
    }

    /// Gives nothing.
    pub async fn unit(text: &str) -> () {
        if text.is_empty() {
            return;
        }
        let _answer = transform("Answer", text);
    }

    /// Ends with an error of its own, or with that of the step.
    pub async fn result(text: &str) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        let n: u8 = text.parse()?;
        if n == 0 {
            return Err("nothing".into());
        }
        transform("Answer", text)
    }

    /// Gives functions that borrow when they are called.
    pub async fn function(text: &str) -> Box<dyn Fn(&str) -> bool + Send> {
        let answer = transform("Answer", text);
        Box::new(move |text| text == answer)
    }
);

fn main() {
    assert_eq!(value::graph().result, ["n", "kind", "B/answer"]);
}
