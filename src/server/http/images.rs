//! `GET /images` as seed 000 has it: a bare array, newest first; paged where asked for.

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::sync::mpsc;

use crate::{
    folder::scan::path_from_bytes,
    model::{ImageId, State as ImageState},
    server::{
        App, Error,
        db::{DbError, images},
    },
};

const PAGE_MAX: i64 = 1_000;

pub(super) fn router() -> Router<App> {
    Router::new().route("/images", get(list))
}

/// An image in seed 000's words, with ours beside them.
#[derive(Serialize)]
pub(super) struct RestImage {
    id: ImageId,
    filename: String,
    mime_type: Option<String>,
    size_bytes: i64,
    storage_path: String,
    is_corrupted: bool,
    created_at: Option<String>,
    width: Option<i32>,
    height: Option<i32>,
    checksum: Option<String>,
    updated_at: Option<String>,
    state: ImageState,
    reason: Option<String>,
}

impl From<images::RestRow> for RestImage {
    fn from(row: images::RestRow) -> RestImage {
        let shown = |at: OffsetDateTime| at.format(&Rfc3339).ok();
        RestImage {
            id: row.id,
            filename: row.name,
            mime_type: row.mime,
            size_bytes: row.size,
            storage_path: path_from_bytes(&row.path).display().to_string(),
            // the seed knew one word for both
            is_corrupted: matches!(row.state, ImageState::Corrupted | ImageState::Missing),
            created_at: shown(row.created_at),
            width: row.width,
            height: row.height,
            checksum: row.hash.map(hex::encode),
            updated_at: shown(row.updated_at),
            state: row.state,
            reason: row.reason,
        }
    }
}

#[derive(Deserialize)]
struct Page {
    limit: Option<i64>,
    /// The id of the last image of the page before.
    cursor: Option<String>,
}

async fn list(State(app): State<App>, Query(page): Query<Page>) -> Result<Response, Error> {
    let not_a_cursor = || Error::Refused("`cursor` is the id of the last image of the page before.".into());
    let before = page.cursor.map(|text| text.parse::<ImageId>()).transpose().map_err(|_| not_a_cursor())?;
    match page.limit {
        Some(limit) if !(1..=PAGE_MAX).contains(&limit) => {
            Err(Error::Refused(format!("`limit` is a number from 1 to {PAGE_MAX}.")))
        }
        Some(limit) => {
            let rows: Vec<_> = images::rest_rows(&app.pool, app.project, before, Some(limit)).collect().await;
            let rows = rows.into_iter().map(|row| row.map(RestImage::from)).collect::<Result<Vec<_>, _>>()?;
            Ok(Json(rows).into_response())
        }
        None => whole(app, before).await,
    }
}

/// A stream, so that a million rows need no more memory than ten. An error after its beginning can only cut it off, so
/// the beginning is waited for.
async fn whole(app: App, before: Option<ImageId>) -> Result<Response, Error> {
    let (sender, mut receiver) = mpsc::channel(16);
    tokio::spawn(async move {
        let mut rows = images::rest_rows(&app.pool, app.project, before, None);
        let mut lead = "[";
        while let Some(row) = rows.next().await {
            let text = row.and_then(|row| serde_json::to_string(&RestImage::from(row)).map_err(DbError::decode));
            let broke = text.is_err();
            if sender.send(text.map(|text| Bytes::from(format!("{lead}{text}")))).await.is_err() || broke {
                return;
            }
            lead = ",\n";
        }
        let end = if lead == "[" { "[]" } else { "]" };
        // whoever left does not need the end
        let _ = sender.send(Ok(Bytes::from_static(end.as_bytes()))).await;
    });
    let first = receiver.recv().await.ok_or(Error::Stopped)??;
    let rest = stream::unfold(receiver, |mut receiver| async { receiver.recv().await.map(|chunk| (chunk, receiver)) });
    let chunks = stream::iter([Ok(first)]).chain(rest);
    Ok(([(header::CONTENT_TYPE, "application/json")], Body::from_stream(chunks)).into_response())
}
