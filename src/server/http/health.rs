//! Whether it works, in the words of the seeds that asked first.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use super::error::RETRY_AFTER;
use crate::server::{App, db};

pub(super) fn router() -> Router<App> {
    Router::new().route("/health", get(health))
}

async fn health(State(app): State<App>) -> Response {
    let watcher = if app.folders.is_watching() { "running" } else { "stopped" };
    match db::ping(&app.pool).await {
        Ok(()) => Json(json!({ "status": "healthy", "db": "connected", "database": "connected", "watcher": watcher }))
            .into_response(),
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            let body = json!({
                "status": "unhealthy", "db": "disconnected", "database": "disconnected", "watcher": watcher,
                "error": "The database is away. It is tried again by itself."
            });
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY_AFTER)], Json(body)).into_response()
        }
    }
}
