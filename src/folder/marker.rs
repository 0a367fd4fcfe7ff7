//! A small file in a folder of ours that says "this is the folder, mounted and whole". Knows no other file.

use std::{fs, io, path::Path};

use uuid::Uuid;

const NAME: &str = ".pixelsync-folder";

/// Whether the root carries the mark of this folder. Without it an empty root may be an empty mount point.
pub fn holds(root: &Path, folder: Uuid) -> io::Result<bool> {
    match fs::read_to_string(root.join(NAME)) {
        Ok(text) => Ok(text.trim() == folder.to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

pub fn set(root: &Path, folder: Uuid) -> io::Result<()> {
    fs::write(root.join(NAME), format!("{folder}\n"))
}
