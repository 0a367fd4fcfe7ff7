//! Reads a file from the disk itself, not from what the system remembers of it. Judges nothing.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// Where the system cannot be asked to forget, it is read once more as it is.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    // some file systems know of no such thing
    let _ = forget(&file);
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(target_os = "linux")]
fn forget(file: &File) -> io::Result<()> {
    // what is not on the disk yet is not forgotten
    file.sync_data()?;
    Ok(rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed)?)
}

#[cfg(not(target_os = "linux"))]
fn forget(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_same_is_read_as_ever() {
        let file = tempfile::NamedTempFile::new().expect("temporary file");
        std::fs::write(file.path(), "bytes").expect("write");
        assert_eq!(super::read(file.path()).expect("read"), b"bytes");
    }
}
