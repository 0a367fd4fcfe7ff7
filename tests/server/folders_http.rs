//! Folders and their scans as programs meet them: ours under /api/v1, and the seeds'.

use std::path::{Path, PathBuf};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use pixelsync::server::db::Pool;
use serde_json::{Value, json};

use crate::scene::{Answer, Scene, get, jpeg, names, until};

const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

async fn send(scene: &Scene, method: Method, path: &str, body: Option<Value>) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:3000");
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    scene.ask(request.body(body).expect("a request")).await
}

async fn post(scene: &Scene, path: &str) -> Answer {
    send(scene, Method::POST, path, None).await
}

async fn get_as(scene: &Scene, path: &str, accept: &str) -> Answer {
    let mut request = get(path);
    request.headers_mut().insert(header::ACCEPT, accept.parse().expect("a header"));
    scene.ask(request).await
}

#[track_caller]
fn check_sentence(answer: &Answer, status: StatusCode, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let sentence = answer.json()["error"].as_str().expect("a sentence").to_owned();
    assert!(sentence.contains(words), "{sentence}");
}

#[track_caller]
fn check_fields(value: &Value, fields: &[&str]) {
    for field in fields {
        assert!(value.get(field).is_some(), "{field} is missing in {value}");
    }
}

async fn folders(scene: &Scene) -> Vec<Value> {
    scene.get("/api/v1/folders").await.json()["folders"].as_array().expect("folders").clone()
}

async fn managed(scene: &Scene) -> String {
    folders(scene).await[0]["id"].as_str().expect("an id").to_owned()
}

/// A folder beside the managed one, below the first root that is allowed.
fn another(scene: &Scene, name: &str) -> PathBuf {
    let allowed = scene.app.folders.list().allowed;
    let path = Path::new(allowed.first().expect("a root that is allowed")).join(name);
    std::fs::create_dir_all(&path).expect("a folder");
    path
}

async fn add(scene: &Scene, path: &Path) -> Answer {
    let path = path.to_str().expect("text");
    send(scene, Method::POST, "/api/v1/folders", Some(json!({ "path": path }))).await
}

#[sqlx::test]
async fn the_managed_folder_is_there(pool: Pool) {
    let scene = Scene::open(pool).await;
    let list = scene.get("/api/v1/folders").await.json();
    check_fields(&list, &["folders", "allowed"]);
    let folder = &list["folders"][0];
    assert_eq!((&folder["managed"], &folder["path"]), (&json!(true), &json!(scene.pictures)));
    let id = folder["id"].as_str().expect("an id");
    assert_eq!(scene.get(&format!("/api/v1/folders/{id}")).await.json()["id"], id);
}

#[sqlx::test]
async fn a_folder_is_added_changed_and_removed(pool: Pool) {
    let scene = Scene::open(pool).await;
    let path = another(&scene, "holiday");
    std::fs::write(path.join("a.jpg"), jpeg(1)).expect("a file");
    let added = add(&scene, &path).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    assert_eq!(added.json()["name"], "holiday");
    scene.images_when(|images| names(images) == ["a.jpg"]).await;

    let at = format!("/api/v1/folders/{}", added.json()["id"].as_str().expect("an id"));
    let edited = send(&scene, Method::PATCH, &at, Some(json!({ "name": "summer", "paused": true }))).await;
    assert_eq!(edited.status, StatusCode::OK, "{}", edited.text());
    assert_eq!((&edited.json()["name"], &edited.json()["path"]), (&json!("summer"), &json!(path)));
    until(|| async { scene.get(&at).await.json()["state"] == "paused" }).await;

    check_sentence(&send(&scene, Method::DELETE, &at, None).await, StatusCode::BAD_REQUEST, "?records=keep");
    let removed = send(&scene, Method::DELETE, &format!("{at}?records=forget"), None).await;
    assert_eq!((removed.status, removed.text()), (StatusCode::NO_CONTENT, String::new()));
    assert_eq!(scene.get(&at).await.status, StatusCode::NOT_FOUND);
    assert_eq!(folders(&scene).await.len(), 1);
    assert!(path.join("a.jpg").exists(), "its files are not touched");
}

