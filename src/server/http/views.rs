//! Saved views as programs read, save, change and delete them.

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, patch},
};

use super::{
    extract::{Body, Id},
    folders::BODY_BYTES_MAX,
};
use crate::{
    model::{View, ViewDraft, ViewEdit, ViewId, Views},
    server::{App, Error, views},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/v1/views", get(list).post(save))
        .route("/api/v1/views/{id}", patch(edit).delete(delete))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

async fn list(State(app): State<App>) -> Result<Json<Views>, Error> {
    views::list(&app).await.map(Json)
}

async fn save(State(app): State<App>, Body(draft): Body<ViewDraft>) -> Result<Response, Error> {
    let view = views::save(&app, draft).await?;
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

async fn edit(State(app): State<App>, Id(id): Id<ViewId>, Body(edit): Body<ViewEdit>) -> Result<Json<View>, Error> {
    views::edit(&app, id, edit).await.map(Json)
}

async fn delete(State(app): State<App>, Id(id): Id<ViewId>) -> Result<StatusCode, Error> {
    views::delete(&app, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
