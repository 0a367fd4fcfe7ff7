//! Whether a folder's root is the folder that it was: mounted, and carrying its mark. Looks at no picture.

use std::{fs, io::ErrorKind, os::unix::fs::MetadataExt, path::Path, time::UNIX_EPOCH};

use uuid::Uuid;

use super::{
    Error,
    db::{Pool, files, folders::FolderRow},
};
use crate::{folder::marker, model::FolderId};

/// Device and inode: another folder may come to lie under the same path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootIdentity {
    device: u64,
    inode: u64,
}

/// Makes the managed folder if it is not there.
pub fn make(root: &Path) -> Result<(), Error> {
    if root.is_symlink() && !root.exists() {
        return Err(Error::Refused(format!(
            "{} is a link that leads nowhere. Mount what it leads to, or remove the link, then start again.",
            root.display()
        )));
    }
    fs::create_dir_all(root).map_err(Error::disk(root))
}

/// Whose folder it already is. A catalogue that is new takes over this id, so that the one it was made with still knows
/// the folder when it is restored from a dump.
pub fn owner(root: &Path) -> Result<Option<FolderId>, Error> {
    let mark = marker::read(root).map_err(Error::disk(root.join(marker::NAME)))?;
    Ok(mark.and_then(|mark| mark.parse().ok()))
}

/// Marks the managed folder where it has no mark, as long as there is no record that could be lost by it: it is new, or it
/// was replaced before anything was taken in. Others were marked when they were added, and without their mark are not there.
pub async fn claim(pool: &Pool, folder: &FolderRow) -> Result<(), Error> {
    let (root, path) = (&folder.root, folder.root.join(marker::NAME));
    if !folder.managed || !root.is_dir() || marker::read(root).map_err(Error::disk(&path))?.is_some() {
        return Ok(());
    }
    if files::has_any(pool, folder.id).await? {
        return Ok(());
    }
    marker::set(root, folder.id.0).map_err(Error::disk(&path))
}

/// Says in the folder whose it is. Where nothing may be written, it is known by its inode and the time of its birth, which
/// an empty mount point does not share.
pub fn mark(root: &Path, folder: FolderId) -> Result<Option<String>, Error> {
    match marker::set(root, folder.0) {
        Ok(()) => Ok(None),
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
            let meta = root.metadata().map_err(Error::disk(root))?;
            Ok(Some(identity_of(&meta)))
        }
        Err(error) => Err(Error::disk(root.join(marker::NAME))(error)),
    }
}

fn identity_of(meta: &fs::Metadata) -> String {
    let born = meta.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map_or(0, |born| born.as_nanos());
    format!("{}:{born}", meta.ino())
}

/// Refuses a root that is away or somebody else's, in a sentence that says what to do.
pub fn check_mark(folder: &FolderRow) -> Result<RootIdentity, Error> {
    let root = &folder.root;
    let meta = match root.metadata() {
        Ok(meta) if meta.is_dir() => meta,
        _ => {
            return Err(Error::Offline(format!(
                "{} is not there: it may not be mounted. Nothing was changed. Mount it, or make it again.",
                root.display()
            )));
        }
    };
    let identity = RootIdentity { device: meta.dev(), inode: meta.ino() };
    let mark = root.join(marker::NAME);
    let found = match marker::read(root) {
        Ok(Some(found)) if Uuid::parse_str(&found) == Ok(folder.id.0) => return Ok(identity),
        // it could not be marked, and another catalogue that could has
        _ if folder.identity.as_deref() == Some(&identity_of(&meta)) => return Ok(identity),
        Ok(Some(_)) => "it has the mark of another",
        Ok(None) if folder.identity.is_some() => "another folder lies under its name",
        Ok(None) => "its mark is gone",
        Err(_) => "its mark cannot be read",
    };
    Err(Error::Offline(format!(
        "{} is not the folder that it was ({found}): it may not be mounted. Nothing was changed. If it is the right \
         folder, write {} into {}.",
        root.display(),
        folder.id,
        mark.display()
    )))
}

/// What lies there cannot be judged when the folder went or came while it was looked at.
pub fn changed_meanwhile(root: &Path) -> Error {
    Error::Offline(format!("{} changed places while it was looked at. Nothing was changed.", root.display()))
}
