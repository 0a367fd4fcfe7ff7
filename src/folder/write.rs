//! Puts a new file into a folder so that it is there whole or not at all, and never over another. Knows no catalogue.

use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use uuid::Uuid;

use super::filter;

/// Longer names are cut: most file systems end at 255 bytes, and a suffix must fit too.
const NAME_BYTES_MAX: usize = 200;
/// Put after a name that would be ignored: no ignored name ends so, and what begins as one was cut before.
const NAME_SALVE: &str = "_";
/// How many numbered names are tried before giving up.
const SUFFIX_MAX: u32 = 10_000;
const PART_START: &str = ".pixelsync-";
const PART_END: &str = ".part";

/// A file under way. Dropped before [`Part::publish`] it leaves nothing behind.
pub struct Part {
    folder: PathBuf,
    path: PathBuf,
    file: Option<File>,
}

impl Part {
    pub fn create(folder: &Path) -> io::Result<Part> {
        let path = folder.join(format!("{PART_START}{}{PART_END}", Uuid::now_v7()));
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok(Part { folder: folder.to_path_buf(), path, file: Some(file) })
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes))
    }

    /// Makes it safe on the disk and gives it its name, or the next free one like it. Returns the name it got: that of the
    /// file that is there already when it holds the same bytes, because then this is the same upload, sent again.
    pub fn publish(mut self, wanted: &str) -> io::Result<PathBuf> {
        if let Some(file) = self.file.take() {
            file.sync_all()?;
        }
        for number in 1..=SUFFIX_MAX {
            let name = numbered(wanted, number);
            let target = self.folder.join(&name);
            match rename_without_replace(&self.path, &target) {
                Ok(()) => {}
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                // what cannot be read is taken for another file
                Err(_) if !holds_the_same(&target, &self.path).unwrap_or(false) => continue,
                Err(_) => File::open(&target)?.sync_all()?,
            }
            File::open(&self.folder)?.sync_all()?;
            return Ok(PathBuf::from(name));
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many files of this name"))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // after publishing it is gone already
        let _ = fs::remove_file(&self.path);
    }
}

/// A link fails where the name is taken, in one step. File systems without links get an empty file first, as a claim.
fn rename_without_replace(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        // as file systems without links answer, Linux's FAT by the second
        Err(error) if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) => {
            rename_by_claim(from, to)
        }
        Err(error) => Err(error),
    }
}

fn rename_by_claim(from: &Path, to: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(to)?;
    let renamed = fs::rename(from, to);
    if renamed.is_err() {
        // an empty file would be taken in as a damaged picture; the first error is the one to tell
        let _ = fs::remove_file(to);
    }
    renamed
}

/// Whether two files hold the same bytes. A link is not followed: what it leads to is not in this folder.
fn holds_the_same(one: &Path, other: &Path) -> io::Result<bool> {
    let (one_meta, other_meta) = (one.symlink_metadata()?, other.symlink_metadata()?);
    if !one_meta.is_file() || one_meta.len() != other_meta.len() {
        return Ok(false);
    }
    let (one, other) = (BufReader::new(File::open(one)?), BufReader::new(File::open(other)?));
    for (byte, same) in one.bytes().zip(other.bytes()) {
        if byte? != same? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Removes what a killed upload left. Only for a folder that nobody writes to yet.
pub fn remove_leftovers(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with(PART_START) && name.ends_with(PART_END)) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A name that a stranger sent, made harmless: no folders, no control signs, not too long, never empty, and not one of
/// those that scans ignore, for a file of such a name would soon be called missing.
pub fn safe_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|sign| !sign.is_control()).collect();
    let clean = clean
        .trim_start_matches(|sign: char| sign == '.' || sign.is_whitespace())
        .trim_end_matches(|sign: char| sign == '~' || sign.is_whitespace());
    let (stem, end) = split(clean);
    let room = NAME_BYTES_MAX - NAME_SALVE.len() - end.len();
    let stem = &stem[..stem.floor_char_boundary(room)];
    let stem = if stem.is_empty() { "picture" } else { stem };
    let name = format!("{stem}{end}");
    if filter::is_ignored(OsStr::new(&name)) { name + NAME_SALVE } else { name }
}

