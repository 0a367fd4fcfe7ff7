//! A piece of a picture as a picture of its own: in full quality, and with what the whole one says of itself.

mod exif;
mod jpeg;
mod png;
mod region;
mod tiff;
mod webp;

pub use region::{BadRegion, Region};

use std::borrow::Cow;

use crate::{
    Limits,
    container::{self, Container},
    decode::{self, Job, Refusal},
    encode::{self, JpegQuality, Marker},
    format::{self, Format},
    look_inside,
    orientation::{Area, Orientation},
    pixels::Pixels,
};

/// What encoding costs at this quality cannot be seen.
const JPEG_QUALITY: u8 = 95;
const WEBP_QUALITY: f32 = 95.0;
/// A larger piece is not worth tables of its own: they save some percent, and take 12 bytes of memory a pixel.
pub(crate) const OWN_TABLES_PIXELS_MAX: u64 = 8_000_000;

#[derive(Debug)]
pub struct Cropped {
    pub bytes: Vec<u8>,
    pub format: Format,
    pub width: u32,
    pub height: u32,
    pub kind: Kind,
}

/// How near the piece is to the file that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The compressed data itself, never decoded.
    Untouched,
    /// Every pixel as it was decoded.
    Lossless,
    /// Encoded again, at a quality that shows no difference.
    HighQuality,
}

impl Kind {
    /// As the catalogue writes it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Untouched => "untouched",
            Kind::Lossless => "lossless",
            Kind::HighQuality => "high_quality",
        }
    }
}

/// A picture that is opened to be cut.
struct Source<'a> {
    job: Job<'a>,
    container: &'a Container<'a>,
    orientation: Orientation,
    region: Region,
}

/// The sentence says why there is no piece.
pub fn crop(bytes: &[u8], region: Region, limits: &Limits) -> Result<Cropped, String> {
    let format = format::of(bytes)?;
    let (container, metadata) = look_inside(format, bytes, None);
    let job = Job { format, bytes, container: &container, edge: None, limits, deadline: limits.deadline() };
    let source = Source { job, container: &container, orientation: metadata.orientation, region };
    let cut = || match format {
        Format::Jpeg => jpeg::untouched(&source).map_or_else(|| source.as_jpeg(), Ok),
        Format::Png | Format::Gif | Format::Bmp => png::crop(&source),
        Format::Tiff => tiff::crop(&source),
        Format::WebP => webp::crop(&source),
        Format::Avif | Format::Heic | Format::JpegXl | Format::Raw(_) => source.as_jpeg(),
    };
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(cut))
        .unwrap_or_else(|_| Err("The picture is damaged and cannot be cropped.".into()))
}

impl Source<'_> {
    /// The piece in the picture as stored.
    fn area_of(&self, stored: (u32, u32)) -> Area {
        let seen = self.region.area_of(self.orientation.size_seen(stored));
        self.orientation.stored_area(stored, seen)
    }

    /// The piece, upright, in eight bits and the picture's own colours.
    fn pixels(&self) -> Result<Pixels, String> {
        let whole = decode::decode(&self.job).map_err(Refusal::sentence)?.pixels;
        let piece = cut(&whole, self.area_of((whole.width, whole.height)));
        drop(whole);
        Ok(self.orientation.set_upright(piece))
    }

    fn as_jpeg(&self) -> Result<Cropped, String> {
        let pixels = self.pixels()?.over_white();
        let size = (pixels.width, pixels.height);
        let grey = self.container.grey;
        let is_large = u64::from(size.0) * u64::from(size.1) > OWN_TABLES_PIXELS_MAX;
        let quality =
            if is_large { JpegQuality::fine(JPEG_QUALITY, grey) } else { JpegQuality::full(JPEG_QUALITY, grey) };
        let bytes = encode::jpeg(&pixels, quality, &self.markers(size)).ok_or("The crop could not be written.")?;
        Ok(Cropped { bytes, format: Format::Jpeg, width: size.0, height: size.1, kind: Kind::HighQuality })
    }

    fn exif(&self, size: (u32, u32)) -> Option<Vec<u8>> {
        // of a RAW file or a TIFF the whole file is the block
        let block = self.container.exif.as_deref()?;
        if block.len() == self.job.bytes.len() { tiff::exif_of(block) } else { Some(exif::of_piece(block, size)) }
    }

    fn xmp(&self) -> Option<Cow<'_, [u8]>> {
        self.container.xmp.as_deref().map(exif::xmp_of_piece)
    }

    /// A JPEG's segments, each as long as one may be; a longer profile is split.
    fn markers(&self, size: (u32, u32)) -> Vec<Marker<'_>> {
        const SEGMENT_MAX: usize = 65_533;
        const PROFILE_PART: usize = 65_000;
        let mut markers: Vec<Marker<'_>> = Vec::new();
        let block = |name: &[u8], data: &[u8]| Cow::Owned([name, data].concat());
        if let Some(exif) = self.exif(size) {
            markers.push((0xe1, block(container::jpeg::EXIF, &exif)));
        }
        if let Some(xmp) = self.xmp() {
            markers.push((0xe1, block(container::jpeg::XMP, &xmp)));
        }
        let parts: Vec<&[u8]> = self.job.icc().map(|icc| icc.chunks(PROFILE_PART).collect()).unwrap_or_default();
        for (number, part) in (1..=255).zip(&parts) {
            let head = [container::jpeg::ICC, &[number, parts.len() as u8]].concat();
            markers.push((0xe2, block(&head, part)));
        }
        if let Some(iptc) = self.container.iptc.as_deref() {
            markers.push((0xed, Cow::Owned(container::jpeg::photoshop_with(iptc))));
        }
        markers.retain(|(_, data)| data.len() <= SEGMENT_MAX);
        markers
    }
}

fn cut(pixels: &Pixels, area: Area) -> Pixels {
    let each = pixels.channels.count();
    let (left, width) = (area.x as usize * each, area.width as usize * each);
    let rows = pixels.data.chunks_exact(pixels.row_bytes()).skip(area.y as usize).take(area.height as usize);
    let mut data = Vec::with_capacity(width * area.height as usize);
    rows.for_each(|row| data.extend_from_slice(&row[left..left + width]));
    Pixels { width: area.width, height: area.height, channels: pixels.channels, data }
}
