//! Errors as answers: a sentence for whoever asked, the cause for the log. Logged here, once.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use serde_json::json;

use crate::{api::Failure, server::Error};

/// When to ask again while the database is away, in seconds.
pub(super) const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

pub(super) fn status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Refused(_) => StatusCode::BAD_REQUEST,
        Error::Offline(_) | Error::Conflict(_) | Error::Cancelled => StatusCode::CONFLICT,
        Error::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Error::OtherSum(_) => other_sum(),
        Error::CursorTooOld => StatusCode::GONE,
        Error::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        Error::Away(_) | Error::Busy | Error::NotReady | Error::Stopped => StatusCode::SERVICE_UNAVAILABLE,
        Error::Database(_) | Error::Store { .. } | Error::Disk { .. } | Error::NotAsSent => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// As the tus protocol has it.
fn other_sum() -> StatusCode {
    StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST)
}

fn log(error: &Error) {
    match error {
        Error::NotFound
        | Error::Refused(_)
        | Error::TooLarge(_)
        | Error::Conflict(_)
        | Error::OtherSum(_)
        | Error::Offline(_)
        | Error::Busy
        | Error::Cancelled
        | Error::CursorTooOld
        | Error::NotReady => {}
        failed => tracing::error!(error = failed as &dyn std::error::Error, "a request failed"),
    }
}

/// The header `Allow` comes with it.
pub(super) async fn wrong_method() -> Response {
    let sentence = "This address is not for that method; the header `Allow` says for which.";
    (StatusCode::METHOD_NOT_ALLOWED, Json(json!({ "error": sentence }))).into_response()
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        log(&self);
        let status = status(&self);
        let mut response = (status, Json(json!({ "error": self.sentence() }))).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response
    }
}

/// Stands in the context while a page is rendered, so that what fails inside it gives the page its status.
#[derive(Clone)]
pub(super) struct PageUnderWay;

/// A plain form is led back to its page, whatever became of it.
fn is_plain_form() -> bool {
    let asked = use_context::<Parts>();
    let accept = asked.as_ref().and_then(|parts| parts.headers.get(header::ACCEPT)?.to_str().ok());
    use_context::<PageUnderWay>().is_none() && accept.is_some_and(|kinds| kinds.contains("text/html"))
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        log(&error);
        if let Some(response) = use_context::<ResponseOptions>().filter(|_| !is_plain_form()) {
            response.set_status(status(&error));
        }
        match error {
            Error::NotFound => Failure::NotFound,
            Error::Refused(sentence) | Error::Offline(sentence) => Failure::Refused(sentence),
            Error::TooLarge(sentence) | Error::Conflict(sentence) => Failure::Refused(sentence),
            Error::CursorTooOld | Error::DiskFull | Error::Cancelled | Error::OtherSum(_) | Error::NotAsSent => {
                Failure::Refused(error.to_string())
            }
            Error::Away(_) | Error::Busy | Error::NotReady | Error::Stopped => Failure::Away,
            Error::Database(_) | Error::Store { .. } | Error::Disk { .. } => Failure::Broken,
        }
    }
}
