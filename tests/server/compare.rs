//! What is told of pictures that lie beside each other.

use std::fs;

use crate::scene::{Scene, jpeg};
use pixelsync::{
    model::{ImageId, State},
    server::{comparison, db::Pool},
};
use uuid::Uuid;

const SAID: &[u8] = include_bytes!("../../imaging/tests/pictures/said.jpg");

#[sqlx::test]
async fn each_is_told_of_in_the_order_that_was_asked_for(pool: Pool) {
    let scene = Scene::open(pool).await;
    scene.put("said.jpg", SAID);
    scene.put("plain.jpg", &jpeg(1));
    let images = scene.images_when(|images| images.len() == 2).await;
    let id = |name: &str| -> ImageId {
        let image = images.iter().find(|image| image["filename"] == name).expect("an image");
        image["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
    };
    let (said, plain, unknown) = (id("said.jpg"), id("plain.jpg"), ImageId(Uuid::from_u128(7)));

    let answer = comparison::of(&scene.app, &[plain, unknown, said, plain]).await.expect("an answer");
    let told: Vec<ImageId> = answer.sights.iter().map(|sight| sight.card.id).collect();
    assert_eq!(told, [plain, said], "each once, and nothing of one that is not there");
    let sight = &answer.sights[1];
    assert_eq!(sight.exposure.as_deref(), Some("1/250 s, f/2.8, ISO 200"));
    assert_eq!(sight.taken.as_deref(), Some("2026-11-17 16:42:05"));
    assert_eq!(sight.card.rating, Some(4));

    fs::remove_file(scene.pictures.join("plain.jpg")).expect("remove");
    scene.images_when(|images| images.iter().any(|image| image["state"] == "missing")).await;
    let answer = comparison::of(&scene.app, &[plain, said]).await.expect("an answer");
    assert_eq!(answer.sights[0].card.state, State::Missing, "its record stays");
}
