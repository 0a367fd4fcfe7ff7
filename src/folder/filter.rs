//! Which names matter. Looks at names only, never at bytes.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt, path::Path};

/// Names that no person put there to be looked at: hidden, temporary, backups, what systems leave behind.
/// A folder of such a name is not entered.
pub fn is_ignored(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    if bytes.starts_with(b".") || bytes.ends_with(b"~") || bytes == b"@eaDir" {
        return true;
    }
    let lower = bytes.to_ascii_lowercase();
    lower == b"thumbs.db"
        || [&b".tmp"[..], b".bak", b".swp", b".part", b".crdownload"].iter().any(|end| lower.ends_with(end))
}

/// Whether any part of a path below a folder's root is ignored.
pub fn is_ignored_path(below: &Path) -> bool {
    below.iter().any(is_ignored)
}

const PICTURE_ENDS: &[&str] = &[
    "jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "tif", "tiff", "bmp", "dib", "avif", "heic", "heif", "jxl",
    "dng", "cr2", "cr3", "nef", "arw", "raf", "orf", "rw2",
];

/// Whether a new file of this name is taken in. What is known stays known, whatever it is called.
pub fn is_picture_name(path: &Path) -> bool {
    path.extension()
        .and_then(OsStr::to_str)
        .is_some_and(|end| PICTURE_ENDS.iter().any(|known| known.eq_ignore_ascii_case(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_are_ignored() {
        for name in [".hidden", "a.jpg~", "Thumbs.db", ".DS_Store", "x.TMP", "a.bak", ".a.swp", "@eaDir", "b.part"] {
            assert!(is_ignored(OsStr::new(name)), "{name}");
        }
        for name in ["a.jpg", "tmp", "a.tmp.jpg", "~a.png"] {
            assert!(!is_ignored(OsStr::new(name)), "{name}");
        }
        assert!(is_ignored_path(Path::new("trip/.thumbs/a.jpg")));
    }

    #[test]
    fn pictures_are_known_by_their_end() {
        for (name, expect) in [("a.JPG", true), ("a.b.tiff", true), ("a.txt", false), ("jpg", false), ("a", false)] {
            assert_eq!(is_picture_name(Path::new(name)), expect, "{name}");
        }
    }
}
