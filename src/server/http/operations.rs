//! Looks at our folders: begun, waited for, ended, and what came of them. Which folders there are is `folders`'.

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    extract::{Id, Query},
    folders::known,
};
use crate::{
    model::FolderId,
    server::{App, Error, folders},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/v1/scan", post(scan_all))
        .route("/api/v1/folders/{id}/scan", post(scan_one))
        .route("/api/v1/folders/{id}/verify", post(verify))
        .route("/api/v1/folders/{id}/cancel", post(cancel))
        .route("/api/v1/folders/{id}/operations", get(operations))
}

#[derive(Deserialize)]
struct Patience {
    wait: Option<bool>,
}

async fn scan_all(State(app): State<App>, Query(patience): Query<Patience>) -> Result<Response, Error> {
    scan(app, None, patience).await
}

async fn scan_one(
    State(app): State<App>,
    Id(id): Id<FolderId>,
    Query(patience): Query<Patience>,
) -> Result<Response, Error> {
    known(&app, id)?;
    scan(app, Some(id), patience).await
}

async fn scan(app: App, id: Option<FolderId>, patience: Patience) -> Result<Response, Error> {
    if patience.wait.unwrap_or(true) {
        let summary = app.folders.scan(id).await?;
        return Ok(Json(json!({ "summary": summary })).into_response());
    }
    tokio::spawn(async move {
        // what came of it stands in its operation; one that did not begin has none
        if let Err(error) = app.folders.scan(id).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a scan that nobody waits for failed");
        }
    });
    Ok(begun())
}

fn begun() -> Response {
    let sentence = "It begins. The folder tells how far it is, and its operations what came of it.";
    (StatusCode::ACCEPTED, Json(json!({ "message": sentence }))).into_response()
}

async fn verify(State(app): State<App>, Id(id): Id<FolderId>) -> Result<Response, Error> {
    known(&app, id)?;
    app.folders.verify(id)?;
    Ok(begun())
}

async fn cancel(State(app): State<App>, Id(id): Id<FolderId>) -> Result<StatusCode, Error> {
    known(&app, id)?;
    app.folders.cancel(id)?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Before {
    before: Option<String>,
}

/// `next` is there as long as there may be older ones.
async fn operations(
    State(app): State<App>,
    Id(id): Id<FolderId>,
    Query(page): Query<Before>,
) -> Result<Response, Error> {
    known(&app, id)?;
    let no_number = |_| Error::Refused("`before` is what the page before gave as `next`.".into());
    let before = page.before.map(|text| text.parse()).transpose().map_err(no_number)?;
    let operations = folders::history(&app, id, before).await?;
    let next = operations.last().map(|oldest| oldest.id);
    Ok(Json(json!({ "operations": operations, "next": next })).into_response())
}
