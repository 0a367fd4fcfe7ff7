//! Our folders as programs add, change, remove and read them. How they are looked at is `operations`'.

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::extract::{Body, Id, Query};
use crate::{
    folder::scan::path_from_bytes,
    model::{Folder, FolderDraft, FolderEdit, FolderId, FolderList, ImageId, Records, State as ImageState},
    server::{
        App, Error,
        folders::{self, FileRecord},
    },
};

/// A path, a name and some types.
pub(super) const BODY_BYTES_MAX: usize = 64 << 10;
const FILES_MAX: u16 = 1_000;
const FILES_USUALLY: u16 = 100;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/v1/folders", get(list).post(add))
        .route("/api/v1/folders/{id}", get(show).patch(edit).delete(remove))
        .route("/api/v1/folders/{id}/files", get(files))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// The folder as it is just now, where there is one of that id.
pub(super) fn known(app: &App, id: FolderId) -> Result<Folder, Error> {
    app.folders.list().folders.into_iter().find(|folder| folder.id == id).ok_or(Error::NotFound)
}

async fn list(State(app): State<App>) -> Json<FolderList> {
    Json(app.folders.list())
}

async fn add(State(app): State<App>, Body(draft): Body<FolderDraft>) -> Result<Response, Error> {
    let folder = folders::add(&app, draft).await?;
    Ok((StatusCode::CREATED, Json(folder)).into_response())
}

async fn show(State(app): State<App>, Id(id): Id<FolderId>) -> Result<Json<Folder>, Error> {
    known(&app, id).map(Json)
}

async fn edit(
    State(app): State<App>,
    Id(id): Id<FolderId>,
    Body(edit): Body<FolderEdit>,
) -> Result<Json<Folder>, Error> {
    known(&app, id)?;
    folders::edit(&app, id, edit).await.map(Json)
}

#[derive(Deserialize)]
struct Removal {
    records: Option<String>,
}

async fn remove(
    State(app): State<App>,
    Id(id): Id<FolderId>,
    Query(removal): Query<Removal>,
) -> Result<StatusCode, Error> {
    known(&app, id)?;
    let records = match removal.records.as_deref() {
        Some("keep") => Records::Keep,
        Some("forget") => Records::Forget,
        _ => {
            return Err(Error::Refused(
                "Say what becomes of its records: ?records=keep keeps them out of sight for the day when the folder is \
                 added again, ?records=forget forgets them. Its files are not touched."
                    .into(),
            ));
        }
    };
    folders::remove(&app, id, records).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Page {
    limit: Option<String>,
    cursor: Option<String>,
}

#[derive(Serialize)]
struct RestFile {
    image: ImageId,
    path: String,
    /// Where the path is no text, which shows it with something lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    size: i64,
    modified: Option<String>,
    hash: Option<String>,
    state: ImageState,
}

impl From<FileRecord> for RestFile {
    fn from(file: FileRecord) -> RestFile {
        RestFile {
            image: file.image,
            path: path_from_bytes(&file.path).display().to_string(),
            path_hex: std::str::from_utf8(&file.path).is_err().then(|| hex::encode(&file.path)),
            size: file.size,
            modified: to_the_nanosecond(file.mtime_ns),
            hash: file.hash.map(hex::encode),
            state: file.state,
        }
    }
}

/// RFC 3339 with all nine digits: whoever compares it with the disk needs them.
const TO_THE_NANOSECOND: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:9]Z");

fn to_the_nanosecond(since_1970_ns: i64) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(since_1970_ns.into()).ok()?;
    at.format(TO_THE_NANOSECOND).ok()
}

async fn files(State(app): State<App>, Id(id): Id<FolderId>, Query(page): Query<Page>) -> Result<Response, Error> {
    known(&app, id)?;
    let no_cursor = |_| Error::Refused("`cursor` is what the page before gave as `next`.".into());
    let cursor = page.cursor.map(hex::decode).transpose().map_err(no_cursor)?;
    let limit = page.limit.map_or(Some(FILES_USUALLY), |limit| limit.parse().ok());
    let limit = limit.filter(|limit| (1..=FILES_MAX).contains(limit));
    let limit = limit.ok_or_else(|| Error::Refused(format!("`limit` is a number from 1 to {FILES_MAX}.")))?;
    let files = folders::files(&app, id, cursor, limit.into()).await?;
    let next = files.last().filter(|_| files.len() == usize::from(limit)).map(|file| hex::encode(&file.path));
    let files: Vec<RestFile> = files.into_iter().map(RestFile::from).collect();
    Ok(Json(json!({ "files": files, "next": next })).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_nanosecond_is_lost() {
        for (ns, expect) in [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (1_700_000_000_123_456_780, "2023-11-14T22:13:20.123456780Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
        ] {
            assert_eq!(to_the_nanosecond(ns).as_deref(), Some(expect));
        }
    }
}
