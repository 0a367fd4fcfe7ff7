//! `GET /api/v1/images`: what the gallery's finder finds, for programs, page by page in any order.

use axum::{
    Json, Router,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{extract, images::RestImage};
use crate::{
    model::{FolderId, ImageId, Query},
    server::{
        App, Error,
        db::{self, find},
        gallery,
    },
};

const PAGE: u16 = 100;
const PAGE_MAX: u16 = 1_000;

pub(super) fn router() -> Router<App> {
    Router::new().route("/api/v1/images", get(list))
}

#[derive(Serialize)]
struct FoundImage {
    #[serde(flatten)]
    image: RestImage,
    folder: FolderId,
    title: Option<String>,
    caption: Option<String>,
    rating: i16,
    flag: Option<String>,
    label: Option<String>,
    tags: Vec<String>,
    taken_at: Option<String>,
    camera: Option<String>,
    lens: Option<String>,
    crop_of: Option<ImageId>,
}

impl From<find::FoundRow> for FoundImage {
    fn from(row: find::FoundRow) -> FoundImage {
        FoundImage {
            image: RestImage::from(row.image),
            folder: row.folder_id,
            title: row.title,
            caption: row.caption,
            rating: row.rating.unwrap_or(0),
            flag: row.flag,
            label: row.label,
            tags: row.tags,
            taken_at: row.taken_at.and_then(|at: OffsetDateTime| at.format(&Rfc3339).ok()),
            camera: row.camera,
            lens: row.lens,
            crop_of: row.parent_id,
        }
    }
}

#[derive(Deserialize)]
struct Page {
    limit: Option<String>,
    cursor: Option<String>,
}

async fn list(
    State(app): State<App>,
    extract::Query(page): extract::Query<Page>,
    RawQuery(search): RawQuery,
) -> Result<Response, Error> {
    let (query, complaints) = Query::read(&search.unwrap_or_default());
    if !complaints.is_empty() {
        return Err(Error::Refused(complaints.join(" ")));
    }
    let limit = page.limit.map_or(Ok(PAGE), |text| text.parse()).ok().filter(|limit| (1..=PAGE_MAX).contains(limit));
    let limit = limit.ok_or_else(|| Error::Refused(format!("`limit` is a number from 1 to {PAGE_MAX}.")))?;
    let below = page.cursor.map(|text| place(&text).ok_or_else(not_a_cursor)).transpose()?;
    let found = gallery::find(&app, &query, below.as_ref(), limit).await.map_err(|error| match error {
        Error::Database(error) if db::is_not_understood(&error) => not_a_cursor(),
        other => other,
    })?;
    let next = found.rows.last().filter(|_| found.rows.len() == usize::from(limit)).map(|(_, place)| cursor(place));
    let images: Vec<FoundImage> = found.rows.into_iter().map(|(row, _)| row.into()).collect();
    Ok(Json(json!({ "images": images, "total": found.total, "next": next })).into_response())
}

fn not_a_cursor() -> Error {
    Error::Refused("`cursor` is what `next` of the page before says, with the same order.".into())
}

fn cursor(place: &find::Place) -> String {
    format!("{}:{}", place.id, place.key)
}

fn place(text: &str) -> Option<find::Place> {
    let (id, key) = text.split_once(':')?;
    Some(find::Place { id: id.parse().ok()?, key: key.to_owned() })
}
