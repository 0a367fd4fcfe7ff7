//! The tus protocol, version 1.0: `/uploads`, with creation, creation-with-upload, termination, checksum and expiration. Keeps no
//! file itself: the work is `server::uploads`'.

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::any,
};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};
use uuid::Uuid;

use super::extract::Id;
use crate::{
    folder::write::SafePath,
    model::base64,
    server::{
        App, Error,
        reconcile::Hash,
        uploads::resumable::{self, Sum, Upload, Wish},
    },
};

const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
const EXTENSIONS: HeaderValue =
    HeaderValue::from_static("creation,creation-with-upload,termination,checksum,expiration");
const SUMS: HeaderValue = HeaderValue::from_static("sha256,sha1");
const BYTES: &str = "application/offset+octet-stream";

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const CONCAT: HeaderName = HeaderName::from_static("upload-concat");
const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
/// Of a file that is kept: its record, and whether that was there before.
const IMAGE: HeaderName = HeaderName::from_static("pixelsync-image");
const ALREADY_HERE: HeaderName = HeaderName::from_static("pixelsync-already-here");

/// Names and what else is told of a file are short.
const METADATA_BYTES_MAX: usize = 8 << 10;

pub(super) fn router() -> Router<App> {
    Router::new().route("/uploads", any(at_all)).route("/uploads/{id}", any(at_one)).layer(middleware::from_fn(speak))
}

/// What is no version of ours is not answered, and every answer says which it is.
async fn speak(mut request: Request, next: Next) -> Response {
    // networks that know no PATCH
    let meant = request.headers().get(OVERRIDE).and_then(|method| Method::from_bytes(method.as_bytes()).ok());
    if let Some(meant) = meant.filter(|_| request.method() == Method::POST) {
        *request.method_mut() = meant;
    }
    let is_spoken = request.method() == Method::OPTIONS || request.headers().get(RESUMABLE) == Some(&VERSION);
    let mut response = match is_spoken {
        true => next.run(request).await,
        false => {
            let sentence = "Speak tus 1.0.0, with the header `Tus-Resumable: 1.0.0`.";
            let mut response = Error::Refused(sentence.into()).into_response();
            *response.status_mut() = StatusCode::PRECONDITION_FAILED;
            response.headers_mut().insert("tus-version", VERSION);
            response
        }
    };
    response.headers_mut().insert(RESUMABLE, VERSION);
    response
}

