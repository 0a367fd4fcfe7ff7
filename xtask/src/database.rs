//! A PostgreSQL for the length of one command, in a temporary folder. Knows nothing of what is kept in it.

use crate::{checkout::Checkout, setup};
use anyhow::{Context, Result};
use nix::{errno::Errno, sys::signal::kill, unistd::Pid};
use pixelsync_postgres::{Postgres, Settings};
use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process,
};

/// Tests run side by side, each with connections of its own.
const CONNECTIONS_MAX: u16 = 200;
const FOLDER_PREFIX: &str = "pixelsync-xtask-";

pub(crate) struct Database {
    /// Taken when it ends, because the server has to stop before its folder goes.
    server: Option<Postgres>,
    folder: PathBuf,
    pub(crate) url: String,
}

impl Database {
    pub(crate) fn start(checkout: &Checkout) -> Result<Database> {
        remove_leftovers();
        let folder = env::temp_dir().join(format!("{FOLDER_PREFIX}{}", process::id()));
        fs::create_dir(&folder)
            // PostgreSQL refuses to be root, and as another user has to get in.
            .and_then(|()| fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)))
            .with_context(|| {
                format!("{} can't be created: make room there, or set TMPDIR to another folder", folder.display())
            })?;
        let mut database = Database { server: None, folder, url: String::new() };
        let mut settings = Settings::new(&database.folder);
        settings.binaries = setup::chosen_postgres(checkout);
        settings.max_connections = CONNECTIONS_MAX;
        let server = Postgres::start(&settings).context("The temporary PostgreSQL does not start")?;
        database.url = server.url().as_str().to_owned();
        database.server = Some(server);
        Ok(database)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        drop(self.server.take());
        remove(&self.folder);
    }
}

/// What interrupted commands left behind: their PostgreSQL ended with them, their folder did not.
fn remove_leftovers() {
    for entry in fs::read_dir(env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(FOLDER_PREFIX)).and_then(|id| id.parse().ok());
        if owner.is_some_and(|id| kill(Pid::from_raw(id), None) == Err(Errno::ESRCH)) {
            remove(&entry.path());
        }
    }
}

fn remove(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder) {
        eprintln!("{} stays behind: {error}", folder.display());
    }
}