#[sqlx::test]
async fn what_cannot_be_added_is_refused_with_a_reason(pool: Pool) {
    let scene = Scene::open(pool).await;
    for path in ["", "not/absolute", "/nowhere/at/all", "/"] {
        let answer = add(&scene, Path::new(path)).await;
        check_sentence(&answer, StatusCode::BAD_REQUEST, "");
    }
    assert_eq!(add(&scene, &scene.pictures).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(folders(&scene).await.len(), 1);
}

#[sqlx::test]
async fn unknown_folders_are_nobody_s(pool: Pool) {
    let scene = Scene::open(pool).await;
    for id in [NOBODY, "nonsense", "%FF"] {
        for (method, path, body) in [
            (Method::GET, format!("/api/v1/folders/{id}"), None),
            (Method::PATCH, format!("/api/v1/folders/{id}"), Some(json!({ "name": "a" }))),
            (Method::DELETE, format!("/api/v1/folders/{id}?records=keep"), None),
            (Method::POST, format!("/api/v1/folders/{id}/scan"), None),
            (Method::POST, format!("/api/v1/folders/{id}/scan?wait=false"), None),
            (Method::POST, format!("/api/v1/folders/{id}/verify"), None),
            (Method::POST, format!("/api/v1/folders/{id}/cancel"), None),
            (Method::GET, format!("/api/v1/folders/{id}/operations"), None),
            (Method::GET, format!("/api/v1/folders/{id}/files"), None),
            (Method::POST, format!("/repositories/{id}/scan"), None),
            (Method::GET, format!("/repositories/{id}/scans"), None),
            (Method::GET, format!("/repositories/{id}/scans/latest"), None),
        ] {
            let answer = send(&scene, method.clone(), &path, body).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}: {}", answer.text());
            check_sentence(&answer, StatusCode::NOT_FOUND, "not here");
        }
    }
}

