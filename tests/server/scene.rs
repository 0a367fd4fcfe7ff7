//! A whole server without a socket: real database, real folder, real router.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode, header},
};
use pixelsync::server::{App, config::Looking, db::Pool, http, run, uploads::Limits};
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::ServiceExt;

/// What the slowest machine still does in time. Nothing waits longer than it must.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) struct Scene {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) pictures: PathBuf,
    /// Where other folders may be added.
    _others: TempDir,
    _data: TempDir,
    _stop: DropGuard,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).expect("JSON")
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Scene {
    pub(crate) async fn open(pool: Pool) -> Scene {
        let data = tempfile::tempdir().expect("temporary folder");
        let stop = CancellationToken::new();
        let others = tempfile::tempdir().expect("temporary folder");
        let looking = Looking { allow_roots: vec![others.path().to_path_buf()], ..Looking::default() };
        let app = run::open(pool, data.path(), looking, Limits::default(), stop.clone()).await.expect("the app opens");
        run::start(&app);
        let pictures = app.managed.root.clone();
        let router = http::router(app.clone());
        let scene = Scene { app, router, pictures, _others: others, _data: data, _stop: stop.drop_guard() };
        until(|| async { scene.app.folders.is_watching() }).await;
        scene
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.pictures.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("folder");
        std::fs::write(&path, bytes).expect("file");
        path
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.expect("an answer")
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.send(request).await;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a whole answer").to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(get(path)).await
    }

    pub(crate) async fn images(&self) -> Vec<Value> {
        self.get("/images").await.json().as_array().expect("an array").clone()
    }

    /// Waits until every image is developed and all are as wanted, and returns them.
    pub(crate) async fn images_when(&self, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let start = tokio::time::Instant::now();
        loop {
            let images = self.images().await;
            if images.iter().all(|image| image["state"] != "pending") && wanted(&images) {
                return images;
            }
            assert!(start.elapsed() < PATIENCE, "the images never became as wanted: {images:#?}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Uploads as seed 000's clients do.
    pub(crate) async fn upload(&self, name: &str, bytes: &[u8]) -> Answer {
        self.ask(form("/upload", &[(name, bytes)])).await
    }
}

pub(crate) async fn until<F: Future<Output = bool>>(mut condition: impl FnMut() -> F) {
    let start = tokio::time::Instant::now();
    while !condition().await {
        assert!(start.elapsed() < PATIENCE, "what was waited for never came");
        tokio::time::sleep(PAUSE).await;
    }
}

pub(crate) fn get(path: &str) -> Request<Body> {
    Request::get(path).header(header::HOST, "localhost:3000").body(Body::empty()).expect("a request")
}

pub(crate) fn form(path: &str, files: &[(&str, &[u8])]) -> Request<Body> {
    form_of(path, "file", files)
}

pub(crate) fn form_of(path: &str, field: &str, files: &[(&str, &[u8])]) -> Request<Body> {
    let mut body = Vec::new();
    for (name, bytes) in files {
        body.extend_from_slice(
            format!("--edge\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n")
                .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    Request::post(path)
        .header(header::HOST, "localhost:3000")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .header(header::CONTENT_LENGTH, body.len())
        .body(Body::from(body))
        .expect("a request")
}

/// A picture of one colour, different for each number.
pub(crate) fn jpeg(number: u32) -> Vec<u8> {
    let [_, red, green, blue] = number.wrapping_mul(2_654_435_761).to_be_bytes();
    let image = image::RgbImage::from_pixel(96, 64, image::Rgb([red, green, blue]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Jpeg).expect("encode");
    bytes.into_inner()
}

pub(crate) fn names(images: &[Value]) -> Vec<&str> {
    images.iter().filter_map(|image| image["filename"].as_str()).collect()
}
