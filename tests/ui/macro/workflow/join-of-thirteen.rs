// Thirteen steps run at once.
// A `join` takes twelve, and two of them do the same.
use zyn::prelude::*;

workflow!(
    pub async fn shout(text: &str) -> String {
        let (a, b, c, d, e, f, g, h, i, j, k, l, m) = join(
            transform("A", text),
            transform("B", text),
            transform("C", text),
            transform("D", text),
            transform("E", text),
            transform("F", text),
            transform("G", text),
            transform("H", text),
            transform("I", text),
            transform("J", text),
            transform("K", text),
            transform("L", text),
            transform("M", text),
        );
        format!("{a}{b}{c}{d}{e}{f}{g}{h}{i}{j}{k}{l}{m}")
    }
);

fn main() {}
