//! The XMP files that other programs lay beside pictures. Knows their names and when they were written, not what they say.

use std::{
    collections::{HashMap, HashSet},
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use super::{Rules, names::Names, scan::Seen};

const BYTES_MAX: u64 = 8 << 20;

pub fn is_sidecar(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("xmp"))
}

/// Under either of two names; the first that is there counts.
pub fn names(picture: &Path) -> [PathBuf; 3] {
    let mut longer = picture.as_os_str().to_owned();
    longer.push(".xmp");
    [picture.with_extension("xmp"), picture.with_extension("XMP"), longer.into()]
}

/// Of a picture that has one.
pub fn read(picture: &Path) -> Option<Vec<u8>> {
    let sidecar = names(picture).into_iter().find(|path| path.symlink_metadata().is_ok_and(|meta| meta.is_file()))?;
    let is_sane = sidecar.metadata().is_ok_and(|meta| meta.len() <= BYTES_MAX);
    if is_sane { std::fs::read(sidecar).ok() } else { None }
}

/// Of pictures and other files of one folder, says of each when its sidecar was written.
pub(super) fn pair<'a>(files: impl Iterator<Item = &'a mut Seen>) {
    let (sidecars, mut others): (Vec<_>, Vec<_>) = files.partition(|seen| is_sidecar(&seen.path));
    if sidecars.is_empty() {
        return;
    }
    let written: HashMap<&Path, i64> = sidecars.iter().map(|seen| (seen.path.as_path(), seen.mtime_ns)).collect();
    for seen in &mut others {
        seen.sidecar_ns = names(&seen.path).iter().find_map(|name| written.get(name.as_path()).copied());
    }
}

/// Of one picture, as if all of its folder had been looked at.
pub fn written(root: &Path, below: &Path, rules: &Rules) -> Option<i64> {
    if is_sidecar(below) {
        return None;
    }
    let is_listed = |name: &PathBuf| !rules.ignores_path(name, false) && Names::of(root).lists(name).unwrap_or(false);
    let seen = |name: PathBuf| {
        let meta = root.join(&name).symlink_metadata().ok()?;
        (meta.is_file() && is_listed(&name)).then(|| Seen::new(name, &meta).mtime_ns)
    };
    names(below).into_iter().find_map(seen)
}

/// The pictures that these sidecars are of, whether or not they still are there themselves.
pub fn pictures_of<'a>(root: &Path, sidecars: impl Iterator<Item = &'a Path>) -> Vec<PathBuf> {
    let mut stems: HashMap<&Path, HashSet<&OsStr>> = HashMap::new();
    for path in sidecars {
        if let (Some(folder), Some(stem)) = (path.parent(), path.file_stem()) {
            stems.entry(folder).or_default().insert(stem);
        }
    }
    let pictures = |(folder, stems): (&Path, HashSet<&OsStr>)| {
        let entries = std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
        let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
        let is_meant = |name: &OsString| {
            let stem = Path::new(name).file_stem();
            !is_sidecar(Path::new(name))
                && (stems.contains(name.as_os_str()) || stem.is_some_and(|stem| stems.contains(stem)))
        };
        files.map(|entry| entry.file_name()).filter(is_meant).map(|name| folder.join(name)).collect::<Vec<_>>()
    };
    stems.into_iter().flat_map(pictures).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::folder::{Look, Rules};

    #[test]
    fn each_picture_has_its_own_sidecar_and_each_sidecar_its_pictures() {
        let root = tempfile::tempdir().expect("a folder");
        for name in ["a.jpg", "a.cr3", "a.xmp", "b.jpg", "b.jpg.xmp", "b.png", "c.jpg"] {
            fs::write(root.path().join(name), name).expect("a file");
        }
        let mut look = Look::default();
        std::os::unix::fs::symlink("a.xmp", root.path().join("c.xmp")).expect("a link, which is no file");
        look.add(root.path(), Path::new(""), &Rules::default(), &mut |_| {});
        let with: Vec<&str> =
            look.files.iter().filter(|seen| seen.sidecar_ns.is_some()).filter_map(|seen| seen.path.to_str()).collect();
        assert_eq!(with, ["a.cr3", "a.jpg", "b.jpg"]);
        for seen in &look.files {
            assert_eq!(written(root.path(), &seen.path, &Rules::default()), seen.sidecar_ns, "{:?}", seen.path);
        }
        let of = |sidecar| {
            let mut pictures = pictures_of(root.path(), [Path::new(sidecar)].into_iter());
            pictures.sort();
            pictures
        };
        assert_eq!(of("a.xmp"), ["a.cr3", "a.jpg"].map(PathBuf::from));
        assert_eq!(of("b.jpg.xmp"), [PathBuf::from("b.jpg")]);
        assert_eq!(of("c.xmp"), [PathBuf::from("c.jpg")], "it was taken away");
    }
}
