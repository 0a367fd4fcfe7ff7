//! What EXIF and XMP say of a piece: what they said of the whole, but that it is upright, smaller, and has no thumbnail.
//! Mended in place, because makers' own notes point into the block.

use std::borrow::Cow;

use crate::tiff::{Tiff, tag};

const THUMBNAIL_START: u16 = 0x0201;
const THUMBNAIL_LENGTH: u16 = 0x0202;
const WIDTH: u16 = 0xa002;
const HEIGHT: u16 = 0xa003;

pub(super) fn of_piece(block: &[u8], size: (u32, u32)) -> Vec<u8> {
    let mut mended = block.to_vec();
    let Some(tiff) = Tiff::new(block) else { return mended };
    let Some(first) = tiff.first() else { return mended };
    if let Some(orientation) = first.get(tag::ORIENTATION) {
        put(&mut mended, orientation.data_at, &tiff.short(1));
    }
    if let Some(camera) = tiff.below(&first, tag::EXIF) {
        for (tag, edge) in [(WIDTH, size.0), (HEIGHT, size.1)] {
            let Some(entry) = camera.get(tag) else { continue };
            match u16::try_from(edge) {
                Ok(edge) if entry.bytes().len() == 2 => put(&mut mended, entry.data_at, &tiff.short(edge)),
                _ if entry.bytes().len() == 4 => put(&mut mended, entry.data_at, &tiff.long(edge)),
                _ => {}
            }
        }
    }
    if let Some(second) = tiff.directory(first.next) {
        put(&mut mended, first.next_at, &[0; 4]);
        if let Some((start, length)) = second.uint(THUMBNAIL_START).zip(second.uint(THUMBNAIL_LENGTH)) {
            drop_bytes(&mut mended, start as usize, length as usize);
        }
    }
    mended
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    if let Some(place) = bytes.get_mut(at..at + value.len()) {
        place.copy_from_slice(value);
    }
}

/// Cut off where they are the last; else nothing may move, and they become zeros.
fn drop_bytes(bytes: &mut Vec<u8>, start: usize, length: usize) {
    let end = start.saturating_add(length).min(bytes.len());
    if start < 8 || start >= end {
        return;
    }
    if end == bytes.len() { bytes.truncate(start) } else { bytes[start..end].fill(0) }
}

/// Programs that believe XMP more than EXIF must not turn the piece again.
pub(super) fn xmp_of_piece(xmp: &[u8]) -> Cow<'_, [u8]> {
    let name = b"tiff:Orientation";
    let Some(at) = memchr::memmem::find(xmp, name) else { return Cow::Borrowed(xmp) };
    let mut mended = xmp.to_vec();
    // `="6"` and `>6<` alike
    if let Some(digit) = mended[at + name.len()..].iter_mut().take(3).find(|byte| byte.is_ascii_digit()) {
        *digit = b'1';
    }
    Cow::Owned(mended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_orientation_in_xmp_is_reset() {
        assert_eq!(&*xmp_of_piece(b"<a tiff:Orientation=\"6\" b=\"6\"/>"), b"<a tiff:Orientation=\"1\" b=\"6\"/>");
        assert_eq!(
            &*xmp_of_piece(b"<tiff:Orientation>8</tiff:Orientation>"),
            b"<tiff:Orientation>1</tiff:Orientation>"
        );
        assert_eq!(&*xmp_of_piece(b"<a/>"), b"<a/>");
    }
}
