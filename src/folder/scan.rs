//! What lies below a root right now: names, sizes, times. Never opens a file, follows no link but the root itself.

use std::{
    ffi::OsStr,
    fs::Metadata,
    io,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use super::{
    filter, mount,
    names::Names,
    rules::{RULES_NAME, Rules},
    sidecar,
};

/// One file as the file system describes it. Two equal ones are taken for the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Below the root.
    pub path: PathBuf,
    pub size: i64,
    pub mtime_ns: i64,
    pub ctime_ns: i64,
    pub inode: i64,
    pub device: i64,
    /// When what others say of it was written, where it lies beside it.
    pub sidecar_ns: Option<i64>,
}

impl Seen {
    /// Instead of an inode that says nothing, because the next one who mounts the disk sees another.
    pub const NO_NUMBER: i64 = 0;

    pub fn new(path: PathBuf, meta: &Metadata) -> Seen {
        Seen {
            path,
            size: meta.len().cast_signed(),
            mtime_ns: nanoseconds(meta.mtime(), meta.mtime_nsec()),
            ctime_ns: nanoseconds(meta.ctime(), meta.ctime_nsec()),
            inode: if mount::numbers_last(meta.dev()) { meta.ino().cast_signed() } else { Seen::NO_NUMBER },
            device: meta.dev().cast_signed(),
            sidecar_ns: None,
        }
    }

    /// As people see it; bytes that are no text show as a replacement sign.
    pub fn name(&self) -> String {
        shown_name(&self.path)
    }

    /// Nothing about it has changed since it was seen as `before`. The device is left out: a file system may get another
    /// number each time it is mounted.
    pub fn is_unchanged_since(&self, before: &Seen) -> bool {
        (self.size, self.mtime_ns, self.ctime_ns, self.inode)
            == (before.size, before.mtime_ns, before.ctime_ns, before.inode)
    }

    /// The same content as far as can be told without reading. The ctime is left out: a chmod moves it.
    pub fn same_file(&self, other: &Seen) -> bool {
        (self.size, self.mtime_ns, self.inode, self.device) == (other.size, other.mtime_ns, other.inode, other.device)
    }
}

fn nanoseconds(seconds: i64, rest: i64) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(rest)
}

pub fn shown_name(path: &Path) -> String {
    path.file_name().unwrap_or(OsStr::new("")).to_string_lossy().into_owned()
}

pub fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

pub fn path_from_bytes(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// What one look at a tree gave.
#[derive(Debug, Default)]
pub struct Look {
    /// In the order of their paths, as far as one path was asked for.
    pub files: Vec<Seen>,
    /// Which of the paths that were asked for are folders.
    pub trees: Vec<PathBuf>,
    /// What could not be looked at. Nothing below these may be called absent.
    pub blind: Vec<Blind>,
}

#[derive(Debug)]
pub struct Blind {
    pub path: PathBuf,
    pub error: io::Error,
}

/// Told of each folder before it is listed, so that whoever watches it misses nothing.
pub type Entered<'a> = &'a mut dyn FnMut(&Path);

impl Look {
    /// Of more files than these not all is kept in memory at once: a look ends there, and whoever made it has to look at
    /// everything instead, piece by piece.
    pub const FILES_MAX: usize = 20_000;

    pub fn is_too_much(&self) -> bool {
        self.files.len() > Look::FILES_MAX
    }

    /// Looks at one path below the root: a file, a whole subtree, or nothing any more.
    pub fn add(&mut self, root: &Path, below: &Path, rules: &Rules, entered: Entered) {
        if below.as_os_str().is_empty() {
            // it may be a link to where there is more room, and it is never just absent
            return self.add_tree(root, below, rules, entered);
        }
        // a look at everything may not have come by there yet
        if let Err(error) = rules.read_above(root, below) {
            return self.blind.push(Blind { path: below.to_path_buf(), error });
        }
        match root.join(below).symlink_metadata() {
            Ok(meta) if rules.ignores_path(below, meta.is_dir()) => {}
            // it lies there under another name, or somewhere else
            Ok(_) if !Names::of(root).has(below) => {}
            Ok(meta) if meta.is_dir() => self.add_tree(root, below, rules, entered),
            Ok(meta) if meta.is_file() => {
                let sidecar_ns = sidecar::written(root, below, rules);
                self.files.push(Seen { sidecar_ns, ..Seen::new(below.to_path_buf(), &meta) });
            }
            Ok(_) => {}
            Err(error) if is_absent(&error) => {}
            Err(error) => self.blind.push(Blind { path: below.to_path_buf(), error }),
        }
    }

    fn add_tree(&mut self, root: &Path, below: &Path, rules: &Rules, entered: Entered) {
        self.trees.push(below.to_path_buf());
        for found in Walk::new(root, below.to_path_buf(), rules, entered) {
            match found {
                Found::File(_) if self.is_too_much() => return,
                Found::File(seen) => self.files.push(seen),
                Found::Blind(blind) => self.blind.push(blind),
            }
        }
    }
}

/// What a walk comes by.
#[derive(Debug)]
pub enum Found {
    File(Seen),
    Blind(Blind),
}

/// Goes through a tree in the order of the paths' bytes, which is the order in which the catalogue keeps them: so both can
/// be compared side by side, and neither has to be in memory as a whole.
pub struct Walk<'a> {
    root: &'a Path,
    rules: &'a Rules,
    entered: Entered<'a>,
    /// What is still to come, the next one last.
    rest: Vec<Entry>,
}

