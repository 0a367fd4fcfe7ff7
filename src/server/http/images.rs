//! `GET /images` as seed 000 has it: a bare array, newest first; paged where asked for.

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use futures::stream;
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::extract::Query;
use crate::{
    folder::scan::path_from_bytes,
    model::{ImageId, State as ImageState},
    server::{App, Error, db::images},
};

const PAGE_MAX: u16 = 1_000;

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
    limit: Option<String>,
    /// The id of the last image of the page before.
    cursor: Option<String>,
}

async fn list(State(app): State<App>, Query(page): Query<Page>) -> Result<Response, Error> {
    let not_a_cursor = || Error::Refused("`cursor` is the id of the last image of the page before.".into());
    let before = page.cursor.map(|text| text.parse::<ImageId>()).transpose().map_err(|_| not_a_cursor())?;
    let Some(limit) = page.limit else { return whole(app, before).await };
    let limit = limit.parse().ok().filter(|limit| (1..=PAGE_MAX).contains(limit));
    let limit = limit.ok_or_else(|| Error::Refused(format!("`limit` is a number from 1 to {PAGE_MAX}.")))?;
    let rows = images::rest_rows(&app.pool, app.project, before, limit.into()).await?;
    Ok(Json(rows.into_iter().map(RestImage::from).collect::<Vec<_>>()).into_response())
}

/// What is still to be told of the whole list.
enum Left {
    Rows(Vec<images::RestRow>),
    Below(ImageId),
    Nothing,
}

/// Page by page: a million rows need no more memory than a thousand, and whoever reads slowly keeps no connection to the
/// database from others. An error after the beginning can only cut it off, so the beginning is waited for.
async fn whole(app: App, before: Option<ImageId>) -> Result<Response, Error> {
    let first = images::rest_rows(&app.pool, app.project, before, PAGE_MAX.into()).await?;
    let chunks = stream::try_unfold((Left::Rows(first), "["), move |(left, mut lead)| {
        let app = app.clone();
        async move {
            let rows = match left {
                Left::Rows(rows) => rows,
                Left::Below(id) => images::rest_rows(&app.pool, app.project, Some(id), PAGE_MAX.into()).await?,
                Left::Nothing => return Ok(None),
            };
            let last = rows.last().map(|row| row.id).filter(|_| rows.len() == usize::from(PAGE_MAX));
            let mut text = String::new();
            for row in rows {
                text += lead;
                text += &serde_json::to_string(&RestImage::from(row)).map_err(|_| Error::Stopped)?;
                lead = ",\n";
            }
            if last.is_none() {
                text += if lead == "[" { "[]" } else { "]" };
            }
            Ok::<_, Error>(Some((Bytes::from(text), (last.map_or(Left::Nothing, Left::Below), lead))))
        }
    });
    Ok(([(header::CONTENT_TYPE, "application/json")], Body::from_stream(chunks)).into_response())
}
