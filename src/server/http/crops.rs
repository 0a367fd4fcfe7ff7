//! `POST /images/:id/crop` as seed 000 has it. The work is `server::crops`'.

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde::Deserialize;
use serde_json::json;

use super::{extract::Segment, images::RestImage};
use crate::{
    imaging::crop::{Kind, Region},
    server::{App, Error, crops, db::images},
};

/// Four numbers.
const BODY_BYTES_MAX: usize = 4 << 10;

pub(super) fn router() -> Router<App> {
    Router::new().route("/images/{id}/crop", post(crop).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)))
}

#[derive(Deserialize)]
struct Wanted {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

async fn crop(
    State(app): State<App>,
    Segment(text): Segment,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Result<Response, Error> {
    let id = text.parse().map_err(|_| Error::NotFound)?;
    let Json(Wanted { x, y, width, height }) = wanted
        .map_err(|_| Error::Refused("Send {\"x\", \"y\", \"width\", \"height\"} as numbers from 0 to 1.".into()))?;
    let region = Region::new(x, y, width, height).map_err(|error| Error::Refused(format!("{error}.")))?;
    let made = crops::make(&app, id, region).await?;
    let row = images::rest_row(&app.pool, made.id).await?.ok_or(Error::NotFound)?;
    let message = match made.kind {
        Kind::Untouched => "The crop was made without touching the compressed data.",
        Kind::Lossless => "The crop was made; every pixel is as it was.",
        Kind::HighQuality => "The crop was made and encoded again at high quality.",
    };
    let body = json!({ "message": message, "image": RestImage::from(row), "kind": made.kind.name() });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}
