//! Pages, rendered here and woken in the browser, and the server functions they call.

use axum::{
    Json, Router,
    body::{Body, Bytes, to_bytes},
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use leptos::{nonce::Nonce, prelude::provide_context};

use super::{
    assets,
    error::{PageUnderWay, RETRY_AFTER},
    extract::{Segment, asks_for_json},
    status,
};
use crate::{
    api::{Failure, uploads::UPLOAD_URL},
    model::{Comparison, ImageId, Zone},
    server::{App, Error, app::InHand, db},
    ui::{self, shell::ZONE_COOKIE},
};

/// Server functions other than uploads take a few values; more is no request of ours.
const CALL_BYTES_MAX: usize = 1 << 20;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/", get(home))
        .route(Comparison::PATH, get(page))
        .route("/pictures/{id}", get(picture_page))
        .route("/api/{*function}", post(call).layer(DefaultBodyLimit::max(CALL_BYTES_MAX)))
        .fallback(unknown)
}

async fn call(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path();
    if server_fn::axum::get_server_fn_service(path, Method::POST).is_none() {
        return (StatusCode::NOT_FOUND, Json(Failure::NotFound)).into_response();
    }
    let checked = if path == UPLOAD_URL { check_form(request).await } else { check_length(request).await };
    let request = match checked {
        Ok(request) => request,
        Err(refusal) => return *refusal,
    };
    let zone = zone(request.headers());
    let context = move || {
        provide_context(app.clone());
        provide_context(zone);
    };
    let response = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
    without_empty_query(refused_if_not_understood(response).await)
}

/// A plain form is led back to its page, and server_fn leaves an empty query after the address.
fn without_empty_query(mut response: Response) -> Response {
    let place = response.headers().get(header::LOCATION).and_then(|place| place.to_str().ok()?.strip_suffix('?'));
    if let Some(place) = place.and_then(|place| HeaderValue::from_str(place).ok()) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

fn refuse(status: StatusCode, sentence: &str) -> Response {
    (status, Json(Failure::Refused(sentence.to_owned()))).into_response()
}

/// server_fn panics at a form whose parts it cannot tell apart; axum, which tells them apart by the same words, says so.
async fn check_form(request: Request) -> Result<Request, Box<Response>> {
    let mut same_words = Request::new(Body::empty());
    *same_words.headers_mut() = request.headers().clone();
    let refusal = || refuse(StatusCode::BAD_REQUEST, "Send the pictures as multipart/form-data, with its boundary.");
    Multipart::from_request(same_words, &()).await.map(|_| request).map_err(|_| Box::new(refusal()))
}

/// Also of a body that does not say how long it is.
async fn check_length(request: Request) -> Result<Request, Box<Response>> {
    let (parts, body) = request.into_parts();
    match Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await {
        Ok(bytes) => Ok(Request::from_parts(parts, bytes.into())),
        Err(rejection) => {
            let sentence = match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => "A call may have 1 MiB at most. Send files to /upload.",
                _ => "The call broke off before its end. Try again.",
            };
            Err(Box::new(refuse(rejection.status(), sentence)))
        }
    }
}

/// Of values that it cannot read server_fn says that the server was not reached.
async fn refused_if_not_understood(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, CALL_BYTES_MAX).await.unwrap_or_default();
    match serde_json::from_slice(&bytes) {
        Ok(Failure::Unreachable | Failure::Refused(_)) => {
            let sentence = "The values of this call are not understood. Load the page again: the server may be newer.";
            refuse(StatusCode::BAD_REQUEST, sentence)
        }
        _ => Response::from_parts(parts, bytes.into()),
    }
}

/// People get the gallery, programs are told who answers here.
async fn home(app: State<App>, request: Request) -> Response {
    if asks_for_json(request.headers()) { status::service().into_response() } else { page(app, request).await }
}

pub(super) async fn page(State(app): State<App>, request: Request) -> Response {
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
async fn picture_page(app: State<App>, id: Result<Segment, Error>, request: Request) -> Response {
    let is_id = id.is_ok_and(|Segment(id)| id.parse::<ImageId>().is_ok());
    if is_id { page(app, request).await } else { unknown(app, request).await }
}

/// People get a page, programs a sentence.
async fn unknown(State(app): State<App>, request: Request) -> Response {
    let wants_page = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kinds| kinds.contains("text/html"));
    if !wants_page || !request.method().is_safe() {
        return Error::NotFound.into_response();
    }
    let mut response = render(app, request).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// As the page's head has set it for the requests that follow.
fn zone(headers: &HeaderMap) -> Zone {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let minutes = pairs.filter(|(name, _)| *name == ZONE_COOKIE).find_map(|(_, minutes)| minutes.parse().ok());
    Zone::of_minutes(minutes.unwrap_or(0))
}

/// What every browser says of itself on a phone.
fn is_in_hand(headers: &HeaderMap) -> InHand {
    let browser = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    InHand(browser.is_some_and(|browser| browser.contains("Mobi")))
}

async fn render(app: App, request: Request) -> Response {
    let nonce = Nonce::new();
    let policy = policy(&nonce);
    let (zone, in_hand) = (zone(request.headers()), is_in_hand(request.headers()));
    let context = move || {
        provide_context(app.clone());
        provide_context(zone);
        provide_context(in_hand);
        provide_context(nonce.clone());
        provide_context(PageUnderWay);
    };
    let assets = assets::addresses(request.uri().path());
    let handler = leptos_axum::render_app_async_with_context(context, move || ui::shell(assets.clone()));
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
