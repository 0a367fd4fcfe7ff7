//! Puts a new file into a folder so that it is there whole or not at all, and never over another. Knows no catalogue.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use uuid::Uuid;

/// Longer names are cut: most file systems end at 255 bytes, and a suffix must fit too.
const NAME_BYTES_MAX: usize = 200;
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

    /// Makes it safe on the disk and gives it its name, or the next free one like it. Returns the name it got.
    pub fn publish(mut self, wanted: &str) -> io::Result<PathBuf> {
        if let Some(file) = self.file.take() {
            file.sync_all()?;
        }
        for number in 1..=SUFFIX_MAX {
            let name = numbered(wanted, number);
            match rename_without_replace(&self.path, &self.folder.join(&name)) {
                Ok(()) => {
                    File::open(&self.folder)?.sync_all()?;
                    return Ok(PathBuf::from(name));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
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
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) => {
            OpenOptions::new().write(true).create_new(true).open(to)?;
            fs::rename(from, to)
        }
    }
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

/// A name that a stranger sent, made harmless: no folders, no control signs, not hidden, not too long, never empty.
pub fn safe_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|sign| !sign.is_control()).collect();
    let clean = clean.trim().trim_start_matches('.').trim_end_matches('~').trim();
    let (stem, end) = split(clean);
    let room = NAME_BYTES_MAX.saturating_sub(end.len());
    let stem = &stem[..stem.floor_char_boundary(room)];
    let stem = if stem.is_empty() { "picture" } else { stem };
    format!("{stem}{end}")
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
        assert!(safe_name(&format!("{}.jpg", "ä".repeat(300))).len() <= NAME_BYTES_MAX);
        assert!(safe_name(&format!("{}.jpg", "ä".repeat(300))).ends_with(".jpg"));
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
