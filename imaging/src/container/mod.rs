//! What a file says of itself before a pixel is decoded: its size, and the blocks of metadata that it carries.
//! One file a format. Believes no length.

mod bmp;
mod gif;
pub mod isobmff;
pub mod jpeg;
mod jxl;
mod png;
mod raf;
mod tiff;
mod webp;

use std::borrow::Cow;

use crate::{
    format::{Format, Raw},
    orientation::Orientation,
};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Container<'a> {
    /// As stored, before it is turned.
    pub size: Option<(u32, u32)>,
    /// Bits of one channel.
    pub depth: Option<u8>,
    pub animated: bool,
    pub alpha: bool,
    /// One channel of light.
    pub grey: bool,
    /// Where the container says it and not the EXIF block.
    pub turned: Option<Orientation>,
    /// A TIFF structure.
    pub exif: Option<Cow<'a, [u8]>>,
    /// Canon splits it into several.
    pub more_exif: Vec<Cow<'a, [u8]>>,
    pub xmp: Option<Cow<'a, [u8]>>,
    /// IPTC records, without Photoshop's wrapping.
    pub iptc: Option<Cow<'a, [u8]>>,
    pub icc: Option<Cow<'a, [u8]>>,
    /// What the container itself shows to be wrong.
    pub damage: Option<&'static str>,
}

pub const ENDS_EARLY: &str = "The file ends early: part of the picture is missing.";

/// The longest block of metadata that is unpacked.
const UNPACKED_MAX: u64 = 16 << 20;

pub fn read(format: Format, bytes: &[u8]) -> Container<'_> {
    match format {
        Format::Jpeg => jpeg::read(bytes),
        Format::Png => png::read(bytes),
        Format::Gif => gif::read(bytes),
        Format::WebP => webp::read(bytes),
        Format::Bmp => bmp::read(bytes),
        Format::Avif | Format::Heic => isobmff::read(bytes),
        Format::JpegXl => jxl::read(bytes),
        Format::Raw(Raw::CanonCr3) => isobmff::read_cr3(bytes),
        Format::Raw(Raw::Fujifilm) => raf::read(bytes),
        Format::Tiff | Format::Raw(_) => tiff::read(bytes, matches!(format, Format::Raw(_))),
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_be_bytes(*chunk))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_be_bytes(*chunk))
}

fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_le_bytes(*chunk))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

/// The IPTC records among Photoshop's resources.
fn iptc_in_photoshop(mut resources: &[u8]) -> Option<&[u8]> {
    const IPTC: u16 = 0x0404;
    while let Some(rest) = resources.strip_prefix(b"8BIM") {
        let id = be16(rest, 0)?;
        // a name with its length before it, of even length together
        let name = (usize::from(*rest.get(2)?) + 2) & !1;
        let length = be32(rest, 2 + name)? as usize;
        let data = rest.get(6 + name..)?;
        if id == IPTC {
            return Some(&data[..length.min(data.len())]);
        }
        resources = data.get((length + 1) & !1..)?;
    }
    None
}
