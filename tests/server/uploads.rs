//! Uploads: resumed over tus, sent twice, sent wrong, and what is here already.

use axum::{
    body::{Body, Bytes},
    http::{Method, Request, StatusCode, header, request::Builder},
};
use futures::stream;
use pixelsync::{
    model::{Query, base64},
    server::{db::Pool, gallery, uploads::resumable},
};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::scene::{Answer, Scene, form, form_of, get, jpeg, names, until};

const BYTES: &str = "application/offset+octet-stream";

fn tus(method: &str, path: &str) -> Builder {
    Request::builder()
        .method(Method::from_bytes(method.as_bytes()).expect("a method"))
        .uri(path)
        .header(header::HOST, "localhost:3000")
        .header("Tus-Resumable", "1.0.0")
}

fn told(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{key} {}", base64::encode(value.as_bytes()))).collect();
    pairs.join(",")
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn begin(scene: &Scene, size: usize, metadata: &str) -> Answer {
    let request = tus("POST", "/uploads").header("Upload-Length", size).header("Upload-Metadata", metadata);
    scene.ask(request.body(Body::empty()).expect("a request")).await
}

fn piece(path: &str, offset: usize, bytes: &[u8]) -> Builder {
    let length = bytes.len();
    tus("PATCH", path)
        .header("Upload-Offset", offset)
        .header(header::CONTENT_TYPE, BYTES)
        .header("Content-Length", length)
}

async fn send(scene: &Scene, path: &str, offset: usize, bytes: &[u8]) -> Answer {
    scene.ask(piece(path, offset, bytes).body(Body::from(bytes.to_vec())).expect("a request")).await
}

async fn head(scene: &Scene, path: &str) -> Answer {
    scene.ask(tus("HEAD", path).body(Body::empty()).expect("a request")).await
}

/// Comes in two chunks, and then the line breaks.
fn breaking(bytes: &[u8]) -> Body {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let chunks =
        [Ok(Bytes::copy_from_slice(first)), Ok(Bytes::copy_from_slice(second)), Err(std::io::Error::other("gone"))];
    Body::from_stream(stream::iter(chunks))
}

fn files(scene: &Scene) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(&scene.pictures)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name != ".pixelsync-folder")
        .collect();
    names.sort();
    names
}

#[sqlx::test]
async fn a_file_comes_in_pieces(pool: Pool) {
    let scene = Scene::open(pool).await;
    let picture = jpeg(1);
    let abilities = scene.ask(tus("OPTIONS", "/uploads").body(Body::empty()).expect("a request")).await;
    assert_eq!(abilities.status, StatusCode::NO_CONTENT);
    assert_eq!(abilities.header("tus-version"), "1.0.0");
    assert_eq!(abilities.header("tus-extension"), "creation,creation-with-upload,termination,checksum,expiration");
    assert_eq!(abilities.header("tus-max-size"), "1073741824");

    let metadata = told(&[("filename", "a.jpg"), ("sha256", &sha256(&picture))]);
    let begun = begin(&scene, picture.len(), &metadata).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
    let path = begun.header("location").to_owned();
    assert!(begun.header("upload-expires").ends_with("GMT"), "{}", begun.header("upload-expires"));

    let (first, rest) = picture.split_at(100);
    assert_eq!(send(&scene, &path, 0, first).await.status, StatusCode::NO_CONTENT);
    let asked = head(&scene, &path).await;
    assert_eq!(asked.header("upload-offset"), "100");
    assert_eq!(asked.header("upload-length"), picture.len().to_string());
    assert_eq!(asked.header("upload-metadata"), metadata);
    assert_eq!(asked.header("cache-control"), "no-store");
    assert_eq!(asked.header("pixelsync-image"), "");
    assert_eq!(scene.images().await.len(), 0, "no half file is seen");

    assert_eq!(send(&scene, &path, 99, rest).await.status, StatusCode::CONFLICT);
    let done = send(&scene, &path, 100, rest).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text());
    assert_eq!(done.header("pixelsync-already-here"), "false");
    let images = scene.images().await;
    assert_eq!(names(&images), ["a.jpg"]);
    assert_eq!(images[0]["id"], done.header("pixelsync-image"));
    assert_eq!(files(&scene), ["a.jpg"]);
    assert_eq!(std::fs::read(scene.pictures.join("a.jpg")).expect("the file"), picture);
    // whoever did not hear the answer asks what became of it
    let asked = head(&scene, &path).await;
    assert_eq!(asked.header("upload-offset"), picture.len().to_string());
    assert_eq!(asked.header("pixelsync-image"), done.header("pixelsync-image"));
}

