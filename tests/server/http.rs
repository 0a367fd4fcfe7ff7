//! What the doors answer: the seeds' wire shapes, pages, files.

use crate::scene::{Scene, form, get, jpeg, names};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use pixelsync::server::db::Pool;
use serde_json::{Value, json};

fn has_fields(value: &Value, fields: &[&str]) {
    for field in fields {
        assert!(value.get(field).is_some(), "{field} is missing in {value}");
    }
}

const SEED_ROW: &[&str] = &["id", "filename", "mime_type", "size_bytes", "storage_path", "is_corrupted", "created_at"];

#[sqlx::test]
async fn health_speaks_the_words_of_both_seeds(pool: Pool) {
    let answer = Scene::open(pool).await.get("/health").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json()["db"], "connected");
    has_fields(&answer.json(), &["status", "database", "watcher"]);
}

#[sqlx::test]
async fn an_upload_answers_as_the_seed_did(pool: Pool) {
    let scene = Scene::open(pool).await;
    let answer = scene.upload("harbour.jpg", &jpeg(1)).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let body = answer.json();
    assert_eq!(body["corrupted"], false);
    has_fields(&body, &["message"]);
    has_fields(&body["image"], SEED_ROW);
    has_fields(&body["image"], &["width", "height", "checksum", "updated_at"]);
    let listed = scene.images().await;
    assert_eq!(listed[0]["id"], body["image"]["id"]);
    assert_eq!(std::fs::read(scene.pictures.join("harbour.jpg")).expect("the file"), jpeg(1));
}

#[sqlx::test]
async fn two_files_of_one_name_both_survive(pool: Pool) {
    let scene = Scene::open(pool).await;
    let (first, second) = (scene.upload("a.jpg", &jpeg(1)).await.json(), scene.upload("a.jpg", &jpeg(2)).await.json());
    assert_ne!(first["image"]["id"], second["image"]["id"]);
    assert_eq!(names(&scene.images().await), ["a (2).jpg", "a.jpg"]);
    assert_eq!(std::fs::read(scene.pictures.join("a.jpg")).expect("the file"), jpeg(1));
}

#[sqlx::test]
async fn an_upload_that_is_sent_again_is_kept_once(pool: Pool) {
    let scene = Scene::open(pool).await;
    for number in [1, 2] {
        scene.upload("a.jpg", &jpeg(number)).await;
    }
    let before = scene.images().await;
    for (number, kept) in [(1, "a.jpg"), (2, "a (2).jpg")] {
        let again = scene.upload("a.jpg", &jpeg(number)).await;
        assert_eq!((again.status, &again.json()["image"]["filename"]), (StatusCode::CREATED, &json!(kept)));
    }
    assert_eq!(scene.images().await, before);
    // by whatever name
    scene.upload("copy.jpg", &jpeg(1)).await;
    assert_eq!(scene.images().await, before);
}

#[sqlx::test]
async fn an_upload_under_the_name_of_a_missing_picture_is_there_at_once(pool: Pool) {
    let scene = Scene::open(pool).await;
    let first = scene.upload("a.jpg", &jpeg(1)).await.json();
    std::fs::remove_file(scene.pictures.join("a.jpg")).expect("remove");
    scene.images_when(|images| images[0]["state"] == "missing").await;
    let second = scene.upload("a.jpg", &jpeg(2)).await.json();
    assert_eq!((&second["image"]["id"], &second["image"]["state"]), (&first["image"]["id"], &json!("ok")));
    assert_ne!(second["image"]["checksum"], first["image"]["checksum"]);
}

#[sqlx::test]
async fn an_upload_nobody_waited_for_is_taken_in_when_it_is_sent_again(pool: Pool) {
    let scene = Scene::open(pool).await;
    // its sender went after it had its name and before it had its record
    scene.put("a.jpg", &jpeg(1));
    let again = scene.upload("a.jpg", &jpeg(1)).await;
    assert_eq!((again.status, &again.json()["image"]["filename"]), (StatusCode::CREATED, &json!("a.jpg")));
    assert_eq!(names(&scene.images().await), ["a.jpg"]);
}

