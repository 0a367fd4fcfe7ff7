//! Boxes in boxes: HEIC, AVIF and Canon's CR3.

use std::borrow::Cow;

use super::{Container, ENDS_EARLY, be16, be32};
use crate::orientation::Orientation;

/// What phones write has some dozens: a large picture comes in tiles, each an item.
const ITEMS_MAX: usize = 10_000;

#[derive(Clone, Copy)]
struct Part<'a> {
    kind: &'a [u8],
    data: &'a [u8],
    is_whole: bool,
}

fn boxes(bytes: &[u8]) -> impl Iterator<Item = Part<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (size, kind) = (be32(bytes, at)? as usize, bytes.get(at + 4..at + 8)?);
        let (head, size) = match size {
            0 => (8, bytes.len() - at),
            1 => (16, usize::try_from(be64(bytes, at + 8)?).ok()?),
            size => (8, size),
        };
        let end = at.checked_add(size)?;
        let data = bytes.get(at + head..end.min(bytes.len()))?;
        at = end;
        Some(Part { kind, data, is_whole: end <= bytes.len() })
    })
}

/// Whether every box has the length that it claims.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    boxes(bytes).all(|part| part.is_whole)
}

fn find<'a>(bytes: &'a [u8], kind: &[u8]) -> Option<&'a [u8]> {
    boxes(bytes).find(|found| found.kind == kind).map(|found| found.data)
}

/// Version and flags come first in the boxes that have them.
fn find_full<'a>(bytes: &'a [u8], kind: &[u8]) -> Option<(u8, &'a [u8])> {
    let data = find(bytes, kind)?;
    Some((*data.first()?, data.get(4..)?))
}

pub(super) fn read(bytes: &[u8]) -> Container<'_> {
    let mut container = Container { turned: Some(Orientation::UPRIGHT), ..Container::default() };
    if !is_whole(bytes) {
        container.damage = Some(ENDS_EARLY);
    }
    let Some((_, meta)) = find_full(bytes, b"meta") else { return container };
    let is_sequence = bytes.get(8..12).is_some_and(|brand| matches!(brand, b"avis" | b"msf1" | b"hevc"));
    container.animated = is_sequence && find(bytes, b"moov").is_some();
    read_properties(meta, &mut container);
    for item in items(meta).take(ITEMS_MAX) {
        match item.kind {
            // how far the TIFF structure lies behind this number
            b"Exif" => container.exif = item.data(bytes, meta).and_then(after_own_length).map(Cow::Borrowed),
            b"mime" if memchr::memmem::find(item.rest, b"application/rdf+xml").is_some() => {
                container.xmp = item.data(bytes, meta).map(Cow::Borrowed);
            }
            _ => {}
        }
    }
    container
}

fn after_own_length(data: &[u8]) -> Option<&[u8]> {
    data.get(4usize.checked_add(be32(data, 0)? as usize)?..)
}

struct Item<'a> {
    id: u32,
    kind: &'a [u8],
    /// Its name, and of a mime item its type.
    rest: &'a [u8],
}

fn items(meta: &[u8]) -> impl Iterator<Item = Item<'_>> {
    let (version, data) = find_full(meta, b"iinf").unwrap_or_default();
    let entries = data.get(if version == 0 { 2 } else { 4 }..).unwrap_or_default();
    boxes(entries).filter(|part| part.kind == b"infe").filter_map(|part| Item::new(part.data))
}

impl<'a> Item<'a> {
    fn new(data: &'a [u8]) -> Option<Item<'a>> {
        let (version, data) = (*data.first()?, data.get(4..)?);
        let (id, at) = number_by(version >= 3, data, 0)?;
        Some(Item { id, kind: data.get(at + 2..at + 6)?, rest: data.get(at + 6..)? })
    }

    /// Of one piece, in the file or in the box that is made for it: so are all metadata that cameras write.
    fn data(&self, bytes: &'a [u8], meta: &'a [u8]) -> Option<&'a [u8]> {
        let (version, table) = find_full(meta, b"iloc")?;
        let sizes = be16(table, 0)?;
        let nibble = |shift: u16| usize::from(sizes >> shift & 15);
        let (offset, length, base, index) =
            (nibble(12), nibble(8), nibble(4), if version == 0 { 0 } else { nibble(0) });
        let (count, mut at) = number_by(version >= 2, table, 2)?;
        for _ in 0..count.min(ITEMS_MAX as u32) {
            let (id, next) = number_by(version >= 2, table, at)?;
            at = next;
            let is_inside = version > 0 && be16(table, at)? & 15 == 1;
            at += if version == 0 { 2 } else { 4 };
            let start = number_of(table, at, base)?;
            let extents = usize::from(be16(table, at + base)?);
            at += base + 2;
            if id == self.id && extents == 1 {
                let start = start.checked_add(number_of(table, at + index, offset)?)?;
                let end = start.checked_add(number_of(table, at + index + offset, length)?)?;
                let source = if is_inside { find(meta, b"idat")? } else { bytes };
                return source.get(start..end);
            }
            at = at.checked_add(extents * (index + offset + length))?;
        }
        None
    }
}

