//! The layout of a zip archive whose files are stored as they are: any stretch of it can be written without what comes
//! before. Knows where each begins, asks what it is when that is written, reads no file.

use crate::model::Day;

/// The directory of a large archive is long; more of it than this is never held at once.
const PIECE_BYTES_MAX: usize = 64 * 1024;

const HEADER_SIGNATURE: u32 = 0x0403_4b50;
const RECORD_SIGNATURE: u32 = 0x0201_4b50;
const WIDE_END_SIGNATURE: u32 = 0x0606_4b50;
const WIDE_LOCATOR_SIGNATURE: u32 = 0x0706_4b50;
const END_SIGNATURE: u32 = 0x0605_4b50;
const WIDE_TAG: u16 = 0x0001;
const TIME_TAG: u16 = 0x5455;

/// What a program has to understand: 2.0, or 4.5 where a number is wider than 32 bits.
const VERSION: u16 = 20;
const VERSION_WIDE: u16 = 45;
/// On unix, because then the permissions below are believed.
const MADE_ON: u16 = 3 << 8;
/// A plain file that its owner may write and all may read.
const PERMISSIONS: u32 = 0o100_644 << 16;
const NAMES_ARE_UTF8: u16 = 1 << 11;
const STORED: u16 = 0;
const MODIFIED_IS_THERE: u8 = 1;
/// What follows the length in the wide end, as the format counts it.
const WIDE_END_BYTES: u64 = 44;

const DAY_S: i64 = 86_400;
/// The calendar of DOS: 1980 to 2107.
const DOS_FIRST_S: i64 = 315_532_800;
const DOS_LAST_S: i64 = 4_354_819_199;
const DOS_YEAR_FIRST: u16 = 1980;

/// A file in the archive.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// With its folders, divided by `/`. The format has two bytes for how long it is.
    pub name: String,
    pub size: u64,
    pub crc32: u32,
    /// Seconds since 1970, UTC.
    pub modified: i64,
}

/// What is to be sent next.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Bytes(Vec<u8>),
    /// So many bytes of an entry's file, from there on.
    File {
        entry: usize,
        from: u64,
        length: u64,
    },
}

/// Two numbers for each entry, however long their names are.
pub struct Archive {
    /// Where each entry's header begins, and behind the last where the directory does.
    headers: Vec<u64>,
    /// Where each entry's record in the directory begins, and behind the last where the end does.
    records: Vec<u64>,
    length: u64,
}

/// An archive whose entries are being counted.
#[derive(Default)]
pub struct Plan {
    headers: Vec<u64>,
    /// Counted from where the directory begins.
    records: Vec<u64>,
    files: u64,
    directory: u64,
}

impl Plan {
    pub fn add(&mut self, entry: &Entry) {
        self.headers.push(self.files);
        self.records.push(self.directory);
        self.directory += length(&record(entry, self.files));
        self.files += length(&header(entry, self.files)) + entry.size;
    }

    pub fn settled(mut self) -> Archive {
        self.headers.push(self.files);
        self.records.push(self.directory);
        self.records.iter_mut().for_each(|record| *record += self.files);
        let mut archive = Archive { headers: self.headers, records: self.records, length: self.files + self.directory };
        archive.length += length(&archive.end());
        archive
    }
}

impl Archive {
    /// Exact, before anything is read.
    #[expect(clippy::len_without_is_empty, reason = "an archive never is: its end is always there")]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Where what belongs to an entry begins.
    pub fn begin_of(&self, entry: usize) -> u64 {
        self.headers.get(entry).copied().unwrap_or(self.length)
    }

    /// The piece that begins there, never an empty one. None at the end. What stands in it of an entry is asked for.
    pub fn piece<Failure>(
        &self,
        at: u64,
        until: u64,
        mut entry: impl FnMut(usize) -> Result<Entry, Failure>,
    ) -> Result<Option<Piece>, Failure> {
        let until = until.min(self.length);
        if at >= until {
            return Ok(None);
        }
        let (index, start) = last_before(&self.headers, at);
        let Some(end) = self.headers.get(index + 1) else {
            return Ok(Some(Piece::Bytes(self.directory(at, until, entry)?)));
        };
        let header = header(&entry(index)?, start);
        let file = start + length(&header);
        if at < file {
            return Ok(Some(Piece::Bytes(cut(header, start, at, until))));
        }
        Ok(Some(Piece::File { entry: index, from: at - file, length: until.min(*end) - at }))
    }

