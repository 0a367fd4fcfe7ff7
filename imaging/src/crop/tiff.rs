//! A piece as TIFF, with every bit that the picture has; and EXIF out of a file that is itself built like EXIF.

use image::DynamicImage;

use super::{Cropped, Kind, Source, png::upright_piece};
use crate::{
    format::Format,
    tiff::{Directory, Tiff, tag},
};

/// Of the picture's own directory: what says where and how its pixels lie does not hold for a piece.
const KEPT: &[u16] = &[
    tag::DESCRIPTION,
    tag::MAKE,
    tag::MODEL,
    0x0131,
    0x0132,
    0x013b,
    0x8298,
    tag::XMP,
    tag::IPTC,
    tag::PHOTOSHOP,
    tag::ICC,
];
/// Makers' notes point into a file that is no more.
const MAKER_NOTE: u16 = 0x927c;
const INTEROPERABILITY: u16 = 0xa005;

const SHORT: u16 = 3;
const LONG: u16 = 4;

/// An entry to be written: tag, kind, and the value in little-endian order.
struct Entry {
    tag: u16,
    kind: u16,
    data: Vec<u8>,
}

pub(super) fn crop(source: &Source<'_>) -> Result<Cropped, String> {
    let piece = as_written(upright_piece(source)?);
    let size = (piece.width(), piece.height());
    let channels = u16::from(piece.color().channel_count());
    let bits = u16::from(piece.color().bits_per_pixel() as u8 / piece.color().channel_count()).max(8);
    let pixels = little_endian(&piece);
    let mut entries = vec![
        long(tag::WIDTH, size.0),
        long(tag::HEIGHT, size.1),
        Entry { tag: tag::BITS, kind: SHORT, data: bits.to_le_bytes().repeat(channels.into()) },
        short(0x0103, 1),
        short(tag::PHOTOMETRIC, if channels < 3 { 1 } else { 2 }),
        long(tag::STRIP_OFFSETS, 8),
        short(tag::ORIENTATION, 1),
        short(0x0115, channels),
        long(0x0116, size.1),
        long(tag::STRIP_LENGTHS, u32::try_from(pixels.len()).map_err(|_| "The crop is too large for a TIFF.")?),
    ];
    if channels.is_multiple_of(2) {
        // the last channel is transparency, not multiplied in
        entries.push(short(0x0152, 2));
    }
    let block = source.job.bytes;
    let details = Tiff::new(block).and_then(|tiff| {
        let first = tiff.first()?;
        entries.extend(KEPT.iter().filter_map(|tag| copied(&first, *tag)));
        tiff.below(&first, tag::EXIF)
    });
    let bytes = written(&pixels, entries, details.as_ref());
    Ok(Cropped { bytes, format: Format::Tiff, width: size.0, height: size.1, kind: Kind::Lossless })
}

/// TIFF has no name for some of the kinds that pictures are decoded to.
fn as_written(piece: DynamicImage) -> DynamicImage {
    match piece {
        DynamicImage::ImageRgb32F(_) => DynamicImage::ImageRgb16(piece.into_rgb16()),
        DynamicImage::ImageRgba32F(_) => DynamicImage::ImageRgba16(piece.into_rgba16()),
        other => other,
    }
}

fn little_endian(piece: &DynamicImage) -> Vec<u8> {
    let bytes = piece.as_bytes();
    if cfg!(target_endian = "big") && piece.color().bytes_per_pixel() / piece.color().channel_count() == 2 {
        return bytes.as_chunks().0.iter().flat_map(|[one, other]| [*other, *one]).collect();
    }
    bytes.to_vec()
}

/// The facts of a RAW file or a TIFF as a block for a JPEG.
pub(super) fn exif_of(file: &[u8]) -> Option<Vec<u8>> {
    const BLOCK_BYTES_MAX: usize = 60_000;
    let tiff = Tiff::new(file)?;
    let first = tiff.first()?;
    let is_text = |tag: &u16| !matches!(*tag, tag::XMP | tag::IPTC | tag::PHOTOSHOP | tag::ICC);
    let mut entries: Vec<Entry> =
        KEPT.iter().filter(|tag| is_text(tag)).filter_map(|tag| copied(&first, *tag)).collect();
    entries.push(short(tag::ORIENTATION, 1));
    let block = written(&[], entries, tiff.below(&first, tag::EXIF).as_ref());
    (block.len() <= BLOCK_BYTES_MAX).then_some(block)
}

fn copied(directory: &Directory<'_>, tag: u16) -> Option<Entry> {
    let entry = directory.get(tag)?;
    Some(Entry { tag, kind: entry.kind(), data: entry.little_endian() })
}

fn short(tag: u16, value: u16) -> Entry {
    Entry { tag, kind: SHORT, data: value.to_le_bytes().to_vec() }
}

fn long(tag: u16, value: u32) -> Entry {
    Entry { tag, kind: LONG, data: value.to_le_bytes().to_vec() }
}

/// Head, pixels, then the directory and what it points to, the camera's directory last.
fn written(pixels: &[u8], mut entries: Vec<Entry>, details: Option<&Directory<'_>>) -> Vec<u8> {
    let mut file = [&b"II*\0\0\0\0\0"[..], pixels].concat();
    if let Some(details) = details {
        let kept = details.entries.iter().filter(|entry| !matches!(entry.tag, MAKER_NOTE | INTEROPERABILITY));
        let details =
            kept.map(|entry| Entry { tag: entry.tag, kind: entry.kind(), data: entry.little_endian() }).collect();
        let at = put_directory(&mut file, details);
        entries.push(long(tag::EXIF, at));
    }
    let at = put_directory(&mut file, entries);
    file[4..8].copy_from_slice(&at.to_le_bytes());
    file
}

/// Where it lies.
fn put_directory(file: &mut Vec<u8>, mut entries: Vec<Entry>) -> u32 {
    entries.sort_by_key(|entry| entry.tag);
    let mut directory = (entries.len() as u16).to_le_bytes().to_vec();
    for entry in entries {
        let Entry { tag, kind, mut data } = entry;
        let count = (data.len() / size_of_kind(kind)) as u32;
        directory.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        directory.extend(count.to_le_bytes());
        if data.len() > 4 {
            even(file);
            let at = file.len() as u32;
            file.extend(data);
            data = at.to_le_bytes().to_vec();
        }
        data.resize(4, 0);
        directory.extend(data);
    }
    even(file);
    let at = file.len() as u32;
    file.extend(directory);
    file.extend([0; 4]);
    at
}

fn even(file: &mut Vec<u8>) {
    if !file.len().is_multiple_of(2) {
        file.push(0);
    }
}

fn size_of_kind(kind: u16) -> usize {
    crate::tiff::size_of_kind(kind).unwrap_or(1)
}
