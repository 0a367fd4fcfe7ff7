//! JPEG's segments, up to the first scan.

use std::borrow::Cow;

use super::{Container, be16, be32, iptc_in_photoshop};

pub const EXIF: &[u8] = b"Exif\0\0";
pub const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const XMP_EXTENSION: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
pub const ICC: &[u8] = b"ICC_PROFILE\0";

#[derive(Clone, Copy)]
pub struct Segment<'a> {
    pub marker: u8,
    /// Without marker and length.
    pub data: &'a [u8],
}

/// The segments before the first scan, where the pictures begins.
pub fn segments(bytes: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut at = 2;
    std::iter::from_fn(move || {
        loop {
            let marker = *bytes.get(at + 1).filter(|_| bytes.get(at) == Some(&0xff))?;
            match marker {
                // filling
                0xff => at += 1,
                // markers without a length
                0x01 | 0xd0..=0xd8 => at += 2,
                0xd9 | 0xda => return None,
                marker => {
                    let length = usize::from(be16(bytes, at + 2)?);
                    let data = bytes.get(at + 4..(at + 2 + length).min(bytes.len()))?;
                    at += 2 + length;
                    return Some(Segment { marker, data });
                }
            }
        }
    })
}

impl<'a> Segment<'a> {
    pub fn exif(&self) -> Option<&'a [u8]> {
        self.data.strip_prefix(EXIF).filter(|_| self.marker == 0xe1)
    }

    /// Any start of frame, of whatever coding.
    pub fn is_frame(&self) -> bool {
        matches!(self.marker, 0xc0..=0xcf) && !matches!(self.marker, 0xc4 | 0xc8 | 0xcc)
    }
}

pub fn read(bytes: &[u8]) -> Container<'_> {
    let mut container = Container::default();
    let (mut icc, mut extension, mut photoshop) = (Vec::new(), Vec::new(), Vec::new());
    for segment in segments(bytes) {
        let data = segment.data;
        match segment.marker {
            0xe1 => {
                if let Some(exif) = segment.exif() {
                    container.exif.get_or_insert(Cow::Borrowed(exif));
                } else if let Some(xmp) = data.strip_prefix(XMP) {
                    container.xmp.get_or_insert(Cow::Borrowed(xmp));
                } else if let Some(part) = data.strip_prefix(XMP_EXTENSION) {
                    extension.extend(part_of_extension(part));
                }
            }
            0xe2 => icc.extend(data.strip_prefix(ICC).and_then(part_of_profile)),
            0xed => photoshop.extend_from_slice(data.strip_prefix(PHOTOSHOP).unwrap_or_default()),
            _ if segment.is_frame() => {
                container.depth = data.first().copied();
                container.grey = data.get(5) == Some(&1);
                container.size = be16(data, 3).zip(be16(data, 1)).map(|(width, height)| (width.into(), height.into()));
            }
            _ => {}
        }
    }
    container.icc = joined(icc).map(Cow::Owned);
    container.iptc = iptc_in_photoshop(&photoshop).map(|iptc| Cow::Owned(iptc.to_vec()));
    if let (Some(main), Some(more)) = (&container.xmp, joined(extension)) {
        // two packets one after the other: the reader takes both
        container.xmp = Some(Cow::Owned([main, more.as_slice()].concat()));
    }
    container
}

/// A segment that holds IPTC records and nothing else of Photoshop's.
pub fn photoshop_with(iptc: &[u8]) -> Vec<u8> {
    let length = (iptc.len() as u32).to_be_bytes();
    let end: &[u8] = if iptc.len().is_multiple_of(2) { &[] } else { &[0] };
    [PHOTOSHOP, b"8BIM\x04\x04\0\0", &length, iptc, end].concat()
}

/// Its number among the parts, and its bytes.
fn part_of_profile(data: &[u8]) -> Option<(u32, &[u8])> {
    Some((u32::from(*data.first()?), data.get(2..)?))
}

/// A fingerprint, the whole length, and where this part belongs.
fn part_of_extension(data: &[u8]) -> Option<(u32, &[u8])> {
    Some((be32(data, 36)?, data.get(40..)?))
}

fn joined(mut parts: Vec<(u32, &[u8])>) -> Option<Vec<u8>> {
    parts.sort_by_key(|(place, _)| *place);
    (!parts.is_empty()).then(|| parts.iter().flat_map(|(_, data)| *data).copied().collect())
}
