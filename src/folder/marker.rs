//! A small file in a folder of ours that says "this is the folder, mounted and whole". Knows no other file.

use std::{fs, io, path::Path};

use uuid::Uuid;

pub const NAME: &str = ".pixelsync-folder";

/// What the root's mark says, which may be another folder's. Without a mark an empty root may be an empty mount point.
pub fn read(root: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(root.join(NAME)) {
        // an empty one was cut off while it was written
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|mark| !mark.is_empty())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub fn set(root: &Path, folder: Uuid) -> io::Result<()> {
    fs::write(root.join(NAME), format!("{folder}\n"))
}