fn numbered(name: &str, number: u32) -> String {
    let (stem, end) = split(name);
    if number == 1 { name.to_owned() } else { format!("{stem} ({number}){end}") }
}

/// The end includes its dot; an end too long to be one belongs to the stem.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if name.len() - dot <= 12 => name.split_at(dot),
        _ => (name, ""),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_made_harmless() {
        let check = |sent, expect: &str| assert_eq!(safe_name(sent), expect, "{sent}");
        check("harbour.jpg", "harbour.jpg");
        check("../../etc/passwd", "passwd");
        check("C:\\pictures\\a.png", "a.png");
        check(".hidden.jpg", "hidden.jpg");
        check("a\u{0}\nb.jpg", "ab.jpg");
        check("", "picture");
        check("...", "picture");
        check(".jpg", "jpg");
        check("Größe 港.jpg", "Größe 港.jpg");
        check("scan.bak", "scan.bak_");
        check("Thumbs.db", "Thumbs.db_");
        check("@eaDir", "@eaDir_");
        check("a.jpg~ ~", "a.jpg");
        check(". .a.jpg", "a.jpg");
        assert!(safe_name(&format!("{}.jpg", "ä".repeat(300))).len() <= NAME_BYTES_MAX);
        assert!(safe_name(&format!("{}.jpg", "ä".repeat(300))).ends_with(".jpg"));
    }

    proptest! {
        #[test]
        fn what_is_uploaded_is_seen_by_the_next_scan(
            sent in r"[ .~/\\@a-c\PC]{0,220}(\.bak|\.PART|\.crdownload|@eaDir|Thumbs\.db|~)?[ .~a]{0,14}",
            number in 1..SUFFIX_MAX,
        ) {
            let name = safe_name(&sent);
            prop_assert!(!name.is_empty() && name.len() <= NAME_BYTES_MAX, "{name:?}");
            prop_assert!(!name.contains('/'), "{name:?}");
            let published = numbered(&name, number);
            prop_assert!(!filter::is_ignored(OsStr::new(&published)), "{published:?}");
        }
    }

    #[test]
    fn a_claim_that_could_not_be_filled_is_given_back() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let to = folder.path().join("a.jpg");
        rename_by_claim(&folder.path().join("gone.part"), &to).expect_err("there is nothing to rename");
        assert!(!to.exists());
        fs::write(&to, "one").expect("file");
        fs::write(folder.path().join("b.part"), "two").expect("file");
        rename_by_claim(&folder.path().join("b.part"), &to).expect_err("the name is taken");
        assert_eq!(fs::read(&to).expect("read"), b"one");
    }

    #[test]
    fn a_taken_name_gets_a_number_and_nothing_is_replaced() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let put = |text: &[u8]| {
            let mut part = Part::create(folder.path()).expect("part");
            part.write(text).expect("write");
            part.publish("a.jpg").expect("publish")
        };
        assert_eq!(put(b"one"), Path::new("a.jpg"));
        assert_eq!(put(b"two"), Path::new("a (2).jpg"));
        assert_eq!(fs::read(folder.path().join("a.jpg")).expect("read"), b"one");
        assert_eq!(fs::read_dir(folder.path()).expect("list").count(), 2);
        // sent again, each is itself
        assert_eq!(put(b"two"), Path::new("a (2).jpg"));
        assert_eq!(put(b"one"), Path::new("a.jpg"));
        assert_eq!(fs::read_dir(folder.path()).expect("list").count(), 2);
    }

    #[test]
    fn what_is_not_published_leaves_nothing() {
        let folder = tempfile::tempdir().expect("temporary folder");
        drop(Part::create(folder.path()).expect("part"));
        assert_eq!(fs::read_dir(folder.path()).expect("list").count(), 0);
        std::mem::forget(Part::create(folder.path()).expect("part"));
        remove_leftovers(folder.path()).expect("clean");
        assert_eq!(fs::read_dir(folder.path()).expect("list").count(), 0);
    }
}
