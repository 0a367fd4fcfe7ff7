//! The browser's half of the program and its style: inside the binary when released, read from the build folder while developing.

use axum::{
    Router,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::Embed;

use super::extract::Segment;
use crate::{
    server::{App, Error},
    ui::{later::GALLERY, shell::Assets},
};

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/target/site"]
#[allow_missing = true]
struct Site;

const FOREVER: &str = "public, max-age=31536000, immutable";
const A_DAY: &str = "public, max-age=86400";

pub(super) fn router() -> Router<App> {
    Router::new()
        .route(
            "/pkg/{name}",
            get(|Segment(name): Segment, headers: HeaderMap| async move {
                serve(&format!("pkg/{name}"), FOREVER, &headers)
            }),
        )
        .route("/favicon.svg", get(|headers: HeaderMap| async move { serve("favicon.svg", A_DAY, &headers) }))
        .route("/favicon.ico", get(|headers: HeaderMap| async move { serve("favicon.ico", A_DAY, &headers) }))
}

/// The addresses a page refers to. They change with the bytes, so a browser never runs two halves of different builds.
/// Only the gallery can be woken without what comes later.
pub(super) fn addresses(page: &str) -> Assets {
    let address = |name: &str| {
        let hash = Site::get(&format!("pkg/{name}")).map(|file| hex::encode(&file.metadata.sha256_hash()[..8]));
        format!("/pkg/{name}?v={}", hash.unwrap_or_default())
    };
    let later = if page == GALLERY { None } else { Site::iter().find(|name| is_later(name)) };
    Assets {
        js: address("pixelsync.js"),
        wasm: address("pixelsync.wasm"),
        later: later.map(|name| format!("/{name}")),
        css: address("pixelsync.css"),
    }
}

/// Its name says what it holds, so its address need not.
fn is_later(name: &str) -> bool {
    name.starts_with("pkg/later-") && name.ends_with(".wasm")
}

fn serve(path: &str, caching: &'static str, asked: &HeaderMap) -> Response {
    let takes_brotli = asked
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|ways| ways.contains("br"));
    let packed = if takes_brotli { Site::get(&format!("{path}.br")) } else { None };
    let is_packed = packed.is_some();
    let Some(file) = packed.or_else(|| Site::get(path)) else { return Error::NotFound.into_response() };
    let mut response = (
        [(header::CONTENT_TYPE, mime(path)), (header::CACHE_CONTROL, caching), (header::VARY, "accept-encoding")],
        file.data,
    )
        .into_response();
    if is_packed {
        response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("br"));
    }
    response
}

fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("ico") => "image/x-icon",
        _ => "application/octet-stream",
    }
}
