//! What handlers take from an address, refused in our own words where it is not there.

use std::str::FromStr;

use axum::{
    Json,
    extract::{self, FromRequest, FromRequestParts, OptionalFromRequest, Request},
    http::{HeaderMap, header, request::Parts},
};
use serde::de::DeserializeOwned;

use crate::server::Error;

pub(super) struct Query<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Query<T>, Error> {
        let found = extract::Query::from_request_parts(parts, state).await;
        found.map(|extract::Query(found)| Query(found)).map_err(|rejection| {
            Error::Refused(format!("What follows the ? in the address is not understood. {}.", rejection.body_text()))
        })
    }
}

/// The one variable part of an address.
pub(super) struct Segment(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Segment, Error> {
        let found = extract::Path::from_request_parts(parts, state).await;
        // what is no text is the address of nothing
        found.map(|extract::Path(found)| Segment(found)).map_err(|_| Error::NotFound)
    }
}

/// The one variable part of an address, where it is an id. What is none is the id of nothing.
pub(super) struct Id<T>(pub(super) T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Id<T>, Error> {
        let Segment(text) = Segment::from_request_parts(parts, state).await?;
        text.parse().map(Id).map_err(|_| Error::NotFound)
    }
}

/// As much as the names of a million pictures.
const BODY_BYTES_MAX: usize = 48 << 20;

/// What a request carries, as JSON.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Error> {
        let (parts, body) = request.into_parts();
        let too_large = |_| Error::TooLarge(format!("Send {} MiB at most.", BODY_BYTES_MAX >> 20));
        let body = axum::body::to_bytes(body, BODY_BYTES_MAX).await.map_err(too_large)?;
        let request = Request::from_parts(parts, axum::body::Body::from(body));
        let found = <Json<T> as FromRequest<S>>::from_request(request, state).await;
        found
            .map(|Json(found)| Body(found))
            .map_err(|rejection| Error::Refused(format!("What was sent is not understood. {}.", rejection.body_text())))
    }
}

/// None where nothing was sent, whatever is said of its type.
impl<S: Send + Sync, T: DeserializeOwned> OptionalFromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Option<Body<T>>, Error> {
        let headers = request.headers();
        let is_empty = headers.get(header::CONTENT_LENGTH).is_some_and(|length| length == "0");
        if is_empty || !headers.contains_key(header::CONTENT_TYPE) {
            return Ok(None);
        }
        <Body<T> as FromRequest<S>>::from_request(request, state).await.map(Some)
    }
}

fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|kinds| kinds.contains(kind))
}

/// Where a program that does not say what it wants is a program.
pub(super) fn asks_for_page(headers: &HeaderMap) -> bool {
    accepts(headers, "text/html")
}

/// Where whoever does not say what it wants gets a page.
pub(super) fn asks_for_json(headers: &HeaderMap) -> bool {
    accepts(headers, "application/json") && !asks_for_page(headers)
}
