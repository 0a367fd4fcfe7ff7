//! Whatever the bytes are, decoding them ends well, soon, and with a sentence where it fails. What is made is a whole picture.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use pixelsync_imaging::{Limits, Verdict, develop, full};

const LIMITS: Limits =
    Limits { pixels_max: 2_000_000, streamed_pixels_max: 2_000_000, time_max: Duration::from_secs(5) };

fuzz_target!(init: pixelsync_imaging_fuzz::only_what_escapes_counts(), |bytes: &[u8]| {
    if let Verdict::Corrupted(reason) | Verdict::Unsupported(reason) = develop(bytes, &LIMITS).verdict {
        assert!(reason.ends_with('.'), "{reason}");
    }
    match full(bytes, &LIMITS) {
        Ok(whole) => assert_eq!(develop(&whole.bytes, &LIMITS).verdict, Verdict::Ok),
        Err(reason) => assert!(reason.ends_with('.'), "{reason}"),
    }
});