fn abilities(app: &App) -> Response {
    let headers = [
        ("tus-version", VERSION),
        ("tus-extension", EXTENSIONS),
        ("tus-max-size", HeaderValue::from(app.uploads.limits.file_bytes_max)),
        ("tus-checksum-algorithm", SUMS),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

async fn wrong_method(allowed: &'static str) -> Response {
    let mut response = super::error::wrong_method().await;
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

async fn at_all(State(app): State<App>, request: Request) -> Result<Response, Error> {
    match *request.method() {
        Method::POST => {}
        Method::OPTIONS => return Ok(abilities(&app)),
        _ => return Ok(wrong_method("OPTIONS, POST").await),
    }
    let headers = request.headers();
    let wish = wish(headers)?;
    let carries = headers.contains_key(header::CONTENT_TYPE) && carries_bytes(headers);
    let sum = sum(headers)?;
    let size = wish.size;
    let mut upload = resumable::begin(&app, wish).await?;
    if carries && size > 0 {
        upload = first_piece(app, upload.id, sum, request).await?;
    }
    let mut response = told(StatusCode::CREATED, &upload);
    let address = HeaderValue::from_str(&format!("/uploads/{}", upload.id));
    response.headers_mut().insert(header::LOCATION, address.unwrap_or(HeaderValue::from_static("/uploads")));
    Ok(response)
}

/// Nobody knows the address of an upload whose beginning came to nothing, so it is given up.
async fn first_piece(app: App, id: Uuid, sum: Option<Sum>, request: Request) -> Result<Upload, Error> {
    let announced = number(request.headers(), &header::CONTENT_LENGTH).ok();
    let appended = append(app.clone(), id, 0, sum, request.into_body()).await;
    let is_known = matches!(&appended, Ok(upload) if announced.is_none_or(|bytes| upload.received >= bytes));
    if !is_known && let Err(error) = resumable::give_up(&app, id).await {
        tracing::debug!(%error, "an upload that nobody knows goes when it expires");
    }
    appended
}

async fn at_one(State(app): State<App>, Id(id): Id<Uuid>, request: Request) -> Result<Response, Error> {
    match *request.method() {
        Method::HEAD => {
            let upload = resumable::look(&app, id).await?;
            let mut response = told(StatusCode::OK, &upload);
            let headers = response.headers_mut();
            headers.insert(LENGTH, HeaderValue::from(upload.size));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            let metadata = Some(upload.metadata).filter(|metadata| !metadata.is_empty());
            if let Some(Ok(metadata)) = metadata.map(|metadata| HeaderValue::from_str(&metadata)) {
                headers.insert(METADATA, metadata);
            }
            Ok(response)
        }
        Method::PATCH => {
            let headers = request.headers();
            if !carries_bytes(headers) {
                let sentence = format!("A piece is sent as `Content-Type: {BYTES}`.");
                let mut response = Error::Refused(sentence).into_response();
                *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
                return Ok(response);
            }
            let offset = number(headers, &OFFSET)?;
            let sum = sum(headers)?;
            let upload = append(app, id, offset, sum, request.into_body()).await?;
            Ok(told(StatusCode::NO_CONTENT, &upload))
        }
        Method::DELETE => {
            resumable::give_up(&app, id).await?;
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        Method::OPTIONS => Ok(abilities(&app)),
        _ => Ok(wrong_method("DELETE, HEAD, OPTIONS, PATCH").await),
    }
}

/// In a task of its own: whoever sends may go in the middle, and what came until then is still to be written down.
async fn append(app: App, id: Uuid, offset: u64, sum: Option<Sum>, body: Body) -> Result<Upload, Error> {
    let appending =
        tokio::spawn(async move { resumable::append(&app, id, offset, sum, body.into_data_stream()).await });
    appending.await.map_err(|_| Error::Stopped)?
}

fn told(status: StatusCode, upload: &Upload) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(OFFSET, HeaderValue::from(upload.received));
    if let Ok(expires) = HeaderValue::from_str(&http_date(upload.expires_at)) {
        headers.insert(EXPIRES, expires);
    }
    if let Some(kept) = upload.kept {
        if let Some(Ok(image)) = kept.image.map(|image| HeaderValue::from_str(&image.to_string())) {
            headers.insert(IMAGE, image);
        }
        let already_here = if kept.already_here { "true" } else { "false" };
        headers.insert(ALREADY_HERE, HeaderValue::from_static(already_here));
    }
    (status, headers).into_response()
}

/// `Thu, 26 Nov 2026 10:15:00 GMT`.
fn http_date(at: OffsetDateTime) -> String {
    at.format(&Rfc2822).unwrap_or_default().replace("+0000", "GMT")
}

fn carries_bytes(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == BYTES)
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Error> {
    let number = headers.get(name).and_then(|value| value.to_str().ok()?.parse().ok());
    number.ok_or_else(|| Error::Refused(format!("The header `{name}` says how many bytes.")))
}

fn wish(headers: &HeaderMap) -> Result<Wish, Error> {
    if headers.contains_key(CONCAT) {
        let sentence = "Parts that are sent beside each other are not joined here. Send the file as one upload.";
        return Err(Error::Refused(sentence.into()));
    }
    let size = number(headers, &LENGTH)?;
    let metadata = headers.get(METADATA).map(|value| value.to_str().unwrap_or_default()).unwrap_or_default();
    if metadata.len() > METADATA_BYTES_MAX {
        return Err(Error::Refused(format!("What is told of a file may have {METADATA_BYTES_MAX} bytes at most.")));
    }
    let said = |key: &str| value_of(metadata, key);
    let path =
        ["relativePath", "filename", "name"].into_iter().find_map(|key| said(key).filter(|path| is_a_path(path)));
    let hash = said("sha256").map(|digits| hash(&digits)).transpose()?;
    let path = SafePath::of_path(&path.unwrap_or_default());
    let beside = said("beside").and_then(|id| id.trim().parse().ok());
    Ok(Wish { path, size, metadata: metadata.to_owned(), hash, beside })
}

/// Uppy says `null` where there is none.
fn is_a_path(path: &str) -> bool {
    !path.is_empty() && path != "null"
}

/// Of `key base64,key base64`.
fn value_of(metadata: &str, key: &str) -> Option<String> {
    let pair = metadata.split(',').map(str::trim).find_map(|pair| {
        let (name, value) = pair.split_once(' ').unwrap_or((pair, ""));
        (name == key).then_some(value.trim())
    })?;
    String::from_utf8(base64::decode(pair)?).ok()
}

fn hash(digits: &str) -> Result<Hash, Error> {
    let hash = hex::decode(digits.trim()).ok().and_then(|bytes| Hash::try_from(bytes).ok());
    hash.ok_or_else(|| Error::Refused("`sha256` is 64 hexadecimal digits.".into()))
}

fn sum(headers: &HeaderMap) -> Result<Option<Sum>, Error> {
    let Some(said) = headers.get(CHECKSUM) else { return Ok(None) };
    let refused = || Error::Refused("`Upload-Checksum` is sha256 or sha1, and then the sum in base64.".into());
    let (kind, sum) = said.to_str().ok().and_then(|said| said.split_once(' ')).ok_or_else(refused)?;
    let sum = base64::decode(sum.trim()).ok_or_else(refused)?;
    match kind {
        "sha256" => Ok(Some(Sum::Sha256(sum))),
        "sha1" => Ok(Some(Sum::Sha1(sum))),
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_a_file_is_read() {
        let check = |metadata, key, expect: Option<&str>| {
            assert_eq!(value_of(metadata, key).as_deref(), expect, "{metadata}");
        };
        check("filename YS5qcGc=,type aW1hZ2UvanBlZw==", "filename", Some("a.jpg"));
        check("type aW1hZ2UvanBlZw==, filename YS5qcGc=", "filename", Some("a.jpg"));
        check("is_private", "is_private", Some(""));
        check("filename %%%", "filename", None);
        check("", "filename", None);
        check("xfilename YS5qcGc=", "filename", None);
    }

    #[test]
    fn a_moment_is_written_as_http_has_it() {
        assert_eq!(http_date(OffsetDateTime::UNIX_EPOCH), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
