//! Whose files are not where they were. Believes no absence in a folder that is not the one it was.

use std::{collections::HashMap, path::Path};

use super::{App, Error, background::in_background, reconcile::Known, root};
use crate::folder::{names::Names, scan::is_absent};

/// Whether no file lies there. A link or a folder of its name is no file, and what could not be asked is not absent.
pub fn is_empty(root: &Path, below: &Path, names: &mut Names) -> bool {
    match root.join(below).symlink_metadata() {
        Ok(meta) => !meta.is_file() || names.lists(below).is_ok_and(|lists| !lists),
        Err(error) => is_absent(&error),
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
            let ask = || whole(row.folder).map(|folder| (&folder.root, Names::of(&folder.root)));
            let asked = roots.entry(row.folder).or_insert_with(ask);
            asked.as_mut().is_some_and(|(root, names)| is_empty(root, &row.seen.path, names))
        });
        // asked again, for a folder may have gone while its files were asked for
        let still_whole: HashMap<_, bool> = roots.into_keys().map(|id| (id, whole(id).is_some())).collect();
        gone.retain(|row| still_whole.get(&row.folder) == Some(&true));
        gone
    })
    .await
}