#[sqlx::test]
async fn bad_uploads_are_told_what_to_do(pool: Pool) {
    let scene = Scene::open(pool).await;
    let text = scene.upload("letter.jpg", b"dear all").await;
    assert_eq!((text.status, &text.json()["corrupted"]), (StatusCode::CREATED, &json!(true)));
    let empty = scene.ask(form("/upload", &[])).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    assert!(empty.json()["error"].as_str().is_some_and(|error| error.contains("`file`")));
    let plain = Request::post("/upload").header(header::HOST, "localhost").body(Body::from("x")).expect("a request");
    assert_eq!(scene.ask(plain).await.status, StatusCode::BAD_REQUEST);
    let escape = scene.upload("../../../escape.jpg", &jpeg(1)).await;
    assert_eq!(escape.json()["image"]["storage_path"], "escape.jpg");
}

#[sqlx::test]
async fn an_upload_that_breaks_off_leaves_nothing(pool: Pool) {
    let scene = Scene::open(pool).await;
    let body =
        b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"half.jpg\"\r\n\r\nhalf of it".to_vec();
    let request = Request::post("/upload")
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .body(Body::from(body))
        .expect("a request");
    assert_eq!(scene.ask(request).await.status, StatusCode::BAD_REQUEST);
    assert!(scene.images().await.is_empty());
    let left = std::fs::read_dir(&scene.pictures)
        .expect("folder")
        .flatten()
        .filter(|entry| entry.file_name() != ".pixelsync-folder");
    assert_eq!(left.count(), 0);
}

#[sqlx::test]
async fn the_plain_form_leads_back_to_the_gallery(pool: Pool) {
    let scene = Scene::open(pool).await;
    let mut request = form("/api/upload", &[("a.jpg", &jpeg(1)), ("b.jpg", &jpeg(2))]);
    request.headers_mut().insert(header::ACCEPT, "text/html".parse().expect("a header"));
    request.headers_mut().insert(header::REFERER, "http://localhost:3000/".parse().expect("a header"));
    let answer = scene.ask(request).await;
    assert_eq!(answer.status, StatusCode::FOUND);
    assert_eq!(answer.header("location"), "http://localhost:3000/");
    assert_eq!(names(&scene.images().await), ["b.jpg", "a.jpg"]);
}

