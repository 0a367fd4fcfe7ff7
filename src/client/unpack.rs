//! An archive file by file, as it comes over a line: what each is called, how long it is, its bytes. Understands what our own server
//! sends, in which every length is said before. Writes nothing.

use std::io::{self, Read, Take};

const HEADER_SIGNATURE: u32 = 0x0403_4b50;
const DIRECTORY_SIGNATURE: u32 = 0x0201_4b50;
/// Behind the signature, before the name.
const HEADER_BYTES: usize = 26;
const STORED: u16 = 0;
/// Lengths follow the bytes; none of ours are so.
const LENGTHS_FOLLOW: u16 = 1 << 3;
const WIDE: u32 = u32::MAX;
const WIDE_TAG: u16 = 0x0001;
const TIME_TAG: u16 = 0x5455;

/// What can leave bytes out without fetching them.
pub(super) trait Skip: Read {
    fn skip(&mut self, bytes: u64) -> io::Result<()>;
}

pub(super) struct Unpack<From> {
    from: From,
    passed: u64,
}

#[derive(Debug, PartialEq)]
pub(super) struct Entry {
    /// A file's, in no folder.
    pub(super) name: String,
    pub(super) bytes: u64,
    /// Seconds since 1970, where it is said.
    pub(super) modified: Option<u32>,
}

impl<From: Read> Unpack<From> {
    pub(super) fn new(from: From) -> Unpack<From> {
        Unpack { from, passed: 0 }
    }

    /// None behind the last. What the one before holds must have been read.
    pub(super) fn next(&mut self) -> io::Result<Option<Entry>> {
        match u32::from_le_bytes(self.array()?) {
            HEADER_SIGNATURE => {}
            DIRECTORY_SIGNATURE => return Ok(None),
            _ => return Err(not_ours()),
        }
        let header: [u8; HEADER_BYTES] = self.array()?;
        let narrow = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let number = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        if narrow(2) & LENGTHS_FOLLOW != 0 || narrow(4) != STORED {
            return Err(not_ours());
        }
        let (name, extra) = (self.bytes(narrow(22).into())?, self.bytes(narrow(24).into())?);
        let bytes = match number(18) {
            WIDE => {
                field(&extra, WIDE_TAG).and_then(|field| field.first_chunk()).map(|bytes| u64::from_le_bytes(*bytes))
            }
            bytes => Some(bytes.into()),
        };
        let modified = field(&extra, TIME_TAG).and_then(|field| field.get(1..)?.first_chunk());
        let name = String::from_utf8(name).ok().filter(|name| is_of_file(name));
        Ok(Some(Entry {
            name: name.ok_or_else(not_ours)?,
            bytes: bytes.ok_or_else(not_ours)?,
            modified: modified.map(|bytes| u32::from_le_bytes(*bytes)),
        }))
    }

    pub(super) fn content(&mut self, entry: &Entry) -> Take<&mut From> {
        self.passed += entry.bytes;
        self.from.by_ref().take(entry.bytes)
    }

    /// How many bytes of files came, or were left out.
    pub(super) fn passed(&self) -> u64 {
        self.passed
    }

    fn array<const LENGTH: usize>(&mut self) -> io::Result<[u8; LENGTH]> {
        let mut bytes = [0; LENGTH];
        self.from.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn bytes(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.from.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl<From: Skip> Unpack<From> {
    pub(super) fn skip(&mut self, entry: &Entry) -> io::Result<()> {
        self.passed += entry.bytes;
        self.from.skip(entry.bytes)
    }
}

fn not_ours() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "no archive of PixelSync")
}

/// Nothing that leads to another folder, whoever sends it.
fn is_of_file(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', '\0'])
}

/// What stands behind a tag.
fn field(mut extra: &[u8], tag: u16) -> Option<&[u8]> {
    loop {
        let head: &[u8; 4] = extra.first_chunk()?;
        let (found, length) = (u16::from_le_bytes([head[0], head[1]]), u16::from_le_bytes([head[2], head[3]]));
        let value = extra.get(4..4 + usize::from(length))?;
        if found == tag {
            return Some(value);
        }
        extra = &extra[4 + usize::from(length)..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::export::archive::{self, Piece, Plan};

    fn entry(name: &str, size: u64) -> archive::Entry {
        archive::Entry { name: name.to_owned(), size, crc32: 0, modified: 1_790_000_000 }
    }

    /// What is sent of an archive whose files hold nothing but sevens.
    fn sent(entries: &[archive::Entry], until: u64) -> Vec<u8> {
        let mut plan = Plan::default();
        entries.iter().for_each(|entry| plan.add(entry));
        let (archive, mut bytes) = (plan.settled(), Vec::new());
        let entry = |index: usize| entries.get(index).cloned().ok_or(());
        while let Some(piece) = archive.piece(bytes.len() as u64, until, entry).expect("its entries") {
            match piece {
                Piece::Bytes(piece) => bytes.extend(piece),
                Piece::File { length, .. } => bytes.resize(bytes.len() + length as usize, 7),
            }
        }
        bytes
    }

    #[test]
    fn what_our_server_sends_is_taken_apart() {
        let sent = sent(&[entry("größe.jpg", 3), entry("empty", 0), entry("SHA256SUMS.txt", 70_000)], u64::MAX);
        let mut unpack = Unpack::new(sent.as_slice());
        let mut found = Vec::new();
        while let Some(entry) = unpack.next().expect("an entry") {
            let mut content = Vec::new();
            unpack.content(&entry).read_to_end(&mut content).expect("its bytes");
            assert!(content.len() as u64 == entry.bytes && content.iter().all(|byte| *byte == 7));
            assert_eq!(entry.modified, Some(1_790_000_000));
            found.push((entry.name, entry.bytes));
        }
        let expect = [("größe.jpg", 3), ("empty", 0), ("SHA256SUMS.txt", 70_000)];
        assert_eq!(found, expect.map(|(name, bytes)| (name.to_owned(), bytes)));
    }

    #[test]
    fn wide_lengths_are_read() {
        let entry =
            Unpack::new(sent(&[entry("wide.tif", 5 << 30)], 100).as_slice()).next().expect("an entry").expect("one");
        assert_eq!((entry.name.as_str(), entry.bytes), ("wide.tif", 5 << 30));
    }

    #[test]
    fn what_is_cut_off_or_leads_elsewhere_is_no_entry() {
        let sent = sent(&[entry("a.jpg", 3)], u64::MAX);
        for length in [0, 3, 20, 33] {
            assert!(Unpack::new(&sent[..length]).next().is_err(), "{length} bytes");
        }
        for name in ["", "..", "../a.jpg", "/etc/passwd", "a\\b"] {
            assert!(!is_of_file(name), "{name}");
        }
    }
}
