//! Where the running server is reached, in a file of the data folder, for programs on the same machine. Asks nobody.

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

const NAME: &str = "address";
/// Never read, so that the address is there whole or not at all.
const PART: &str = "address.part";

/// Takes the address away when the server ends. One that is killed leaves it, so whoever reads it asks who answers.
pub struct Posted(PathBuf);

/// A server that cannot be found by programs still serves everybody else.
pub fn post(data: &Path, address: SocketAddr) -> Posted {
    let path = data.join(NAME);
    if let Err(error) = write(data, address) {
        tracing::warn!(%error, "{} cannot be written: commands will not find this server", path.display());
    }
    Posted(path)
}

fn write(data: &Path, address: SocketAddr) -> io::Result<()> {
    let part = data.join(PART);
    fs::write(&part, format!("{address}\n"))?;
    fs::rename(&part, data.join(NAME))
}

pub fn read(data: &Path) -> Option<SocketAddr> {
    fs::read_to_string(data.join(NAME)).ok()?.trim_end().parse().ok()
}

impl Drop for Posted {
    fn drop(&mut self) {
        // what is left is found to be nobody's
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_there_as_long_as_the_server_is() {
        let data = tempfile::tempdir().expect("a folder");
        assert_eq!(read(data.path()), None);
        let address: SocketAddr = "[::1]:4000".parse().expect("an address");
        let posted = post(data.path(), address);
        assert_eq!(read(data.path()), Some(address));
        drop(posted);
        assert_eq!(fs::read_dir(data.path()).expect("a folder").count(), 0);
    }
}