enum Entry {
    File(Seen),
    Folder(PathBuf),
    Blind(Blind),
}

impl Entry {
    /// What is in a folder has a slash after the folder's name.
    fn order(&self) -> impl Iterator<Item = &u8> {
        let (path, end): (&Path, &[u8]) = match self {
            Entry::File(seen) => (&seen.path, b""),
            Entry::Folder(path) => (path, b"/"),
            Entry::Blind(blind) => (&blind.path, b""),
        };
        path_bytes(path).iter().chain(end)
    }
}

impl<'a> Walk<'a> {
    pub fn new(root: &'a Path, below: PathBuf, rules: &'a Rules, entered: Entered<'a>) -> Walk<'a> {
        Walk { root, rules, entered, rest: vec![Entry::Folder(below)] }
    }

    fn enter(&mut self, below: PathBuf) {
        (self.entered)(&below);
        let begin = self.rest.len();
        match self.list(&below) {
            // gone since its own folder was listed; the root is never just absent
            Err(error) if is_absent(&error) && !below.as_os_str().is_empty() => {}
            Err(error) => self.rest.push(Entry::Blind(Blind { path: below, error })),
            Ok(()) => {}
        }
        sidecar::pair(self.rest[begin..].iter_mut().filter_map(|entry| match entry {
            Entry::File(seen) => Some(seen),
            _ => None,
        }));
        self.rest[begin..].sort_unstable_by(|a, b| b.order().cmp(a.order()));
    }

    fn list(&mut self, below: &Path) -> io::Result<()> {
        let folder = self.root.join(below);
        // what the rules say of a folder has to be known before its first entry
        if folder.join(RULES_NAME).symlink_metadata().is_ok() {
            self.rules.read(self.root, below)?;
        }
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if filter::is_ignored(&name) {
                continue;
            }
            let path = below.join(name);
            match entry.metadata() {
                Ok(meta) if !(meta.is_file() || meta.is_dir()) || self.rules.ignores(&path, meta.is_dir()) => {}
                Ok(meta) if meta.is_dir() => self.rest.push(Entry::Folder(path)),
                Ok(meta) => self.rest.push(Entry::File(Seen::new(path, &meta))),
                Err(error) if is_absent(&error) => {}
                Err(error) => self.rest.push(Entry::Blind(Blind { path, error })),
            }
        }
        Ok(())
    }
}

impl Iterator for Walk<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            match self.rest.pop()? {
                Entry::File(seen) => return Some(Found::File(seen)),
                Entry::Blind(blind) => return Some(Found::Blind(blind)),
                Entry::Folder(below) => self.enter(below),
            }
        }
    }
}

