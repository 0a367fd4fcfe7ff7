//! Who answers here and how it is, for programs. Whether it works at all is `health`'s.

use axum::{
    Json, Router,
    extract::State,
    routing::{any, get},
};
use serde_json::{Value, json};

use crate::{
    model::{Folder, FolderState},
    server::{App, Error, db},
};

const NAME: &str = "PixelSync";
const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/v1/status", get(status))
        // what is not ours there is nobody's: below /api are server functions, which have other errors
        .route("/api/v1/{*unknown}", any(async || Error::NotFound))
}

/// `GET /` as seed 002 has it.
pub(super) fn service() -> Json<Value> {
    Json(json!({
        "service": NAME,
        "name": NAME,
        "version": VERSION,
        "status": "running",
        "endpoints": {
            "health": "/health",
            "status": "/api/v1/status",
            "folders": "/api/v1/folders",
            "scan": "/api/v1/scan",
            "images": "/images",
            "upload": "/upload",
            "sync": "/sync",
            "events": "/sync/events",
            "changes": "/sync/changes",
            "watcher": "/watcher/status",
        },
    }))
}

async fn status(State(app): State<App>) -> Result<Json<Value>, Error> {
    let folders = app.folders.list().folders;
    let pictures = pictures(&app).await?;
    let running: Vec<_> = folders.iter().filter_map(|folder| folder.running.as_ref()).collect();
    Ok(Json(json!({
        "status": "healthy",
        "version": VERSION,
        // by which a program on this machine knows that it found the server it meant
        "data": app.managed.root.parent().map(|data| data.display().to_string()),
        "folders": folders.len(),
        "running": running,
        "watcher": watcher(&app, &folders),
        "pictures": pictures,
    })))
}

/// How many the catalogue holds, missing ones too.
pub(super) async fn pictures(app: &App) -> Result<u32, Error> {
    let mut connection = app.pool.acquire().await?;
    Ok(db::feed::total(&mut connection, app.project).await?)
}

fn watcher(app: &App, folders: &[Folder]) -> Value {
    let count = |state| folders.iter().filter(|folder| folder.state == state).count();
    json!({
        "running": app.folders.is_watching(),
        "watching": count(FolderState::Watching),
        "timer": count(FolderState::Timer),
        "paused": count(FolderState::Paused),
        "offline": count(FolderState::Offline),
    })
}
