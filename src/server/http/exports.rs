//! Archives of pictures: asked for at `/api/v1/exports`, fetched at `/exports`, whole or in ranges. The work is `server::export`'s.

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use uuid::Uuid;

use super::{
    extract::{self, Id},
    files::{Wanted, disposition, value, wanted},
};
use crate::{
    model::{
        Zone,
        export::{Export, ExportDraft},
    },
    server::{App, Error, export},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/v1/exports", post(begin))
        .route("/api/v1/exports/{id}", get(find).delete(delete))
        .route("/exports/{id}/{name}", get(fetch))
}

async fn begin(
    State(app): State<App>,
    extract::Body(draft): extract::Body<ExportDraft>,
) -> Result<(StatusCode, Json<Export>), Error> {
    Ok((StatusCode::CREATED, Json(export::begin(&app, &draft, Zone::default()).await?)))
}

async fn find(State(app): State<App>, Id(id): Id<Uuid>) -> Result<Json<Export>, Error> {
    Ok(Json(export::find(&app, id).await?))
}

async fn delete(State(app): State<App>, Id(id): Id<Uuid>) -> Result<StatusCode, Error> {
    export::delete(&app, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The name in the address is for whoever saves it.
async fn fetch(
    State(app): State<App>,
    Path((id, _)): Path<(String, String)>,
    asked: HeaderMap,
) -> Result<Response, Error> {
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    let opened = export::stream::open(&app, id).await?;
    let tag = format!("\"{}\"", opened.version);
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::ETAG, value(&tag));
    headers.insert(header::CONTENT_DISPOSITION, value(&disposition(&opened.name, false)));
    let text = |name: header::HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    let is_current = text(header::IF_RANGE).is_none_or(|known| known == tag);
    let (status, range) = match text(header::RANGE).filter(|_| is_current).map(|range| wanted(range, opened.bytes)) {
        None | Some(Wanted::Whole) => (StatusCode::OK, 0..opened.bytes),
        Some(Wanted::Part(range)) => {
            let said = format!("bytes {}-{}/{}", range.start(), range.end(), opened.bytes);
            headers.insert(header::CONTENT_RANGE, value(&said));
            (StatusCode::PARTIAL_CONTENT, *range.start()..range.end() + 1)
        }
        Some(Wanted::Nothing) => {
            headers.insert(header::CONTENT_RANGE, value(&format!("bytes */{}", opened.bytes)));
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response());
        }
    };
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    let body = Body::from_stream(export::stream::send(app, opened, range));
    Ok((status, headers, body).into_response())
}
