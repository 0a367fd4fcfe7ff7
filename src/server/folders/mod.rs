//! Keeps the catalogue true to the folders: a keeper for each, and one board on which everybody sees how they are.
//! Knows neither pixels nor http.

mod adding;
mod board;
mod hints;
mod keeper;
mod look;
mod mounted;
mod planning;
mod removing;
mod run;
mod scan;
mod taking;
mod verify;

use std::{path::PathBuf, sync::Arc};

use tokio::sync::{mpsc, oneshot};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::{adding::add, board::Folders, removing::remove};
pub use super::db::files::FileRecord;
use super::{
    App, Error,
    db::{
        files,
        folders::{self, FolderRow},
        operations,
    },
};
use crate::model::{Folder, FolderEdit, FolderId, Operation, SyncStatus, SyncSummary, folder::FILE_TYPES};

/// Scans of one folder that wait; one more is refused.
const COMMANDS_MAX: usize = 16;
/// Of one answer.
const HISTORY_MAX: i64 = 50;
pub const FILES_MAX: i64 = 1_000;

/// Whoever asked for a scan waits at the other end.
type Answer = oneshot::Sender<Result<SyncSummary, Error>>;

enum Command {
    Scan(Answer),
    Look(PathBuf),
    Verify,
}

/// Begins to keep all folders that there are. Returns when they were told to stop and have.
pub async fn keep(app: App) {
    removing::settle_all(&app).await;
    for row in app.folders.rows() {
        start(&app, row);
    }
    tokio::join!(board::count_forever(&app), app.folders.tasks().wait());
}

/// Begins to keep one folder, unless it is paused or somebody does already.
fn start(app: &App, row: FolderRow) {
    if row.paused || !app.folders.may_run() {
        return;
    }
    let (sender, commands) = mpsc::channel(COMMANDS_MAX);
    let stop = app.stop.child_token();
    let Some(ended) = app.folders.set_keeper(row.id, board::Keeping { commands: sender, stop: stop.clone() }) else {
        return;
    };
    let app = app.clone();
    app.folders.clone().tasks().spawn(async move {
        keeper::keep(app, row, commands, stop).await;
        ended.cancel();
    });
}

/// Ends the keeper of a folder and what it is doing, and waits until it has.
async fn stop(app: &App, id: FolderId, why: &str) {
    if let Some(ended) = app.folders.end_keeper(id) {
        ended.cancelled().await;
    }
    if let Err(error) = operations::close_abandoned(&app.pool, id, SyncStatus::Cancelled, why).await {
        tracing::warn!(%error, "what was under way is left running in the history until the next start");
    }
}

/// What a person changes of a folder.
pub async fn edit(app: &App, id: FolderId, edit: FolderEdit) -> Result<Folder, Error> {
    app.folders.in_turn(edit_in_turn(app.clone(), id, edit)).await
}

async fn edit_in_turn(app: App, id: FolderId, edit: FolderEdit) -> Result<Folder, Error> {
    if let Some(types) = &edit.types {
        check_types(types)?;
    }
    let name = edit.name.as_deref().map(check_name).transpose()?;
    let is_paused = edit.paused.or(app.folders.row(id).map(|row| row.paused)).unwrap_or(false);
    stop(&app, id, if is_paused { "The folder was paused." } else { "The folder's settings were changed." }).await;
    // what its keeper found out of it is in the row by now
    let before = app.folders.row(id).ok_or(Error::NotFound)?;
    let row = FolderRow {
        name: name.unwrap_or_else(|| before.name.clone()),
        paused: is_paused,
        watching: edit.watching.unwrap_or(before.watching),
        types: edit.types.unwrap_or_else(|| before.types.clone()),
        ..before.clone()
    };
    let updated = folders::update(&app.pool, &row).await;
    // whatever became of it, somebody keeps the folder
    let row = if updated.is_ok() { row } else { before };
    app.folders.put(row.clone());
    start(&app, row);
    updated?;
    app.folders.shown(id).ok_or(Error::NotFound)
}

/// 002's start and stop: hears and looks nowhere until it is told to begin again, or until the next start.
pub async fn set_running(app: &App, running: bool) -> Result<(), Error> {
    let ours = app.clone();
    let setting = async move {
        ours.folders.set_may_run(running);
        for id in ours.folders.rows().into_iter().map(|row| row.id) {
            stop(&ours, id, "The watcher was stopped.").await;
            let Some(row) = ours.folders.row(id) else { continue };
            ours.folders.put(row.clone());
            start(&ours, row);
        }
        Ok(())
    };
    app.folders.in_turn(setting).await
}

pub async fn history(app: &App, id: FolderId, before: Option<i64>) -> Result<Vec<Operation>, Error> {
    app.folders.row(id).ok_or(Error::NotFound)?;
    Ok(operations::history(&app.pool, id, before.unwrap_or(i64::MAX), HISTORY_MAX).await?)
}

/// In the order of their paths, after `cursor`, which is one.
pub async fn files(app: &App, id: FolderId, cursor: Option<Vec<u8>>, limit: i64) -> Result<Vec<FileRecord>, Error> {
    app.folders.row(id).ok_or(Error::NotFound)?;
    Ok(files::list(&app.pool, id, &cursor.unwrap_or_default(), limit.clamp(1, FILES_MAX)).await?)
}

fn check_types(types: &[String]) -> Result<(), Error> {
    match types.iter().find(|wanted| !FILE_TYPES.contains(&wanted.as_str())) {
        None => Ok(()),
        Some(unknown) => Err(Error::Refused(format!(
            "“{unknown}” is no type of file that is known here. Choose from {}.",
            FILE_TYPES.join(", ")
        ))),
    }
}

const NAME_SIGNS_MAX: usize = 100;

fn check_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_SIGNS_MAX || name.chars().any(char::is_control) {
        return Err(Error::Refused(format!("A folder's name has 1 to {NAME_SIGNS_MAX} letters.")));
    }
    Ok(name.to_owned())
}

/// Set when a keeper has ended.
type Ended = Arc<CancellationToken>;

fn tracker() -> TaskTracker {
    let tasks = TaskTracker::new();
    // it may be waited for at any time; what is spawned later is waited for as well
    tasks.close();
    tasks
}
