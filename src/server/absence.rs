//! Whose files are where they were, and whose are not. Believes no absence in a folder that is not the one it was.

use std::{collections::HashMap, path::Path};

use super::{App, Error, background::patiently, db::folders::FolderRow, reconcile::Known, root};
use crate::{
    folder::{Seen, names::Names, scan::is_absent},
    model::FolderId,
};

/// Whether no file lies there. A link or a folder of its name is no file, and what could not be asked is not absent.
pub fn is_empty(root: &Path, below: &Path, names: &mut Names) -> bool {
    match root.join(below).symlink_metadata() {
        Ok(meta) => !meta.is_file() || !names.has(below),
        Err(error) => is_absent(&error),
    }
}

/// Those of the records whose paths are empty now.
pub async fn gone(app: &App, rows: Vec<Known>) -> Result<Vec<Known>, Error> {
    of_each_folder(app, rows, gone_from).await
}

/// Those of the records whose files lie where they lay, as they were.
pub async fn present(app: &App, rows: Vec<Known>) -> Result<Vec<Known>, Error> {
    of_each_folder(app, rows, present_in).await
}

/// A root that is away, or whose disk does not answer, tells nothing of what lies below it.
async fn of_each_folder(
    app: &App,
    rows: Vec<Known>,
    choose: fn(&FolderRow, Vec<Known>) -> Vec<Known>,
) -> Result<Vec<Known>, Error> {
    let mut of_folders: HashMap<FolderId, Vec<Known>> = HashMap::new();
    for row in rows {
        of_folders.entry(row.folder).or_default().push(row);
    }
    let mut chosen = Vec::new();
    for (id, rows) in of_folders {
        // one that hangs would take a thread with each question
        let Some(folder) = app.folders.row(id).filter(|_| app.folders.answers(id)) else { continue };
        let folders = app.folders.clone();
        let asked = patiently(move || choose(&folder, rows), move || folders.set_answered(id, true));
        match asked.await? {
            Some(rows) => chosen.extend(rows),
            None => {
                app.folders.set_answered(id, false);
                tracing::warn!(folder = %id, "the disk of a folder does not answer; what lies there is left as it is");
            }
        }
    }
    Ok(chosen)
}

fn present_in(folder: &FolderRow, mut rows: Vec<Known>) -> Vec<Known> {
    if root::check_mark(folder).is_err() {
        return Vec::new();
    }
    rows.retain(|row| {
        let meta = folder.root.join(&row.seen.path).symlink_metadata();
        meta.is_ok_and(|meta| meta.is_file() && Seen::new(row.seen.path.clone(), &meta).is_unchanged_since(&row.seen))
    });
    rows
}

fn gone_from(folder: &FolderRow, mut rows: Vec<Known>) -> Vec<Known> {
    if root::check_mark(folder).is_err() {
        return Vec::new();
    }
    let mut names = Names::of(&folder.root);
    rows.retain(|row| is_empty(&folder.root, &row.seen.path, &mut names));
    // asked again, for it may have gone while its files were asked for
    if root::check_mark(folder).is_ok() { rows } else { Vec::new() }
}
