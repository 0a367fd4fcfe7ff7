//! `POST /sync` as seed 000 has it: looks at every folder, waits, and counts.

use axum::{Json, Router, extract::State, routing::post};
use serde_json::{Value, json};

use super::status::pictures;
use crate::server::{App, Error};

pub(super) fn router() -> Router<App> {
    Router::new().route("/sync", post(sync))
}

async fn sync(State(app): State<App>) -> Result<Json<Value>, Error> {
    let before = pictures(&app).await?;
    let summary = app.folders.scan(None).await?;
    Ok(Json(json!({
        "totalDbBefore": before,
        "totalDisk": summary.scanned,
        "addedFromDisk": summary.added,
        "markedMissing": summary.missing,
        "healed": summary.healed,
        "summary": summary,
    })))
}
