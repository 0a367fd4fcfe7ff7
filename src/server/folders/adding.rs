//! Adds a folder that somebody named, if it is one that may be added. Looks at no picture.

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use futures::future::try_join_all;
use uuid::Uuid;

use super::{App, Error, check_name, check_types, removing, start};
use crate::{
    folder::{marker, scan::shown_name},
    model::{Folder, FolderDraft, FolderId},
    server::{
        background::{in_background, patiently},
        db::{
            self,
            folders::{self, FolderRow},
        },
        root,
    },
};

/// What the folder's place must keep clear of.
struct Surroundings {
    /// The data folder.
    data: PathBuf,
    allowed: Vec<PathBuf>,
    others: Vec<Other>,
}

/// Another folder, and where it really is, as far as its disk says.
struct Other {
    name: String,
    root: PathBuf,
    identity: Option<(u64, u64)>,
}

pub async fn add(app: &App, draft: FolderDraft) -> Result<Folder, Error> {
    app.folders.in_turn(add_in_turn(app.clone(), draft)).await
}

async fn add_in_turn(app: App, draft: FolderDraft) -> Result<Folder, Error> {
    check_types(&draft.types)?;
    let name = draft.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).map(check_name).transpose()?;
    let surroundings = Surroundings {
        data: app.data.clone(),
        allowed: app.folders.looking().allow_roots.clone(),
        others: others(&app).await?,
    };
    let path = PathBuf::from(draft.path.trim());
    let silent = || Error::Refused(format!("The disk of {} does not answer. Try again when it does.", path.display()));
    let checked = {
        let path = path.clone();
        patiently(move || check_place(&path, &surroundings), || {})
    };
    let root = checked.await?.ok_or_else(silent)??;
    let owner = owner(&app, &root).await?;
    let mut row = FolderRow {
        id: owner.id,
        project: app.project,
        name: name.unwrap_or_else(|| shown_name(&root)),
        root,
        managed: false,
        paused: false,
        watching: draft.watching,
        types: draft.types,
        identity: None,
        verified_at: Some(time::OffsetDateTime::now_utc()),
    };
    let mut tx = db::begin(&app.pool).await?;
    if owner.is_kept {
        folders::take_up(&mut tx, &row).await?;
    } else {
        folders::insert(&mut tx, &row).await?;
    }
    if !owner.is_marked {
        // last, so that what is refused leaves the folder as it was
        let root = row.root.clone();
        row.identity = in_background(move || root::mark(&root, owner.id)).await??;
        folders::set_identity(&mut tx, row.id, row.identity.as_deref()).await?;
    }
    tx.commit().await?;
    removing::settle(&app, row.id).await?;
    tracing::info!(folder = %row.root.display(), id = %row.id, "a folder was added");
    let id = row.id;
    app.folders.put(row.clone());
    start(&app, row);
    app.folders.shown(id).ok_or(Error::NotFound)
}

/// One whose disk hangs is where it was.
async fn others(app: &App) -> Result<Vec<Other>, Error> {
    let ask = |row: FolderRow| async move {
        let root = row.root.clone();
        let real = || move || (root.canonicalize().unwrap_or_else(|_| root.clone()), identity(&root));
        let asked = if app.folders.answers(row.id) { patiently(real(), || {}).await? } else { None };
        let (root, identity) = asked.unwrap_or((row.root, None));
        Ok(Other { name: row.name, root, identity })
    };
    try_join_all(app.folders.rows().into_iter().map(ask)).await
}

/// Whose a folder will be.
struct Owner {
    id: FolderId,
    /// It was ours and removed, and its records wait for it.
    is_kept: bool,
    is_marked: bool,
}

/// By its mark, and where it has none by where it lies. What is marked as one that we have somewhere else stays so.
async fn owner(app: &App, root: &Path) -> Result<Owner, Error> {
    let path = root.to_path_buf();
    let mark = in_background(move || root::owner(&path)).await??;
    let kept = folders::kept(&app.pool, app.project, mark, root).await?;
    let Some(id) = mark else {
        let id = kept.unwrap_or_else(|| FolderId(Uuid::now_v7()));
        return Ok(Owner { id, is_kept: kept.is_some(), is_marked: false });
    };
    if kept != mark && folders::exists(&app.pool, id).await? {
        let other = app.folders.row(id).map_or_else(
            || "a folder that is just being forgotten. Try again in a moment.".to_owned(),
            |row| {
                format!(
                    "“{}”, which was at {}. Remove that and keep its records, then add it here.",
                    row.name,
                    row.root.display()
                )
            },
        );
        return Err(Error::Refused(format!("{} is {other}", root.display())));
    }
    Ok(Owner { id, is_kept: kept == mark, is_marked: true })
}

