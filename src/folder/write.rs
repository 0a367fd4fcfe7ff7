//! Puts a new file into a folder so that it is there whole or not at all, and never over another. Knows no catalogue.

use std::{
    collections::HashSet,
    ffi::OsStr,
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Read, Seek, SeekFrom, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use uuid::Uuid;

use super::{filter, hash};

/// Longer names are cut: most file systems end at 255 bytes, and a suffix must fit too.
const NAME_BYTES_MAX: usize = 200;
/// Put after a name that would be ignored: no ignored name ends so, and what begins as one was cut before.
const NAME_SALVE: &str = "_";
/// How many numbered names are tried before giving up.
const SUFFIX_MAX: u32 = 10_000;
const PART_START: &str = ".pixelsync-";
const PART_END: &str = ".part";
/// Folders in folders; what is deeper lies in the last of them.
const DEPTH_MAX: usize = 16;

/// A file under way. Dropped before [`Part::publish`] it leaves nothing behind, unless it is to be gone on with.
pub struct Part {
    folder: PathBuf,
    path: PathBuf,
    file: Option<File>,
    stays: bool,
}

impl Part {
    pub fn create(folder: &Path) -> io::Result<Part> {
        let path = Part::path(folder, Uuid::now_v7());
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok(Part { folder: folder.to_path_buf(), path, file: Some(file), stays: false })
    }

    pub fn path(folder: &Path, id: Uuid) -> PathBuf {
        folder.join(format!("{PART_START}{id}{PART_END}"))
    }

    /// One that is gone on with, by its id, after so many bytes of it. Fails where there are fewer.
    pub fn go_on(folder: &Path, id: Uuid, after: u64) -> io::Result<Part> {
        let path = Part::path(folder, id);
        let mut file = OpenOptions::new().write(true).create(after == 0).truncate(false).open(&path)?;
        let meta = file.metadata()?;
        // it was cut off in the moment in which it got its name, and what bears that is nobody's to change any more
        if meta.nlink() > 1 {
            fs::remove_file(&path)?;
            return Err(io::ErrorKind::NotFound.into());
        }
        if meta.len() < after {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // what came after them was told to nobody
        file.set_len(after)?;
        file.seek(SeekFrom::Start(after))?;
        Ok(Part { folder: folder.to_path_buf(), path, file: Some(file), stays: true })
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes))
    }

    /// Takes back what was written after so many bytes.
    pub fn cut(&mut self, after: u64) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.set_len(after)?;
        file.seek(SeekFrom::Start(after)).map(drop)
    }

    /// Makes it safe on the disk and gives it its name, or the next free one like it, in its folder, which is made if it is not
    /// there. Where a file that is there already holds the same bytes, that is the one, because then this is the same upload,
    /// sent again.
    pub fn publish(mut self, wanted: &SafePath) -> io::Result<Published> {
        if let Some(file) = self.file.take() {
            file.sync_all()?;
        }
        let below = make_folders(&self.folder, &wanted.folder)?;
        let into = self.folder.join(&below);
        for number in 1..=SUFFIX_MAX {
            let name = numbered(&wanted.name, number);
            let target = into.join(&name);
            let mut is_new = false;
            match rename_without_replace(&self.path, &target) {
                Ok(()) => is_new = true,
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                // what cannot be read is taken for another file
                Err(_) if !holds_the_same(&target, &self.path).unwrap_or(false) => continue,
                Err(_) => File::open(&target)?.sync_all()?,
            }
            File::open(&into)?.sync_all()?;
            self.stays = false;
            return Ok(Published { path: below.join(name), is_new });
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many files of this name"))
    }

    /// Of what was written, read from the file.
    pub fn sha256(&self) -> io::Result<[u8; 32]> {
        hash::of_file(&self.path)
    }

    /// Nobody goes on with it.
    pub fn discard(mut self) {
        self.stays = false;
    }
}

