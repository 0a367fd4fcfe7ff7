//! What work on a picture takes of the machine's memory, told before it begins, so that not too much is begun at once.
//!
//! The figures are the most that was measured, with pictures that are the worst of their format. A format alone does
//! not tell how a file was written, so most files take less: a plain JPEG a fifth of one that comes in several scans.

use crate::{decode::jxl, derive::PREVIEW_EDGE, format::Format};

/// What is to be done with a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// [`crate::develop`], which decodes as little as the preview needs.
    Develop,
    /// [`crate::full()`] and [`crate::crop::crop`], which decode every pixel.
    Whole,
}

/// Tables and libraries.
const FIXED: u64 = 8 << 20;
/// Of a pixel that the preview may have: as it is decoded with some to spare, converted, turned and made smaller.
const PREVIEW_PIXEL_BYTES: u64 = 16;
/// Of a pixel that a decoder gives, converted or turned into another.
const OUR_PIXEL_BYTES: u64 = 8;

/// The most bytes that the work takes at its peak, beside the file's own. The size may be of the picture as stored or as
/// seen.
pub fn memory_needed(format: Format, (width, height): (u32, u32), purpose: Purpose) -> u64 {
    let pixels = u64::from(width) * u64::from(height);
    let small = pixels.min(u64::from(PREVIEW_EDGE).pow(2));
    let mut whole = pixels.saturating_mul(bytes_per_pixel(format, purpose));
    if format == Format::JpegXl {
        // it is given up where the decoder would need more
        whole = whole.min(pixels.saturating_mul(OUR_PIXEL_BYTES).saturating_add(jxl::MEMORY_MAX as u64));
    }
    whole.saturating_add(small * PREVIEW_PIXEL_BYTES + FIXED)
}

fn bytes_per_pixel(format: Format, purpose: Purpose) -> u64 {
    match (format, purpose) {
        // the coefficients of four inks, for libjpeg needs all of them where a picture comes in several scans
        (Format::Jpeg | Format::Raw(_), Purpose::Develop) => 8,
        // and the pixels
        (Format::Jpeg | Format::Raw(_), Purpose::Whole) => 13,
        // four channels of sixteen bits, and of eight
        (Format::Png, Purpose::Develop) => 12,
        // the piece, packed by itself, and with what is said of it
        (Format::Png, Purpose::Whole) => 33,
        (Format::Gif | Format::Bmp, Purpose::Develop) => 10,
        (Format::Gif | Format::Bmp, Purpose::Whole) => 13,
        // the `image` crate's, for floating numbers; ours needs a quarter at most
        (Format::Tiff, _) => 33,
        // a moving one's canvases
        (Format::WebP, Purpose::Develop) => 12,
        // libwebp's lossless encoder
        (Format::WebP, Purpose::Whole) => 43,
        // planes of sixteen bits, several times, in libraries that differ between systems
        (Format::Avif, _) => 34,
        (Format::Heic, _) => 24,
        // four channels of 32 bits, several times
        (Format::JpegXl, _) => 46,
    }
}
