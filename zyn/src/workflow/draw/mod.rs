//! A graph as a picture: Mermaid, DOT and SVG in one language of shapes.
//!
//! An arrow is the order in time. A box is a step, a hexagon begins each round of a loop, a diamond decides, two bars
//! hold what runs at once, a frame holds a loop or a workflow inside the workflow. Dashed is what happens on failure.

mod dot;
mod flow;
mod layout;
mod mermaid;
mod part;
mod svg;
#[cfg(test)]
mod tests;
mod wiring;
mod words;
