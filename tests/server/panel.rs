//! What the page of one picture is told: its details, and what happened to its file.

use std::fs;

use crate::scene::{Scene, jpeg};
use pixelsync::{
    model::{Event, EventKind, ImageId, Picture, Query, Zone, details::Flag},
    server::{db::Pool, develop, gallery, past},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

const SAID: &[u8] = include_bytes!("../../imaging/tests/pictures/said.jpg");
const REJECTED: &[u8] =
    br#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="-1"/></rdf:RDF></x:xmpmeta>"#;

fn id(image: &Value) -> ImageId {
    image["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

async fn picture(scene: &Scene, id: ImageId) -> Picture {
    gallery::picture(&scene.app, &Query::default(), Zone::default(), id).await.expect("a picture")
}

async fn events(scene: &Scene, id: ImageId) -> Vec<Event> {
    let past = past::of(&scene.app, id).await.expect("a past");
    assert!(!past.is_cut);
    past.events
}

fn kinds(events: &[Event]) -> Vec<EventKind> {
    events.iter().map(|event| event.kind).collect()
}

fn hash(bytes: &[u8]) -> Option<String> {
    Some(hex::encode(Sha256::digest(bytes)))
}

#[sqlx::test]
async fn a_picture_is_told_with_what_people_and_cameras_wrote(pool: Pool) {
    let scene = Scene::open(pool).await;
    let path = scene.put("said.jpg", SAID);
    let images = scene.images_when(|images| images.len() == 1).await;
    let picture = picture(&scene, id(&images[0])).await;
    let details = &picture.details;
    assert_eq!(details.title.as_deref(), Some("Harbour at dusk"));
    assert_eq!(details.caption.as_deref(), Some("The last ferry & its wake"));
    assert_eq!(details.tags, ["sea", "évening"]);
    assert_eq!((details.rating, details.flag, details.label.as_deref()), (Some(4), None, Some("Red")));
    assert_eq!(picture.exposure.as_deref(), Some("1/250 s, f/2.8, ISO 200"));
    assert_eq!(details.focal_length.as_deref(), Some("35 mm"));
    let place = details.place.expect("a place");
    assert!((place.latitude - 53.5461).abs() < 1e-4 && (place.longitude + 9.9661).abs() < 1e-4, "{place:?}");
    assert_eq!(details.depth, Some(8));
    let written = fs::metadata(path).and_then(|facts| facts.modified()).expect("a time");
    let written_ms = written.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_millis();
    assert_eq!(i128::from(details.modified_ms), i128::try_from(written_ms).expect("a time"));
}

#[sqlx::test]
async fn a_picture_that_was_thrown_out_elsewhere_says_so(pool: Pool) {
    let scene = Scene::open(pool).await;
    scene.put("a.xmp", REJECTED);
    scene.put("a.jpg", &jpeg(1));
    let images = scene.images_when(|images| images.len() == 1).await;
    assert_eq!(picture(&scene, id(&images[0])).await.details.flag, Some(Flag::Reject));
}

#[sqlx::test]
async fn the_past_tells_from_which_content_to_which_and_from_which_name(pool: Pool) {
    let scene = Scene::open(pool).await;
    let path = scene.put("a.jpg", &jpeg(1));
    let before = scene.images_when(|images| images.len() == 1).await;
    let id = id(&before[0]);
    scene.put("a.jpg", &jpeg(2));
    scene.images_when(|images| images[0]["checksum"] != before[0]["checksum"]).await;
    fs::rename(path, scene.pictures.join("b.jpg")).expect("rename");
    scene.images_when(|images| images[0]["filename"] == "b.jpg").await;
    fs::remove_file(scene.pictures.join("b.jpg")).expect("remove");
    scene.images_when(|images| images[0]["state"] == "missing").await;

    let events = events(&scene, id).await;
    assert_eq!(kinds(&events), [EventKind::Missing, EventKind::Moved, EventKind::Changed, EventKind::Arrived]);
    let [missing, moved, changed, arrived] = &events[..] else { unreachable!("four of them") };
    assert!(missing.reason.is_some(), "what is missing says why");
    assert_eq!((moved.former_name.as_deref(), moved.name.as_deref()), (Some("a.jpg"), Some("b.jpg")));
    assert_eq!((&moved.former_hash, &moved.hash), (&None, &hash(&jpeg(2))));
    assert_eq!((&changed.former_hash, &changed.hash), (&hash(&jpeg(1)), &hash(&jpeg(2))));
    assert_eq!((&arrived.former_hash, &arrived.hash), (&None, &hash(&jpeg(1))));
    assert!(events.windows(2).all(|pair| pair[0].at_ms >= pair[1].at_ms));
}

#[sqlx::test]
async fn bytes_that_went_bad_are_told_by_what_the_file_holds_now(pool: Pool) {
    use std::os::unix::fs::FileExt;
    let scene = Scene::open(pool).await;
    let path = scene.put("a.jpg", &jpeg(1));
    let before = scene.images_when(|images| images.len() == 1).await;
    let id = id(&before[0]);
    let written = fs::metadata(&path).expect("facts").modified().expect("a time");
    let file = fs::File::options().read(true).write(true).open(&path).expect("open");
    let middle = jpeg(1).len() as u64 / 2;
    let mut byte = [0];
    file.read_exact_at(&mut byte, middle).expect("read");
    file.write_all_at(&[byte[0] ^ 1], middle).expect("a flipped bit");
    file.set_times(fs::FileTimes::new().set_modified(written)).expect("its old time");
    drop(file);
    let rotten = hash(&fs::read(&path).expect("the file"));
    scene.images_when(|images| images[0]["state"] == "corrupted").await;
    develop::mend(&scene.app, id).await.expect("accepted");
    scene.images_when(|images| images[0]["checksum"] != before[0]["checksum"]).await;

    let events = events(&scene, id).await;
    assert_eq!(kinds(&events), [EventKind::Changed, EventKind::Accepted, EventKind::Decayed, EventKind::Arrived]);
    let [changed, accepted, decayed, _] = &events[..] else { unreachable!("four of them") };
    assert_eq!((&decayed.former_hash, &decayed.hash), (&hash(&jpeg(1)), &rotten));
    assert_eq!(accepted.former_hash, None);
    assert_eq!((&changed.former_hash, &changed.hash), (&hash(&jpeg(1)), &rotten));
}

#[sqlx::test]
async fn of_a_picture_that_is_not_there_nothing_is_told(pool: Pool) {
    let scene = Scene::open(pool).await;
    let nobody = "01890000-0000-7000-8000-000000000000".parse().expect("an id");
    assert!(events(&scene, nobody).await.is_empty());
}