/// Where a file lies below its folder, and whether it was not there before.
#[derive(Debug)]
pub struct Published {
    pub path: PathBuf,
    pub is_new: bool,
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.stays {
            // after publishing it is gone already
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether it was there.
pub fn remove_part(folder: &Path, id: Uuid) -> io::Result<bool> {
    match fs::remove_file(Part::path(folder, id)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Those that are not there, one in the other, each safe on the disk; where they are now. What is no folder, or a link that may
/// lead out of this one, keeps its name, and the folder gets the next one like it.
fn make_folders(root: &Path, below: &Path) -> io::Result<PathBuf> {
    let mut made = PathBuf::new();
    for part in below {
        let parent = root.join(&made);
        made.push(make_folder(&parent, &part.to_string_lossy())?);
        // another may just have made it
        File::open(&parent)?.sync_all()?;
    }
    Ok(made)
}

fn make_folder(parent: &Path, name: &str) -> io::Result<String> {
    for number in 1..=SUFFIX_MAX {
        let name = if number == 1 { name.to_owned() } else { format!("{name} ({number})") };
        let folder = parent.join(&name);
        match fs::create_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) if !folder.symlink_metadata()?.is_dir() => {}
            _ => return Ok(name),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many files of this name"))
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

/// Removes what killed uploads left, but for those that are gone on with. Only for a folder that nobody writes to yet.
pub fn remove_leftovers(folder: &Path, but: &HashSet<Uuid>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let part = name.to_str().and_then(|name| name.strip_prefix(PART_START)?.strip_suffix(PART_END));
        if part.is_some_and(|id| !id.parse().is_ok_and(|id| but.contains(&id))) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Where a file is to lie below its folder, as a stranger asked for it, made harmless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafePath {
    pub folder: PathBuf,
    pub name: String,
}

impl fmt::Display for SafePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.folder.join(&self.name).display())
    }
}

impl SafePath {
    /// A file at the top.
    pub fn of_name(sent: &str) -> SafePath {
        SafePath { folder: PathBuf::new(), name: safe_name(sent) }
    }

    /// With its folders.
    pub fn of_path(sent: &str) -> SafePath {
        let is_folder = |part: &&str| !matches!(*part, "" | "." | "..");
        let mut parts: Vec<&str> = sent.split(['/', '\\']).filter(is_folder).collect();
        let name = safe_name(parts.pop().unwrap_or_default());
        SafePath { folder: parts.into_iter().take(DEPTH_MAX).map(safe_name).collect(), name }
    }
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
            part.publish(&SafePath::of_name("a.jpg")).expect("publish").path
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
        remove_leftovers(folder.path(), &HashSet::new()).expect("clean");
        assert_eq!(fs::read_dir(folder.path()).expect("list").count(), 0);
    }

    #[test]
    fn a_part_is_gone_on_with_after_what_was_told_of_it() {
        let (folder, id) = (tempfile::tempdir().expect("temporary folder"), Uuid::now_v7());
        let folder = folder.path();
        let mut part = Part::go_on(folder, id, 0).expect("part");
        part.write(b"one two").expect("write");
        drop(part);
        remove_leftovers(folder, &HashSet::from([id])).expect("clean");
        let mut part = Part::go_on(folder, id, 4).expect("the same part");
        part.write(b"three").expect("write");
        part.cut(4).expect("cut");
        part.write(b"four").expect("write");
        assert!(Part::go_on(folder, id, 9).is_err());
        assert_eq!(part.publish(&SafePath::of_name("a.jpg")).expect("publish").path, Path::new("a.jpg"));
        assert_eq!(fs::read(folder.join("a.jpg")).expect("read"), b"one four");
        assert!(!remove_part(folder, id).expect("nothing to remove"));
        // as a kill leaves it in the moment in which it got its name
        fs::hard_link(folder.join("a.jpg"), Part::path(folder, id)).expect("link");
        assert!(Part::go_on(folder, id, 4).is_err());
        assert_eq!(fs::read(folder.join("a.jpg")).expect("read"), b"one four");
        Part::go_on(folder, id, 0).expect("part").discard();
        assert_eq!(fs::read_dir(folder).expect("list").count(), 1);
    }

    #[test]
    fn folders_are_made_and_never_left() {
        let check = |sent: &str, folder: &str, name: &str| {
            let path = SafePath::of_path(sent);
            assert_eq!(path, SafePath { folder: folder.into(), name: name.into() }, "{sent}");
            assert_eq!(SafePath::of_path(&path.to_string()), path, "{sent}");
        };
        check("a.jpg", "", "a.jpg");
        check("trip/day 1/a.jpg", "trip/day 1", "a.jpg");
        check("../../etc/a.jpg", "etc", "a.jpg");
        check("/root/./.ssh/../a.jpg", "root/ssh", "a.jpg");
        check("C:\\trip\\a.jpg", "C:/trip", "a.jpg");
        check("trip/", "", "trip");
        check("", "", "picture");

        let folder = tempfile::tempdir().expect("temporary folder");
        let elsewhere = tempfile::tempdir().expect("temporary folder");
        std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("link")).expect("link");
        let put = |path: &str| {
            Part::create(folder.path()).expect("part").publish(&SafePath::of_path(path)).map(|published| published.path)
        };
        assert_eq!(put("trip/day/a.jpg").expect("publish"), Path::new("trip/day/a.jpg"));
        assert_eq!(put("trip/day/b.jpg").expect("publish"), Path::new("trip/day/b.jpg"));
        // a link leads elsewhere, and a file is no folder
        assert_eq!(put("link/a.jpg").expect("publish"), Path::new("link (2)/a.jpg"));
        assert_eq!(put("trip/day/a.jpg/b.jpg").expect("publish"), Path::new("trip/day/a.jpg (2)/b.jpg"));
        assert_eq!(fs::read_dir(elsewhere.path()).expect("list").count(), 0);
    }
}
