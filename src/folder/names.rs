//! Whether a name is the one that its folder lists: some file systems answer to `A.JPG` where `a.jpg` lies.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsString,
    io,
    path::{Path, PathBuf},
};

use super::marker;

/// What the folders below a root list. Each is listed once, and none where names are not folded.
pub struct Names<'a> {
    root: &'a Path,
    is_folding: bool,
    listed: HashMap<PathBuf, HashSet<OsString>>,
}

impl Names<'_> {
    pub fn of(root: &Path) -> Names<'_> {
        Names { root, is_folding: root.join(marker::NAME.to_uppercase()).exists(), listed: HashMap::new() }
    }

    /// Of something that answers to this path: whether this is its name, and are those of the folders that it lies in.
    pub fn lists(&mut self, below: &Path) -> io::Result<bool> {
        if !self.is_folding {
            return Ok(true);
        }
        let mut outermost_first: Vec<&Path> = below.ancestors().collect();
        outermost_first.reverse();
        for path in outermost_first {
            if let (Some(folder), Some(name)) = (path.parent(), path.file_name())
                && !self.list(folder)?.contains(name)
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn list(&mut self, folder: &Path) -> io::Result<&HashSet<OsString>> {
        if !self.listed.contains_key(folder) {
            let names = std::fs::read_dir(self.root.join(folder))?.map(|entry| Ok(entry?.file_name()));
            self.listed.insert(folder.to_path_buf(), names.collect::<io::Result<_>>()?);
        }
        Ok(&self.listed[folder])
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_name_that_only_answers_is_not_listed() {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir(root.path().join("trip")).expect("a folder");
        fs::write(root.path().join("trip/a.jpg"), "a").expect("a file");
        assert!(
            Names::of(root.path()).lists(Path::new("any.jpg")).expect("nothing is asked"),
            "no name is folded here"
        );
        // as on a disk that folds them
        fs::write(root.path().join(marker::NAME.to_uppercase()), "").expect("a mark");
        let mut names = Names::of(root.path());
        for (path, expect) in [("trip/a.jpg", true), ("trip/A.jpg", false), ("Trip/a.jpg", false)] {
            assert_eq!(names.lists(Path::new(path)).ok(), Some(expect), "{path}");
        }
        assert!(names.lists(Path::new("gone/a.jpg")).is_ok_and(|lists| !lists));
    }
}
