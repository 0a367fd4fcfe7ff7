//! The small pictures that people see first: thumbnail, preview, and the few bytes that stand in for both.

use crate::{
    colour::ToSrgb,
    decode::Decoded,
    encode,
    orientation::Orientation,
    pixels::{Channels, Pixels},
    shrink,
};

pub(crate) const PREVIEW_EDGE: u32 = 1600;
const THUMBNAIL_EDGE: u32 = 400;
/// As large as the hash takes.
const THUMBHASH_EDGE: u32 = 100;
const PREVIEW_QUALITY: u8 = 80;
const THUMBNAIL_QUALITY: f32 = 80.0;

#[derive(Debug)]
pub struct Encoded {
    pub mime: &'static str,
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

#[derive(Debug)]
pub struct Derived {
    /// Of the whole picture, as a person sees it.
    pub width: u32,
    pub height: u32,
    pub thumbhash: Vec<u8>,
    pub thumbnail: Encoded,
    pub preview: Encoded,
}

/// Each from the next larger one. Colours are set right and the picture is turned when it is small, because that is cheap.
pub(crate) fn derive(
    decoded: Decoded,
    orientation: Orientation,
    icc: Option<&[u8]>,
    thumbnail_made: impl FnOnce(&Encoded),
) -> Option<Derived> {
    let (width, height) = orientation.size_seen(decoded.size);
    let large = shrink(decoded.pixels, PREVIEW_EDGE)?;
    let large = orientation.set_upright(ToSrgb::new(large.channels, icc).convert(large));
    let (large_width, large_height) = (large.width, large.height);
    let small = shrink::shrink(&large, THUMBNAIL_EDGE)?;
    let thumbnail = encode::webp(&small, THUMBNAIL_QUALITY)?;
    let thumbnail = Encoded { mime: "image/webp", bytes: thumbnail, width: small.width, height: small.height };
    thumbnail_made(&thumbnail);
    let thumbhash = thumbhash_of(&small)?;
    let preview = encode::jpeg(&large.over_white(), encode::JpegQuality::small(PREVIEW_QUALITY), &[])?;
    Some(Derived {
        width,
        height,
        thumbhash,
        thumbnail,
        preview: Encoded { mime: "image/jpeg", bytes: preview, width: large_width, height: large_height },
    })
}

fn thumbhash_of(small: &Pixels) -> Option<Vec<u8>> {
    let tiny = shrink::shrink(small, THUMBHASH_EDGE)?;
    let opaque = |[red, green, blue]: &[u8; 3]| [*red, *green, *blue, 255];
    let data = match tiny.channels {
        Channels::Rgb => tiny.data.as_chunks().0.iter().flat_map(opaque).collect(),
        _ => tiny.data,
    };
    Some(thumbhash::rgba_to_thumb_hash(tiny.width as usize, tiny.height as usize, &data))
}

/// What is small enough is not copied.
pub(crate) fn shrink(pixels: Pixels, edge: u32) -> Option<Pixels> {
    if pixels.width.max(pixels.height) <= edge { Some(pixels) } else { shrink::shrink(&pixels, edge) }
}
