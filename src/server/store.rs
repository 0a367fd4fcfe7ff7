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
    pub fn open(root: &Path) -> io::Result<Store> {
        fs::create_dir_all(root)?;
        Ok(Store { root: root.to_path_buf() })
    }

    /// Two levels of folders: a million contents make no folder of more than some hundred entries.
    pub fn path(&self, hash: &[u8], kind: Kind) -> PathBuf {
        let hex = hex::encode(hash);
        let (first, second) = (hex.get(..2).unwrap_or("_"), hex.get(2..4).unwrap_or("_"));
        self.root.join(first).join(second).join(format!("{hex}.{}", kind.name()))
    }

    /// There whole or not at all, and durable, name and bytes, before anything points to it.
    pub fn put(&self, hash: &[u8], kind: Kind, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(hash, kind);
        if fs::metadata(&path).is_ok_and(|meta| meta.len() == bytes.len() as u64) {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        let part = folder.join(format!(".{}.part", Uuid::now_v7()));
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
}
