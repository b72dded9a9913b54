//! The eight verbs: what the original's table of synapses says, row by row, and what zyn holds an answer to.
//!
//! | row | the original | zyn |
//! |---|---|---|
//! | Y01 | input structs with context, criteria, examples, … | the same as options: `y01_…`; "constraints" are criteria too |
//! | Y02 | three ways to fire, not the same for all | `fire` and `fire_detailed`, for all: `y02_…` |
//! | Y03 | merging with defaults | lists grow, all else is replaced, also by an empty value: `y03_…` |
//! | Y04 | five of eight have defaults, changed in place | a synapse is a value; a clone with more is the merge: `y04_…` |
//! | Y05 | examples of a call stay in the defaults | nothing is shared between clones: `y05_…` |
//! | Y06 | examples in three shapes, one split by lines | one shape, each part whole: `y06_…` |
//! | Y07 | indented JSON with HTML escapes; `%+v` if it fails | compact, unescaped, else a typed error: `y07_…` |
//! | Y08 | labels of sentiment mapped, others let through | the schema names four, others are invalid: `y08_…` |
//! | Y09 | reasoning required and not asked for | asked for if wanted, and then before the answer: `y09_…` |
//! | Y10 | errors are texts with prefixes | errors are kinds: `y10_…` |
//! | Y11 | a failed call gives a half-filled value | a failed call gives no value: `y11_…` |
//! | Y12 | blank questions and bad categories are sent | refused before anything is sent: `y12_…` |
//! | Y13 | custom synapses and pipeline stages | differs: a `Provider` wraps what is sent and an `Engine` what is run; the prompt that is stored is the step's own, and a record of an engine is held to all that a reply is held to; a type of one's own is `Extract` or `Classify` with `validate`: `y13_…` |
//! | Y14 | a provider's panic is an error, a validator's is not caught | differs: a panic is a bug and goes on up; the session is as it was: `y14_…` |

mod agreement;
mod ask;
mod enforced;
mod examples;
mod labels;
mod measured;
mod media;
mod merging;
mod modes;
mod options;
mod replay;
mod rows;
mod stored;