/// What belongs to the picture that the file is of.
fn read_properties(meta: &[u8], container: &mut Container<'_>) -> Option<()> {
    let (version, primary) = find_full(meta, b"pitm")?;
    let (primary, _) = number_by(version > 0, primary, 0)?;
    let all = find(meta, b"iprp")?;
    let list: Vec<Part<'_>> = boxes(find(all, b"ipco")?).take(ITEMS_MAX).collect();
    container.alpha =
        list.iter().any(|part| part.kind == b"auxC" && memchr::memmem::find(part.data, b"alpha").is_some());
    let mut is_turned = false;
    for index in associated(find(all, b"ipma")?, primary)? {
        let Some(part) = list.get(index.wrapping_sub(1)) else { continue };
        match part.kind {
            b"ispe" => container.size = be32(part.data, 4).zip(be32(part.data, 8)),
            b"pixi" => container.depth = part.data.get(5).copied(),
            b"irot" => is_turned = part.data.first().is_some_and(|turns| turns & 1 == 1),
            b"colr" if matches!(part.data.get(..4), Some(b"prof" | b"rICC")) => {
                container.icc = part.data.get(4..).map(|icc| Cow::Owned(icc.to_vec()));
            }
            _ => {}
        }
    }
    if is_turned {
        container.size = container.size.map(|(width, height)| (height, width));
    }
    Some(())
}

/// The places, from one on, of an item's properties in the list of all.
fn associated(data: &[u8], item: u32) -> Option<Vec<usize>> {
    let (version, is_wide) = (*data.first()?, data.get(3)? & 1 == 1);
    let mut at = 8;
    for _ in 0..be32(data, 4)?.min(ITEMS_MAX as u32) {
        let (id, next) = number_by(version > 0, data, at)?;
        let count = usize::from(*data.get(next)?);
        at = next + 1 + count * if is_wide { 2 } else { 1 };
        if id == item {
            let place = |index: usize| {
                if is_wide {
                    be16(data, next + 1 + index * 2).map(|place| usize::from(place & 0x7fff))
                } else {
                    data.get(next + 1 + index).map(|place| usize::from(place & 0x7f))
                }
            };
            return (0..count).map(place).collect();
        }
    }
    None
}

/// Canon keeps its facts as several TIFF structures in a box of its own.
pub(super) fn read_cr3(bytes: &[u8]) -> Container<'_> {
    const CANON: &[u8] = b"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";
    const XMP: &[u8] = b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";
    let mut container = Container::default();
    if !is_whole(bytes) {
        container.damage = Some(ENDS_EARLY);
    }
    let own =
        |bytes, id: &[u8]| boxes(bytes).find_map(|part| part.data.strip_prefix(id).filter(|_| part.kind == b"uuid"));
    container.xmp = own(bytes, XMP).map(Cow::Borrowed);
    if let Some(canon) = find(bytes, b"moov").and_then(|moov| own(moov, CANON)) {
        container.exif = find(canon, b"CMT1").map(Cow::Borrowed);
        container.more_exif =
            [&b"CMT2"[..], b"CMT4"].iter().filter_map(|kind| find(canon, kind)).map(Cow::Borrowed).collect();
    }
    container
}

/// A number of four bytes or of two, and where it ends.
fn number_by(is_wide: bool, bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    if is_wide { Some((be32(bytes, at)?, at + 4)) } else { Some((be16(bytes, at)?.into(), at + 2)) }
}

fn number_of(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    match size {
        0 => Some(0),
        4 => Some(be32(bytes, at)? as usize),
        8 => usize::try_from(be64(bytes, at)?).ok(),
        _ => None,
    }
}

fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_be_bytes(*chunk))
}
