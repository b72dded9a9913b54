//! What zyn's macros refuse, in which words, and what they take; see `tests/ui.rs`.
