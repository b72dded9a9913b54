//! A reply, read as an answer of several types.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|reply: &str| {
    zyn::fuzzing::decode(reply);
});
