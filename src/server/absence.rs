//! Whose files are not where they were. Believes no absence in a folder that is not the one it was.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::{App, Error, background::in_background, reconcile::Known, root};
use crate::folder::{marker, scan::is_absent};

/// Asks one root what lies in it.
pub struct Asked<'a> {
    root: &'a Path,
    /// Where `a.jpg` also answers to `A.JPG`, a name is believed only when its folder lists it so.
    folds_case: bool,
    listed: HashMap<PathBuf, HashSet<OsString>>,
}

impl Asked<'_> {
    pub fn new(root: &Path) -> Asked<'_> {
        let folds_case = root.join(marker::NAME.to_uppercase()).exists();
        Asked { root, folds_case, listed: HashMap::new() }
    }

    /// Whether no file lies there. A link or a folder of its name is no file.
    pub fn is_empty(&mut self, below: &Path) -> bool {
        match self.root.join(below).symlink_metadata() {
            Ok(meta) => !meta.is_file() || self.folds_case && !self.is_listed(below),
            Err(error) => is_absent(&error),
        }
    }

    /// Under exactly this name, and in folders of exactly these names.
    fn is_listed(&mut self, below: &Path) -> bool {
        below.ancestors().all(|path| match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => {
                let list = || std::fs::read_dir(self.root.join(folder)).into_iter().flatten().flatten();
                let names = || list().map(|entry| entry.file_name()).collect();
                self.listed.entry(folder.to_path_buf()).or_insert_with(names).contains(name)
            }
            _ => true,
        })
    }
}

/// Those of the records whose paths are empty now. A root that is away tells nothing of what lies below it.
pub async fn gone(app: &App, rows: Vec<Known>) -> Result<Vec<Known>, Error> {
    if rows.is_empty() {
        return Ok(rows);
    }
    let folders: HashMap<_, _> = app.folders.rows().into_iter().map(|folder| (folder.id, folder)).collect();
    in_background(move || {
        let whole = |id| folders.get(&id).filter(|folder| root::check_mark(folder).is_ok());
        let mut roots = HashMap::new();
        let mut gone = rows;
        gone.retain(|row| {
            let ask = || whole(row.folder).map(|folder| Asked::new(&folder.root));
            let asked = roots.entry(row.folder).or_insert_with(ask);
            asked.as_mut().is_some_and(|asked| asked.is_empty(&row.seen.path))
        });
        // asked again, for a folder may have gone while its files were asked for
        let still_whole: HashMap<_, bool> = roots.into_keys().map(|id| (id, whole(id).is_some())).collect();
        gone.retain(|row| still_whole.get(&row.folder) == Some(&true));
        gone
    })
    .await
}
