//! Scans of a folder in the words of seed 004, whose repositories are our folders.

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    extract::{Body, Id},
    folders::{BODY_BYTES_MAX, known},
};
use crate::{
    model::{FolderId, Operation, SyncKind, SyncStatus},
    server::{App, Error, folders},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/repositories/{id}/scan", post(scan))
        .route("/repositories/{id}/scans", get(scans))
        .route("/repositories/{id}/scans/latest", get(latest))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

#[derive(Serialize)]
struct Scan {
    id: i64,
    repository_id: FolderId,
    operation_type: SyncKind,
    files_scanned: u32,
    files_added: u32,
    files_updated: u32,
    files_removed: u32,
    start_time: Option<String>,
    end_time: Option<String>,
    duration_ms: Option<i64>,
    status: SyncStatus,
    error_message: Option<String>,
}

impl From<Operation> for Scan {
    fn from(operation: Operation) -> Scan {
        let found = operation.found;
        Scan {
            id: operation.id,
            repository_id: operation.folder,
            operation_type: operation.kind,
            files_scanned: found.scanned,
            files_added: found.added,
            // the seed had no words for files that moved or came back
            files_updated: found.updated + found.moved + found.healed,
            files_removed: found.missing,
            start_time: shown(operation.started_ms),
            end_time: operation.ended_ms.and_then(shown),
            duration_ms: operation.ended_ms.map(|ended| ended - operation.started_ms),
            status: operation.status,
            error_message: operation.error,
        }
    }
}

fn shown(since_1970_ms: i64) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(since_1970_ms) * 1_000_000).ok()?;
    at.format(&Rfc3339).ok()
}

#[derive(Default, Deserialize)]
struct Wish {
    /// To read every file again, whatever its size and time say.
    #[serde(default)]
    force: bool,
}

async fn scan(State(app): State<App>, Id(id): Id<FolderId>, wish: Option<Body<Wish>>) -> Result<Json<Scan>, Error> {
    known(&app, id)?;
    app.folders.scan(Some(id)).await?;
    let done = newest(&app, id).await?;
    if wish.is_some_and(|Body(wish)| wish.force) {
        // takes as long as the disk does, so nobody waits for it
        app.folders.verify(id)?;
    }
    Ok(done)
}

async fn latest(State(app): State<App>, Id(id): Id<FolderId>) -> Result<Json<Scan>, Error> {
    known(&app, id)?;
    newest(&app, id).await
}

async fn newest(app: &App, id: FolderId) -> Result<Json<Scan>, Error> {
    let newest = folders::history(app, id, None).await?.into_iter().next();
    newest.map(|operation| Json(operation.into())).ok_or(Error::NotFound)
}

async fn scans(State(app): State<App>, Id(id): Id<FolderId>) -> Result<Json<Value>, Error> {
    known(&app, id)?;
    let scans: Vec<Scan> = folders::history(&app, id, None).await?.into_iter().map(Scan::from).collect();
    Ok(Json(json!({ "scans": scans })))
}
