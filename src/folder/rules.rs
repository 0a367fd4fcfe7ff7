//! Which files of a folder matter: names that nobody means, `.pixelsyncignore` files, and the types that it is limited to.
//! Looks at names, and reads no file but those of rules.

use std::{
    collections::HashMap,
    ffi::OsStr,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::filter;

/// In the syntax of .gitignore, in any folder, for what is below it.
pub const RULES_NAME: &str = ".pixelsyncignore";

/// Shared by all looks at one folder, and made anew by each look at everything.
#[derive(Debug, Default)]
pub struct Rules {
    /// Of the folders that have any, which are few.
    written: RwLock<HashMap<PathBuf, Gitignore>>,
    types: Vec<String>,
}

impl Rules {
    pub fn new(types: &[String]) -> Rules {
        Rules { written: RwLock::default(), types: types.to_vec() }
    }

    /// Reads the rules that lie in a folder. What is no rule is said and passed over; of rules that cannot be read nothing
    /// can be told, so they are an error.
    pub fn read(&self, root: &Path, below: &Path) -> std::io::Result<()> {
        let path = root.join(below).join(RULES_NAME);
        let text = std::fs::read(&path)?;
        let mut builder = GitignoreBuilder::new(below);
        for line in String::from_utf8_lossy(&text).lines() {
            if let Err(error) = builder.add_line(None, line) {
                tracing::warn!(path = %path.display(), %error, "a line of these rules is not understood");
            }
        }
        match builder.build() {
            Ok(rules) => {
                self.written.write().unwrap_or_else(PoisonError::into_inner).insert(below.to_path_buf(), rules);
            }
            Err(error) => tracing::warn!(path = %path.display(), %error, "these rules are not understood"),
        }
        Ok(())
    }

    /// Reads what has not been read yet of the rules in the folders that a path lies in.
    pub fn read_above(&self, root: &Path, below: &Path) -> std::io::Result<()> {
        let is_read = |folder: &Path| self.written.read().unwrap_or_else(PoisonError::into_inner).contains_key(folder);
        for folder in below.ancestors().skip(1) {
            if !is_read(folder) && root.join(folder).join(RULES_NAME).symlink_metadata().is_ok() {
                self.read(root, folder)?;
            }
        }
        Ok(())
    }

    /// Whether an entry is ignored, of whose folder it is known that it is not.
    pub fn ignores(&self, below: &Path, is_folder: bool) -> bool {
        below.file_name().is_some_and(filter::is_ignored) || self.is_ruled_out(below, is_folder)
    }

    /// Whether a path is ignored, or anything that it lies in.
    pub fn ignores_path(&self, below: &Path, is_folder: bool) -> bool {
        below.ancestors().enumerate().any(|(level, path)| self.ignores(path, is_folder || level > 0))
    }

    /// The nearest rules that say anything count.
    fn is_ruled_out(&self, below: &Path, is_folder: bool) -> bool {
        let written = self.written.read().unwrap_or_else(PoisonError::into_inner);
        if written.is_empty() {
            return false;
        }
        let said = below.ancestors().skip(1).filter_map(|folder| {
            let said = written.get(folder)?.matched(below, is_folder);
            (!said.is_none()).then(|| said.is_ignore())
        });
        said.take(1).any(|ignored| ignored)
    }

    /// Whether a new file of this name is taken in. What is known stays known, whatever it is called.
    pub fn takes(&self, path: &Path) -> bool {
        let Some(end) = path.extension().and_then(OsStr::to_str) else { return false };
        filter::type_of(end).is_some_and(|kind| self.types.is_empty() || self.types.iter().any(|wanted| wanted == kind))
    }
}

/// Whether a path is that of rules, on which everything below depends.
pub fn are_rules(path: &Path) -> bool {
    path.file_name() == Some(OsStr::new(RULES_NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(files: &[(&str, &str)]) -> Rules {
        let root = tempfile::tempdir().expect("temporary folder");
        let rules = Rules::default();
        for (folder, text) in files {
            std::fs::create_dir_all(root.path().join(folder)).expect("folder");
            std::fs::write(root.path().join(folder).join(RULES_NAME), text).expect("rules");
            rules.read(root.path(), Path::new(folder)).expect("readable rules");
        }
        rules
    }

    #[test]
    fn rules_are_those_of_git() {
        let rules = rules(&[("", "*.png\n!keep.png\n/top/\nraw/**/old\n"), ("trip", "!*.png\nsecret*\n")]);
        for path in ["a.png", "sub/a.png", "top/a.jpg", "top", "raw/x/old/a.jpg", "trip/secret/a.jpg"] {
            assert!(rules.ignores_path(Path::new(path), path == "top"), "{path}");
        }
        for path in ["a.jpg", "keep.png", "sub/top/a.jpg", "raw/a.jpg", "trip/a.png"] {
            assert!(!rules.ignores_path(Path::new(path), false), "{path}");
        }
    }

    #[test]
    fn a_folder_may_be_limited_to_types() {
        let rules = Rules::new(&["raw".into(), "jpeg".into()]);
        for (name, expect) in [("a.JPG", true), ("a.nef", true), ("a.png", false), ("a.txt", false), ("jpg", false)] {
            assert_eq!(rules.takes(Path::new(name)), expect, "{name}");
        }
        assert!(Rules::default().takes(Path::new("a.png")));
    }
}
