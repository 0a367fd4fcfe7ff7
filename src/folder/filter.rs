//! Which names matter. Looks at names only, never at bytes.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

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

/// By the end of a name, for each of `model::folder::FILE_TYPES`.
const ENDS: &[(&str, &[&str])] = &[
    ("jpeg", &["jpg", "jpeg", "jpe", "jfif"]),
    ("png", &["png"]),
    ("gif", &["gif"]),
    ("webp", &["webp"]),
    ("tiff", &["tif", "tiff"]),
    ("bmp", &["bmp", "dib"]),
    ("avif", &["avif"]),
    ("heic", &["heic", "heif"]),
    ("jxl", &["jxl"]),
    ("raw", &["dng", "cr2", "cr3", "nef", "arw", "raf", "orf", "rw2"]),
];

/// What a name's end says that the file is. None is no picture.
pub fn type_of(end: &str) -> Option<&'static str> {
    let has_end = |ends: &[&str]| ends.iter().any(|known| known.eq_ignore_ascii_case(end));
    ENDS.iter().find(|(_, ends)| has_end(ends)).map(|(kind, _)| *kind)
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
    }

    #[test]
    fn every_type_has_its_ends() {
        let types: Vec<&str> = ENDS.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(types, crate::model::folder::FILE_TYPES);
        assert_eq!(type_of("JPG"), Some("jpeg"));
        assert_eq!(type_of("txt"), None);
    }
}
