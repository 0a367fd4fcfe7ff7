//! A piece as WebP: lossless where the picture was.

use super::{Cropped, Kind, Source, WEBP_QUALITY};
use crate::{encode, format::Format, pixels::Channels};

const HAS_PROFILE: u8 = 0x20;
const HAS_ALPHA: u8 = 0x10;
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;

pub(super) fn crop(source: &Source<'_>) -> Result<Cropped, String> {
    let pixels = source.pixels()?;
    let size = (pixels.width, pixels.height);
    let is_lossless = memchr::memmem::find(&source.job.bytes[..source.job.bytes.len().min(1 << 16)], b"VP8L").is_some();
    let encoded = if is_lossless { encode::webp_lossless(&pixels) } else { encode::webp(&pixels, WEBP_QUALITY) };
    let encoded = encoded.ok_or("The crop could not be written.")?;
    let bytes = wrapped(source, &encoded, size, pixels.channels == Channels::Rgba);
    let kind = if is_lossless { Kind::Lossless } else { Kind::HighQuality };
    Ok(Cropped { bytes, format: Format::WebP, width: size.0, height: size.1, kind })
}

/// The encoder writes the plain form; metadata need the extended one, which is wrapped around it.
fn wrapped(source: &Source<'_>, plain: &[u8], size: (u32, u32), has_alpha: bool) -> Vec<u8> {
    const RIFF_HEAD: usize = 12;
    let (exif, xmp, icc) = (source.exif(size), source.xmp(), source.job.icc());
    if exif.is_none() && xmp.is_none() && icc.is_none() {
        return plain.to_vec();
    }
    let mut flags = 0;
    for (is_there, flag) in
        [(icc.is_some(), HAS_PROFILE), (has_alpha, HAS_ALPHA), (exif.is_some(), HAS_EXIF), (xmp.is_some(), HAS_XMP)]
    {
        flags |= if is_there { flag } else { 0 };
    }
    let edge = |edge: u32| (edge - 1).to_le_bytes();
    let head = [&[flags, 0, 0, 0][..], &edge(size.0)[..3], &edge(size.1)[..3]].concat();
    let mut chunks = chunk(b"VP8X", &head);
    chunks.extend(icc.map(|icc| chunk(b"ICCP", icc)).unwrap_or_default());
    chunks.extend(picture_chunks(plain.get(RIFF_HEAD..).unwrap_or_default()));
    chunks.extend(exif.map(|exif| chunk(b"EXIF", &exif)).unwrap_or_default());
    chunks.extend(xmp.map(|xmp| chunk(b"XMP ", &xmp)).unwrap_or_default());
    let length = (chunks.len() as u32 + 4).to_le_bytes();
    [&b"RIFF"[..], &length, b"WEBP", &chunks].concat()
}

/// With transparency the encoder has written the extended form itself: its head goes, its picture stays.
fn picture_chunks(chunks: &[u8]) -> &[u8] {
    const EXTENDED_HEAD: usize = 18;
    if chunks.starts_with(b"VP8X") { chunks.get(EXTENDED_HEAD..).unwrap_or_default() } else { chunks }
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = [&name[..], &(data.len() as u32).to_le_bytes(), data].concat();
    if !data.len().is_multiple_of(2) {
        chunk.push(0);
    }
    chunk
}
