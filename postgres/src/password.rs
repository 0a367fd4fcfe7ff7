//! The database's password, made once and kept in a file only we may read. Knows no server.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::Error;
use crate::account::Account;
use crate::cluster::gone;

const BYTES: usize = 24;

/// Reads the password kept in `file`, or makes one if the cluster is `new` too.
pub(crate) fn keep(file: &Path, new: bool) -> Result<String, Error> {
    match fs::read_to_string(file) {
        Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(Error::io("read", file)(e)),
        _ if !new => {
            return Err(Error::PasswordMissing { file: file.to_owned() });
        }
        _ => {}
    }
    let password = random(file)?;
    // Renamed into place: half a password would lock us out of the cluster made with it.
    let unfinished = file.with_extension("new");
    write(&unfinished, &password, None)?;
    fs::rename(&unfinished, file).map_err(Error::io("rename", &unfinished))?;
    Ok(password)
}

/// Writes it to a new file readable by `owner` alone, or by us alone.
pub(crate) fn write(file: &Path, password: &str, owner: Option<Account>) -> Result<(), Error> {
    let written = || -> io::Result<()> {
        gone(fs::remove_file(file))?;
        let mut new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
        new.write_all(password.as_bytes())?;
        if let Some(account) = owner {
            account.own_file(&new)?;
        }
        new.sync_all()
    };
    written().map_err(Error::io("write", file))
}

/// Hexadecimal, so that it needs no quoting in an URL.
fn random(file: &Path) -> Result<String, Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(io::Error::other).map_err(Error::io("get random bytes for", file))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::{BYTES, keep};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_password_is_made_once_and_never_again_for_an_old_cluster() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("password");
        assert!(keep(&file, false).is_err(), "an old cluster without one");
        let made = keep(&file, true)?;
        assert_eq!(made.len(), 2 * BYTES);
        assert_eq!(keep(&file, true)?, made);
        assert_eq!(keep(&file, false)?, made);
        assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
        Ok(())
    }
}
