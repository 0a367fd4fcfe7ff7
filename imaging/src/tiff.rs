//! TIFF structures: the skeleton of EXIF, of TIFF files and of most RAW files. Reads in place and believes no offset.

use std::collections::HashSet;

/// Cameras write some hundred entries; what claims more is damaged.
const ENTRIES_MAX: usize = 2_000;
const DIRECTORIES_MAX: usize = 64;

pub(crate) mod tag {
    pub(crate) const WIDTH: u16 = 0x0100;
    pub(crate) const HEIGHT: u16 = 0x0101;
    pub(crate) const BITS: u16 = 0x0102;
    pub(crate) const PHOTOMETRIC: u16 = 0x0106;
    pub(crate) const DESCRIPTION: u16 = 0x010e;
    pub(crate) const MAKE: u16 = 0x010f;
    pub(crate) const MODEL: u16 = 0x0110;
    pub(crate) const STRIP_OFFSETS: u16 = 0x0111;
    pub(crate) const ORIENTATION: u16 = 0x0112;
    pub(crate) const STRIP_LENGTHS: u16 = 0x0117;
    pub(crate) const SUB_DIRECTORIES: u16 = 0x014a;
    pub(crate) const TILE_OFFSETS: u16 = 0x0144;
    pub(crate) const TILE_LENGTHS: u16 = 0x0145;
    pub(crate) const XMP: u16 = 0x02bc;
    pub(crate) const IPTC: u16 = 0x83bb;
    pub(crate) const PHOTOSHOP: u16 = 0x8649;
    pub(crate) const ICC: u16 = 0x8773;
    pub(crate) const EXIF: u16 = 0x8769;
    pub(crate) const GPS: u16 = 0x8825;
    pub(crate) const DNG_VERSION: u16 = 0xc612;
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    Little,
    Big,
}

#[derive(Clone, Copy)]
pub(crate) struct Tiff<'a> {
    bytes: &'a [u8],
    order: Order,
    first: usize,
}

pub(crate) struct Directory<'a> {
    pub entries: Vec<Entry<'a>>,
    /// Where the number lies that points to the next directory.
    pub next_at: usize,
    pub next: usize,
}

#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub tag: u16,
    kind: u16,
    data: &'a [u8],
    /// Where the value lies among the bytes.
    pub data_at: usize,
    order: Order,
}

impl<'a> Tiff<'a> {
    /// Also the cousins that cameras write: Olympus and Panasonic changed the number after the byte order.
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Tiff<'a>> {
        let order = match bytes.get(..2)? {
            b"II" => Order::Little,
            b"MM" => Order::Big,
            _ => return None,
        };
        let magic = order.u16(bytes.get(2..4)?)?;
        let known = [42, 0x55, u16::from_le_bytes(*b"RO"), u16::from_le_bytes(*b"RS"), u16::from_be_bytes(*b"OR")];
        let first = order.u32(bytes.get(4..8)?)? as usize;
        known.contains(&magic).then_some(Tiff { bytes, order, first })
    }

    pub(crate) fn first(&self) -> Option<Directory<'a>> {
        self.directory(self.first)
    }

    pub(crate) fn directory(&self, at: usize) -> Option<Directory<'a>> {
        let count = usize::from(self.order.u16(self.bytes.get(at..)?)?);
        if at == 0 || count > ENTRIES_MAX {
            return None;
        }
        let next_at = at + 2 + count * 12;
        let next = self.bytes.get(next_at..).and_then(|rest| self.order.u32(rest)).unwrap_or(0) as usize;
        let entries = (0..count).filter_map(|index| self.entry(at + 2 + index * 12)).collect();
        Some(Directory { entries, next_at, next })
    }

    fn entry(&self, at: usize) -> Option<Entry<'a>> {
        let head = self.bytes.get(at..at + 12)?;
        let (tag, kind) = (self.order.u16(head)?, self.order.u16(&head[2..])?);
        let length = size_of_kind(kind)?.checked_mul(self.order.u32(&head[4..])? as usize)?;
        let data_at = if length <= 4 { at + 8 } else { self.order.u32(&head[8..])? as usize };
        let data = self.bytes.get(data_at..data_at.checked_add(length)?)?;
        Some(Entry { tag, kind, data, data_at, order: self.order })
    }

    /// The one that another one's entry points to.
    pub(crate) fn below(&self, directory: &Directory<'_>, tag: u16) -> Option<Directory<'a>> {
        self.directory(directory.get(tag)?.uint(0)? as usize)
    }

    /// All of them: the chain and what hangs below it.
    pub(crate) fn directories(&self) -> Vec<Directory<'a>> {
        let (mut found, mut seen, mut todo) = (Vec::new(), HashSet::new(), vec![self.first]);
        while let Some(at) = todo.pop() {
            if found.len() >= DIRECTORIES_MAX || !seen.insert(at) {
                continue;
            }
            let Some(directory) = self.directory(at) else { continue };
            todo.push(directory.next);
            if let Some(below) = directory.get(tag::SUB_DIRECTORIES) {
                todo.extend(below.uints().map(|at| at as usize));
            }
            found.push(directory);
        }
        found
    }

    /// Of two bytes that this block has written.
    pub(crate) fn read_short(&self, bytes: [u8; 2]) -> u16 {
        match self.order {
            Order::Little => u16::from_le_bytes(bytes),
            Order::Big => u16::from_be_bytes(bytes),
        }
    }

    pub(crate) fn long(&self, number: u32) -> [u8; 4] {
        match self.order {
            Order::Little => number.to_le_bytes(),
            Order::Big => number.to_be_bytes(),
        }
    }

    /// A short number as this block writes it; for mending one in place.
    pub(crate) fn short(&self, number: u16) -> [u8; 2] {
        match self.order {
            Order::Little => number.to_le_bytes(),
            Order::Big => number.to_be_bytes(),
        }
    }
}

