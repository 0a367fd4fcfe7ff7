//! The cluster: the folder holding the database itself. Starts no server.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::account::Account;
use crate::binaries::Binaries;
use crate::{Error, USER, password, process};

const REMOVE: Duration = Duration::from_secs(5);
const REMOVE_POLL: Duration = Duration::from_millis(50);

pub(crate) struct Cluster {
    home: PathBuf,
    folder: PathBuf,
}

impl Cluster {
    /// `home` is the folder for everything of PostgreSQL's, with all links resolved.
    pub(crate) fn below(home: &Path) -> Cluster {
        Cluster { home: home.to_owned(), folder: home.join("cluster") }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn pid_file(&self) -> PathBuf {
        self.folder.join("postmaster.pid")
    }

    /// The version that made it, or nothing where there is none yet. Anything in between is
    /// somebody's damaged data, which must not be taken for a new folder.
    pub(crate) fn major(&self) -> Result<Option<u32>, Error> {
        let damaged = || Error::Damaged { cluster: self.folder.clone() };
        let file = self.folder.join("PG_VERSION");
        match fs::read_to_string(&file) {
            Ok(text) => text.trim().parse().map(Some).map_err(|_| damaged()),
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::io("read", &file)(e)),
            Err(_) if self.is_empty()? => Ok(None),
            Err(_) => Err(damaged()),
        }
    }

    fn is_empty(&self) -> Result<bool, Error> {
        match fs::read_dir(&self.folder) {
            Ok(mut inside) => Ok(inside.next().is_none()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(e) => Err(Error::io("read", &self.folder)(e)),
        }
    }

    /// Made beside its place and then renamed, so that a cluster is there whole or not at all.
    pub(crate) fn create(&self, binaries: &Binaries, account: Account, password: &str) -> Result<(), Error> {
        let unfinished = self.home.join("init");
        account.own_folder(&unfinished)?;
        // A file and not a pipe: after the change of user, root's pipe can't be opened again.
        let password_file = self.home.join("init-password");
        password::write(&password_file, password, Some(account))?;
        let mut initdb = binaries.command("initdb", account);
        initdb
            .args(["--username", USER, "--encoding=UTF8", "--locale=C.UTF-8"])
            .args(["--auth=scram-sha-256", "--data-checksums", "--no-instructions"])
            .arg("--pwfile")
            .arg(&password_file)
            .arg("--pgdata")
            .arg(&unfinished)
            .stdin(Stdio::null());
        // Interrupted, it would tidy up, and perhaps what the next start is making in its place.
        process::end_with_us(&mut initdb, Signal::SIGKILL);
        let said = initdb.output().map_err(Error::io("run initdb from", &binaries.folder))?;
        if !said.status.success() {
            self.remove_leftovers()?;
            let said = String::from_utf8_lossy(&said.stderr).trim().to_owned();
            return Err(Error::Initdb { said });
        }
        fs::rename(&unfinished, &self.folder).map_err(Error::io("rename", &unfinished))?;
        File::open(&self.home).and_then(|home| home.sync_all()).map_err(Error::io("write", &self.home))?;
        self.remove_leftovers()
    }

    /// What an interrupted `create` left, the password's readable copy above all.
    pub(crate) fn remove_leftovers(&self) -> Result<(), Error> {
        let unfinished = self.home.join("init");
        // The children of a killed initdb may write there for another moment.
        let begun = Instant::now();
        while let Err(e) = gone(fs::remove_dir_all(&unfinished)) {
            if begun.elapsed() > REMOVE {
                return Err(Error::io("remove", &unfinished)(e));
            }
            thread::sleep(REMOVE_POLL);
        }
        let password_file = self.home.join("init-password");
        gone(fs::remove_file(&password_file)).map_err(Error::io("remove", &password_file))
    }
}

/// Removing what is not there is as good as removing it.
pub(crate) fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::Cluster;
    use std::fs;

    #[test]
    fn only_an_absent_or_empty_folder_counts_as_new() -> Result<(), Box<dyn std::error::Error>> {
        let home = tempfile::tempdir()?;
        let cluster = Cluster::below(home.path());
        assert_eq!(cluster.major()?, None);
        fs::create_dir(cluster.folder())?;
        assert_eq!(cluster.major()?, None);
        fs::write(cluster.folder().join("base"), "")?;
        assert!(cluster.major().is_err(), "files without a version");
        fs::write(cluster.folder().join("PG_VERSION"), "15\n")?;
        assert_eq!(cluster.major()?, Some(15));
        fs::write(cluster.folder().join("PG_VERSION"), "")?;
        assert!(cluster.major().is_err(), "an empty version");
        Ok(())
    }
}
