//! `POST /upload` and `/upload/batch` as seed 000 has them, and what is here already. The work is `server::uploads`'.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{
        Multipart, State,
        multipart::{Field, MultipartRejection},
    },
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::post,
};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{extract::Body, images::RestImage, once};
use crate::{
    model::{ImageId, State as ImageState},
    server::{
        App, Error,
        db::images,
        develop,
        uploads::{self, FILES_MAX, Kept, Pictures},
    },
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/upload", post(one))
        .route("/upload/batch", post(batch))
        .route("/api/v1/contents/known", post(known))
}

type Form = Result<Multipart, MultipartRejection>;

async fn one(State(app): State<App>, headers: HeaderMap, form: Form) -> Result<Response, Error> {
    let no_file = || Error::Refused("Send the picture as multipart/form-data, in a field named `file`.".into());
    once::answer(app.clone(), &headers, "POST /upload", async move {
        let mut form = form.map_err(|_| no_file())?;
        while let Some(field) = form.next_field().await.map_err(|_| no_file())? {
            if field.name() != Some("file") {
                continue;
            }
            let taken = take(&app, &mut Pictures::default(), field).await?;
            // the seed's clients ask no second time what became of it
            let settled = taken.told(&app, develop::PROVIDE_MAX).await?;
            let message = match (settled.is_corrupted, taken.kept.already_here) {
                (true, _) => "The file was kept, but it is damaged or no picture.",
                (false, true) => "The picture is already here.",
                (false, false) => "The picture was uploaded.",
            };
            let answer = json!({
                "message": message, "image": settled.image, "corrupted": settled.is_corrupted,
                "already_here": taken.kept.already_here,
            });
            return Ok((StatusCode::CREATED, answer));
        }
        Err(no_file())
    })
    .await
}

/// Each file stands for itself: `failed` tells of those that were not kept. None at all is the first one's failure.
async fn batch(State(app): State<App>, headers: HeaderMap, form: Form) -> Result<Response, Error> {
    let no_files = || Error::Refused("Send the pictures as multipart/form-data, in fields named `files`.".into());
    once::answer(app.clone(), &headers, "POST /upload/batch", async move {
        let mut form = form.map_err(|_| no_files())?;
        let (mut taken, mut failed, mut pictures) = (Vec::new(), Vec::new(), Pictures::default());
        while let Some(field) = form.next_field().await.map_err(|_| no_files())? {
            if field.name() != Some("files") {
                continue;
            }
            if taken.len() + failed.len() >= FILES_MAX {
                return Err(uploads::too_many());
            }
            let name = field.file_name().unwrap_or_default().to_owned();
            match take(&app, &mut pictures, field).await {
                Ok(file) => taken.push(file),
                // the others would fare no better; what was taken is known when they are sent again
                Err(error) if error.is_passing() => return Err(error),
                Err(error) => failed.push((name, error)),
            }
        }
        if taken.is_empty() {
            return Err(failed.into_iter().next().map_or_else(no_files, |(_, error)| error));
        }
        summary(&app, taken, failed).await
    })
    .await
}

async fn summary(app: &App, taken: Vec<Taken>, failed: Vec<(String, Error)>) -> Result<(StatusCode, Value), Error> {
    let (mut images, mut corrupted, mut bytes) = (Vec::new(), 0, 0);
    let deadline = tokio::time::Instant::now() + develop::PROVIDE_MAX;
    for file in &taken {
        let patience = deadline.saturating_duration_since(tokio::time::Instant::now());
        let told = file.told(app, patience).await?;
        corrupted += u32::from(told.is_corrupted);
        bytes += file.bytes;
        let mut image = told.image;
        if let Some(fields) = image.as_object_mut() {
            fields.insert("corrupted".into(), told.is_corrupted.into());
            fields.insert("already_here".into(), file.kept.already_here.into());
        }
        images.push(image);
    }
    let failed: Vec<Value> =
        failed.into_iter().map(|(name, error)| json!({ "filename": name, "error": error.sentence() })).collect();
    let message = match (taken.len(), failed.len()) {
        (1, 0) => "1 file was uploaded.".to_owned(),
        (files, 0) => format!("{files} files were uploaded."),
        (files, failed) => format!("{files} of {} files were uploaded.", files + failed),
    };
    let answer = json!({
        "message": message, "totalFiles": taken.len(), "totalSize": bytes, "corruptedCount": corrupted,
        "images": images, "failed": failed,
    });
    Ok((StatusCode::CREATED, answer))
}

/// A file that was kept.
struct Taken {
    name: String,
    bytes: u64,
    kept: Kept,
}

struct Told {
    image: Value,
    is_corrupted: bool,
}

async fn take(app: &App, pictures: &mut Pictures, field: Field<'_>) -> Result<Taken, Error> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let bytes = Arc::new(AtomicU64::new(0));
    let count = bytes.clone();
    let counted = field.inspect(move |chunk| {
        count.fetch_add(chunk.as_ref().map_or(0, |chunk| chunk.len() as u64), Ordering::Relaxed);
    });
    let kept = uploads::receive(app, &name, pictures, counted).await?;
    Ok(Taken { name, bytes: bytes.load(Ordering::Relaxed), kept })
}

impl Taken {
    /// Its row, once it is developed or the patience is over. A sidecar has none.
    async fn told(&self, app: &App, patience: Duration) -> Result<Told, Error> {
        let Some(image) = self.kept.image else {
            return Ok(Told { image: json!({ "filename": self.name }), is_corrupted: false });
        };
        let is_corrupted = develop::settled(app, image, patience).await? == ImageState::Corrupted;
        let row = images::rest_row(&app.pool, image).await?.ok_or(Error::NotFound)?;
        let image = serde_json::to_value(RestImage::from(row)).map_err(|_| Error::Stopped)?;
        Ok(Told { image, is_corrupted })
    }
}

#[derive(Deserialize)]
struct Asked {
    sha256: Vec<String>,
}

async fn known(State(app): State<App>, Body(asked): Body<Asked>) -> Result<Json<Value>, Error> {
    let address = |id: ImageId| format!("/pictures/{id}");
    let known = uploads::known(&app, &asked.sha256).await?;
    let known: Vec<Value> = known
        .into_iter()
        .map(|known| json!({ "sha256": known.sha256, "id": known.id, "url": address(known.id) }))
        .collect();
    Ok(Json(json!({ "known": known })))
}