impl<'a> Directory<'a> {
    pub(crate) fn get(&self, tag: u16) -> Option<Entry<'a>> {
        self.entries.iter().find(|entry| entry.tag == tag).copied()
    }

    pub(crate) fn uint(&self, tag: u16) -> Option<u32> {
        self.get(tag)?.uint(0)
    }

    pub(crate) fn text(&self, tag: u16) -> Option<String> {
        self.get(tag)?.text()
    }

    pub(crate) fn number(&self, tag: u16) -> Option<f64> {
        self.get(tag)?.number(0)
    }
}

impl<'a> Entry<'a> {
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.data
    }

    pub(crate) fn kind(&self) -> u16 {
        self.kind
    }

    /// The value as a little-endian file has it.
    pub(crate) fn little_endian(&self) -> Vec<u8> {
        // a fraction is two numbers of four bytes
        let each = match self.kind {
            5 | 10 => 4,
            kind => size_of_kind(kind).unwrap_or(1),
        };
        match self.order {
            Order::Little => self.data.to_vec(),
            Order::Big => self.data.chunks(each).flat_map(|number| number.iter().rev()).copied().collect(),
        }
    }

    pub(crate) fn uint(&self, index: usize) -> Option<u32> {
        match self.kind {
            1 | 7 => self.data.get(index).copied().map(u32::from),
            3 => self.order.u16(self.data.get(index * 2..)?).map(u32::from),
            4 | 13 => self.order.u32(self.data.get(index * 4..)?),
            _ => None,
        }
    }

    pub(crate) fn uints(&self) -> impl Iterator<Item = u32> + use<'a> {
        let entry = *self;
        (0..self.data.len()).map_while(move |index| entry.uint(index))
    }

    /// Also of a whole number. Without a denominator there is none.
    pub(crate) fn number(&self, index: usize) -> Option<f64> {
        let pair = |data: &'a [u8]| Some((self.order.u32(data)?, self.order.u32(data.get(4..)?)?));
        match self.kind {
            5 => {
                let (above, below) = pair(self.data.get(index * 8..)?)?;
                (below != 0).then(|| f64::from(above) / f64::from(below))
            }
            10 => {
                let (above, below) = pair(self.data.get(index * 8..)?)?;
                (below != 0).then(|| f64::from(above.cast_signed()) / f64::from(below.cast_signed()))
            }
            _ => self.uint(index).map(f64::from),
        }
    }

    /// Up to the first zero, without the blanks that cameras pad with. What is no UTF-8 is Latin-1.
    pub(crate) fn text(&self) -> Option<String> {
        if !matches!(self.kind, 1 | 2 | 7) {
            return None;
        }
        let end = memchr::memchr(0, self.data).unwrap_or(self.data.len());
        let text = from_bytes(&self.data[..end]);
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}

/// UTF-8 if it is that, else Latin-1, in which every byte means something.
pub(crate) fn from_bytes(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().copied().map(char::from).collect(), str::to_owned)
}

impl Order {
    fn u16(self, bytes: &[u8]) -> Option<u16> {
        let bytes = *bytes.first_chunk()?;
        Some(if self == Order::Little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn u32(self, bytes: &[u8]) -> Option<u32> {
        let bytes = *bytes.first_chunk()?;
        Some(if self == Order::Little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }
}

pub(crate) fn size_of_kind(kind: u16) -> Option<usize> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_that_lead_nowhere_are_not_followed() {
        let around = b"II*\0\x08\0\0\0\x01\0\x4a\x01\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0";
        assert_eq!(Tiff::new(around).map(|tiff| tiff.directories().len()), Some(1));
        let beyond = b"II*\0\xff\xff\xff\xff";
        assert!(Tiff::new(beyond).is_some_and(|tiff| tiff.directories().is_empty()));
        assert!(Tiff::new(b"II*\0").is_none());
    }
}
