//! Everything that can keep the database from running. Holds no logic.

use std::io;
use std::path::{Path, PathBuf};

use crate::BINARIES_SETTING;

/// Each message is for whoever runs the program: it says what is wrong and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "No PostgreSQL server was found. Install one (on Debian: apt install postgresql), name the \
         folder of its programs in {BINARIES_SETTING}, or name a server of your own in DATABASE_URL."
    )]
    NoBinaries,

    #[error(
        "{} does not hold working PostgreSQL programs `initdb` and `postgres`. Correct \
         {BINARIES_SETTING}, or leave it out to search the usual places.",
        folder.display()
    )]
    NotBinaries { folder: PathBuf },

    #[error(
        "The database in {} was made by PostgreSQL {major}, and no PostgreSQL {major} was found. \
         Install that version (on Debian: apt install postgresql-{major}) or name the folder of \
         its programs in {BINARIES_SETTING}.",
        cluster.display()
    )]
    MajorMissing { major: u32, cluster: PathBuf },

    #[error(
        "PostgreSQL refuses to run as root and would run as uid {uid}, which may not enter {}. \
         Choose a data folder such as /var/lib/pixelsync, or let it in: chmod o+x '{}'.",
        folder.display(), folder.display()
    )]
    CannotEnter { uid: u32, folder: PathBuf },

    #[error(
        "PostgreSQL refuses to run as root and would run as uid {uid}, which may not enter {} to \
         reach its programs. Let it in (chmod o+x '{}'), or name other programs in \
         {BINARIES_SETTING}.",
        folder.display(), folder.display()
    )]
    CannotRun { uid: u32, folder: PathBuf },

    #[error(
        "PostgreSQL refuses to run as root, and there is neither a user `postgres` nor a user \
         `nobody` to run as. Create one of them, or give the data folder to an ordinary user."
    )]
    NoAccount,

    #[error(
        "Another PixelSync is using {}. Stop it first, or give this one another data folder.",
        data.display()
    )]
    InUse { data: PathBuf },

    #[error(
        "{} is not empty and has no valid PG_VERSION, so it is no whole database. Restore it from \
         a backup, or move it away to begin with an empty one.",
        cluster.display()
    )]
    Damaged { cluster: PathBuf },

    #[error(
        "The database's password is missing from {}. Restore that file from a backup.",
        file.display()
    )]
    PasswordMissing { file: PathBuf },

    #[error(
        "{} is a link or belongs to another user, so it is not safe to use. Remove it and start \
         again.",
        folder.display()
    )]
    NotOurs { folder: PathBuf },

    #[error(
        "PostgreSQL could not create a database: {said}. Put that right and start again; nothing \
         half-made is kept."
    )]
    Initdb { said: String },

    #[error("PostgreSQL ended while starting ({how}): {said}. Its whole log is {}.", log.display())]
    Ended { how: String, said: String, log: PathBuf },

    #[error(
        "PostgreSQL was not ready within {seconds} seconds. Read {} and start again.",
        log.display()
    )]
    NotReady { seconds: u64, log: PathBuf },

    #[error(
        "PostgreSQL (process {pid}) does not stop, not even when killed. Its disk may be stuck; \
         check it, then end that process."
    )]
    Unstoppable { pid: i32 },

    #[error("Could not {doing} {}: {source}. Check its folder's owner, rights and free space.", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
}

impl Error {
    /// Made for `map_err`: says which file and what was tried, which an `io::Error` keeps to itself.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_owned();
        move |source| Error::Io { doing, path, source }
    }
}
