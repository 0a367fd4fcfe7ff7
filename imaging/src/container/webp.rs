//! WebP's chunks in their RIFF.

use std::borrow::Cow;

use super::{Container, ENDS_EARLY, le16, le32};

pub(super) fn read(bytes: &[u8]) -> Container<'_> {
    let mut container = Container { depth: Some(8), ..Container::default() };
    let claimed = le32(bytes, 4).unwrap_or(0) as usize;
    if bytes.len() < claimed.saturating_add(8) {
        container.damage = Some(ENDS_EARLY);
    }
    let mut at = 12;
    while let (Some(kind), Some(length)) = (bytes.get(at..at + 4), le32(bytes, at + 4)) {
        let data = &bytes[at + 8..bytes.len().min((at + 8).saturating_add(length as usize))];
        match kind {
            b"VP8X" => {
                let flags = data.first().copied().unwrap_or(0);
                container.animated = flags & 0x02 != 0;
                container.alpha = flags & 0x10 != 0;
                container.size = le24(data, 4).zip(le24(data, 7)).map(|(width, height)| (width + 1, height + 1));
            }
            b"VP8 " if container.size.is_none() => {
                let edge = |at| le16(data, at).map(|edge| u32::from(edge & 0x3fff));
                container.size = edge(6).zip(edge(8));
            }
            b"VP8L" if container.size.is_none() => {
                container.size = le32(data, 1).map(|bits| ((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1));
                container.alpha = le32(data, 1).is_some_and(|bits| bits >> 28 & 1 == 1);
            }
            b"EXIF" => container.exif = Some(Cow::Borrowed(data.strip_prefix(b"Exif\0\0").unwrap_or(data))),
            b"XMP " => container.xmp = Some(Cow::Borrowed(data)),
            b"ICCP" => container.icc = Some(Cow::Borrowed(data)),
            _ => {}
        }
        at = at.saturating_add(8).saturating_add((length as usize).saturating_add(1) & !1);
    }
    container
}

fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    let part = bytes.get(at..at + 3)?;
    Some(u32::from_le_bytes([part[0], part[1], part[2], 0]))
}
