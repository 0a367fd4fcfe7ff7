//! Crops: a file of its own, linked to what it is of, whoever takes it in, and marked while that is another.

use crate::scene::{Answer, Scene, jpeg, until};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use pixelsync::{
    model::{ImageId, Picture, Query, Region, Zone},
    server::{
        Error, crops,
        db::{Pool, crops::Intention},
        gallery,
    },
};
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

fn id(image: &Value) -> ImageId {
    image["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

/// What the page of that picture shows.
async fn page(scene: &Scene, id: ImageId) -> Picture {
    gallery::picture(&scene.app, &Query::default(), Zone::default(), id).await.expect("its page")
}

async fn upper_half(scene: &Scene, of: &Value) -> ImageId {
    let of = of["id"].as_str().expect("an id");
    let answer = crop(scene, of, json!({"x": 0, "y": 0, "width": 1, "height": 0.5})).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    id(&answer.json()["image"])
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
        (StatusCode::BAD_REQUEST, &json!("Not a picture: it is text."))
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
    let (of_hash, recipe) = (Sha256::digest(PICTURE).into(), json!({}));
    let intention = Intention { hash: &hash, of: ImageId(parent), of_hash: &of_hash, recipe: &recipe };
    pixelsync::server::db::crops::intend(&pool, intention).await.expect("an intention");
    scene.put("harbour_crop-1.jpg", piece);
    let images = scene.images_when(|images| images.len() == 2).await;
    assert_eq!(parent_of(&pool, &images[0]["id"]).await, Some(parent));
}

#[sqlx::test]
async fn a_piece_and_what_it_was_cut_out_of_show_each_other(pool: Pool) {
    let scene = Scene::open(pool).await;
    let whole = scene.upload("harbour.jpg", PICTURE).await.json()["image"].clone();
    let wanted = Region { x: 0.25, y: 0.5, width: 0.5, height: 0.5 };
    let first = crops::cut_out(&scene.app, id(&whole), wanted).await.expect("a piece");
    assert_eq!((first.name.as_str(), first.width, first.height), ("harbour_crop-1.jpg", Some(48), Some(32)));
    let second = upper_half(&scene, &whole).await;

    let shown = page(&scene, id(&whole)).await;
    assert_eq!(shown.pieces.iter().map(|piece| piece.id).collect::<Vec<_>>(), [second, first.id], "the newest first");
    assert_eq!((shown.pieces_total, shown.origin), (2, None));
    let shown = page(&scene, first.id).await;
    let origin = shown.origin.expect("an origin");
    assert_eq!((origin.card.id, origin.region, origin.changed), (id(&whole), Some(wanted), false));
    assert_eq!((shown.pieces.len(), shown.pieces_total), (0, 0));

    let outside = Region { x: 0.75, ..wanted };
    let refused = crops::cut_out(&scene.app, id(&whole), outside).await;
    assert!(matches!(refused, Err(Error::Refused(sentence)) if sentence.ends_with('.')));
}

#[sqlx::test]
async fn a_piece_is_marked_while_what_it_was_cut_out_of_is_another(pool: Pool) {
    let scene = Scene::open(pool).await;
    let whole = scene.upload("harbour.jpg", PICTURE).await.json()["image"].clone();
    let piece = upper_half(&scene, &whole).await;
    let before = page(&scene, piece).await;
    assert!(before.origin.is_some_and(|origin| !origin.changed));

    let becomes = async |bytes: &[u8]| {
        scene.put("harbour.jpg", bytes);
        let hash = hex::encode(Sha256::digest(bytes));
        until(|| async { page(&scene, id(&whole)).await.hash.as_deref() == Some(&hash) }).await;
        let shown = page(&scene, piece).await;
        (shown.origin.is_some_and(|origin| origin.changed), shown.card.rev - before.card.rev)
    };
    assert_eq!(becomes(&jpeg(1)).await, (true, 1));
    assert_eq!(becomes(&jpeg(2)).await, (true, 1), "it is said once");
    assert_eq!(becomes(PICTURE).await, (false, 2), "the former bytes are back");
    assert_eq!(becomes(&jpeg(3)).await, (true, 3));
    assert_eq!(std::fs::read_dir(&scene.pictures).expect("the folder").flatten().filter(is_seen).count(), 2);
}

fn is_seen(entry: &std::fs::DirEntry) -> bool {
    !entry.file_name().to_string_lossy().starts_with('.')
}

#[sqlx::test]
async fn a_piece_that_comes_after_the_change_is_marked_as_it_comes(pool: Pool) {
    let scene = Scene::open(pool.clone()).await;
    let whole = scene.upload("harbour.jpg", PICTURE).await.json()["image"].clone();
    let (hash, of_hash) = (Sha256::digest(TURNED).into(), Sha256::digest(b"as it was then").into());
    let intention = Intention { hash: &hash, of: id(&whole), of_hash: &of_hash, recipe: &json!({}) };
    pixelsync::server::db::crops::intend(&pool, intention).await.expect("an intention");
    scene.put("harbour_crop-1.jpg", TURNED);
    let images = scene.images_when(|images| images.len() == 2).await;
    let origin = page(&scene, id(&images[0])).await.origin.expect("an origin");
    assert_eq!((origin.region, origin.changed), (None, true));
}