/// Where it really is, or in a sentence why it may not be there.
fn check_place(path: &Path, around: &Surroundings) -> Result<PathBuf, Error> {
    let refuse = |sentence: String| Err(Error::Refused(sentence));
    let shown = path.display();
    if !path.is_absolute() {
        return refuse(format!("Write the whole path of the folder, from / on; “{shown}” begins somewhere."));
    }
    let root = match path.canonicalize() {
        Ok(root) => root,
        Err(error) => return refuse(format!("{shown} cannot be found on the server: {}.", plainly(&error))),
    };
    if !root.is_dir() {
        return refuse(format!("{shown} is a file. Name the folder that it lies in."));
    }
    let allowed = || around.allowed.iter().filter_map(|allowed| allowed.canonicalize().ok());
    if !allowed().any(|allowed| root.starts_with(allowed)) {
        return refuse(not_allowed(path, &around.allowed));
    }
    if let Err(error) = std::fs::read_dir(&root) {
        return refuse(format!("{shown} cannot be read by the server: {}.", plainly(&error)));
    }
    if root.starts_with(&around.data) || around.data.starts_with(&root) {
        return refuse(format!("{shown} holds PixelSync's own data, or lies in it. Choose another folder."));
    }
    // by two names, as a bind mount has
    let own = identity(&root);
    let same = |other: &Other| root == other.root || own.is_some() && own == other.identity;
    let overlap = |other: &&Other| root.starts_with(&other.root) || other.root.starts_with(&root) || same(other);
    match around.others.iter().find(overlap) {
        Some(other) if same(other) => refuse(format!("{shown} is there already, as “{}”.", other.name)),
        Some(other) => refuse(format!(
            "{shown} and “{}” ({}) lie in each other. A file belongs to one folder only.",
            other.name,
            other.root.display()
        )),
        None => Ok(root),
    }
}

fn identity(root: &Path) -> Option<(u64, u64)> {
    root.metadata().ok().map(|meta| (meta.dev(), meta.ino()))
}

fn not_allowed(path: &Path, allowed: &[PathBuf]) -> String {
    if allowed.is_empty() {
        return "No folder may be added yet. Start the server with --allow-root DIR, and folders below DIR can be."
            .into();
    }
    let roots: Vec<String> = allowed.iter().map(|root| root.display().to_string()).collect();
    format!(
        "{} is not below {}. Start the server with --allow-root DIR for another place.",
        path.display(),
        roots.join(" or ")
    )
}

fn plainly(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such folder",
        std::io::ErrorKind::PermissionDenied => "it has no permission",
        std::io::ErrorKind::NotADirectory => "a part of the path is a file",
        _ => "the disk refuses",
    }
}

/// The mark of a folder that is let go of. Another's stays.
pub(super) fn unmark(row: &FolderRow) {
    if root::owner(&row.root).ok().flatten() == Some(row.id)
        && let Err(error) = std::fs::remove_file(row.root.join(marker::NAME))
    {
        tracing::warn!(%error, folder = %row.root.display(), "the folder's mark could not be taken away");
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn other(name: &str, root: &Path) -> Other {
        Other { name: name.into(), root: root.to_path_buf(), identity: identity(root) }
    }

    #[test]
    fn a_folder_is_refused_in_a_sentence() {
        let place = tempfile::tempdir().expect("temporary folder");
        let place = place.path().canonicalize().expect("a path");
        for name in ["photos/trip", "other", "data/pictures", "elsewhere"] {
            fs::create_dir_all(place.join(name)).expect("folder");
        }
        fs::write(place.join("photos/file.jpg"), "").expect("file");
        std::os::unix::fs::symlink(place.join("elsewhere"), place.join("photos/out")).expect("link");
        let around = Surroundings {
            data: place.join("data"),
            allowed: vec![place.join("photos"), place.join("other"), place.join("data"), place.join("gone")],
            others: vec![other("Other", &place.join("other"))],
        };
        let check = |path: &str, expect: &str| {
            let path = if path.starts_with("./") { PathBuf::from(path) } else { place.join(path) };
            let said = check_place(&path, &around).expect_err("a refusal").to_string();
            assert!(said.contains(expect), "{said}");
        };
        check("./photos", "whole path");
        check("photos/none", "no such folder");
        check("photos/file.jpg", "is a file");
        check("elsewhere", "is not below");
        check("photos/out", "is not below");
        check("data", "own data");
        check("data/pictures", "own data");
        check("other", "there already, as “Other”");
        let around = Surroundings { others: vec![other("Trip", &place.join("photos/trip"))], ..around };
        let said = check_place(&place.join("photos"), &around).expect_err("a refusal").to_string();
        assert!(said.contains("lie in each other"), "{said}");
        assert_eq!(check_place(&place.join("other"), &around).expect("a folder"), place.join("other"));
        let around = Surroundings { allowed: Vec::new(), ..around };
        let said = check_place(&place.join("other"), &around).expect_err("a refusal").to_string();
        assert!(said.contains("--allow-root"), "{said}");
    }
}
