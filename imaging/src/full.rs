//! The whole picture as a JPEG: upright, in a screen's colours, every pixel or as many as are wanted.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{
    Encoded, Limits,
    colour::ToSrgb,
    decode::{self, Job, Refusal},
    derive, encode, format, look_inside,
};

/// Of a JPEG as libjpeg writes it. What is longer is made smaller.
const EDGE_MAX: u32 = 65_500;
const QUALITY: u8 = 90;

/// As a JPEG, whatever it was. A damaged picture gives what could be decoded. The sentence says why there is none.
pub fn full(bytes: &[u8], limits: &Limits) -> Result<Encoded, String> {
    jpeg(bytes, EDGE_MAX, QUALITY, limits)
}

/// The same, its long edge at most `edge`.
pub fn jpeg(bytes: &[u8], edge: u32, quality: u8, limits: &Limits) -> Result<Encoded, String> {
    let edge = edge.clamp(1, EDGE_MAX);
    let format = format::of(bytes)?;
    let (container, metadata) = look_inside(format, bytes, None);
    let job = Job { format, bytes, container: &container, edge: Some(edge), limits, deadline: limits.deadline() };
    catch_unwind(AssertUnwindSafe(|| {
        let stored = decode::decode(&job).map_err(Refusal::sentence)?.pixels;
        let stored = derive::shrink(stored, edge).ok_or("The picture could not be made smaller.")?;
        let (width, height) = metadata.orientation.size_seen((stored.width, stored.height));
        // turned, converted and written piece by piece: beside the pixels as decoded nothing is as large as the picture
        let to_srgb = ToSrgb::new(stored.channels, job.icc());
        let bands = metadata.orientation.bands(&stored).map(|band| to_srgb.convert(band).over_white());
        let quality = encode::JpegQuality::fine(quality.clamp(1, 100), container.grey);
        let bytes =
            encode::jpeg_of_bands((width, height), quality, bands).ok_or("The picture could not be written.")?;
        Ok(Encoded { mime: "image/jpeg", bytes, width, height })
    }))
    .unwrap_or_else(|_| Err("The picture is damaged in a way that no decoder copes with.".into()))
}
