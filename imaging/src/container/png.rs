//! PNG's chunks.

use std::{
    borrow::Cow,
    io::{self, Read},
};

use flate2::read::ZlibDecoder;

use super::{Container, UNPACKED_MAX, be32};

pub(super) fn read(bytes: &[u8]) -> Container<'_> {
    let mut container = Container::default();
    let mut at = 8;
    while let (Some(length), Some(kind)) = (be32(bytes, at), bytes.get(at + 4..at + 8)) {
        let Some(data) = bytes.get(at + 8..at + 8 + length as usize) else { break };
        match kind {
            b"IHDR" => {
                container.size = be32(data, 0).zip(be32(data, 4));
                container.depth = data.get(8).copied();
                container.alpha = matches!(data.get(9), Some(4 | 6));
            }
            b"tRNS" => container.alpha = true,
            b"acTL" => container.animated = be32(data, 0).is_some_and(|frames| frames > 1),
            b"eXIf" => container.exif = Some(Cow::Borrowed(data)),
            b"iCCP" => container.icc = profile(data).map(Cow::Owned),
            b"iTXt" => container.xmp = xmp(data).or(container.xmp),
            b"IEND" => break,
            _ => {}
        }
        at += 12 + length as usize;
    }
    container
}

/// A name, a zero, how it is packed, and the packed profile.
fn profile(data: &[u8]) -> Option<Vec<u8>> {
    let end = memchr::memchr(0, data)?;
    unpacked(data.get(end + 2..)?).ok()
}

fn xmp(data: &[u8]) -> Option<Cow<'_, [u8]>> {
    let rest = data.strip_prefix(b"XML:com.adobe.xmp\0")?;
    let (is_packed, rest) = (*rest.first()? == 1, rest.get(2..)?);
    // language and translated name
    let rest = rest.get(memchr::memchr(0, rest)? + 1..)?;
    let text = rest.get(memchr::memchr(0, rest)? + 1..)?;
    if is_packed { unpacked(text).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(text)) }
}

fn unpacked(packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    ZlibDecoder::new(packed).take(UNPACKED_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}
