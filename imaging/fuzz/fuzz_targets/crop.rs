//! Whatever the bytes and the region are, cutting ends well, and a piece is a whole picture.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use pixelsync_imaging::{Limits, Region, Verdict, crop::crop, develop};

const LIMITS: Limits =
    Limits { pixels_max: 2_000_000, streamed_pixels_max: 2_000_000, time_max: Duration::from_secs(5) };

fuzz_target!(init: pixelsync_imaging_fuzz::only_what_escapes_counts(), |bytes: &[u8]| {
    // by the last bytes, so that every picture is an input as it is
    let [left, top, width, height] = bytes.last_chunk().copied().unwrap_or_default();
    let span = |start: u8, length: u8| {
        let start = f64::from(start) / 256.0;
        (start, (1.0 - start) * f64::from(length).max(1.0) / 255.0)
    };
    let ((x, width), (y, height)) = (span(left, width), span(top, height));
    let region = Region::new(x, y, width, height).expect("a part of what is left");
    if let Ok(piece) = crop(bytes, region, &LIMITS) {
        assert_eq!(develop(&piece.bytes, &LIMITS).verdict, Verdict::Ok);
    }
});
