//! What the doors refuse and how they say it; and what one who asks too much, or reads too slowly, gets and costs.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use pixelsync::{
    api::Failure,
    server::{db::Pool, feed::Feed},
};

use crate::scene::{Answer, Scene, get, jpeg, until};

fn post(path: &str, kind: Option<&str>, body: Body) -> Request<Body> {
    let mut request = Request::post(path).header(header::HOST, "localhost:3000").body(body).expect("a request");
    if let Some(kind) = kind {
        request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().expect("a header"));
    }
    request
}

fn sentence(answer: &Answer) -> String {
    answer.json()["error"].as_str().expect("a sentence").to_owned()
}

#[sqlx::test]
async fn addresses_that_are_not_understood_are_refused_in_json(pool: Pool) {
    let scene = Scene::open(pool).await;
    for (path, status, words) in [
        ("/images?limit=abc", StatusCode::BAD_REQUEST, "`limit` is a number from 1 to 1000"),
        ("/images?limit=1&limit=2", StatusCode::BAD_REQUEST, "duplicate field `limit`"),
        ("/sync/changes?since=1&since=2", StatusCode::BAD_REQUEST, "duplicate field `since`"),
        ("/files/%FF", StatusCode::NOT_FOUND, "not here"),
        ("/images/%FF/thumbnail", StatusCode::NOT_FOUND, "not here"),
        ("/pictures/%FF", StatusCode::NOT_FOUND, "not here"),
        ("/pkg/%FF", StatusCode::NOT_FOUND, "not here"),
    ] {
        let answer = scene.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(sentence(&answer).contains(words), "{path}: {}", answer.text());
    }
}

#[sqlx::test]
async fn a_wrong_method_is_told_the_right_one(pool: Pool) {
    let scene = Scene::open(pool).await;
    for (method, path, allowed) in [(Method::PUT, "/images", "GET,HEAD"), (Method::GET, "/api/folders/scan", "POST")] {
        let mut request = get(path);
        *request.method_mut() = method;
        let answer = scene.ask(request).await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, allowed), "{path}");
        assert!(sentence(&answer).contains("`Allow`"), "{path}");
    }
}

