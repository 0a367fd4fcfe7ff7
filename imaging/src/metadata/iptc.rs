//! IPTC's records: what agencies write.

use super::Said;
use crate::tiff::from_bytes;

const TITLE: u8 = 5;
const KEYWORD: u8 = 25;
const CAPTION: u8 = 120;

/// In UTF-8 where it is that, whatever the block says of itself: what says otherwise is wrong more often than right.
pub(super) fn read(mut records: &[u8]) -> Said {
    let mut said = Said::default();
    while let Some(&[0x1c, record, field, high, low]) = records.first_chunk() {
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some(value) = records.get(5..5 + length) else { break };
        records = &records[5 + length..];
        let text = from_bytes(value);
        let text = text.trim_matches(|sign: char| sign == '\0' || sign.is_whitespace()).to_owned();
        if record != 2 || text.is_empty() {
            continue;
        }
        match field {
            TITLE => said.title = Some(text),
            CAPTION => said.caption = Some(text),
            KEYWORD => said.keywords.push(text),
            _ => {}
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_and_a_torn_one_ends_them() {
        let records = b"\x1c\x02\x05\0\x04Pier\x1c\x02\x19\0\x03sea\x1c\x02\x19\0\x04k\xfcst\x1c\x02\x78\0\xffcut";
        let said = read(records);
        assert_eq!(said.title.as_deref(), Some("Pier"));
        assert_eq!(said.keywords, ["sea", "küst"]);
        assert_eq!(said.caption, None);
    }
}
