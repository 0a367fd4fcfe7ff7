//! What handlers take from an address, refused in our own words where it is not there.

use axum::{
    extract::{self, FromRequestParts},
    http::request::Parts,
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
