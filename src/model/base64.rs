//! Bytes as text that survives anywhere, in the usual 64 signs. Knows nothing of what they mean.

const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub fn encode(bytes: &[u8]) -> String {
    let sign = |chunk: &[u8], at: usize| {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        if at > chunk.len() { '=' } else { char::from(SIGNS[(bits >> (18 - 6 * at)) as usize & 63]) }
    };
    bytes.chunks(3).flat_map(|chunk| (0..4).map(move |at| sign(chunk, at))).collect()
}

/// None where a sign is none of base64.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0_u32, 0);
    for sign in text.trim_end_matches('=').bytes() {
        let six = SIGNS.iter().position(|other| *other == sign)?;
        bits = bits << 6 | six as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_as_others_write_it() {
        assert_eq!(encode(b"a.jpg"), "YS5qcGc=");
        assert_eq!(decode("YS5qcGc=").as_deref(), Some(&b"a.jpg"[..]));
        assert_eq!(decode("%%%"), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }
}
