//! BMP's header.

use super::{Container, ENDS_EARLY, le16, le32};

pub(super) fn read(bytes: &[u8]) -> Container<'_> {
    let is_old = le32(bytes, 14) == Some(12);
    let size = if is_old {
        le16(bytes, 18).zip(le16(bytes, 20)).map(|(width, height)| (width.into(), height.into()))
    } else {
        // a negative height means that the rows go down
        le32(bytes, 18).zip(le32(bytes, 22)).map(|(width, height)| (width, height.cast_signed().unsigned_abs()))
    };
    let bits = le16(bytes, if is_old { 24 } else { 28 });
    let is_plain = is_old || le32(bytes, 30) == Some(0);
    let row = |width: u32| (u64::from(width) * u64::from(bits.unwrap_or(0))).div_ceil(32) * 4;
    let start = u64::from(le32(bytes, 10).unwrap_or(0));
    let is_short = size.is_some_and(|(width, height)| {
        is_plain && start + row(width).saturating_mul(height.into()) > bytes.len() as u64
    });
    Container {
        size,
        depth: bits.map(|bits| if bits > 8 { 8 } else { bits as u8 }),
        alpha: bits == Some(32),
        damage: is_short.then_some(ENDS_EARLY),
        ..Container::default()
    }
}
