//! Our program with folders added to it, asked as other programs ask it. Measures nothing.

use std::{
    fs,
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use pixelsync::model::{Folder, FolderId, FolderState, SyncStatus};
use serde_json::json;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tempfile::TempDir;

use crate::{
    http::Host,
    process::Process,
    program::{Program, data_folder},
    tree::{self, Tree},
};

/// Peers are asked as often.
pub(crate) const POLL: Duration = Duration::from_millis(100);
const WAIT_MAX: Duration = Duration::from_hours(3);

pub(crate) struct Library {
    // ends before its folder goes
    pub(crate) program: Program,
    pub(crate) host: Host,
    pub(crate) data: TempDir,
}

impl Library {
    /// A new one, to which trees may be added.
    pub(crate) fn open() -> Result<Library> {
        Library::start(data_folder()?)
    }

    fn start(data: TempDir) -> Result<Library> {
        let allowed = tree::place();
        let allowed = allowed.to_str().context("cargo's target folder has a name that is not UTF-8")?;
        let program = Program::start(data.path(), None, &["--allow-root", allowed])?;
        let host = Host { address: program.address, key: None };
        Ok(Library { program, host, data })
    }

    /// Answers when it has looked at everything and is at rest again.
    pub(crate) fn restart(self, folder: FolderId) -> Result<Library> {
        let Library { program, data, .. } = self;
        drop(program);
        let library = Library::start(data)?;
        let folder =
            library.wait(folder, |folder| folder.state != FolderState::Starting && folder.running.is_none())?;
        if folder.state != FolderState::Watching {
            bail!("the folder is not watched: {}", folder.said.unwrap_or_default());
        }
        library.rest()?;
        Ok(library)
    }

    pub(crate) fn process(&self) -> Process {
        Process(self.program.child.id())
    }

    /// Until nothing is left to be done, at which it is not at work any more.
    pub(crate) fn rest(&self) -> Result<()> {
        self.process().wait_for_rest()
    }

    /// Spares developing the pictures, which is measured elsewhere and takes hours where there are a million of them. Nobody is
    /// told of it.
    pub(crate) fn call_developed(&self) -> Result<()> {
        let place = self.data.path().join("postgres");
        let password = fs::read_to_string(place.join("password"))?;
        let options = PgConnectOptions::new().socket(place.join("socket")).username("pixelsync").database("postgres");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut database = PgConnection::connect_with(&options.password(password.trim())).await?;
            for statement in [
                "set session_replication_role = replica",
                "update images set state = 'ok' where state = 'pending'",
                "truncate jobs",
                "vacuum analyze images",
            ] {
                sqlx::raw_sql(statement).execute(&mut database).await?;
            }
            Ok(())
        })
    }

    pub(crate) fn add(&self, tree: &Tree) -> Result<FolderId> {
        let folder: Folder = self.host.ask("POST", "/api/v1/folders", &json!({ "path": tree.path }).to_string())?;
        Ok(folder.id)
    }

    /// Until each of the tree's files has its record.
    pub(crate) fn wait_for(&self, folder: FolderId, tree: &Tree) -> Result<Folder> {
        self.wait(folder, |folder| folder.present == tree.files && folder.running.is_none())
    }

    pub(crate) fn wait(&self, folder: FolderId, is_done: impl Fn(&Folder) -> bool) -> Result<Folder> {
        let (begun, path) = (Instant::now(), format!("/api/v1/folders/{folder}"));
        loop {
            let folder: Folder = self.host.get(&path)?;
            if is_done(&folder) {
                return Ok(folder);
            }
            let has_failed = folder.last.as_ref().is_some_and(|last| last.status == SyncStatus::Failed);
            if has_failed && folder.running.is_none() || begun.elapsed() > WAIT_MAX {
                bail!("what was waited for does not come: {folder:?}");
            }
            sleep(POLL);
        }
    }
}