    /// What follows the files, as much of it as one piece holds.
    fn directory<Failure>(
        &self,
        at: u64,
        until: u64,
        mut entry: impl FnMut(usize) -> Result<Entry, Failure>,
    ) -> Result<Vec<u8>, Failure> {
        let until = until.min(at + PIECE_BYTES_MAX as u64);
        let (first, start) = last_before(&self.records, at);
        let mut bytes = Vec::new();
        for index in first..self.records.len() {
            if self.records[index] >= until {
                break;
            }
            let is_end = index + 1 == self.records.len();
            bytes.extend(if is_end { self.end() } else { record(&entry(index)?, self.headers[index]) });
        }
        Ok(cut(bytes, start, at, until))
    }

    /// Says how long the directory is and where it lies, twice where the old numbers are too narrow.
    fn end(&self) -> Vec<u8> {
        let entries = self.headers.len() - 1;
        let (directory, end) = (self.headers[entries], self.records[entries]);
        let (count, size) = (entries as u64, end - directory);
        let mut bytes = Vec::new();
        if count >= u64::from(u16::MAX) || is_wide(size) || is_wide(directory) {
            bytes.extend(WIDE_END_SIGNATURE.to_le_bytes());
            bytes.extend(WIDE_END_BYTES.to_le_bytes());
            bytes.extend((MADE_ON | VERSION_WIDE).to_le_bytes());
            bytes.extend(VERSION_WIDE.to_le_bytes());
            // this disk, and the one that the directory begins on
            bytes.extend([0; 8]);
            bytes.extend([count, count, size, directory].iter().flat_map(|number| number.to_le_bytes()));
            bytes.extend(WIDE_LOCATOR_SIGNATURE.to_le_bytes());
            // the wide end is on the first disk, there, of one disk
            bytes.extend(0_u32.to_le_bytes());
            bytes.extend(end.to_le_bytes());
            bytes.extend(1_u32.to_le_bytes());
        }
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        bytes.extend(END_SIGNATURE.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend([count, count].iter().flat_map(|number| number.to_le_bytes()));
        bytes.extend([size, directory].iter().flat_map(|number| narrow(*number).to_le_bytes()));
        // no comment
        bytes.extend([0; 2]);
        bytes
    }
}

impl Piece {
    pub fn length(&self) -> u64 {
        match self {
            Piece::Bytes(bytes) => length(bytes),
            Piece::File { length, .. } => *length,
        }
    }
}

/// What stands before an entry's file.
fn header(entry: &Entry, start: u64) -> Vec<u8> {
    let mut extra = Vec::new();
    if is_wide(entry.size) {
        // here the format wants both sizes
        extra.extend(wide_field(&[entry.size, entry.size]));
    }
    extra.extend(time_field(entry.modified));
    let mut bytes = HEADER_SIGNATURE.to_le_bytes().to_vec();
    bytes.extend(facts(entry, start, &extra));
    bytes.extend(entry.name.as_bytes());
    bytes.extend(extra);
    bytes
}

/// What the directory says of an entry.
fn record(entry: &Entry, start: u64) -> Vec<u8> {
    let mut wide = Vec::new();
    if is_wide(entry.size) {
        wide.extend([entry.size, entry.size]);
    }
    if is_wide(start) {
        wide.push(start);
    }
    let mut extra = wide_field(&wide);
    extra.extend(time_field(entry.modified));
    let mut bytes = RECORD_SIGNATURE.to_le_bytes().to_vec();
    bytes.extend((MADE_ON | version(entry, start)).to_le_bytes());
    bytes.extend(facts(entry, start, &extra));
    // no comment, on the first disk, nothing known of what is inside
    bytes.extend([0; 6]);
    bytes.extend(PERMISSIONS.to_le_bytes());
    bytes.extend(narrow(start).to_le_bytes());
    bytes.extend(entry.name.as_bytes());
    bytes.extend(extra);
    bytes
}

/// What header and record say alike.
fn facts(entry: &Entry, start: u64, extra: &[u8]) -> Vec<u8> {
    let (time, date) = dos_time(entry.modified);
    let before = [version(entry, start), NAMES_ARE_UTF8, STORED, time, date];
    // stored: as long in the archive as outside
    let sizes = [entry.crc32, narrow(entry.size), narrow(entry.size)];
    let lengths = [entry.name.len(), extra.len()].map(|length| u16::try_from(length).unwrap_or(u16::MAX));
    let mut bytes: Vec<u8> = before.iter().flat_map(|number| number.to_le_bytes()).collect();
    bytes.extend(sizes.iter().flat_map(|number| number.to_le_bytes()));
    bytes.extend(lengths.iter().flat_map(|number| number.to_le_bytes()));
    bytes
}

fn version(entry: &Entry, start: u64) -> u16 {
    if is_wide(entry.size) || is_wide(start) { VERSION_WIDE } else { VERSION }
}

/// The numbers that 32 bits cannot hold, if there are any.
fn wide_field(numbers: &[u64]) -> Vec<u8> {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    if bytes.is_empty() { bytes } else { field(WIDE_TAG, &bytes) }
}

/// The time to the second, in UTC. What is before 1970 or behind 2038 is left to the clock of DOS: the field has a sign for
/// some programs and none for others.
fn time_field(modified: i64) -> Vec<u8> {
    let Some(modified) = i32::try_from(modified).ok().filter(|modified| *modified >= 0) else { return Vec::new() };
    let mut bytes = vec![MODIFIED_IS_THERE];
    bytes.extend(modified.to_le_bytes());
    field(TIME_TAG, &bytes)
}

fn field(tag: u16, bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    [&tag.to_le_bytes(), &length.to_le_bytes(), bytes].concat()
}

/// Time and date of a clock on the wall, in steps of two seconds.
fn dos_time(seconds: i64) -> (u16, u16) {
    let seconds = seconds.clamp(DOS_FIRST_S, DOS_LAST_S);
    let part = |length: i64, of: i64| u16::try_from(seconds.rem_euclid(of) / length).unwrap_or(0);
    let time = part(3_600, DAY_S) << 11 | part(60, 3_600) << 5 | part(2, 60);
    let day = i32::try_from(seconds.div_euclid(DAY_S)).ok().and_then(Day::of_number);
    let date = day
        .map_or(0, |day| (day.year() - DOS_YEAR_FIRST) << 9 | u16::from(day.month()) << 5 | u16::from(day.of_month()));
    (time, date)
}

/// The greatest narrow number is the sign for a wide one, so it is wide itself.
fn is_wide(number: u64) -> bool {
    number >= u64::from(u32::MAX)
}

fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn length(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

/// The last of the starts that is not behind `at`, and its place among them. The first one never is.
fn last_before(starts: &[u64], at: u64) -> (usize, u64) {
    let index = starts.partition_point(|start| *start <= at).saturating_sub(1);
    (index, starts[index])
}

/// Of bytes that begin at `start`, those from `at` until `until`.
fn cut(mut bytes: Vec<u8>, start: u64, at: u64, until: u64) -> Vec<u8> {
    let place = |offset: u64| usize::try_from(offset - start).unwrap_or(usize::MAX).min(bytes.len());
    let (from, to) = (place(at), place(until));
    bytes.truncate(to);
    bytes.drain(..from);
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GIB: u64 = 1 << 30;

    /// An archive, and whoever is asked for its entries.
    struct Sample {
        archive: Archive,
        entries: Vec<Entry>,
    }

    impl Sample {
        fn of(entries: Vec<Entry>) -> Sample {
            let mut plan = Plan::default();
            entries.iter().for_each(|entry| plan.add(entry));
            Sample { archive: plan.settled(), entries }
        }

        fn piece(&self, at: u64, until: u64) -> Option<Piece> {
            let entry = |index: usize| self.entries.get(index).cloned().ok_or(());
            self.archive.piece(at, until, entry).expect("its entries")
        }

        /// All pieces from there on, without a gap.
        fn from(&self, mut at: u64, until: u64) -> impl Iterator<Item = Piece> {
            std::iter::from_fn(move || {
                let piece = self.piece(at, until)?;
                at += piece.length();
                Some(piece)
            })
        }
    }

    /// A program that unpacks: reads from the back, believes the directory and looks at what it points to.
    struct Reader {
        sample: Sample,
    }

    impl Reader {
        fn of(entries: Vec<Entry>) -> Reader {
            Reader { sample: Sample::of(entries) }
        }

        fn len(&self) -> u64 {
            self.sample.archive.len()
        }

        fn bytes(&self, at: u64, length: u64) -> Vec<u8> {
            whole(self.sample.from(at, at + length))
        }

        fn number(&self, at: u64, length: usize) -> u64 {
            number(&self.bytes(at, length as u64))
        }

        /// How many entries there are, where the directory begins and where it ends.
        fn end(&self) -> (u64, u64, u64) {
            let end = self.len() - 22;
            assert_eq!(self.number(end, 4), u64::from(END_SIGNATURE));
            let narrow = (self.number(end + 10, 2), self.number(end + 16, 4), self.number(end + 12, 4));
            let (count, directory, size) = narrow;
            let is_wide = end >= 76 && self.number(end - 20, 4) == u64::from(WIDE_LOCATOR_SIGNATURE);
            let needs_wide = count == 0xffff || directory == 0xffff_ffff || size == 0xffff_ffff;
            assert_eq!(is_wide, needs_wide);
            if !is_wide {
                assert_eq!(directory + size, end);
                return (count, directory, end);
            }
            let wide = self.number(end - 12, 8);
            assert_eq!(self.number(wide, 4), u64::from(WIDE_END_SIGNATURE));
            assert_eq!(wide + 12 + self.number(wide + 4, 8), end - 20);
            let (count, size) = (self.number(wide + 32, 8), self.number(wide + 40, 8));
            let directory = self.number(wide + 48, 8);
            assert_eq!(directory + size, wide);
            (count, directory, wide)
        }

        /// The entries that are found, each with the place of its file.
        fn entries(&self) -> Vec<(Entry, u64)> {
            let (count, mut at, end) = self.end();
            let mut found = Vec::new();
            while at < end {
                assert_eq!(self.number(at, 4), u64::from(RECORD_SIGNATURE));
                assert_eq!((self.number(at + 5, 1), self.number(at + 38, 4)), (3, 0o100_644 << 16));
                let lengths = (self.number(at + 28, 2), self.number(at + 30, 2));
                let extra = self.bytes(at + 46 + lengths.0, lengths.1);
                let size = self.number(at + 24, 4);
                let mut wide = fields(&extra, WIDE_TAG).chunks(8).map(number).collect::<Vec<_>>().into_iter();
                let mut read = |narrow: u64| if narrow == 0xffff_ffff { wide.next().expect("wide") } else { narrow };
                let (size, stored) = (read(size), read(self.number(at + 20, 4)));
                let start = read(self.number(at + 42, 4));
                assert_eq!((size, wide.next()), (stored, None));
                let needs_wide = size >= 0xffff_ffff || start >= 0xffff_ffff;
                assert_eq!(self.number(at + 6, 2), if needs_wide { 45 } else { 20 });
                let entry = self.entry(at + 6, at + 46, size, &extra);
                let (of_header, file) = self.header(start);
                assert_eq!(entry, of_header);
                found.push((entry, file));
                at += 46 + lengths.0 + lengths.1;
            }
            assert_eq!(found.len() as u64, count);
            found
        }

        fn header(&self, at: u64) -> (Entry, u64) {
            assert_eq!(self.number(at, 4), u64::from(HEADER_SIGNATURE));
            let lengths = (self.number(at + 26, 2), self.number(at + 28, 2));
            let extra = self.bytes(at + 30 + lengths.0, lengths.1);
            let narrow = (self.number(at + 18, 4), self.number(at + 22, 4));
            let wide = fields(&extra, WIDE_TAG);
            let (stored, size) = if wide.is_empty() { narrow } else { (number(&wide[..8]), number(&wide[8..])) };
            assert!(wide.is_empty() || narrow == (0xffff_ffff, 0xffff_ffff));
            assert_eq!(stored, size);
            (self.entry(at + 4, at + 30, size, &extra), at + 30 + lengths.0 + lengths.1)
        }

        fn entry(&self, facts: u64, name: u64, size: u64, extra: &[u8]) -> Entry {
            // the names are UTF-8, nothing is compressed
            assert_eq!((self.number(facts + 2, 2), self.number(facts + 4, 2)), (0x0800, 0));
            let name = self.bytes(name, self.number(facts + 22, 2));
            let time = fields(extra, TIME_TAG);
            let modified = i32::from_le_bytes(*time.last_chunk().expect("time"));
            Entry {
                name: String::from_utf8(name).expect("name"),
                size,
                crc32: self.number(facts + 10, 4) as u32,
                modified: i64::from(modified),
            }
        }
    }

    fn number(bytes: &[u8]) -> u64 {
        bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn fields(extra: &[u8], tag: u16) -> &[u8] {
        let Some((head, rest)) = extra.split_at_checked(4) else { return &[] };
        let (field, others) = rest.split_at(number(&head[2..]) as usize);
        if number(&head[..2]) == u64::from(tag) { field } else { fields(others, tag) }
    }

    /// Files whose bytes tell where they stand.
    fn byte(entry: usize, at: u64) -> u8 {
        (entry as u64 * 31 + at * 7 + (at >> 8)) as u8
    }

    fn whole(pieces: impl Iterator<Item = Piece>) -> Vec<u8> {
        let bytes = |piece| match piece {
            Piece::Bytes(bytes) => bytes,
            Piece::File { entry, from, length } => (from..from + length).map(|at| byte(entry, at)).collect(),
        };
        pieces.flat_map(bytes).collect()
    }

    fn entry(name: &str, size: u64) -> Entry {
        let crc32 = (size as u32).wrapping_mul(77);
        Entry { name: name.to_owned(), size, crc32, modified: 1_795_687_200 }
    }

    fn entries(sizes: impl Strategy<Value = u64>, count: usize) -> impl Strategy<Value = Vec<Entry>> {
        let one = (r"[a-zäé港🌊/ .]{0,40}", sizes, any::<u32>(), 0..=i32::MAX);
        let one = one.prop_map(|(name, size, crc32, modified)| {
            let modified = i64::from(modified);
            Entry { name, size, crc32, modified }
        });
        prop::collection::vec(one, 0..count)
    }

    fn any_size() -> impl Strategy<Value = u64> {
        let edge = u64::from(u32::MAX);
        prop_oneof![0..300_u64, edge - 300..edge + 3, 0..(1_u64 << 50)]
    }

    proptest! {
        #[test]
        fn a_range_is_the_slice_of_the_whole(all in entries(0..300_u64, 40), from in 0.0..1.0, to in 0.0..1.05) {
            let sample = Sample::of(all);
            let all = whole(sample.from(0, u64::MAX));
            prop_assert_eq!(all.len() as u64, sample.archive.len());
            let [from, to] = [from, to].map(|part: f64| (part * all.len() as f64) as usize);
            let end = to.clamp(from, all.len());
            prop_assert_eq!(&whole(sample.from(from as u64, to as u64)), &all[from..end]);
        }

        #[test]
        fn pieces_are_never_empty_and_leave_no_gap(all in entries(any_size(), 12), from in 0.0..1.0, to in 0.0..1.0) {
            let sample = Sample::of(all);
            let [from, to] = [from, to].map(|part: f64| (part * sample.archive.len() as f64) as u64);
            let mut at = from;
            for piece in sample.from(from, to) {
                prop_assert!(piece.length() > 0);
                if let Piece::File { entry, from, length } = piece {
                    prop_assert!(from + length <= sample.entries[entry].size);
                }
                at += piece.length();
            }
            prop_assert_eq!(at, to.max(from));
        }

        #[test]
        fn all_is_found_again(all in entries(any_size(), 12)) {
            let reader = Reader::of(all.clone());
            let found = reader.entries();
            prop_assert!(found.iter().map(|(entry, _)| entry).eq(&all));
            for (index, (entry, file)) in found.iter().enumerate() {
                let expect = (entry.size > 0).then_some(Piece::File { entry: index, from: 0, length: entry.size });
                prop_assert_eq!(reader.sample.piece(*file, file + entry.size), expect);
            }
        }
    }

    #[test]
    fn an_archive_of_nothing_is_one() {
        let reader = Reader::of(Vec::new());
        assert_eq!(reader.len(), 22);
        assert!(reader.entries().is_empty());
    }

    #[test]
    fn wide_numbers_stand_exactly_where_they_are_needed() {
        let check = |sizes: &[u64], expect: (u64, bool)| {
            let entries = sizes.iter().map(|size| entry("a", *size)).collect();
            let reader = Reader::of(entries);
            let found = reader.entries();
            let headers: u64 = found.iter().map(|(entry, _)| length(&header(entry, 0))).sum();
            let is_wide = reader.len() - reader.end().2 > 22;
            assert_eq!((headers, is_wide), expect, "{sizes:?}");
        };
        // 30 and the name and 9 for the time; 20 more for sizes that are wide
        check(&[4 * GIB - 2], (40, true));
        check(&[4 * GIB - 1], (60, true));
        check(&[4 * GIB - 2 - 40], (40, false));
        check(&[4 * GIB - 1 - 40], (40, true));
        // the second begins at the last narrow offset, and at the first wide one
        check(&[4 * GIB - 2 - 40, 0], (80, true));
        check(&[4 * GIB - 1 - 40, 0], (80, true));
    }

    #[test]
    fn many_files_need_a_wide_count() {
        let check = |count: usize, wide: u64| {
            let reader = Reader::of(vec![entry("", 0); count]);
            let (found, directory, end) = reader.end();
            assert_eq!((found, reader.len() - end), (count as u64, 22 + wide));
            assert_eq!((directory, end - directory), (39 * found, 55 * found));
        };
        check(65_534, 0);
        check(65_535, 76);
        check(100_000, 76);
    }

    #[test]
    fn a_long_directory_comes_in_bounded_pieces() {
        let sample = Sample::of((0..20_000).map(|number| entry(&format!("{number}.jpg"), 1)).collect());
        let directory = sample.archive.headers[20_000];
        let pieces: Vec<_> = sample.from(directory, u64::MAX).collect();
        assert!(pieces.len() > 10);
        assert!(pieces.iter().all(|piece| piece.length() <= PIECE_BYTES_MAX as u64));
    }

    #[test]
    fn a_checksum_that_comes_late_moves_nothing() {
        let mut reader = Reader::of(vec![entry("a", 5), entry("sums", 9)]);
        reader.sample.entries[1].crc32 = 0xdead_beef;
        assert_eq!(reader.entries()[1].0.crc32, 0xdead_beef);
    }

    #[test]
    fn dos_counts_from_1980_to_2107_in_steps_of_two_seconds() {
        let check = |seconds: i64, expect: [u16; 6]| {
            let (time, date) = dos_time(seconds);
            let parts = [(date >> 9) + 1980, date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, (time & 31) * 2];
            assert_eq!(parts, expect, "{seconds}");
        };
        check(1_795_688_101, [2026, 11, 26, 10, 15, 0]);
        check(1_709_251_199, [2024, 2, 29, 23, 59, 58]);
        check(0, [1980, 1, 1, 0, 0, 0]);
        check(i64::MIN, [1980, 1, 1, 0, 0, 0]);
        check(i64::MAX, [2107, 12, 31, 23, 59, 58]);
    }

    #[test]
    fn times_that_programs_read_unlike_are_left_out() {
        let check = |modified, expect| assert_eq!(time_field(modified).len(), expect, "{modified}");
        check(-1, 0);
        check(0, 9);
        check(i64::from(i32::MAX), 9);
        check(i64::from(i32::MAX) + 1, 0);
    }
}
