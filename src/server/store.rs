//! Derivatives on the disk, by content: a folder that can be thrown away and made again. Knows no image and no path of one.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use uuid::Uuid;

use super::db::derivatives::Kind;

#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// What a killed server left half written is removed.
    pub fn open(root: &Path) -> io::Result<Store> {
        let store = Store { root: root.to_path_buf() };
        match fs::remove_dir_all(store.unfinished()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(store.unfinished())?,
        }
        Ok(store)
    }

    /// Beside what is finished, because a file is moved from here to there in one step.
    fn unfinished(&self) -> PathBuf {
        self.root.join("unfinished")
    }

    /// Two levels of folders: a million contents make no folder of more than some hundred entries.
    pub fn path(&self, hash: &[u8], kind: Kind) -> PathBuf {
        let hex = hex::encode(hash);
        let (first, second) = (hex.get(..2).unwrap_or("_"), hex.get(2..4).unwrap_or("_"));
        self.root.join(first).join(second).join(format!("{hex}.{}", kind.name()))
    }

    /// Whether thumbnail and preview are there.
    pub fn has_small_ones(&self, hash: &[u8]) -> bool {
        [Kind::Thumbnail, Kind::Preview].iter().all(|kind| self.path(hash, *kind).exists())
    }

    /// There whole or not at all, and synced before anything points to it.
    pub fn put(&self, hash: &[u8], kind: Kind, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(hash, kind);
        if fs::metadata(&path).is_ok_and(|meta| meta.len() == bytes.len() as u64) {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        // also after somebody threw all of it away
        fs::create_dir_all(self.unfinished())?;
        let part = self.unfinished().join(Uuid::now_v7().to_string());
        let written = write_synced(&part, bytes)
            .and_then(|()| fs::rename(&part, &path))
            .and_then(|()| File::open(folder)?.sync_all());
        if written.is_err() {
            // what was half written is of no use; the first error is the one to tell
            let _ = fs::remove_file(&part);
        }
        written
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_there_whole() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let store = Store::open(folder.path()).expect("store");
        for _ in 0..2 {
            store.put(&[1; 32], Kind::Thumbnail, b"bytes").expect("put");
            assert_eq!(fs::read(store.path(&[1; 32], Kind::Thumbnail)).expect("read"), b"bytes");
        }
        assert!(!store.path(&[1; 32], Kind::Preview).exists());
    }

    #[test]
    fn what_was_left_half_written_goes() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let left = Store::open(folder.path()).expect("store").unfinished().join("half");
        fs::write(&left, b"by").expect("a part");
        let store = Store::open(folder.path()).expect("store");
        assert!(!left.exists());
        fs::remove_dir_all(folder.path()).expect("thrown away");
        store.put(&[1; 32], Kind::Preview, b"bytes").expect("put");
    }
}
