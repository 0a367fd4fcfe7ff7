//! What a local file holds, as a number, and whether it is still the file that was noted. Opens files for reading only.

use std::{
    fs::File,
    io::{self, Read},
};

use sha2::{Digest, Sha256};

use super::queue::Entry;
use crate::folder::{Seen, scan::is_absent};

const CHUNK_BYTES: usize = 1 << 20;

/// What became of reading a file.
pub(super) enum Reading {
    Hashed(Vec<u8>),
    /// It is not what was noted, or was written meanwhile.
    Changed,
    Absent,
    Unreadable(io::Error),
}

/// Reads it once from its beginning to its end.
pub(super) async fn read(entry: &Entry) -> Reading {
    match on(entry, hash).await {
        Ok(Some(sha256)) => Reading::Hashed(sha256),
        Ok(None) => Reading::Changed,
        Err(error) if is_absent(&error) => Reading::Absent,
        Err(error) => Reading::Unreadable(error),
    }
}

/// None when it is not the file that was noted.
pub(super) async fn open(entry: &Entry) -> io::Result<Option<File>> {
    on(entry, open_noted).await
}

/// Whether the file that was opened, and the one that lies there now, are what was noted.
pub(super) async fn is_unchanged(entry: &Entry, file: &File) -> io::Result<bool> {
    let file = file.try_clone()?;
    on(entry, move |entry| is_noted(entry, &file)).await
}

/// Whether what was noted lies there now.
pub(super) async fn lies_there(entry: &Entry) -> io::Result<bool> {
    on(entry, lies_noted).await
}

/// Away from the threads that must not wait: a disk may sleep, and one in the network hang.
async fn on<T: Send + 'static>(
    entry: &Entry,
    work: impl FnOnce(&Entry) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let entry = entry.clone();
    tokio::task::spawn_blocking(move || work(&entry)).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

fn hash(entry: &Entry) -> io::Result<Option<Vec<u8>>> {
    let Some(mut file) = open_noted(entry)? else { return Ok(None) };
    if entry.sha256.is_some() {
        // another server is asked, or this one once more: the file is what it was
        return Ok(entry.sha256.clone());
    }
    let (mut hasher, mut chunk) = (Sha256::new(), vec![0; CHUNK_BYTES]);
    loop {
        match file.read(&mut chunk)? {
            0 => break,
            read => hasher.update(&chunk[..read]),
        }
    }
    Ok(is_noted(entry, &file)?.then(|| hasher.finalize().to_vec()))
}

fn open_noted(entry: &Entry) -> io::Result<Option<File>> {
    let file = File::open(entry.path())?;
    Ok(is_noted(entry, &file)?.then_some(file))
}

fn is_noted(entry: &Entry, file: &File) -> io::Result<bool> {
    let opened = Seen::new(entry.seen.path.clone(), &file.metadata()?);
    Ok(opened.is_unchanged_since(&entry.seen) && lies_noted(entry)?)
}

fn lies_noted(entry: &Entry) -> io::Result<bool> {
    let meta = match entry.path().symlink_metadata() {
        Ok(meta) => meta,
        Err(error) if is_absent(&error) => return Ok(false),
        Err(error) => return Err(error),
    };
    Ok(meta.is_file() && Seen::new(entry.seen.path.clone(), &meta).is_unchanged_since(&entry.seen))
}
