//! GIF's blocks, as far as they tell whether it moves.

use super::{Container, le16};

pub(super) fn read(bytes: &[u8]) -> Container<'_> {
    Container {
        size: le16(bytes, 6).zip(le16(bytes, 8)).map(|(width, height)| (width.into(), height.into())),
        depth: Some(8),
        animated: frames(bytes).unwrap_or(0) > 1,
        alpha: true,
        ..Container::default()
    }
}

/// Counts to two.
fn frames(bytes: &[u8]) -> Option<u32> {
    let mut at = 13 + table(*bytes.get(10)?);
    let mut found = 0;
    while found < 2 {
        match *bytes.get(at)? {
            0x21 => at = after_blocks(bytes, at + 2)?,
            0x2c => {
                found += 1;
                at = after_blocks(bytes, at + 11 + table(*bytes.get(at + 9)?))?;
            }
            _ => break,
        }
    }
    Some(found)
}

/// The length of a colour table, by the flags that announce it.
fn table(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

fn after_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    }
}
