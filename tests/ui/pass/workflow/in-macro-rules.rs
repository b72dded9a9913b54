// `macro_rules!` that declare workflows: holes see the names that stand where the literal does.
#![deny(warnings)]
use zyn::prelude::*;

macro_rules! asking {
    ($vis:vis $name:ident, $question:literal, $text:ident: $ty:ty) => {
        workflow!(
            /// Asks twice.
            $vis async fn $name($text: $ty) -> Result<String, zyn::Error> {
                let first = transform($question, $text);
                let second = transform("Better than {first}", $text);
                Ok(second)
            }
        );
    };
}

macro_rules! expression {
    ($name:ident, $question:expr, $length:expr) => {
        workflow!(
            /// Asks once.
            pub async fn $name(text: &str) -> String {
                let length = $length;
                let answer = transform($question, "{text} {length}");
                answer
            }
        );
    };
}

macro_rules! whole {
    ($($tokens:tt)*) => {
        workflow!($($tokens)*);
    };
}

asking!(pub one, "About {mail}", mail: &str);
asking!(pub(crate) two, "About it", text: &String);
expression!(three, "Answer", 1 + 2);
whole!(
    /// Passed on as it is.
    pub async fn four(text: &str) -> String {
        let answer = transform("About {text}");
        answer
    }
);

fn main() {
    assert_eq!(one::graph().steps[0].reads, ["mail"]);
    assert_eq!(two::graph().steps[1].reads, ["text", "first"]);
    assert_eq!(three::graph().steps[0].instruction, "Answer");
    assert_eq!(four::graph().steps[0].reads, ["text"]);
}
