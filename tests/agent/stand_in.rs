//! A server of uploads that does as it is told: counts what it gets, goes away, and refuses. Knows no disk and no pictures.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{AppendHeaders, IntoResponse, Response},
    routing::{post, put},
};
use futures::StreamExt;
use pixelsync::model::base64;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

/// A file that arrived whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
}

#[derive(Default)]
struct Upload {
    path: String,
    sha256: String,
    length: usize,
    bytes: Vec<u8>,
}

/// What a server knows, whether or not it is there.
#[derive(Default)]
pub(crate) struct Memory {
    uploads: HashMap<usize, Upload>,
    /// Never used twice.
    numbers: usize,
    pub(crate) kept: Vec<Kept>,
    /// Bytes of files that came over the line.
    pub(crate) received: usize,
    /// Where a PATCH began.
    pub(crate) resumed_at: Vec<usize>,
    /// What the next beginnings of uploads are answered with instead.
    pub(crate) refuse: Vec<(u16, &'static str)>,
    /// What arrives whole is said to be something else.
    pub(crate) garbles: bool,
}

impl Memory {
    pub(crate) fn forget_uploads(&mut self) {
        self.uploads.clear();
    }
}

type Shared = Arc<Mutex<Memory>>;

pub(crate) struct StandIn {
    pub(crate) address: SocketAddr,
    memory: Shared,
    running: Option<Runtime>,
}

impl StandIn {
    pub(crate) fn start() -> StandIn {
        let mut stand_in = StandIn::away();
        stand_in.come_back();
        stand_in
    }

    /// At an address where nobody is yet.
    pub(crate) fn away() -> StandIn {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("its number");
        StandIn { address, memory: Shared::default(), running: None }
    }

    pub(crate) fn come_back(&mut self) {
        let runtime = Runtime::new().expect("a runtime");
        let app = router(self.memory.clone());
        let listener = runtime.block_on(tokio::net::TcpListener::bind(self.address)).expect("the same port");
        runtime.spawn(async move { axum::serve(listener, app).await });
        self.running = Some(runtime);
    }

    /// With every connection broken.
    pub(crate) fn go_away(&mut self) {
        if let Some(runtime) = self.running.take() {
            runtime.shutdown_background();
        }
    }

    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().expect("a memory")
    }

    /// The paths of what arrived, in the order of the alphabet.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.memory().kept.iter().map(|kept| kept.path.clone()).collect();
        paths.sort();
        paths
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.go_away();
    }
}

fn router(memory: Shared) -> Router {
    Router::new()
        .route("/uploads", post(create))
        .route("/uploads/{number}", put(nothing).patch(go_on).head(ask).delete(end))
        .route("/api/v1/contents/known", post(known))
        .with_state(memory)
}

async fn nothing() -> StatusCode {
    StatusCode::METHOD_NOT_ALLOWED
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
}

async fn create(State(memory): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let number = {
        let mut memory = memory.lock().expect("a memory");
        if let Some((status, said)) = memory.refuse.pop() {
            return refusal(status, said);
        }
        let metadata: HashMap<&str, String> =
            text(&headers, "upload-metadata").split(',').filter_map(decoded).collect();
        let upload = Upload {
            path: metadata["relativePath"].clone(),
            sha256: metadata["sha256"].clone(),
            length: text(&headers, "upload-length").parse().expect("a length"),
            bytes: Vec::new(),
        };
        memory.numbers += 1;
        let number = memory.numbers;
        memory.uploads.insert(number, upload);
        number
    };
    let state = take(&memory, number, body).await;
    (StatusCode::CREATED, AppendHeaders([("Location", format!("/uploads/{number}"))]), state).into_response()
}

fn decoded(field: &str) -> Option<(&str, String)> {
    let (name, value) = field.split_once(' ')?;
    Some((name, String::from_utf8(base64::decode(value)?).ok()?))
}

async fn go_on(State(memory): State<Shared>, Path(number): Path<usize>, headers: HeaderMap, body: Body) -> Response {
    let from: usize = text(&headers, "upload-offset").parse().expect("an offset");
    let here = memory.lock().expect("a memory").uploads.get(&number).map(|upload| upload.bytes.len());
    match here {
        None => refusal(404, "It is over."),
        Some(here) if here != from => refusal(409, "Ask where it is."),
        Some(_) => {
            memory.lock().expect("a memory").resumed_at.push(from);
            (StatusCode::NO_CONTENT, take(&memory, number, body).await).into_response()
        }
    }
}

async fn ask(State(memory): State<Shared>, Path(number): Path<usize>) -> Response {
    let known = memory.lock().expect("a memory").uploads.contains_key(&number);
    if known { (StatusCode::OK, state(&memory, number)).into_response() } else { refusal(404, "It is over.") }
}

async fn end(State(memory): State<Shared>, Path(number): Path<usize>) -> StatusCode {
    memory.lock().expect("a memory").uploads.remove(&number);
    StatusCode::NO_CONTENT
}

/// What comes is kept as it comes, as on a disk, whether or not all of it does.
async fn take(memory: &Shared, number: usize, body: Body) -> Response {
    let mut chunks = body.into_data_stream();
    while let Some(Ok(chunk)) = chunks.next().await {
        let mut memory = memory.lock().expect("a memory");
        memory.received += chunk.len();
        let Some(upload) = memory.uploads.get_mut(&number) else { return refusal(404, "It is over.") };
        upload.bytes.extend_from_slice(&chunk);
    }
    state(memory, number)
}

/// How far it is; when all is there it is whole, or thrown away.
fn state(memory: &Shared, number: usize) -> Response {
    let mut memory = memory.lock().expect("a memory");
    let Memory { uploads, kept, garbles, .. } = &mut *memory;
    let Some(upload) = uploads.get(&number) else { return refusal(404, "It is over.") };
    let offset = ("Upload-Offset", upload.bytes.len().to_string());
    if upload.bytes.len() < upload.length {
        return AppendHeaders([offset]).into_response();
    }
    if *garbles || hash(&upload.bytes) != upload.sha256 {
        uploads.remove(&number);
        return refusal(460, "Something else has arrived.");
    }
    let file = Kept { path: upload.path.clone(), bytes: upload.bytes.clone() };
    let was_here = kept.iter().any(|kept| kept.bytes == file.bytes);
    if !was_here {
        kept.push(file);
    }
    AppendHeaders([
        offset,
        ("PixelSync-Image", format!("image-{number}")),
        ("PixelSync-Already-Here", was_here.to_string()),
    ])
    .into_response()
}

pub(crate) fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn refusal(status: u16, said: &str) -> Response {
    (StatusCode::from_u16(status).expect("a status"), Json(json!({ "error": said }))).into_response()
}

async fn known(State(memory): State<Shared>, Json(question): Json<Value>) -> Json<Value> {
    let memory = memory.lock().expect("a memory");
    let hashes = question["sha256"].as_array().expect("hashes");
    let is_kept = |sha256: &&Value| memory.kept.iter().any(|kept| Some(hash(&kept.bytes).as_str()) == sha256.as_str());
    let known: Vec<Value> =
        hashes.iter().filter(is_kept).map(|sha256| json!({ "sha256": sha256, "id": "an image" })).collect();
    Json(json!({ "known": known }))
}
