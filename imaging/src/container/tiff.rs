//! TIFF files, and RAW files that are built like them.

use std::borrow::Cow;

use super::{Container, ENDS_EARLY, iptc_in_photoshop};
use crate::tiff::{Directory, Tiff, tag};

pub(super) fn read(bytes: &[u8], is_raw: bool) -> Container<'_> {
    let Some(tiff) = Tiff::new(bytes) else { return Container::default() };
    let Some(first) = tiff.first() else {
        return Container { damage: Some(ENDS_EARLY), ..Container::default() };
    };
    let directories = tiff.directories();
    // A RAW file's first directory is often a small picture; a TIFF's further ones are other pages.
    let main = if is_raw { directories.iter().max_by_key(|directory| area(directory)) } else { None }.unwrap_or(&first);
    let block = |tag| first.get(tag).map(|entry| entry.bytes());
    let iptc = block(tag::IPTC).or_else(|| block(tag::PHOTOSHOP).and_then(iptc_in_photoshop));
    Container {
        size: main.uint(tag::WIDTH).zip(main.uint(tag::HEIGHT)),
        depth: main.uint(tag::BITS).and_then(|bits| u8::try_from(bits).ok()),
        exif: Some(Cow::Borrowed(bytes)),
        xmp: block(tag::XMP).map(Cow::Borrowed),
        iptc: iptc.map(Cow::Borrowed),
        icc: block(tag::ICC).map(Cow::Borrowed),
        damage: directories.iter().any(|directory| reaches_beyond(directory, bytes.len())).then_some(ENDS_EARLY),
        ..Container::default()
    }
}

fn area(directory: &Directory<'_>) -> u64 {
    let edge = |tag| u64::from(directory.uint(tag).unwrap_or(0));
    edge(tag::WIDTH) * edge(tag::HEIGHT)
}

/// Whether a part of the picture would lie after the end of the file.
fn reaches_beyond(directory: &Directory<'_>, length: usize) -> bool {
    [(tag::STRIP_OFFSETS, tag::STRIP_LENGTHS), (tag::TILE_OFFSETS, tag::TILE_LENGTHS)].iter().any(
        |(offsets, lengths)| {
            let Some((offsets, lengths)) = directory.get(*offsets).zip(directory.get(*lengths)) else { return false };
            offsets.uints().zip(lengths.uints()).any(|(at, size)| u64::from(at) + u64::from(size) > length as u64)
        },
    )
}
