//! Folders and their watching as seed 002 has them.

use axum::{
    Json, Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{extract::asks_for_page, pages};
use crate::{
    model::{Folder, FolderState, Operation},
    server::{App, Error, folders},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/folders", get(folders))
        .route("/folders/status", get(folders_status))
        .route("/watcher/status", get(async |State(app): State<App>| Json(watcher(&app))))
        .route("/watcher/start", post(start))
        .route("/watcher/stop", post(stop))
        .route("/watcher/restart", post(restart))
}

/// People get the page of folders.
async fn folders(app: State<App>, request: Request) -> Response {
    if asks_for_page(request.headers()) {
        return pages::page(app, request).await;
    }
    let folders: Vec<Value> = app.folders.list().folders.iter().map(named).collect();
    Json(json!({ "total_folders": folders.len(), "folders": folders })).into_response()
}

fn named(folder: &Folder) -> Value {
    json!({ "id": folder.id, "path": folder.path })
}

/// The seed tells how far each folder is with being tagged; ours, with being looked at.
async fn folders_status(State(app): State<App>) -> Json<Value> {
    let folder = |folder: &Folder| {
        json!({
            "folder_id": folder.id,
            "folder_path": folder.path,
            "tagging_percentage": folder.running.as_ref().map_or(100.0, percentage),
            "state": folder.state,
            "said": folder.said,
            "present": folder.present,
            "missing": folder.missing,
        })
    };
    let data: Vec<Value> = app.folders.list().folders.iter().map(folder).collect();
    Json(json!({ "status": "success", "total_folders": data.len(), "data": data }))
}

fn percentage(running: &Operation) -> f64 {
    let expected = running.expected.unwrap_or(0).max(1);
    (100.0 * f64::from(running.found.scanned) / f64::from(expected)).min(100.0)
}

fn watcher(app: &App) -> Value {
    let is_running = app.folders.is_watching();
    let is_watched = |folder: &&Folder| matches!(folder.state, FolderState::Watching | FolderState::Timer);
    let watched: Vec<Value> = app.folders.list().folders.iter().filter(is_watched).map(named).collect();
    json!({
        "is_running": is_running,
        "folders_count": watched.len(),
        // theirs is one thread, ours are tasks of this process
        "thread_alive": is_running,
        "thread_id": is_running.then(std::process::id),
        "watched_folders": watched,
    })
}

fn done(app: &App, message: &str) -> Json<Value> {
    Json(json!({ "success": true, "message": message, "watcher_info": watcher(app) }))
}

async fn start(State(app): State<App>) -> Result<Json<Value>, Error> {
    folders::set_running(&app, true).await?;
    Ok(done(&app, "Folders are watched."))
}

async fn stop(State(app): State<App>) -> Result<Json<Value>, Error> {
    folders::set_running(&app, false).await?;
    Ok(done(&app, "Folders are not watched until it is started again."))
}

async fn restart(State(app): State<App>) -> Result<Json<Value>, Error> {
    folders::set_running(&app, false).await?;
    folders::set_running(&app, true).await?;
    Ok(done(&app, "Folders are watched anew."))
}
