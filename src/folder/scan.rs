//! What lies below a root right now: names, sizes, times. Never opens a file, follows no link but the root itself.

use std::{
    ffi::OsStr,
    fs::Metadata,
    io,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use super::filter;

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
}

impl Seen {
    pub fn new(path: PathBuf, meta: &Metadata) -> Seen {
        Seen {
            path,
            size: meta.len().cast_signed(),
            mtime_ns: nanoseconds(meta.mtime(), meta.mtime_nsec()),
            ctime_ns: nanoseconds(meta.ctime(), meta.ctime_nsec()),
            inode: meta.ino().cast_signed(),
            device: meta.dev().cast_signed(),
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

impl Look {
    /// Looks at one path below the root: a file, a whole subtree, or nothing any more.
    pub fn at(root: &Path, below: &Path) -> Look {
        let mut look = Look::default();
        look.add(root, below);
        look
    }

    pub fn add(&mut self, root: &Path, below: &Path) {
        if below.as_os_str().is_empty() {
            return self.add_root(root);
        }
        match root.join(below).symlink_metadata() {
            Ok(meta) if meta.is_file() => self.files.push(Seen::new(below.to_path_buf(), &meta)),
            Ok(meta) if meta.is_dir() => {
                self.trees.push(below.to_path_buf());
                self.walk(root, below.to_path_buf());
            }
            Ok(_) => {}
            Err(error) if is_absent(&error) => {}
            Err(error) => self.blind.push(Blind { path: below.to_path_buf(), error }),
        }
    }

    /// It may be a link to where there is more room. It is never just absent: then nothing is known of what is in it.
    fn add_root(&mut self, root: &Path) {
        match root.metadata() {
            Ok(meta) if meta.is_dir() => {
                self.trees.push(PathBuf::new());
                self.walk(root, PathBuf::new());
            }
            Ok(_) => self.blind.push(Blind { path: PathBuf::new(), error: io::ErrorKind::NotADirectory.into() }),
            Err(error) => self.blind.push(Blind { path: PathBuf::new(), error }),
        }
    }

    fn walk(&mut self, root: &Path, top: PathBuf) {
        let mut rest = vec![top];
        while let Some(below) = rest.pop() {
            if let Err(error) = self.list(root, &below, &mut rest) {
                self.blind.push(Blind { path: below, error });
            }
        }
    }

    fn list(&mut self, root: &Path, below: &Path, rest: &mut Vec<PathBuf>) -> io::Result<()> {
        for entry in std::fs::read_dir(root.join(below))? {
            let entry = entry?;
            if filter::is_ignored(&entry.file_name()) {
                continue;
            }
            let path = below.join(entry.file_name());
            match entry.metadata() {
                Ok(meta) if meta.is_file() => self.files.push(Seen::new(path, &meta)),
                Ok(meta) if meta.is_dir() => rest.push(path),
                Ok(_) => {}
                Err(error) if is_absent(&error) => {}
                Err(error) => self.blind.push(Blind { path, error }),
            }
        }
        Ok(())
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn names(look: &Look) -> Vec<String> {
        let mut names: Vec<_> = look.files.iter().map(|seen| seen.path.display().to_string()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_look_finds_files_and_leaves_leftovers_and_links() {
        let root = tempfile::tempdir().expect("temporary folder");
        fs::create_dir_all(root.path().join("trip/.cache")).expect("folder");
        for name in ["a.jpg", "trip/b.jpg", "trip/.cache/c.jpg", "d.tmp"] {
            fs::write(root.path().join(name), name).expect("file");
        }
        std::os::unix::fs::symlink("/etc", root.path().join("etc")).expect("link");
        assert_eq!(names(&Look::at(root.path(), Path::new(""))), ["a.jpg", "trip/b.jpg"]);
        assert_eq!(names(&Look::at(root.path(), Path::new("trip"))), ["trip/b.jpg"]);
        assert_eq!(names(&Look::at(root.path(), Path::new("a.jpg"))), ["a.jpg"]);
        let gone = Look::at(root.path(), Path::new("gone.jpg"));
        assert!(gone.files.is_empty() && gone.blind.is_empty());
    }

    #[test]
    fn a_root_that_is_no_folder_is_blindness_not_emptiness() {
        let root = tempfile::tempdir().expect("temporary folder");
        let check = |name: &str| {
            let look = Look::at(&root.path().join(name), Path::new(""));
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
        assert_eq!(names(&Look::at(&folder.path().join("pictures"), Path::new(""))), ["a.jpg"]);
    }
}
