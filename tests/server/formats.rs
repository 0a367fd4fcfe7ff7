//! Every way of a picture through the server, whatever its format, and what its file says of it.

use std::fs;

use crate::scene::{Scene, until};
use axum::http::StatusCode;
use pixelsync::server::db::Pool;

macro_rules! picture {
    ($name:literal) => {
        ($name, &include_bytes!(concat!("../../imaging/tests/pictures/", $name))[..])
    };
}

#[sqlx::test]
async fn every_format_is_shown(pool: Pool) {
    let scene = Scene::open(pool).await;
    for (name, bytes) in [
        picture!("progressive.jpg"),
        picture!("cmyk.jpg"),
        picture!("rgb16.png"),
        picture!("moving.gif"),
        picture!("moving.webp"),
        picture!("lzw.tif"),
        picture!("picture.heic"),
        picture!("picture.avif"),
        picture!("picture.jxl"),
    ] {
        let image = scene.upload(name, bytes).await.json()["image"].clone();
        assert_eq!(
            (&image["state"], &image["width"], &image["height"]),
            (&"ok".into(), &96.into(), &64.into()),
            "{name}: {image}"
        );
        let id = image["id"].as_str().expect("an id");
        let thumbnail = scene.get(&format!("/images/{id}/thumbnail")).await;
        assert_eq!((thumbnail.status, thumbnail.header("content-type")), (StatusCode::OK, "image/webp"), "{name}");
    }
}

#[sqlx::test]
async fn what_other_programs_said_is_taken_over_and_what_is_said_here_outweighs_it(pool: Pool) {
    let scene = Scene::open(pool.clone()).await;
    let (_, bytes) = picture!("said.jpg");
    scene.put("said.jpg", bytes);
    scene.images_when(|images| images.len() == 1).await;
    let said = || async {
        sqlx::query_as::<_, (Option<String>, Option<i16>, Option<String>, i64)>(
            "select title, rating, label, (select count(*) from image_tags where image_id = id) from images",
        )
        .fetch_one(&pool)
        .await
        .expect("a row")
    };
    assert_eq!(said().await, (Some("Harbour at dusk".into()), Some(4), Some("Red".into()), 2));
    sqlx::query("update images set rating = 1, field_rev = '{\"rating\": 1}'").execute(&pool).await.expect("an edit");
    // the file changes, as when another program writes into it
    scene.put("said.jpg", &[bytes, b"\0"].concat());
    let hash = |images: &[serde_json::Value]| images[0]["checksum"].as_str().map(str::to_owned);
    let before = hash(&scene.images().await);
    scene.images_when(|images| hash(images) != before).await;
    assert_eq!(said().await.1, Some(1));
}

#[sqlx::test]
async fn a_sidecar_is_heard_when_it_comes_changes_and_goes(pool: Pool) {
    let scene = Scene::open(pool.clone()).await;
    let (_, bytes) = picture!("baseline.jpg");
    let say = |rating: u8| {
        let xmp = format!(
            r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="{rating}"/></rdf:RDF></x:xmpmeta>"#
        );
        scene.put("pier.xmp", xmp.as_bytes());
    };
    let rated = async |expect: Option<i16>| {
        let rating = || sqlx::query_scalar::<_, Option<i16>>("select rating from images").fetch_optional(&pool);
        until(|| async { rating().await.expect("an answer") == Some(expect) }).await;
    };
    say(5);
    scene.put("pier.jpg", bytes);
    rated(Some(5)).await;
    say(2);
    rated(Some(2)).await;
    fs::remove_file(scene.pictures.join("pier.xmp")).expect("the sidecar goes");
    rated(None).await;
    say(3);
    rated(Some(3)).await;
    assert_eq!(scene.images().await.len(), 1, "it is no picture");
}

#[sqlx::test]
async fn what_has_no_picture_costs_nothing_to_ask_for(pool: Pool) {
    let scene = Scene::open(pool).await;
    let image = scene.upload("notes.jpg", b"just text").await.json()["image"].clone();
    let id = image["id"].as_str().expect("an id");
    assert_eq!(scene.get(&format!("/images/{id}/thumbnail")).await.status, StatusCode::NOT_FOUND);
}