#[sqlx::test]
async fn a_line_that_breaks_loses_nothing_that_came(pool: Pool) {
    let scene = Scene::open(pool).await;
    let picture = jpeg(1);
    let path = begin(&scene, picture.len(), &told(&[("filename", "a.jpg")])).await.header("location").to_owned();
    scene.ask(piece(&path, 0, &picture).body(breaking(&picture[..300])).expect("a request")).await;
    assert_eq!(head(&scene, &path).await.header("upload-offset"), "300");
    assert_eq!(files(&scene).len(), 1, "only the part");
    assert_eq!(send(&scene, &path, 300, &picture[300..]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(std::fs::read(scene.pictures.join("a.jpg")).expect("the file"), picture);

    // in one go, with the name of a folder and of a taken file
    let metadata = told(&[("relativePath", "../trip/day 1/a.jpg"), ("filename", "a.jpg")]);
    let other = jpeg(2);
    let request = tus("POST", "/uploads")
        .header("Upload-Length", other.len())
        .header("Upload-Metadata", metadata)
        .header(header::CONTENT_TYPE, BYTES);
    let done = scene.ask(request.body(Body::from(other.clone())).expect("a request")).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.text());
    assert_eq!(done.header("upload-offset"), other.len().to_string());
    assert_eq!(std::fs::read(scene.pictures.join("trip/day 1/a.jpg")).expect("the file"), other);
    let third = scene.upload("a.jpg", &jpeg(3)).await;
    assert_eq!(third.json()["image"]["filename"], "a (2).jpg");
}

#[sqlx::test]
async fn what_is_not_as_announced_is_not_kept(pool: Pool) {
    let scene = Scene::open(pool).await;
    let picture = jpeg(1);
    let wrong = told(&[("filename", "a.jpg"), ("sha256", &sha256(b"other"))]);
    let path = begin(&scene, picture.len(), &wrong).await.header("location").to_owned();
    assert_eq!(send(&scene, &path, 0, &picture).await.status.as_u16(), 460);
    assert_eq!(head(&scene, &path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(files(&scene), [""; 0]);

    let path = begin(&scene, picture.len(), &told(&[("filename", "a.jpg")])).await.header("location").to_owned();
    let with_sum = |offset: usize, bytes: &[u8], sum: String| {
        piece(&path, offset, bytes).header("Upload-Checksum", sum).body(Body::from(bytes.to_vec())).expect("a request")
    };
    let sum = format!("sha256 {}", base64::encode(&Sha256::digest(b"other")));
    assert_eq!(scene.ask(with_sum(0, &picture[..50], sum)).await.status.as_u16(), 460);
    assert_eq!(head(&scene, &path).await.header("upload-offset"), "0");
    let sum = format!("sha1 {}", base64::encode(&Sha1::digest(&picture[..50])));
    assert_eq!(scene.ask(with_sum(0, &picture[..50], sum)).await.status, StatusCode::NO_CONTENT);
    let sum = format!("sha256 {}", base64::encode(&Sha256::digest(&picture[50..])));
    assert_eq!(scene.ask(with_sum(50, &picture[50..], sum)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(std::fs::read(scene.pictures.join("a.jpg")).expect("the file"), picture);

    // not even where what was announced is here already
    let known = told(&[("filename", "b.jpg"), ("sha256", &sha256(&picture))]);
    let other = begin(&scene, jpeg(2).len(), &known).await.header("location").to_owned();
    assert_eq!(send(&scene, &other, 0, &jpeg(2)).await.status.as_u16(), 460);
    assert_eq!(files(&scene), ["a.jpg"]);
    assert_eq!(scene.images().await.len(), 1);

    // whose address nobody heard leaves nothing
    let request = tus("POST", "/uploads")
        .header("Upload-Length", picture.len())
        .header("Upload-Metadata", &wrong)
        .header(header::CONTENT_TYPE, BYTES);
    let refused = scene.ask(request.body(Body::from(picture.clone())).expect("a request")).await;
    assert_eq!((refused.status.as_u16(), refused.header("location")), (460, ""));
    assert_eq!(files(&scene), ["a.jpg"]);

    let path = begin(&scene, 10, "").await.header("location").to_owned();
    assert_eq!(send(&scene, &path, 0, b"more than ten").await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(head(&scene, &path).await.header("upload-offset"), "0");
    let given_up = scene.ask(tus("DELETE", &path).body(Body::empty()).expect("a request")).await;
    assert_eq!(given_up.status, StatusCode::NO_CONTENT);
    assert_eq!(head(&scene, &path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(files(&scene), ["a.jpg"]);
}

#[sqlx::test]
async fn what_is_no_tus_is_refused_with_a_sentence(pool: Pool) {
    let scene = Scene::open(pool).await;
    let mut old = tus("POST", "/uploads").header("Upload-Length", 5).body(Body::empty()).expect("a request");
    old.headers_mut().insert("Tus-Resumable", header::HeaderValue::from_static("0.2.2"));
    let answer = scene.ask(old).await;
    assert_eq!((answer.status, answer.header("tus-version")), (StatusCode::PRECONDITION_FAILED, "1.0.0"));
    let check = async |request: Builder, expect: StatusCode| {
        let answer = scene.ask(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, expect, "{}", answer.text());
        assert!(answer.json()["error"].as_str().is_some_and(|sentence| sentence.ends_with('.')));
        assert_eq!(answer.header("tus-resumable"), "1.0.0");
    };
    let path = begin(&scene, 10, "").await.header("location").to_owned();
    check(tus("POST", "/uploads"), StatusCode::BAD_REQUEST).await;
    check(tus("POST", "/uploads").header("Upload-Length", "-1"), StatusCode::BAD_REQUEST).await;
    check(tus("POST", "/uploads").header("Upload-Length", 1_u64 << 31), StatusCode::PAYLOAD_TOO_LARGE).await;
    check(tus("PUT", "/uploads"), StatusCode::METHOD_NOT_ALLOWED).await;
    check(tus("PATCH", "/uploads/x").header("Upload-Offset", 0), StatusCode::NOT_FOUND).await;
    check(tus("PATCH", &path).header("Upload-Offset", 0), StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
    check(tus("PATCH", &path).header(header::CONTENT_TYPE, BYTES), StatusCode::BAD_REQUEST).await;
    let other_sum = piece(&path, 0, b"").header("Upload-Checksum", "crc32 AAAA");
    check(other_sum, StatusCode::BAD_REQUEST).await;
    let bad_hash =
        tus("POST", "/uploads").header("Upload-Length", 1).header("Upload-Metadata", told(&[("sha256", "x")]));
    check(bad_hash, StatusCode::BAD_REQUEST).await;
    check(
        tus("POST", "/uploads").header("Upload-Length", 1).header("Upload-Concat", "partial"),
        StatusCode::BAD_REQUEST,
    )
    .await;
    // a network that knows no PATCH
    let mut request = piece(&path, 0, b"12345").header("X-HTTP-Method-Override", "PATCH");
    request = request.method(Method::POST);
    let answer = scene.ask(request.body(Body::from("12345")).expect("a request")).await;
    assert_eq!(answer.header("upload-offset"), "5");
}

#[sqlx::test]
async fn the_newest_sender_goes_on_and_the_one_that_hangs_ends(pool: Pool) {
    let scene = Scene::open(pool).await;
    let picture = jpeg(1);
    let path = begin(&scene, picture.len(), &told(&[("filename", "a.jpg")])).await.header("location").to_owned();
    let first = Bytes::copy_from_slice(&picture[..200]);
    let (came, all) = tokio::sync::oneshot::channel();
    let hangs = stream::once(async { Ok::<_, std::io::Error>(first) }).chain(stream::once(async move {
        let _ = came.send(());
        std::future::pending().await
    }));
    use futures::StreamExt;
    let request = piece(&path, 0, &picture).body(Body::from_stream(hangs)).expect("a request");
    let (router, path_) = (scene.router.clone(), path.clone());
    let hanging =
        tokio::spawn(async move { tower::ServiceExt::oneshot(router, request).await.expect("an answer").status() });
    all.await.expect("the first bytes");
    assert_eq!(head(&scene, &path_).await.header("upload-offset"), "200");
    assert_eq!(hanging.await.expect("an end"), StatusCode::NO_CONTENT);
    assert_eq!(send(&scene, &path, 200, &picture[200..]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(names(&scene.images().await), ["a.jpg"]);
}

#[sqlx::test]
async fn the_same_content_is_known_before_it_is_sent_and_after(pool: Pool) {
    let scene = Scene::open(pool.clone()).await;
    let (picture, other) = (jpeg(1), jpeg(2));
    let id = scene.upload("a.jpg", &picture).await.json()["image"]["id"].clone();
    let known = async |hashes: &[String]| -> Vec<Value> {
        let request = Request::post("/api/v1/contents/known")
            .header(header::HOST, "localhost:3000")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(json!({ "sha256": hashes }).to_string()))
            .expect("a request");
        scene.ask(request).await.json()["known"].as_array().cloned().unwrap_or_default()
    };
    let hashes = [sha256(&picture), sha256(&other)];
    let url = format!("/pictures/{}", id.as_str().expect("an id"));
    assert_eq!(known(&hashes).await, [json!({ "sha256": hashes[0], "id": id, "url": url })]);

    // under another name it is still that picture
    let again = scene.upload("b.jpg", &picture).await;
    assert_eq!(again.status, StatusCode::CREATED);
    assert_eq!(again.json()["image"]["id"], id);
    assert_eq!(again.json()["already_here"], true);
    assert_eq!(again.json()["message"], "The picture is already here.");
    assert_eq!(files(&scene), ["a.jpg"]);

    // a record whose file is gone, or holds something else, is no reason not to take it
    std::fs::remove_file(scene.pictures.join("a.jpg")).expect("removed");
    assert_eq!(known(&hashes).await, [json!(null); 0]);
    let back = scene.upload("b.jpg", &picture).await;
    assert_eq!(back.json()["already_here"], false);
    assert_eq!(files(&scene), ["b.jpg"]);
    assert_eq!(std::fs::read(scene.pictures.join("b.jpg")).expect("the file"), picture);
    let open = gallery::open(&scene.app, &Query::default(), Default::default(), None, 0, 10, false).await;
    assert_eq!(open.expect("a page").window.total, 1, "it is the record that had lost its file");
}

#[sqlx::test]
async fn many_at_once_each_for_itself(pool: Pool) {
    let scene = Scene::open(pool).await;
    let torn = &jpeg(3)[..300];
    let batch = form_of(
        "/upload/batch",
        "files",
        &[
            ("a.jpg", &jpeg(1)),
            ("a.jpg", &jpeg(2)),
            ("torn.jpg", torn),
            ("again.jpg", &jpeg(1)),
            ("torn.xmp", b"<x:xmpmeta/>"),
        ],
    );
    let answer = scene.ask(batch).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let told = answer.json();
    assert_eq!(told["message"], "5 files were uploaded.");
    assert_eq!(told["totalFiles"], 5);
    assert_eq!(told["corruptedCount"], 1);
    assert_eq!(told["totalSize"], jpeg(1).len() * 2 + jpeg(2).len() + 300 + 12);
    let images = told["images"].as_array().expect("images");
    assert_eq!(names(images), ["a.jpg", "a (2).jpg", "torn.jpg", "a.jpg", "torn.xmp"]);
    assert_eq!(images[3]["already_here"], true);
    assert_eq!(files(&scene), ["a (2).jpg", "a.jpg", "torn.jpg", "torn.xmp"]);
    let none = scene.ask(form_of("/upload/batch", "file", &[("a.jpg", &jpeg(1))])).await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST);
}

#[sqlx::test]
async fn a_key_is_answered_once(pool: Pool) {
    let scene = Scene::open(pool.clone()).await;
    let ask = async |path: &str, field: &str, key: &str, name: &str, bytes: &[u8]| {
        let mut request = form_of(path, field, &[(name, bytes)]);
        request.headers_mut().insert("Idempotency-Key", key.parse().expect("a key"));
        scene.ask(request).await
    };
    let first = ask("/upload", "file", "k1", "a.jpg", &jpeg(1)).await;
    let again = ask("/upload", "file", "k1", "a.jpg", &jpeg(2)).await;
    assert_eq!((again.status, again.json()), (first.status, first.json()));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(scene.images().await.len(), 1);
    assert_eq!(ask("/upload/batch", "files", "k1", "a.jpg", &jpeg(2)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    // what came to nothing is tried again
    assert_eq!(ask("/upload", "other", "k2", "b.jpg", &jpeg(2)).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(ask("/upload", "file", "k2", "b.jpg", &jpeg(2)).await.status, StatusCode::CREATED);
    // what was begun and not ended is begun anew
    let claim = |run: uuid::Uuid, key: &'static str| {
        sqlx::query("insert into answers (key, request, run) values ($1, 'POST /upload', $2)")
            .bind(key)
            .bind(run)
            .execute(&pool)
    };
    let own: uuid::Uuid = sqlx::query_scalar("select run from answers limit 1").fetch_one(&pool).await.expect("a run");
    claim(own, "k3").await.expect("a claim");
    assert_eq!(ask("/upload", "file", "k3", "c.jpg", &jpeg(3)).await.status, StatusCode::CREATED);
    // what is being carried out is not carried out beside it
    let mut hanging = form_of("/upload", "file", &[("d.jpg", &jpeg(4))]);
    hanging.headers_mut().insert("Idempotency-Key", "k5".parse().expect("a key"));
    *hanging.body_mut() = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
    let hanging = tokio::spawn(tower::ServiceExt::oneshot(scene.router.clone(), hanging));
    let is_begun = async || {
        let begun = sqlx::query_scalar("select exists (select from answers where key = 'k5')").fetch_one(&pool).await;
        begun.expect("an answer")
    };
    until(is_begun).await;
    let busy = ask("/upload", "file", "k5", "d.jpg", &jpeg(4)).await;
    assert_eq!((busy.status, busy.header("retry-after")), (StatusCode::CONFLICT, "2"));
    hanging.abort();
    claim(uuid::Uuid::max(), "k4").await.expect("a claim");
    assert_eq!(ask("/upload", "file", "k4", "c.jpg", &jpeg(3)).await.status, StatusCode::CREATED);
    assert_eq!(ask("/upload", "file", "", "c.jpg", &jpeg(3)).await.status, StatusCode::BAD_REQUEST);
}

#[sqlx::test]
async fn a_sidecar_follows_a_picture_that_got_another_name(pool: Pool) {
    let scene = Scene::open(pool).await;
    scene.ask(form("/api/upload", &[("a.jpg", &jpeg(1))])).await;
    let xmp = b"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"/>";
    let both = scene.ask(form("/api/upload", &[("a.jpg", &jpeg(2)), ("a.xmp", xmp)])).await;
    assert_eq!(both.status, StatusCode::OK, "{}", both.text());
    assert_eq!(files(&scene), ["a (2).jpg", "a (2).xmp", "a.jpg"]);
}

#[sqlx::test]
async fn what_expired_leaves_nothing(pool: Pool) {
    let scene = Scene::open(pool.clone()).await;
    let path = begin(&scene, 100, "").await.header("location").to_owned();
    send(&scene, &path, 0, b"half").await;
    assert_eq!(files(&scene).len(), 1);
    resumable::sweep(&scene.app).await.expect("nothing to sweep");
    assert_eq!(head(&scene, &path).await.header("upload-offset"), "4");
    sqlx::query("update uploads set expires_at = now()").execute(&pool).await.expect("expired");
    assert_eq!(head(&scene, &path).await.status, StatusCode::NOT_FOUND);
    resumable::sweep(&scene.app).await.expect("swept");
    assert_eq!(files(&scene), [""; 0]);
    let left: i64 = sqlx::query_scalar("select count(*) from uploads").fetch_one(&pool).await.expect("a count");
    assert_eq!(left, 0);
}

#[sqlx::test]
async fn a_form_takes_what_is_here_already_for_done(pool: Pool) {
    let scene = Scene::open(pool).await;
    for _ in 0..2 {
        let answer = scene.ask(form("/api/upload", &[("a.jpg", &jpeg(1)), ("b.jpg", &jpeg(1))])).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    }
    assert_eq!(files(&scene), ["a.jpg"]);
    assert_eq!(scene.ask(get("/images")).await.json().as_array().map(Vec::len), Some(1));
}
