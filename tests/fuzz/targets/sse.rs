//! A stream of events, in pieces that end anywhere.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|pieces: Vec<Vec<u8>>| {
    let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
    zyn::fuzzing::sse(&pieces);
});
