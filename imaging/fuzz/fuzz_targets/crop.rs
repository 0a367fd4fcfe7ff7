//! Whatever the bytes and the region are, cutting ends well, and a piece is a whole picture.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use pixelsync_imaging::{Limits, Region, Verdict, crop::crop, develop};

const LIMITS: Limits =
    Limits { pixels_max: 2_000_000, streamed_pixels_max: 2_000_000, time_max: Duration::from_secs(5) };

fuzz_target!(init: pixelsync_imaging_fuzz::only_what_escapes_counts(), |input: ([u8; 4], &[u8])| {
    let ([x, y, width, height], bytes) = input;
    let part = |byte: u8| f64::from(byte) / 255.0;
    let Ok(region) = Region::new(part(x), part(y), part(width), part(height)) else { return };
    if let Ok(piece) = crop(bytes, region, &LIMITS) {
        assert_eq!(develop(&piece.bytes, &LIMITS).verdict, Verdict::Ok);
    }
});
