//! Pages, rendered here and woken in the browser, and the server functions they call.

use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use leptos::{nonce::Nonce, prelude::provide_context};

use super::{
    assets,
    error::{PageUnderWay, RETRY_AFTER},
};
use crate::{
    model::ImageId,
    server::{App, db},
    ui,
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/", get(page))
        .route("/pictures/{id}", get(picture_page))
        .route("/api/{*function}", post(call))
        .fallback(unknown)
}

async fn call(State(app): State<App>, request: Request) -> Response {
    leptos_axum::handle_server_fns_with_context(move || provide_context(app.clone()), request).await.into_response()
}

async fn page(State(app): State<App>, request: Request) -> Response {
    // asked first: a page that fails half way is worse than one that says why it waits
    if let Err(error) = db::ping(&app.pool).await {
        tracing::warn!(%error, "the database does not answer");
        return away();
    }
    let response = render(app, request).await;
    // it went while the page was being made
    if response.status() == StatusCode::SERVICE_UNAVAILABLE { away() } else { response }
}

/// What is no id is the page of no picture; whether an id is one of ours is found while rendering.
async fn picture_page(app: State<App>, Path(id): Path<String>, request: Request) -> Response {
    if id.parse::<ImageId>().is_err() { unknown(app, request).await } else { page(app, request).await }
}

/// People get a page, programs a sentence.
async fn unknown(State(app): State<App>, request: Request) -> Response {
    let wants_page = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kinds| kinds.contains("text/html"));
    if !wants_page || !request.method().is_safe() {
        return crate::server::Error::NotFound.into_response();
    }
    let mut response = render(app, request).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

async fn render(app: App, request: Request) -> Response {
    let nonce = Nonce::new();
    let policy = policy(&nonce);
    let context = move || {
        provide_context(app.clone());
        provide_context(nonce.clone());
        provide_context(PageUnderWay);
    };
    let handler = leptos_axum::render_app_async_with_context(context, || ui::shell(assets::addresses()));
    let mut response: Response<Body> = handler(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn policy(nonce: &Nonce) -> HeaderValue {
    let text = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// Says what is the matter and comes back by itself, without script or style from elsewhere.
fn away() -> Response {
    let headers = [(header::RETRY_AFTER, RETRY_AFTER), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (StatusCode::SERVICE_UNAVAILABLE, headers, Html(include_str!("away.html"))).into_response()
}