#[sqlx::test]
async fn calls_that_are_not_understood_are_refused(pool: Pool) {
    let scene = Scene::open(pool).await;
    let ask = async |path: &str, kind, body: &'static str| {
        let answer = scene.ask(post(path, kind, Body::from(body))).await;
        (answer.status, serde_json::from_value::<Failure>(answer.json()).expect("a failure"))
    };
    let json = Some("application/json");
    assert_eq!(ask("/api/nope", json, "{}").await, (StatusCode::NOT_FOUND, Failure::NotFound));
    for (path, kind, body) in [
        ("/api/pictures/show", json, r#"{"id":"x"}"#),
        ("/api/pictures/show", json, "{"),
        ("/api/upload", None, "x"),
        ("/api/upload", json, "{}"),
        ("/api/upload", Some("multipart/form-data"), "x"),
        ("/api/upload", Some("multipart/form-data; boundary="), "x"),
    ] {
        let (status, failure) = ask(path, kind, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {body}");
        assert!(matches!(failure, Failure::Refused(_)), "{path} {body}: {failure:?}");
    }
}

#[sqlx::test]
async fn a_call_has_a_limit_whatever_it_says_of_itself(pool: Pool) {
    let scene = Scene::open(pool).await;
    for kind in [None, Some("application/json")] {
        // a stream says no length
        let chunks = futures::stream::iter((0..20).map(|_| Ok::<_, std::io::Error>(vec![b' '; 100_000])));
        let answer = scene.ask(post("/api/pictures/show", kind, Body::from_stream(chunks))).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{kind:?}");
        assert!(answer.text().contains("1 MiB at most"), "{}", answer.text());
    }
    // uploads have another
    let image = vec![7; 3 << 20];
    assert_eq!(scene.ask(crate::scene::form("/api/upload", &[("large.jpg", &image)])).await.status, StatusCode::OK);
}

#[sqlx::test]
async fn only_addresses_that_name_bytes_are_kept_for_good(pool: Pool) {
    let scene = Scene::open(pool).await;
    let image = scene.upload("a.jpg", &jpeg(1)).await.json()["image"].clone();
    let (id, hash) = (image["id"].as_str().expect("an id"), image["checksum"].as_str().expect("a hash"));
    for path in [format!("/files/{id}"), format!("/images/{id}/preview")] {
        for (version, expect) in [(&hash[..16], true), ("", false), (&hash[..1], false), ("nonsense", false)] {
            let answer = scene.get(&format!("{path}?v={version}")).await;
            assert_eq!(answer.header("cache-control").contains("immutable"), expect, "{path}?v={version}");
        }
    }
}

/// Without files: nobody is asked whether so many are really gone.
async fn insert_images(scene: &Scene, count: i64) {
    sqlx::query(
        "insert into images (id, project_id, folder_id, path, name, size, mtime_ns, ctime_ns, inode, device)
         select gen_random_uuid(), $1, $2, n::text::bytea, n || '.jpg', 1, 0, 0, 0, 0 from generate_series(1, $3) as n",
    )
    .bind(scene.app.project)
    .bind(scene.app.managed.id)
    .bind(count)
    .execute(&scene.app.pool)
    .await
    .expect("images");
}

#[sqlx::test]
async fn who_reads_a_long_list_slowly_keeps_nobody_waiting(pool: Pool) {
    let scene = Scene::open(pool).await;
    insert_images(&scene, 2_500).await;
    let mut stalled = Vec::new();
    for _ in 0..30 {
        let response = scene.send(get("/images")).await;
        assert_eq!(response.status(), StatusCode::OK);
        stalled.push(response);
    }
    assert_eq!(scene.get("/health").await.status, StatusCode::OK);
    let ids: std::collections::BTreeSet<String> =
        scene.images().await.iter().map(|image| image["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(ids.len(), 2_500);
}

#[sqlx::test]
async fn a_list_ends_well_wherever_a_page_does(pool: Pool) {
    let scene = Scene::open(pool).await;
    assert_eq!(scene.get("/images").await.text(), "[]");
    insert_images(&scene, 1_000).await;
    assert_eq!(scene.images().await.len(), 1_000);
}

#[sqlx::test]
async fn who_is_too_far_behind_loads_anew(pool: Pool) {
    let scene = Scene::open(pool).await;
    let start = scene.app.feed.head();
    insert_images(&scene, 5_000).await;
    until(|| async { scene.app.feed.head().seq == 5_000 }).await;
    let caught_up = scene.get(&format!("/sync/changes?since={start}")).await.json();
    assert_eq!(caught_up["changes"].as_array().map(Vec::len), Some(5_000));
    scene.upload("one-more.jpg", &jpeg(1)).await;
    until(|| async { scene.app.feed.head().seq == 5_002 }).await;
    assert_eq!(scene.get(&format!("/sync/changes?since={start}")).await.status, StatusCode::GONE);
    let next = scene.app.feed.after(start).await.expect("an answer");
    assert!(matches!(next, Some(pixelsync::server::feed::Next::Reset(head)) if head.seq == 5_002), "{next:?}");
}

#[sqlx::test]
async fn a_restored_feed_is_of_another_epoch(pool: Pool) {
    let scene = Scene::open(pool.clone()).await;
    let before = scene.app.feed.head();
    // as a dump into the same database leaves it
    for sql in [
        "create table restored (like feed_meta including all)",
        "insert into restored select * from feed_meta",
        "drop table feed_meta",
        "alter table restored rename to feed_meta",
    ] {
        sqlx::query(sql).execute(&pool).await.expect("a restored table");
    }
    let after = Feed::open(pool.clone(), scene.app.project).await.expect("the feed").head();
    assert_ne!(before.epoch, after.epoch);
    let again = Feed::open(pool, scene.app.project).await.expect("the feed").head();
    assert_eq!(after.epoch, again.epoch, "once is enough");
    let answer = scene.get(&format!("/sync/changes?since={before}")).await;
    assert_eq!(answer.status, StatusCode::GONE);
    assert!(
        answer.json()["error"].as_str().is_some_and(|error| error.contains("Load the whole again")),
        "{}",
        answer.text()
    );
}