pub fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn look(root: &Path, below: &str) -> Look {
        let mut look = Look::default();
        look.add(root, Path::new(below), &Rules::default(), &mut |_| {});
        look
    }

    fn names(look: &Look) -> Vec<String> {
        look.files.iter().map(|seen| seen.path.display().to_string()).collect()
    }

    #[test]
    fn a_walk_goes_in_the_order_of_bytes() {
        let root = tempfile::tempdir().expect("temporary folder");
        fs::create_dir_all(root.path().join("a/b")).expect("folder");
        fs::create_dir_all(root.path().join("a b")).expect("folder");
        for name in ["a.jpg", "a/z.jpg", "a/b/y.jpg", "a/b.jpg", "a0.jpg", "a b/c.jpg", "ä.jpg", "B.jpg", "b.jpg"] {
            fs::write(root.path().join(name), name).expect("file");
        }
        let found = names(&look(root.path(), ""));
        let mut sorted = found.clone();
        sorted.sort();
        assert_eq!(found, sorted);
        assert_eq!(found.len(), 9);
    }

    #[test]
    fn what_rules_forbid_is_not_entered() {
        let root = tempfile::tempdir().expect("temporary folder");
        fs::create_dir_all(root.path().join("trip/raw")).expect("folder");
        for name in ["a.jpg", "trip/b.jpg", "trip/raw/c.jpg"] {
            fs::write(root.path().join(name), name).expect("file");
        }
        fs::write(root.path().join("trip/.pixelsyncignore"), "raw/\n").expect("rules");
        let (mut entered, rules) = (Vec::new(), Rules::default());
        let mut look = Look::default();
        look.add(root.path(), Path::new(""), &rules, &mut |below| entered.push(below.to_path_buf()));
        assert_eq!(names(&look), ["a.jpg", "trip/b.jpg"]);
        assert_eq!(entered, ["", "trip"].map(PathBuf::from));
        // whoever asks for it by name finds it no more than the walk did
        let mut asked = Look::default();
        asked.add(root.path(), Path::new("trip/raw/c.jpg"), &rules, &mut |_| {});
        asked.add(root.path(), Path::new("trip/raw"), &rules, &mut |_| {});
        assert!(asked.files.is_empty() && asked.trees.is_empty());
    }

    #[test]
    fn a_look_finds_files_and_leaves_leftovers_and_links() {
        let root = tempfile::tempdir().expect("temporary folder");
        fs::create_dir_all(root.path().join("trip/.cache")).expect("folder");
        for name in ["a.jpg", "trip/b.jpg", "trip/.cache/c.jpg", "d.tmp"] {
            fs::write(root.path().join(name), name).expect("file");
        }
        std::os::unix::fs::symlink("/etc", root.path().join("etc")).expect("link");
        assert_eq!(names(&look(root.path(), "")), ["a.jpg", "trip/b.jpg"]);
        assert_eq!(names(&look(root.path(), "trip")), ["trip/b.jpg"]);
        assert_eq!(names(&look(root.path(), "a.jpg")), ["a.jpg"]);
        let gone = look(root.path(), "gone.jpg");
        assert!(gone.files.is_empty() && gone.blind.is_empty());
    }

    #[test]
    fn a_root_that_is_no_folder_is_blindness_not_emptiness() {
        let root = tempfile::tempdir().expect("temporary folder");
        let check = |name: &str| {
            let look = look(&root.path().join(name), "");
            assert_eq!((look.files.len(), look.blind.len()), (0, 1), "{name}");
        };
        check("unmounted");
        fs::write(root.path().join("file"), "").expect("file");
        check("file");
        std::os::unix::fs::symlink("unmounted", root.path().join("dangling")).expect("link");
        check("dangling");
    }

    #[test]
    fn a_root_that_is_a_link_is_followed() {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::create_dir(folder.path().join("big")).expect("folder");
        fs::write(folder.path().join("big/a.jpg"), "a").expect("file");
        std::os::unix::fs::symlink("big", folder.path().join("pictures")).expect("link");
        assert_eq!(names(&look(&folder.path().join("pictures"), "")), ["a.jpg"]);
    }
}
