//! Pixels out of bytes, within limits, and what is damaged about them. Makes nothing smaller.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, error::LimitErrorKind, metadata::Orientation,
};

pub(super) struct Decoded {
    pub pixels: DynamicImage,
    pub orientation: Orientation,
    /// What is wrong although there are pixels.
    pub damage: Option<String>,
}

/// A decoder that panics has met damaged data: that fails this file and nothing else.
pub(super) fn decode(bytes: &[u8], format: ImageFormat) -> Result<Decoded, String> {
    catch_unwind(AssertUnwindSafe(|| decode_unguarded(bytes, format)))
        .unwrap_or_else(|_| Err("The data is damaged in a way that no decoder copes with.".into()))
}

fn decode_unguarded(bytes: &[u8], format: ImageFormat) -> Result<Decoded, String> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    reader.set_format(format);
    // its default limits refuse what claims to be larger than any camera's picture, before a pixel is decoded
    let mut decoder = reader.into_decoder().map_err(sentence)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let pixels = DynamicImage::from_decoder(decoder).map_err(sentence)?;
    if pixels.width() == 0 || pixels.height() == 0 {
        return Err("The picture has no pixels.".into());
    }
    let damage = match format {
        ImageFormat::Jpeg if !jpeg_is_closed(bytes) => {
            Some("The file ends early: part of the picture is missing.".to_owned())
        }
        _ => None,
    };
    Ok(Decoded { pixels, orientation, damage })
}

fn sentence(error: ImageError) -> String {
    match error {
        ImageError::Limits(limit) => match limit.kind() {
            LimitErrorKind::DimensionError => "The picture claims more pixels than are taken in.".into(),
            _ => "The picture needs more memory than it may have.".into(),
        },
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            "The file ends early.".into()
        }
        ImageError::Unsupported(_) => "The picture is of a variant that this build cannot decode.".into(),
        _ => "The data is damaged.".into(),
    }
}

/// Whether an end marker follows the first scan. The decoder fills a picture cut short with grey and says nothing.
fn jpeg_is_closed(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4).and_then(|head| head.first_chunk::<4>()) {
        match marker {
            0xff => at += 1,
            // markers without a length
            0x01 | 0xd0..=0xd8 => at += 2,
            0xd9 => return true,
            // from the first scan on, the end marker occurs nowhere but at the end
            0xda => return bytes[at..].windows(2).any(|pair| pair == [0xff, 0xd9]),
            _ => at += 2 + usize::from(u16::from_be_bytes([high, low])),
        }
    }
    false
}
