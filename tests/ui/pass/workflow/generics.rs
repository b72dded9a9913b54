// Type, lifetime and const parameters, bounds, `impl Trait`, `dyn Trait` and functions as inputs.
#![deny(warnings)]
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
pub struct Text {
    #[allow(dead_code)]
    text: String,
}

workflow!(
    /// A type parameter decides what is extracted.
    pub async fn pull<T, const N: usize>(text: &str, all: [String; N]) -> T
    where
        T: Extract + Send + 'static,
    {
        let count = all.len() + N;
        let value = extract::<T>("One of {count}", text);
        value
    }

    /// Inputs by bound.
    pub async fn told<'a, T: ToPrompt + Sync + ?Sized>(
        value: &'a T,
        more: impl ToPrompt + Sync,
        keep: Box<dyn Fn(&str) -> bool + Send>,
        count: impl Fn(&str) -> usize,
        first: fn(&str) -> &str,
    ) -> String {
        let draft = transform("Tell {more}", value);
        if keep(&draft) {
            return draft;
        }
        let length = count(&draft);
        let first = first(&draft);
        let answer = transform("Tell it in {length} words", first);
        answer
    }
);

fn main() {
    fn first(text: &str) -> &str {
        text
    }
    fn send<T: Send>(_: T) {}
    send(told("a", 3, Box::new(|_| true), |text| text.len(), first));
    send(pull::<Text, 1>("a", [String::new()]));
}
