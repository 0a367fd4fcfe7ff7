//! The folder of the socket the server listens on; there is no TCP port. Opens no connection.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::account::Account;
use crate::cluster::gone;

const FILE: &str = ".s.PGSQL.5432";
/// The kernel's bound is 107 bytes on Linux and 103 on macOS.
const PATH_BYTES_MAX: usize = 103;

#[derive(Debug)]
pub(crate) struct Socket {
    folder: PathBuf,
    in_tmp: bool,
}

impl Socket {
    /// A place of its own in /tmp where the path below `home` is too long for a socket or could
    /// not be written into an URL.
    pub(crate) fn prepare(home: &Path, account: Account) -> Result<Socket, Error> {
        let below = home.join("socket");
        let in_tmp = !fits(&below);
        let folder = if in_tmp {
            // The same one at each start, and another for each home.
            let found = fs::metadata(home).map_err(Error::io("look at", home))?;
            PathBuf::from(format!("/tmp/.pixelsync-{:x}-{:x}", found.dev(), found.ino()))
        } else {
            below
        };
        account.own_folder(&folder)?;
        Ok(Socket { folder, in_tmp })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A killed server leaves these. The pid inside may be a zombie's or someone else's by now,
    /// and the server would then refuse to start.
    pub(crate) fn remove_leftovers(&self) -> Result<(), Error> {
        for name in [FILE.to_owned(), format!("{FILE}.lock")] {
            let file = self.folder.join(name);
            gone(fs::remove_file(&file)).map_err(Error::io("remove", &file))?;
        }
        Ok(())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.in_tmp {
            // Only tidiness: the next start would use it again.
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

fn fits(folder: &Path) -> bool {
    let file = folder.join(FILE);
    file.as_os_str().len() <= PATH_BYTES_MAX && file.to_str().is_some()
}

#[cfg(test)]
mod tests {
    use super::{FILE, PATH_BYTES_MAX, fits};
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    #[test]
    fn long_and_unprintable_folders_do_not_fit() {
        let longest = PATH_BYTES_MAX - FILE.len() - 2;
        assert!(fits(Path::new(&format!("/{}", "a".repeat(longest)))));
        assert!(!fits(Path::new(&format!("/{}", "a".repeat(longest + 1)))));
        assert!(!fits(Path::new(OsStr::from_bytes(b"/pictures\xff"))));
    }
}
