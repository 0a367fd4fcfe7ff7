//! Archives of pictures: asked for at `/api/v1/exports`, fetched at `/exports`, whole or in ranges. The work is `server::export`'s.

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use uuid::Uuid;

use super::{
    extract::{self, Id},
    files::disposition,
    range::{self, value},
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
    address: Result<Path<(String, String)>, PathRejection>,
    method: Method,
    asked: HeaderMap,
) -> Result<Response, Error> {
    // what is no text is the address of nothing
    let Path((id, _)) = address.map_err(|_| Error::NotFound)?;
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    let found = export::stream::find(&app, id).await?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, value("application/zip"));
    headers.insert(header::CACHE_CONTROL, value("private, no-store"));
    headers.insert(header::CONTENT_DISPOSITION, value(&disposition(&found.name, false)));
    let tag = format!("\"{}\"", found.version);
    let (status, range) = range::settle(&method, &asked, &tag, found.bytes, &mut headers);
    // a head is no reason to take a line
    if !status.is_success() || method == Method::HEAD {
        return Ok((status, headers).into_response());
    }
    let body = Body::from_stream(export::stream::send(app, found, range).await?);
    Ok((status, headers, body).into_response())
}
