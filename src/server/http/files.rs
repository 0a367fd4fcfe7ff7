//! Originals and derivatives as bytes: with length, ETag and ranges, and never as anything that a browser would run.

use std::{
    io::SeekFrom,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, Method, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};
use tokio_util::io::ReaderStream;

use super::{
    extract::{Query, Segment},
    range::{self, value},
};
use crate::{
    folder::scan::path_from_bytes,
    model::ImageId,
    server::{
        App, Error,
        db::{derivatives::Kind, images},
        develop,
    },
};

/// An address with a version names bytes that never change.
const FOREVER: &str = "private, max-age=31536000, immutable";
/// Without one it is asked each time whether they did.
const ASK: &str = "private, no-cache";
/// Even opened by itself a file runs nothing and reaches nothing.
const INERT: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// What browsers show as a picture. Everything else is sent as plain bytes to be saved.
const SHOWN: &[&str] = &["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/bmp"];

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/files/{id}", get(original))
        .route("/images/{id}/thumbnail", get(thumbnail))
        .route("/images/{id}/preview", get(preview))
        .route("/images/{id}/full", get(full))
}

/// How, and with which headers.
type Asked = (Method, HeaderMap);

#[derive(Deserialize)]
struct Version {
    v: Option<String>,
}

impl Version {
    /// As many digits of the hash as a card's version has.
    const DIGITS: usize = 16;

    /// An old address must not keep new bytes for ever, nor one that names no bytes any.
    fn names(&self, hash: &[u8]) -> bool {
        self.v.as_ref().is_some_and(|v| v.len() == Version::DIGITS && hex::encode(hash).starts_with(v))
    }
}

fn id(text: &str) -> Result<ImageId, Error> {
    text.parse().map_err(|_| Error::NotFound)
}

async fn original(
    State(app): State<App>,
    Segment(text): Segment,
    Query(version): Query<Version>,
    asked: Asked,
) -> Result<Response, Error> {
    let row = images::original(&app.pool, id(&text)?).await?.ok_or(Error::NotFound)?;
    let path = below(&path_from_bytes(&row.source.root), &path_from_bytes(&row.source.path)).await?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_named = row.hash.is_some_and(|hash| version.names(&hash));
    send(&path, row.source.mime.as_deref(), Some(&name), is_named, &asked).await
}

async fn thumbnail(app: State<App>, id: Segment, version: Query<Version>, asked: Asked) -> Result<Response, Error> {
    derivative(app, id, version, asked, Kind::Thumbnail).await
}

async fn preview(app: State<App>, id: Segment, version: Query<Version>, asked: Asked) -> Result<Response, Error> {
    derivative(app, id, version, asked, Kind::Preview).await
}

async fn derivative(
    State(app): State<App>,
    Segment(text): Segment,
    Query(version): Query<Version>,
    asked: Asked,
    kind: Kind,
) -> Result<Response, Error> {
    let id = id(&text)?;
    let hash = images::hash_of(&app.pool, id).await?.ok_or(Error::NotFound)?;
    let path = app.store.path(&hash, kind);
    if !tokio::fs::try_exists(&path).await.unwrap_or(false) {
        develop::provide(&app, id, &hash, kind).await?;
    }
    send(&path, Some(kind.mime()), None, version.names(&hash), &asked).await
}

/// Every pixel as something that browsers show: the file itself where they can.
async fn full(
    State(app): State<App>,
    Segment(text): Segment,
    Query(version): Query<Version>,
    asked: Asked,
) -> Result<Response, Error> {
    let row = images::original(&app.pool, id(&text)?).await?.ok_or(Error::NotFound)?;
    let mime = row.source.mime.ok_or_else(|| Error::Refused("It is no picture.".into()))?;
    if SHOWN.contains(&mime.as_str()) {
        original(State(app), Segment(text), Query(version), asked).await
    } else {
        derivative(State(app), Segment(text), Query(version), asked, Kind::Full).await
    }
}

/// The file, unless a link leads out of the folder.
async fn below(root: &Path, path: &Path) -> Result<PathBuf, Error> {
    let (root, full) = (root.to_path_buf(), root.join(path));
    let found = tokio::fs::canonicalize(&full).await.map_err(|_| Error::NotFound)?;
    let root = tokio::fs::canonicalize(&root).await.map_err(|_| Error::NotFound)?;
    if found.starts_with(&root) { Ok(found) } else { Err(Error::NotFound) }
}

async fn send(
    path: &Path,
    mime: Option<&str>,
    name: Option<&str>,
    is_named: bool,
    asked: &Asked,
) -> Result<Response, Error> {
    let mut file = File::open(path).await.map_err(|_| Error::NotFound)?;
    let meta = file.metadata().await.map_err(Error::disk(path))?;
    let changed = meta.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let tag = format!("\"{:x}-{:x}\"", meta.len(), changed.as_nanos());
    let mut headers = HeaderMap::new();
    let shown = mime.filter(|mime| SHOWN.contains(mime));
    headers.insert(header::CONTENT_TYPE, value(shown.unwrap_or("application/octet-stream")));
    headers.insert(header::CACHE_CONTROL, value(if is_named { FOREVER } else { ASK }));
    headers.insert(header::CONTENT_SECURITY_POLICY, value(INERT));
    if let Some(name) = name {
        headers.insert(header::CONTENT_DISPOSITION, value(&disposition(name, shown.is_some())));
    }
    let (status, range) = range::settle(&asked.0, &asked.1, &tag, meta.len(), &mut headers);
    if !status.is_success() {
        return Ok((status, headers).into_response());
    }
    file.seek(SeekFrom::Start(range.start)).await.map_err(Error::disk(path))?;
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(range.end - range.start), 64 << 10));
    Ok((status, headers, body).into_response())
}

pub(super) fn disposition(name: &str, is_shown: bool) -> String {
    let how = if is_shown { "inline" } else { "attachment" };
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("{how}; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_beginning_of_the_hash() {
        let check = |v: Option<&str>, expect| {
            assert_eq!(Version { v: v.map(str::to_owned) }.names(&[0xab; 32]), expect, "{v:?}");
        };
        check(Some("abababababababab"), true);
        for v in ["", "ab", "0000000000000000", "abababababababa0", "ababababababababab", "ABABABABABABABAB"] {
            check(Some(v), false);
        }
        check(None, false);
    }

    #[test]
    fn names_survive_the_header() {
        assert_eq!(disposition("a b\"ü.jpg", true), "inline; filename*=UTF-8''a%20b%22%C3%BC.jpg");
    }
}