#[sqlx::test]
async fn the_list_can_be_paged(pool: Pool) {
    let scene = Scene::open(pool).await;
    for number in 0..5 {
        scene.upload(&format!("{number}.jpg"), &jpeg(number)).await;
    }
    let first = scene.get("/images?limit=2").await.json();
    assert_eq!(names(first.as_array().expect("an array")), ["4.jpg", "3.jpg"]);
    let next = scene.get(&format!("/images?limit=2&cursor={}", first[1]["id"].as_str().expect("an id"))).await.json();
    assert_eq!(names(next.as_array().expect("an array")), ["2.jpg", "1.jpg"]);
    for bad in ["/images?limit=0", "/images?cursor=x"] {
        assert_eq!(scene.get(bad).await.status, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[sqlx::test]
async fn files_come_with_length_tag_and_ranges(pool: Pool) {
    let scene = Scene::open(pool).await;
    let image = scene.upload("a.jpg", &jpeg(1)).await.json()["image"].clone();
    let path = format!("/files/{}", image["id"].as_str().expect("an id"));
    let whole = scene.get(&path).await;
    assert_eq!((whole.status, whole.header("content-type"), &whole.bytes), (StatusCode::OK, "image/jpeg", &jpeg(1)));
    assert_eq!(whole.header("content-length"), jpeg(1).len().to_string());

    let mut part = get(&path);
    part.headers_mut().insert(header::RANGE, "bytes=2-5".parse().expect("a header"));
    let part = scene.ask(part).await;
    assert_eq!((part.status, &part.bytes[..]), (StatusCode::PARTIAL_CONTENT, &jpeg(1)[2..6]));

    let mut known = get(&path);
    known.headers_mut().insert(header::IF_NONE_MATCH, whole.header("etag").parse().expect("a header"));
    assert_eq!(scene.ask(known).await.status, StatusCode::NOT_MODIFIED);
}

#[sqlx::test]
async fn thumbnails_are_kept_for_good_under_their_version(pool: Pool) {
    let scene = Scene::open(pool).await;
    let image = scene.upload("a.jpg", &jpeg(1)).await.json()["image"].clone();
    let (id, version) = (image["id"].as_str().expect("an id"), &image["checksum"].as_str().expect("a hash")[..16]);
    let named = scene.get(&format!("/images/{id}/thumbnail?v={version}")).await;
    assert_eq!(named.header("content-type"), "image/webp");
    assert!(named.header("cache-control").contains("immutable"));
    let outdated = scene.get(&format!("/images/{id}/thumbnail?v=0000000000000000")).await;
    assert!(!outdated.header("cache-control").contains("immutable"));
}

#[sqlx::test]
async fn thumbnails_that_were_thrown_away_come_back(pool: Pool) {
    let scene = Scene::open(pool).await;
    let image = scene.upload("a.jpg", &jpeg(1)).await.json()["image"].clone();
    let path = format!("/images/{}/thumbnail", image["id"].as_str().expect("an id"));
    let before = scene.get(&path).await;
    std::fs::remove_dir_all(scene.pictures.with_file_name("derivatives")).expect("the folder of derivatives");
    assert_eq!(scene.get(&path).await.bytes, before.bytes);
}

#[sqlx::test]
async fn a_function_that_finds_nothing_says_so(pool: Pool) {
    let scene = Scene::open(pool).await;
    let body = r#"{"query":{},"id":"0190a5a0-0000-7000-8000-000000000001"}"#;
    let request = Request::post("/api/pictures/show")
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, body.len())
        .body(Body::from(body))
        .expect("a request");
    assert_eq!(scene.ask(request).await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test]
async fn nothing_is_served_as_active_content(pool: Pool) {
    let scene = Scene::open(pool).await;
    let image = scene.upload("page.html", b"<!doctype html><script>alert(1)</script>").await.json()["image"].clone();
    let file = scene.get(&format!("/files/{}", image["id"].as_str().expect("an id"))).await;
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert!(file.header("content-security-policy").contains("sandbox"));
}

#[sqlx::test]
async fn strangers_and_nonsense_are_turned_away(pool: Pool) {
    let scene = Scene::open(pool).await;
    for path in ["/files/x", "/files/0190a5a0-0000-7000-8000-000000000001", "/images/x/thumbnail", "/nowhere"] {
        let answer = scene.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        has_fields(&answer.json(), &["error"]);
    }
    let mut foreign = get("/images");
    foreign.headers_mut().insert(header::HOST, "pictures.example".parse().expect("a header"));
    assert_eq!(scene.ask(foreign).await.status, StatusCode::FORBIDDEN);
    let mut cross = form("/upload", &[("a.jpg", &jpeg(1))]);
    cross.headers_mut().insert(header::ORIGIN, "http://pictures.example".parse().expect("a header"));
    assert_eq!(scene.ask(cross).await.status, StatusCode::FORBIDDEN);
    assert!(scene.images().await.is_empty());
}

fn page(path: &str) -> Request<Body> {
    let mut request = get(path);
    request.headers_mut().insert(header::ACCEPT, "text/html".parse().expect("a header"));
    request
}

#[sqlx::test]
async fn pages_are_whole_without_script(pool: Pool) {
    let scene = Scene::open(pool).await;
    let image = scene.upload("harbour.jpg", &jpeg(1)).await.json()["image"].clone();
    let gallery = scene.ask(page("/")).await;
    assert_eq!(gallery.status, StatusCode::OK);
    assert!(gallery.text().contains("harbour.jpg"), "{}", gallery.text());
    assert!(gallery.header("content-security-policy").contains("'nonce-"));
    let picture = scene.ask(page(&format!("/pictures/{}", image["id"].as_str().expect("an id")))).await;
    assert_eq!(picture.status, StatusCode::OK);
    assert!(picture.text().contains("harbour.jpg"));
}

#[sqlx::test]
async fn what_is_long_is_packed_for_whoever_can_unpack_it(pool: Pool) {
    let scene = Scene::open(pool).await;
    let image = scene.upload("harbour.jpg", &jpeg(1)).await.json()["image"].clone();
    let id = image["id"].as_str().expect("an id");
    let packing = async |mut request: Request<Body>| {
        request.headers_mut().insert(header::ACCEPT_ENCODING, "gzip, br".parse().expect("a header"));
        let answer = scene.ask(request).await;
        (answer.header("content-encoding").to_owned(), answer.bytes.starts_with(&[0x1f, 0x8b]))
    };
    assert_eq!(packing(page("/")).await, ("gzip".to_owned(), true));
    for path in [format!("/files/{id}"), format!("/images/{id}/thumbnail"), "/health".to_owned()] {
        assert_eq!(packing(get(&path)).await, (String::new(), false), "{path}");
    }
    assert_eq!(scene.ask(page("/")).await.header("content-encoding"), "");
}

#[sqlx::test]
async fn a_page_that_is_not_there_says_so(pool: Pool) {
    let scene = Scene::open(pool).await;
    for path in ["/nowhere", "/pictures/nonsense", "/pictures/0190a5a0-0000-7000-8000-000000000001"] {
        let answer = scene.ask(page(path)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
    }
}
