//! `Idempotency-Key`: a request that is sent twice is carried out once, and answered twice alike. Knows no request.

use std::future::Future;

use axum::{
    Json,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::error::RETRY_AFTER;
use crate::server::{
    App, Error,
    uploads::answers::{self, Claim, Turn},
};

const KEY: &str = "idempotency-key";
/// Longer is no key.
const KEY_BYTES_MAX: usize = 255;

/// Without the header it is simply carried out. What came to nothing may be tried again under its key.
pub(super) async fn answer(
    app: App,
    headers: &HeaderMap,
    request: &'static str,
    work: impl Future<Output = Result<(StatusCode, Value), Error>> + Send + 'static,
) -> Result<Response, Error> {
    let Some(key) = headers.get(KEY) else {
        let (status, body) = work.await?;
        return Ok((status, Json(body)).into_response());
    };
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_BYTES_MAX).map(str::to_owned);
    let key = key.ok_or_else(|| Error::Refused(format!("`Idempotency-Key` has 1 to {KEY_BYTES_MAX} letters.")))?;
    match answers::claim(&app, &key, request).await? {
        Claim::Given(status, body) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            Ok((status, [("idempotency-replayed", "true")], Json(body)).into_response())
        }
        Claim::UnderWay => {
            let sentence = "The same request is being carried out. Ask again in a moment.";
            let mut response = Error::Conflict(sentence.into()).into_response();
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
            Ok(response)
        }
        Claim::OfAnother => {
            let mut response =
                Error::Refused("This Idempotency-Key was used for another request.".into()).into_response();
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Claim::Mine(turn) => carry_out(app, turn, work).await,
    }
}

/// In a task of its own, so that the key is free again whoever goes in the middle.
async fn carry_out(
    app: App,
    turn: Turn,
    work: impl Future<Output = Result<(StatusCode, Value), Error>> + Send + 'static,
) -> Result<Response, Error> {
    let working = tokio::spawn(async move {
        match work.await {
            Ok((status, body)) => {
                answers::give(&app, &turn.key, status.as_u16(), &body).await?;
                Ok((status, Json(body)).into_response())
            }
            Err(error) => {
                answers::release(&app, &turn.key).await?;
                Err(error)
            }
        }
    });
    working.await.map_err(|_| Error::Stopped)?
}
