//! Pixels out of bytes, within limits, and what is damaged about them. One file a decoder.

pub(crate) mod heif;
pub(crate) mod jpeg;
pub(crate) mod jxl;
mod lzw;
pub(crate) mod others;
mod raw;
mod tiff;
mod webp;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{
    container::Container,
    format::Format,
    limits::{Deadline, Limits},
    pixels::Pixels,
};

pub(crate) struct Decoded {
    /// As stored, not turned; smaller than the picture where the decoder can do that.
    pub pixels: Pixels,
    /// Of the whole picture, as stored.
    pub size: (u32, u32),
    /// What is wrong although there are pixels.
    pub damage: Option<String>,
}

/// Why there are no pixels, as a sentence.
#[derive(Debug, PartialEq)]
pub(crate) enum Refusal {
    Damaged(String),
    Unsupported(String),
}

pub(crate) struct Job<'a> {
    pub format: Format,
    pub bytes: &'a [u8],
    pub container: &'a Container<'a>,
    /// The long edge that is needed; None asks for every pixel.
    pub edge: Option<u32>,
    pub limits: &'a Limits,
    pub deadline: Deadline,
}

impl Refusal {
    pub(crate) fn sentence(self) -> String {
        match self {
            Refusal::Damaged(sentence) | Refusal::Unsupported(sentence) => sentence,
        }
    }
}

impl Job<'_> {
    /// The profile of the pixels that the decoder gives. Those of JPEG XL have a screen's colours already.
    pub(crate) fn icc(&self) -> Option<&[u8]> {
        self.container.icc.as_deref().filter(|_| self.format != Format::JpegXl)
    }
}

/// A decoder that panics has met damaged data: that fails this file and nothing else.
pub(crate) fn decode(job: &Job<'_>) -> Result<Decoded, Refusal> {
    catch_unwind(AssertUnwindSafe(|| decode_unguarded(job)))
        .unwrap_or_else(|_| Err(Refusal::Damaged("The data is damaged in a way that no decoder copes with.".into())))
}

fn decode_unguarded(job: &Job<'_>) -> Result<Decoded, Refusal> {
    if let Some(size) = job.container.size {
        if size.0 == 0 || size.1 == 0 {
            return Err(Refusal::Damaged("The picture has no pixels.".into()));
        }
        let is_streamed = matches!(job.format, Format::Jpeg | Format::Raw(_));
        job.limits.check(size, is_streamed).map_err(Refusal::Unsupported)?;
    }
    let mut decoded = match job.format {
        Format::Jpeg => jpeg::decode(job, job.bytes),
        Format::WebP => webp::decode(job),
        Format::JpegXl => jxl::decode(job),
        Format::Heic | Format::Avif => heif::decode(job),
        Format::Raw(_) => raw::decode(job),
        Format::Tiff => tiff::decode(job).unwrap_or_else(|| others::decode(job)),
        Format::Png | Format::Gif | Format::Bmp => others::decode(job),
    }?;
    if let Some(damage) = job.container.damage {
        decoded.damage.get_or_insert_with(|| damage.into());
    }
    Ok(decoded)
}
