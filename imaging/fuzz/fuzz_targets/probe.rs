//! Whatever the bytes are, looking at them ends well: as a picture, and as a sidecar.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: pixelsync_imaging_fuzz::only_what_escapes_counts(), |bytes: &[u8]| {
    let _ = pixelsync_imaging::probe(bytes, Some(bytes));
});
