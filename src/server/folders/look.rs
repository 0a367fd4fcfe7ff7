//! Looks at a folder's files, all of them or some, while making sure that it is the folder that it was. Judges nothing.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::mpsc;

use super::Error;
use crate::{
    folder::{
        Look, Rules, Seen,
        scan::{Blind, Found, Walk, path_bytes},
        sidecar,
        watch::{Hint, Watch},
        whole::has_its_end,
    },
    server::{background::in_background, db::folders::FolderRow, root},
};

/// Files that are compared with the catalogue at once: so many, and not all, are in memory.
const STRETCH_FILES: usize = 4_096;
/// Stretches that wait while the one before them is compared.
const STRETCHES_AHEAD: usize = 2;

/// All that lies between two paths in the order of bytes, the end not included.
pub(super) struct Stretch {
    pub(super) files: Vec<Seen>,
    pub(super) blind: Vec<Blind>,
    pub(super) from: Vec<u8>,
    /// None is the end of the folder.
    pub(super) to: Option<Vec<u8>>,
}

pub(super) type Stretches = mpsc::Receiver<Result<Stretch, Error>>;

pub(super) type SharedWatch = Arc<Mutex<Watch>>;

fn enter(watch: Option<&SharedWatch>, below: &Path) {
    if let Some(watch) = watch {
        watch.lock().unwrap_or_else(PoisonError::into_inner).enter(below);
    }
}

/// The whole folder, stretch by stretch. The last one is followed by an error when the folder is not the one that it was at
/// the beginning.
pub(super) fn at_everything(folder: FolderRow, rules: Arc<Rules>, watch: Option<SharedWatch>) -> Stretches {
    let (stretches, received) = mpsc::channel(STRETCHES_AHEAD);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = send_stretches(&folder, &rules, watch.as_ref(), &stretches) {
            // whoever does not wait any more needs no reason
            let _ = stretches.blocking_send(Err(error));
        }
    });
    received
}

fn send_stretches(
    folder: &FolderRow,
    rules: &Rules,
    watch: Option<&SharedWatch>,
    stretches: &mpsc::Sender<Result<Stretch, Error>>,
) -> Result<(), Error> {
    let before = root::check_mark(folder)?;
    let mut entered = |below: &Path| enter(watch, below);
    let mut stretch = Stretch { files: Vec::new(), blind: Vec::new(), from: Vec::new(), to: None };
    for found in Walk::new(&folder.root, PathBuf::new(), rules, &mut entered) {
        match found {
            Found::Blind(blind) => stretch.blind.push(blind),
            Found::File(seen) if stretch.files.len() < STRETCH_FILES => stretch.files.push(seen),
            Found::File(seen) => {
                let border = path_bytes(&seen.path).to_vec();
                let next = Stretch { files: vec![seen], blind: Vec::new(), from: border.clone(), to: None };
                let done = Stretch { to: Some(border), ..std::mem::replace(&mut stretch, next) };
                if stretches.blocking_send(Ok(done)).is_err() {
                    return Ok(());
                }
            }
        }
    }
    if root::check_mark(folder)? != before {
        return Err(root::changed_meanwhile(&folder.root));
    }
    let _ = stretches.blocking_send(Ok(stretch));
    Ok(())
}

/// What lies at some paths.
pub(super) struct Glance {
    pub(super) look: Look,
    /// Files of which their writer, or they themselves, say that they are whole.
    pub(super) whole: HashSet<PathBuf>,
}

/// The root is the same before and after, and carries its mark: an empty mount point is no emptied folder.
pub(super) async fn at(
    folder: &FolderRow,
    rules: &Arc<Rules>,
    watch: Option<&SharedWatch>,
    hints: &HashMap<PathBuf, Hint>,
) -> Result<Glance, Error> {
    let (folder, rules, watch, hints) = (folder.clone(), rules.clone(), watch.cloned(), hints.clone());
    in_background(move || {
        let before = root::check_mark(&folder)?;
        leave_old(watch.as_ref(), hints.keys());
        let mut look = Look::default();
        for path in topmost(hints.keys().cloned().collect()) {
            look.add(&folder.root, &path, &rules, &mut |below| enter(watch.as_ref(), below));
        }
        let is_whole = |seen: &&Seen| {
            hints
                .get(&seen.path)
                .is_some_and(|hint| hint.whole || hint.closed && has_its_end(&folder.root.join(&seen.path)))
        };
        let whole = look.files.iter().filter(is_whole).map(|seen| seen.path.clone()).collect();
        if root::check_mark(&folder)? == before {
            Ok(Glance { look, whole })
        } else {
            Err(root::changed_meanwhile(&folder.root))
        }
    })
    .await?
}

/// What is said beside a picture is the picture's.
pub(super) async fn with_pictures(
    folder: &FolderRow,
    mut hints: HashMap<PathBuf, Hint>,
) -> Result<HashMap<PathBuf, Hint>, Error> {
    if !hints.keys().any(|path| sidecar::is_sidecar(path)) {
        return Ok(hints);
    }
    let root = folder.root.clone();
    in_background(move || {
        let sidecars = hints.keys().map(PathBuf::as_path).filter(|path| sidecar::is_sidecar(path));
        for picture in sidecar::pictures_of(&root, sidecars) {
            hints.entry(picture).or_default();
        }
        hints
    })
    .await
}

/// What lay there is watched by its old name; what lies there now is watched when it is looked at.
fn leave_old<'a>(watch: Option<&SharedWatch>, paths: impl Iterator<Item = &'a PathBuf>) {
    if let Some(watch) = watch {
        let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
        paths.for_each(|path| watch.leave(path));
    }
}

/// Without those that lie below another of them, which would be looked at twice.
fn topmost(mut paths: Vec<PathBuf>) -> Vec<PathBuf> {
    paths.sort();
    let mut kept: Vec<PathBuf> = Vec::new();
    for path in paths {
        if !kept.last().is_some_and(|top| path.starts_with(top)) {
            kept.push(path);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_covers_what_is_below_it() {
        let paths = ["b/c", "a", "b", "a/x/y", "ab"].map(PathBuf::from).to_vec();
        assert_eq!(topmost(paths), ["a", "ab", "b"].map(PathBuf::from));
    }
}
