//! TIFF's LZW. Every string in its table has stood in the output before, so a place there and a length are all it keeps.

const CLEAR: usize = 256;
const END: usize = 257;
const FIRST: usize = 258;
const CODES_MAX: usize = 4096;
/// Short strings are copied as so many bytes at once; what is too much is written over by the next.
const STEP: usize = 16;

/// Appends at most `wanted` bytes; less where the data ends or is damaged.
pub(super) fn unpack(packed: &[u8], wanted: usize, out: &mut Vec<u8>) {
    out.resize(wanted + STEP, 0);
    let length = unpack_into(packed, wanted, out);
    out.truncate(length.min(wanted));
}

fn unpack_into(packed: &[u8], wanted: usize, out: &mut [u8]) -> usize {
    let mut table = [(0u32, 0u32); CODES_MAX + 1];
    let mut codes = Codes { packed, at: 0, bits: 0, held: 0, width: 9 };
    let (mut next, mut before, mut place) = (FIRST, None::<(usize, usize)>, 0usize);
    while place < wanted {
        let Some(code) = codes.next() else { break };
        if code == CLEAR {
            (next, before, codes.width) = (FIRST, None, 9);
            continue;
        }
        if code == END {
            break;
        }
        // the string before, and the first byte of this one, which follows it in the output
        if let Some((start, length)) = before
            && next < CODES_MAX
        {
            table[next] = (start as u32, length as u32 + 1);
            next += 1;
        }
        let length = if code < CLEAR {
            out[place] = code as u8;
            1
        } else if code < next {
            let (start, length) = (table[code].0 as usize, (table[code].1 as usize).min(wanted - place));
            copy(out, start, place, length);
            length
        } else {
            break;
        };
        before = Some((place, length));
        place += length;
        // a code earlier than would be needed
        codes.width = match next + 1 {
            ..512 => 9,
            512..1024 => 10,
            1024..2048 => 11,
            _ => 12,
        };
    }
    place
}

/// There is always room for a step behind the place.
fn copy(out: &mut [u8], start: usize, place: usize, length: usize) {
    if length <= STEP && start + length <= place && start + STEP <= out.len() && place + STEP <= out.len() {
        let mut step = [0; STEP];
        step.copy_from_slice(&out[start..start + STEP]);
        out[place..place + STEP].copy_from_slice(&step);
    } else if start + length <= place {
        out.copy_within(start..start + length, place);
    } else {
        // it runs into itself
        for index in 0..length {
            out[place + index] = out[start + index];
        }
    }
}

/// Codes of a width that changes, the highest bit first.
struct Codes<'a> {
    packed: &'a [u8],
    at: usize,
    bits: u32,
    held: u64,
    width: u32,
}

impl Codes<'_> {
    fn next(&mut self) -> Option<usize> {
        if self.bits < self.width {
            self.fill();
        }
        self.bits = self.bits.checked_sub(self.width)?;
        Some((self.held >> self.bits) as usize & ((1 << self.width) - 1))
    }

    fn fill(&mut self) {
        if let Some(four) = self.packed.get(self.at..self.at + 4).and_then(|rest| rest.first_chunk()) {
            self.held = self.held << 32 | u64::from(u32::from_be_bytes(*four));
            (self.at, self.bits) = (self.at + 4, self.bits + 32);
            return;
        }
        while let Some(byte) = self.packed.get(self.at) {
            self.held = self.held << 8 | u64::from(*byte);
            (self.at, self.bits) = (self.at + 1, self.bits + 8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(packed: &[u8], wanted: usize) -> Vec<u8> {
        let mut out = Vec::new();
        unpack(packed, wanted, &mut out);
        out
    }

    #[test]
    fn the_standards_own_example() {
        // 7 7 7 8 8 7 7 6 6, as the TIFF specification packs it
        let packed = [0x80, 0x01, 0xe0, 0x40, 0x80, 0x44, 0x08, 0x0c, 0x06, 0x80, 0x80];
        assert_eq!(unpacked(&packed, 9), [7, 7, 7, 8, 8, 7, 7, 6, 6]);
        assert_eq!(unpacked(&packed, 4), [7, 7, 7, 8]);
        assert_eq!(unpacked(&packed[..5], 9), [7, 7, 7, 8]);
    }

    #[test]
    fn nonsense_ends_somewhere() {
        assert!(unpacked(&[0xff; 100], 1000).len() <= 1000);
        assert_eq!(unpacked(&[], 10), Vec::<u8>::new());
    }
}
