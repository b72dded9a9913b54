// Blocks of every kind around a step, typed `let`s, assignments, and steps in an ordinary `else`.
#![deny(warnings)]
use zyn::prelude::*;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Issue {
    name: String,
}

workflow!(
    /// A step stands wherever it decides a value with a name.
    pub async fn reply(mut text: String, n: Option<u8>, seen: &mut Vec<String>) -> String {
        #![allow(unused_parens, unused_unsafe)]
        text.push('!');
        seen.push(text.clone());
        let Some(n) = n else {
            let few = transform("Ask for a number", &text);
            return few;
        };
        let a = (transform("In parentheses", &text));
        let b = {
            let inner = transform("In a block", &text);
            format!("{a}{inner}")
        };
        let c = 'found: {
            if b.is_empty() {
                break 'found String::new();
            }
            transform("In a labelled block", "{b}")
        };
        let d = unsafe { transform("In an unsafe block", &c) };
        let e;
        let f: String;
        if n > 3 {
            e = transform("Declared before", &d);
            f = String::new();
        } else {
            e = String::new();
            f = transform("With a type", &d);
        }
        let g: Issue = extract("The problem", &f);
        #[allow(unused_variables)]
        let h = transform("Of no use", &e);
        g.name
    }
);

fn main() {
    let graph = reply::graph();
    let ids: Vec<_> = graph.steps.iter().map(|step| step.id).collect();
    assert_eq!(
        ids,
        ["few", "a", "inner", "c", "d", "then/e", "else/f", "g", "h"]
    );
    assert_eq!(graph.steps[7].output, "Issue");
    assert_eq!(graph.result, ["few", "g"]);
    let way_out = format!("{:?}", graph.body);
    assert_eq!(way_out.matches("Break").count(), 1, "{way_out}");
    assert!(way_out.contains("Break(\"'found\")"), "{way_out}");
}
