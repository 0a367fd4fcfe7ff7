//! Crops by REST: a file of its own, linked to what it is of, whoever takes it in.

use crate::scene::{Answer, Scene};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use pixelsync::{model::ImageId, server::db::Pool};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const PICTURE: &[u8] = include_bytes!("../../imaging/tests/pictures/baseline.jpg");
const TURNED: &[u8] = include_bytes!("../../imaging/tests/pictures/orientation-6.jpg");

async fn crop(scene: &Scene, id: &str, wanted: Value) -> Answer {
    let request = Request::post(format!("/images/{id}/crop"))
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(wanted.to_string()))
        .expect("a request");
    scene.ask(request).await
}

async fn parent_of(pool: &Pool, id: &Value) -> Option<Uuid> {
    let id: Uuid = id.as_str().and_then(|id| id.parse().ok()).expect("an id");
    sqlx::query_scalar("select parent_id from images where id = $1").bind(id).fetch_one(pool).await.expect("a row")
}

#[sqlx::test]
async fn a_crop_is_a_picture_of_its_own_and_knows_its_origin(pool: Pool) {
    let scene = Scene::open(pool.clone()).await;
    let whole = scene.upload("harbour.jpg", PICTURE).await.json()["image"].clone();
    let answer =
        crop(&scene, whole["id"].as_str().expect("an id"), json!({"x": 0.5, "y": 0.25, "width": 0.5, "height": 0.5}))
            .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let (image, kind) = (answer.json()["image"].clone(), answer.json()["kind"].clone());
    assert_eq!(
        (&image["filename"], &image["width"], &image["height"]),
        (&json!("harbour_crop-1.jpg"), &json!(48), &json!(32))
    );
    assert_eq!(kind, "untouched", "between blocks nothing is decoded");
    assert_eq!(parent_of(&pool, &image["id"]).await.map(|id| id.to_string()).as_deref(), whole["id"].as_str());
    assert_eq!(
        std::fs::read(scene.pictures.join("harbour.jpg")).expect("the origin"),
        PICTURE,
        "an original is never altered"
    );
    let second =
        crop(&scene, whole["id"].as_str().expect("an id"), json!({"x": 0.1, "y": 0.1, "width": 0.3, "height": 0.3}))
            .await;
    assert_eq!(second.json()["image"]["filename"], "harbour_crop-2.jpg");
    let left: i64 = sqlx::query_scalar("select count(*) from jobs").fetch_one(&pool).await.expect("a count");
    assert_eq!(left, 0);
}

#[sqlx::test]
async fn a_crop_follows_what_a_person_sees(pool: Pool) {
    let scene = Scene::open(pool).await;
    let whole = scene.upload("turned.jpg", TURNED).await.json()["image"].clone();
    assert_eq!((&whole["width"], &whole["height"]), (&json!(96), &json!(64)));
    let answer =
        crop(&scene, whole["id"].as_str().expect("an id"), json!({"x": 0, "y": 0, "width": 0.5, "height": 0.25})).await;
    assert_eq!((&answer.json()["image"]["width"], &answer.json()["image"]["height"]), (&json!(48), &json!(16)));
}

#[sqlx::test]
async fn what_cannot_be_cut_is_refused(pool: Pool) {
    let scene = Scene::open(pool).await;
    let whole = scene.upload("harbour.jpg", PICTURE).await.json()["image"].clone();
    let id = whole["id"].as_str().expect("an id");
    for wanted in [
        json!({"x": "a", "y": 0, "width": 1, "height": 1}),
        json!({"x": 0.5, "y": 0, "width": 0.6, "height": 1}),
        json!({"x": 0, "y": 0, "width": 0, "height": 1}),
        json!([]),
    ] {
        let answer = crop(&scene, id, wanted.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wanted}");
        assert!(answer.json()["error"].as_str().is_some_and(|error| error.ends_with('.')), "{wanted}");
    }
    let region = json!({"x": 0, "y": 0, "width": 1, "height": 1});
    for unknown in ["01890000-0000-7000-8000-000000000000", "no-id"] {
        assert_eq!(crop(&scene, unknown, region.clone()).await.status, StatusCode::NOT_FOUND);
    }
    let text = scene.upload("no-picture.jpg", b"just text").await.json()["image"].clone();
    let answer = crop(&scene, text["id"].as_str().expect("an id"), region).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]),
        (StatusCode::BAD_REQUEST, &json!("Not an image: it is text."))
    );
}

#[sqlx::test]
async fn a_crop_that_only_the_watcher_took_in_is_linked_as_well(pool: Pool) {
    let scene = Scene::open(pool.clone()).await;
    let whole = scene.upload("harbour.jpg", PICTURE).await.json()["image"].clone();
    let parent: Uuid = whole["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    // as a server leaves it that was killed between the file and its record
    let piece = TURNED;
    let hash: [u8; 32] = Sha256::digest(piece).into();
    pixelsync::server::db::crops::intend(&pool, &hash, ImageId(parent), &json!({})).await.expect("an intention");
    scene.put("harbour_crop-1.jpg", piece);
    let images = scene.images_when(|images| images.len() == 2).await;
    assert_eq!(parent_of(&pool, &images[0]["id"]).await, Some(parent));
}