#[sqlx::test]
async fn what_is_not_understood_is_refused_in_json(pool: Pool) {
    let scene = Scene::open(pool).await;
    let id = managed(&scene).await;
    let raw = async |path: &str, kind: Option<&str>, body: &'static str| {
        let mut request = Request::post(path).header(header::HOST, "localhost").body(Body::from(body)).expect("one");
        if let Some(kind) = kind {
            request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().expect("a header"));
        }
        scene.ask(request).await
    };
    let json_kind = Some("application/json");
    for (kind, body) in [
        (json_kind, ""),
        (json_kind, "{"),
        (json_kind, "[]"),
        (json_kind, "{}"),
        (json_kind, r#"{"path": 1}"#),
        (json_kind, r#"{"path": "/a", "watching": "never"}"#),
        (json_kind, r#"{"path": "/a", "nonsense": 1}"#),
        (None, r#"{"path": "/a"}"#),
    ] {
        let answer = raw("/api/v1/folders", kind, body).await;
        check_sentence(&answer, StatusCode::BAD_REQUEST, "What was sent is not understood");
    }
    for (path, words) in [
        ("files?limit=0", "`limit` is a number from 1 to 1000"),
        ("files?limit=1001", "`limit` is a number from 1 to 1000"),
        ("files?cursor=xy", "`cursor`"),
        ("operations?before=yesterday", "`before`"),
    ] {
        let answer = scene.get(&format!("/api/v1/folders/{id}/{path}")).await;
        check_sentence(&answer, StatusCode::BAD_REQUEST, words);
    }
    let answer = post(&scene, &format!("/api/v1/folders/{id}/scan?wait=perhaps")).await;
    check_sentence(&answer, StatusCode::BAD_REQUEST, "not understood");
    for (method, path) in [(Method::GET, "/api/v1/nonsense"), (Method::POST, "/api/v1/folders/list")] {
        let answer = send(&scene, method, path, None).await;
        assert_eq!(
            answer.status,
            if path.ends_with("list") { StatusCode::METHOD_NOT_ALLOWED } else { StatusCode::NOT_FOUND }
        );
        check_sentence(&answer, answer.status, "");
    }
}

#[sqlx::test]
async fn a_scan_is_waited_for_or_not(pool: Pool) {
    let scene = Scene::open(pool).await;
    let id = managed(&scene).await;
    for path in [format!("/api/v1/folders/{id}/scan"), "/api/v1/scan".to_owned()] {
        let answer = post(&scene, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        check_fields(&answer.json()["summary"], &["scanned", "added", "moved", "missing", "healed"]);
        assert_eq!(post(&scene, &format!("{path}?wait=false")).await.status, StatusCode::ACCEPTED);
    }
}

#[sqlx::test]
async fn operations_are_told_newest_first_page_by_page(pool: Pool) {
    let scene = Scene::open(pool).await;
    let id = managed(&scene).await;
    for _ in 0..3 {
        assert_eq!(post(&scene, &format!("/api/v1/folders/{id}/scan")).await.status, StatusCode::OK);
    }
    let at = format!("/api/v1/folders/{id}/operations");
    let first = scene.get(&at).await.json();
    let ids: Vec<i64> =
        first["operations"].as_array().expect("operations").iter().filter_map(|it| it["id"].as_i64()).collect();
    assert!(ids.len() > 3 && ids.is_sorted_by(|newer, older| newer > older), "{ids:?}");
    assert_eq!(first["operations"][0]["kind"], "manual");
    let below = scene.get(&format!("{at}?before={}", ids[1])).await.json();
    assert_eq!(below["operations"][0]["id"], ids[2]);
    let beyond = scene.get(&format!("{at}?before=0")).await.json();
    assert_eq!(beyond, json!({ "operations": [], "next": null }));
}

#[sqlx::test]
async fn a_verification_is_begun_and_told(pool: Pool) {
    let scene = Scene::open(pool).await;
    scene.upload("a.jpg", &jpeg(1)).await;
    let id = managed(&scene).await;
    assert_eq!(post(&scene, &format!("/api/v1/folders/{id}/verify")).await.status, StatusCode::ACCEPTED);
    until(|| async {
        let operations = scene.get(&format!("/api/v1/folders/{id}/operations")).await.json()["operations"].clone();
        let mut operations = operations.as_array().expect("operations").iter();
        operations.any(|it| it["kind"] == "verify" && it["status"] == "completed" && it["found"]["scanned"] == 1)
    })
    .await;
    until(|| async { scene.get(&format!("/api/v1/folders/{id}")).await.json()["running"].is_null() }).await;
    let idle = post(&scene, &format!("/api/v1/folders/{id}/cancel")).await;
    check_sentence(&idle, StatusCode::BAD_REQUEST, "");
}

#[sqlx::test]
async fn files_are_told_as_the_catalogue_has_them(pool: Pool) {
    let scene = Scene::open(pool).await;
    for (number, name) in ["b.jpg", "a.jpg", "c/d.jpg"].iter().enumerate() {
        scene.put(name, &jpeg(number as u32));
    }
    scene.images_when(|images| images.len() == 3).await;
    let at = format!("/api/v1/folders/{}/files", managed(&scene).await);
    let whole = scene.get(&at).await.json();
    assert_eq!(whole["next"], Value::Null);
    let paths = |page: &Value| -> Vec<String> {
        let files = page["files"].as_array().expect("files").iter();
        files.map(|file| file["path"].as_str().expect("a path").to_owned()).collect()
    };
    assert_eq!(paths(&whole), ["a.jpg", "b.jpg", "c/d.jpg"]);
    let file = &whole["files"][0];
    check_fields(file, &["image", "path", "size", "modified", "hash", "state"]);
    assert_eq!((file["size"].as_u64(), file.get("path_hex")), (Some(jpeg(1).len() as u64), None));
    assert_eq!(file["hash"].as_str().map(str::len), Some(64));
    assert_eq!(file["modified"].as_str().map(str::len), Some("1970-01-01T00:00:00.000000000Z".len()));

    let first = scene.get(&format!("{at}?limit=2")).await.json();
    assert_eq!(paths(&first), ["a.jpg", "b.jpg"]);
    let next = first["next"].as_str().expect("there is more");
    assert_eq!(paths(&scene.get(&format!("{at}?limit=2&cursor={next}")).await.json()), ["c/d.jpg"]);
}

#[cfg(target_os = "linux")]
#[sqlx::test]
async fn a_path_that_is_no_text_is_told_in_hex_too(pool: Pool) {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let scene = Scene::open(pool).await;
    std::fs::write(scene.pictures.join(OsStr::from_bytes(b"\xff.jpg")), jpeg(1)).expect("a file");
    scene.images_when(|images| images.len() == 1).await;
    let file = scene.get(&format!("/api/v1/folders/{}/files", managed(&scene).await)).await.json()["files"][0].clone();
    assert_eq!((&file["path"], &file["path_hex"]), (&json!("\u{fffd}.jpg"), &json!("ff2e6a7067")));
}

#[sqlx::test]
async fn the_status_tells_of_everything(pool: Pool) {
    let scene = Scene::open(pool).await;
    scene.upload("a.jpg", &jpeg(1)).await;
    until(|| async { scene.get("/api/v1/status").await.json()["pictures"] == 1 }).await;
    let status = scene.get("/api/v1/status").await.json();
    assert_eq!((&status["status"], &status["folders"]), (&json!("healthy"), &json!(1)));
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(status["data"], json!(scene.pictures.parent()));
    check_fields(&status, &["running", "watcher"]);
}

#[sqlx::test]
async fn programs_that_say_so_are_told_who_answers(pool: Pool) {
    let scene = Scene::open(pool).await;
    let service = get_as(&scene, "/", "application/json").await.json();
    check_fields(&service, &["service", "name", "version", "status", "endpoints"]);
    for accept in ["text/html,application/json;q=0.9", "*/*", "text/html"] {
        let page = get_as(&scene, "/", accept).await;
        assert!(page.header("content-type").starts_with("text/html"), "{accept}");
    }
}

#[sqlx::test]
async fn folders_speak_the_words_of_seed_002(pool: Pool) {
    let scene = Scene::open(pool).await;
    let id = managed(&scene).await;
    for accept in ["application/json", "*/*"] {
        let list = get_as(&scene, "/folders", accept).await.json();
        assert_eq!(list, json!({ "total_folders": 1, "folders": [{ "id": id, "path": scene.pictures }] }));
    }
    let page = get_as(&scene, "/folders", "text/html").await;
    assert!(page.header("content-type").starts_with("text/html"), "{}", page.text());
    let status = scene.get("/folders/status").await.json();
    assert_eq!((&status["status"], &status["total_folders"]), (&json!("success"), &json!(1)));
    check_fields(&status["data"][0], &["folder_id", "folder_path", "tagging_percentage"]);
}

#[sqlx::test]
async fn the_watcher_is_stopped_and_started(pool: Pool) {
    let scene = Scene::open(pool).await;
    let watcher = async || scene.get("/watcher/status").await.json();
    until(|| async { watcher().await["folders_count"] == 1 }).await;
    let status = watcher().await;
    assert_eq!((&status["is_running"], &status["thread_alive"]), (&json!(true), &json!(true)));
    check_fields(&status, &["thread_id"]);
    assert_eq!(status["watched_folders"][0]["path"], json!(scene.pictures));

    let check_done = |answer: Answer| {
        assert_eq!((answer.status, &answer.json()["success"]), (StatusCode::OK, &json!(true)));
        check_fields(&answer.json(), &["message"]);
        check_fields(&answer.json()["watcher_info"], &["is_running", "folders_count", "watched_folders"]);
    };
    check_done(post(&scene, "/watcher/stop").await);
    until(|| async { watcher().await["is_running"] == false }).await;
    assert_eq!(scene.get("/health").await.json()["watcher"], "stopped");
    scene.put("a.jpg", &jpeg(1));
    for path in ["/watcher/start", "/watcher/restart"] {
        check_done(post(&scene, path).await);
        until(|| async { watcher().await["is_running"] == true }).await;
    }
    scene.images_when(|images| names(images) == ["a.jpg"]).await;
}

#[sqlx::test]
async fn a_sync_counts_as_seed_000_did(pool: Pool) {
    let scene = Scene::open(pool).await;
    scene.upload("a.jpg", &jpeg(1)).await;
    scene.upload("b.jpg", &jpeg(2)).await;
    until(|| async { scene.get("/api/v1/status").await.json()["pictures"] == 2 }).await;
    let answer = post(&scene, "/sync").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let mut counted = answer.json();
    check_fields(&counted["summary"], &["scanned", "corrupted", "unreadable"]);
    counted.as_object_mut().expect("an object").remove("summary");
    let expect = json!({ "totalDbBefore": 2, "totalDisk": 2, "addedFromDisk": 0, "markedMissing": 0, "healed": 0 });
    assert_eq!(counted, expect);
    let events = scene.send(get("/sync/events")).await;
    assert_eq!(events.status(), StatusCode::OK, "beside it events are still told");
}

#[sqlx::test]
async fn a_repository_is_scanned_as_in_seed_004(pool: Pool) {
    let scene = Scene::open(pool).await;
    let at = format!("/repositories/{}", managed(&scene).await);
    let fields = [
        "id",
        "repository_id",
        "operation_type",
        "files_scanned",
        "files_added",
        "files_updated",
        "files_removed",
        "start_time",
        "end_time",
        "duration_ms",
        "status",
        "error_message",
    ];
    let plain = post(&scene, &format!("{at}/scan")).await;
    assert_eq!(plain.status, StatusCode::OK, "{}", plain.text());
    check_fields(&plain.json(), &fields);
    assert_eq!((&plain.json()["operation_type"], &plain.json()["status"]), (&json!("manual"), &json!("completed")));
    assert_eq!(scene.get(&format!("{at}/scans/latest")).await.json()["id"], plain.json()["id"]);
    let scans = scene.get(&format!("{at}/scans")).await.json();
    assert_eq!(scans["scans"][0]["id"], plain.json()["id"]);

    let forced = send(&scene, Method::POST, &format!("{at}/scan"), Some(json!({ "force": true }))).await;
    assert_eq!((forced.status, &forced.json()["operation_type"]), (StatusCode::OK, &json!("manual")));
    until(|| async { scene.get(&format!("{at}/scans/latest")).await.json()["operation_type"] == "verify" }).await;
}

#[sqlx::test]
async fn a_folder_that_is_away_keeps_no_other_from_being_scanned(pool: Pool) {
    let scene = Scene::open(pool).await;
    let other = another(&scene, "other");
    assert_eq!(add(&scene, &other).await.status, StatusCode::CREATED);
    std::fs::rename(&other, other.with_extension("away")).expect("a rename");
    scene.put("a.jpg", &jpeg(1));
    let found = post(&scene, "/sync").await;
    assert_eq!((found.status, &found.json()["totalDisk"]), (StatusCode::OK, &json!(1)), "{}", found.text());
    std::fs::rename(other.with_extension("away"), &other).expect("a rename");
}
