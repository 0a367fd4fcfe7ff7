//! Whether a file really lies under its path: some file systems answer to `A.JPG` where `a.jpg` lies, and a link in place of
//! a folder answers for what lies somewhere else.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsString,
    io,
    path::{Path, PathBuf},
};

use super::marker;

/// What the folders below a root list, and which of them are links. Each is asked once, and none listed where names are not
/// folded.
pub struct Names<'a> {
    root: &'a Path,
    is_folding: bool,
    listed: HashMap<PathBuf, HashSet<OsString>>,
    links: HashMap<PathBuf, bool>,
}

impl Names<'_> {
    pub fn of(root: &Path) -> Names<'_> {
        Names {
            root,
            is_folding: root.join(marker::NAME.to_uppercase()).exists(),
            listed: HashMap::new(),
            links: HashMap::new(),
        }
    }

    /// Of something that answers to this path: whether it lies there. What could not be asked does.
    pub fn has(&mut self, below: &Path) -> bool {
        !self.leads_away(below) && self.lists(below).unwrap_or(true)
    }

    /// Whether a folder that it would lie in is a link. The root may be one.
    fn leads_away(&mut self, below: &Path) -> bool {
        below.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()).any(|folder| self.is_link(folder))
    }

    fn is_link(&mut self, folder: &Path) -> bool {
        if let Some(is_link) = self.links.get(folder) {
            return *is_link;
        }
        let is_link = self.root.join(folder).is_symlink();
        self.links.insert(folder.to_path_buf(), is_link);
        is_link
    }

    /// Whether this is its name, and are those of the folders that it lies in.
    pub(super) fn lists(&mut self, below: &Path) -> io::Result<bool> {
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

    #[test]
    fn what_lies_behind_a_link_lies_elsewhere() {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(root.path().join("big/trip/day")).expect("a folder");
        fs::write(root.path().join("big/trip/day/a.jpg"), "a").expect("a file");
        std::os::unix::fs::symlink("big/trip", root.path().join("trip")).expect("a link");
        let mut names = Names::of(root.path());
        for (path, expect) in
            [("big/trip/day/a.jpg", true), ("trip/day/a.jpg", false), ("trip/day", false), ("trip", true)]
        {
            assert_eq!(names.has(Path::new(path)), expect, "{path}");
        }
    }
}
