//! `POST /upload` as seed 000 has it. The work is `server::uploads`'.

use axum::{
    Json, Router,
    extract::{Multipart, State, multipart::MultipartRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::json;

use super::images::RestImage;
use crate::{
    model::State as ImageState,
    server::{App, Error, db::images, develop, uploads},
};

pub(super) fn router() -> Router<App> {
    Router::new().route("/upload", post(upload))
}

async fn upload(State(app): State<App>, form: Result<Multipart, MultipartRejection>) -> Result<Response, Error> {
    let no_file = || Error::Refused("Send the picture as multipart/form-data, in a field named `file`.".into());
    let mut form = form.map_err(|_| no_file())?;
    while let Some(field) = form.next_field().await.map_err(|_| no_file())? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let received = uploads::receive(&app, &name, field).await?;
        // the seed's clients ask no second time what became of it
        let corrupted = develop::settled(&app, received, develop::PROVIDE_MAX).await? == ImageState::Corrupted;
        let row = images::rest_row(&app.pool, received).await?.ok_or(Error::NotFound)?;
        let message =
            if corrupted { "The file was kept, but it is damaged or no picture." } else { "The picture was uploaded." };
        let body = json!({ "message": message, "image": RestImage::from(row), "corrupted": corrupted });
        return Ok((StatusCode::CREATED, Json(body)).into_response());
    }
    Err(no_file())
}
