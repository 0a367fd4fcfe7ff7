//! Whether a folder's root is the folder that it was: mounted, and carrying its mark. Looks at no picture.

use std::{fs, os::unix::fs::MetadataExt, path::Path};

use uuid::Uuid;

use super::{
    Error,
    db::{Pool, folders::FolderRow, images},
};
use crate::{
    folder::{marker, write},
    model::FolderId,
};

/// Device and inode: another folder may come to lie under the same path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootIdentity {
    device: u64,
    inode: u64,
}

/// Makes the managed folder if it is not there, without what an upload left that was cut off.
pub fn make(root: &Path) -> Result<(), Error> {
    if root.is_symlink() && !root.exists() {
        return Err(Error::Refused(format!(
            "{} is a link that leads nowhere. Mount what it leads to, or remove the link, then start again.",
            root.display()
        )));
    }
    fs::create_dir_all(root).map_err(Error::disk(root))?;
    write::remove_leftovers(root).map_err(Error::disk(root))
}

/// Whose folder it already is. A catalogue that is new takes over this id, so that the one it was made with still knows
/// the folder when it is restored from a dump.
pub fn owner(root: &Path) -> Result<Option<FolderId>, Error> {
    let mark = marker::read(root).map_err(Error::disk(root.join(marker::NAME)))?;
    Ok(mark.and_then(|mark| mark.parse().ok()))
}

/// Marks a folder that has no mark, as long as there is no record that could be lost by it: it is new, or it was replaced
/// before anything was taken in.
pub async fn claim(pool: &Pool, folder: &FolderRow) -> Result<(), Error> {
    let (root, mark) = (&folder.root, folder.root.join(marker::NAME));
    if !folder.managed || !root.is_dir() || marker::read(root).map_err(Error::disk(&mark))?.is_some() {
        return Ok(());
    }
    if images::has_any(pool, folder.id).await? {
        return Ok(());
    }
    marker::set(root, folder.id.0).map_err(Error::disk(&mark))
}

/// Refuses a root that is away or somebody else's, in a sentence that says what to do.
pub fn check_mark(folder: &FolderRow) -> Result<RootIdentity, Error> {
    let root = &folder.root;
    let identity = match root.metadata() {
        Ok(meta) if meta.is_dir() => RootIdentity { device: meta.dev(), inode: meta.ino() },
        _ => {
            return Err(Error::Refused(format!(
                "{} is not there: it may not be mounted. Nothing was changed. Mount it, or make it again.",
                root.display()
            )));
        }
    };
    if !folder.managed {
        return Ok(identity);
    }
    let mark = root.join(marker::NAME);
    let found = match marker::read(root).map_err(Error::disk(&mark))? {
        Some(found) if Uuid::parse_str(&found) == Ok(folder.id.0) => return Ok(identity),
        Some(_) => "it has the mark of another",
        None => "its mark is gone",
    };
    Err(Error::Refused(format!(
        "{} is not the folder that it was ({found}): it may not be mounted. Nothing was changed. If it is the right \
         folder, write {} into {}.",
        root.display(),
        folder.id,
        mark.display()
    )))
}

/// What lies there cannot be judged when the folder went or came while it was looked at.
pub fn changed_meanwhile(root: &Path) -> Error {
    Error::Refused(format!("{} changed places while it was looked at. Nothing was changed.", root.display()))
}
