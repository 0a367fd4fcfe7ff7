//! Folder and catalogue agree, whatever is done to the folder.

use std::fs;

use crate::scene::{Scene, jpeg, names};
use pixelsync::{
    model::{SyncSummary, card},
    server::{db::Pool, develop},
};
use serde_json::json;
use sha2::{Digest, Sha256};

fn expect_no_change(found: &SyncSummary) {
    let changed = SyncSummary { scanned: 0, corrupted: 0, unreadable: 0, ..*found };
    assert_eq!(changed, SyncSummary::default(), "{found:?}");
}

#[sqlx::test]
async fn a_file_that_is_dropped_appears_with_its_facts(pool: Pool) {
    let scene = Scene::open(pool).await;
    let bytes = jpeg(1);
    scene.put("harbour.jpg", &bytes);
    let images = scene.images_when(|images| images.len() == 1).await;
    assert_eq!(images[0]["filename"], "harbour.jpg");
    assert_eq!(images[0]["mime_type"], "image/jpeg");
    assert_eq!((&images[0]["width"], &images[0]["height"]), (&json!(96), &json!(64)));
    assert_eq!(images[0]["checksum"], hex::encode(Sha256::digest(&bytes)));
    assert_eq!(images[0]["is_corrupted"], false);
}

#[sqlx::test]
async fn many_files_each_appear_once_in_the_order_of_their_times(pool: Pool) {
    let scene = Scene::open(pool).await;
    for number in 0..30 {
        scene.put(&format!("{number:02}.jpg"), &jpeg(number));
    }
    let images = scene.images_when(|images| images.len() >= 30).await;
    let expected: Vec<String> = (0..30).rev().map(|number| format!("{number:02}.jpg")).collect();
    assert_eq!(names(&images), expected);
}

#[sqlx::test]
async fn nothing_is_missed_in_folders_that_are_new(pool: Pool) {
    let scene = Scene::open(pool).await;
    for number in 0..60 {
        scene.put(&format!("{}/new/{}/{number:02}.jpg", number % 3, number % 7), &jpeg(number));
    }
    let images = scene.images_when(|images| images.len() >= 60).await;
    let mut found = names(&images);
    found.sort_unstable();
    let expected: Vec<String> = (0..60).map(|number| format!("{number:02}.jpg")).collect();
    assert_eq!(found, expected);
}

#[sqlx::test]
async fn what_is_no_picture_of_ours_is_left_alone(pool: Pool) {
    let scene = Scene::open(pool).await;
    for name in [".hidden.jpg", "a.tmp", "notes.txt", "Thumbs.db", "@eaDir/a.jpg"] {
        scene.put(name, &jpeg(1));
    }
    scene.put("last.jpg", &jpeg(2));
    let images = scene.images_when(|images| !images.is_empty()).await;
    assert_eq!(names(&images), ["last.jpg"]);
    let found = scene.app.folders.scan(None).await.expect("a scan");
    expect_no_change(&found);
}

#[sqlx::test]
async fn a_damaged_file_is_shown_with_its_reason(pool: Pool) {
    let scene = Scene::open(pool).await;
    let whole = jpeg(3);
    scene.put("cut.jpg", &whole[..whole.len() - 20]);
    scene.put("letter.jpg", b"%PDF-1.7");
    let images = scene.images_when(|images| images.len() == 2).await;
    let of = |name: &str| images.iter().find(|image| image["filename"] == name).expect("there");
    assert_eq!(of("cut.jpg")["is_corrupted"], true);
    assert!(of("cut.jpg")["reason"].as_str().is_some_and(|reason| reason.contains("ends early")));
    assert_eq!(of("letter.jpg")["reason"], "Not a picture: it is a PDF.");
    let id = of("cut.jpg")["id"].as_str().expect("an id");
    assert_eq!(scene.get(&format!("/images/{id}/thumbnail")).await.status, 200, "what could be decoded is shown");
}

#[sqlx::test]
async fn a_renamed_file_keeps_its_record(pool: Pool) {
    let scene = Scene::open(pool).await;
    let path = scene.put("a.jpg", &jpeg(1));
    let before = scene.images_when(|images| images.len() == 1).await;
    fs::create_dir(scene.pictures.join("trip")).expect("folder");
    fs::rename(path, scene.pictures.join("trip/b.jpg")).expect("rename");
    let after = scene.images_when(|images| names(images) == ["b.jpg"]).await;
    assert_eq!(before[0]["id"], after[0]["id"]);
    assert_eq!(after[0]["storage_path"], "trip/b.jpg");
}

#[sqlx::test]
async fn a_file_that_goes_is_missing_and_heals_when_it_returns(pool: Pool) {
    let scene = Scene::open(pool).await;
    let path = scene.put("a.jpg", &jpeg(1));
    let before = scene.images_when(|images| images.len() == 1).await;
    fs::remove_file(&path).expect("remove");
    let missing = scene.images_when(|images| images[0]["state"] == "missing").await;
    assert_eq!((missing.len(), &missing[0]["is_corrupted"]), (1, &json!(true)));
    scene.put("a.jpg", &jpeg(1));
    let healed = scene.images_when(|images| images[0]["state"] == "ok").await;
    assert_eq!(before[0]["id"], healed[0]["id"]);
}

#[sqlx::test]
async fn what_returns_damaged_does_not_heal(pool: Pool) {
    let scene = Scene::open(pool).await;
    let path = scene.put("a.jpg", &jpeg(1));
    scene.images_when(|images| images.len() == 1).await;
    fs::remove_file(&path).expect("remove");
    scene.images_when(|images| images[0]["state"] == "missing").await;
    scene.put("a.jpg", b"no picture at all");
    let images = scene.images_when(|images| images[0]["state"] != "missing").await;
    assert_eq!(images[0]["state"], "corrupted");
}

#[sqlx::test]
async fn an_edited_file_is_read_again(pool: Pool) {
    let scene = Scene::open(pool).await;
    scene.put("a.jpg", &jpeg(1));
    let before = scene.images_when(|images| images.len() == 1).await;
    scene.put("a.jpg", &jpeg(2));
    let after = scene.images_when(|images| images[0]["checksum"] != before[0]["checksum"]).await;
    assert_eq!((after.len(), &after[0]["id"]), (1, &before[0]["id"]));
}

#[sqlx::test]
async fn a_folder_that_is_unmounted_changes_nothing(pool: Pool) {
    let scene = Scene::open(pool).await;
    for number in 0..5 {
        scene.put(&format!("{number}.jpg"), &jpeg(number));
    }
    let before = scene.images_when(|images| images.len() == 5).await;
    let aside = scene.pictures.with_extension("aside");
    fs::rename(&scene.pictures, &aside).expect("unmount");
    assert!(scene.app.folders.scan(None).await.is_err(), "a root that is gone is no empty folder");
    fs::create_dir(&scene.pictures).expect("the empty mount point");
    let refused = scene.app.folders.scan(None).await.expect_err("an empty mount point is no empty folder");
    assert!(refused.to_string().contains("may not be mounted"), "{refused}");
    assert_eq!(scene.images().await, before);
    let upload = scene.upload("lost.jpg", &jpeg(9)).await;
    assert_eq!(upload.status, 409, "an upload must not vanish under the mount");
    fs::remove_dir(&scene.pictures).expect("the mount point");
    fs::rename(&aside, &scene.pictures).expect("mount");
    let found = scene.app.folders.scan(None).await.expect("a scan");
    expect_no_change(&found);
    scene.put("after.jpg", &jpeg(10));
    scene.images_when(|images| images.len() == 6).await;
}

#[sqlx::test]
async fn a_file_still_being_written_is_taken_in_once_and_whole(pool: Pool) {
    use std::io::Write;
    let scene = Scene::open(pool).await;
    let bytes = jpeg(1);
    let mut file = fs::File::create(scene.pictures.join("slow.jpg")).expect("file");
    for part in bytes.chunks(bytes.len() / 20) {
        file.write_all(part).expect("write");
        file.flush().expect("flush");
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        assert!(scene.images().await.is_empty(), "it is not whole yet");
    }
    drop(file);
    let images = scene.images_when(|images| !images.is_empty()).await;
    assert_eq!(images[0]["state"], "ok");
}

#[sqlx::test]
async fn bytes_that_changed_by_themselves_are_damage_until_somebody_accepts_them(pool: Pool) {
    use std::os::unix::fs::FileExt;
    let scene = Scene::open(pool).await;
    let path = scene.put("a.jpg", &jpeg(1));
    let before = scene.images_when(|images| images.len() == 1).await;
    let written = fs::metadata(&path).expect("facts").modified().expect("a time");
    let file = fs::File::options().read(true).write(true).open(&path).expect("open");
    let middle = jpeg(1).len() as u64 / 2;
    let mut byte = [0];
    file.read_exact_at(&mut byte, middle).expect("read");
    file.write_all_at(&[byte[0] ^ 1], middle).expect("a flipped bit");
    file.set_times(fs::FileTimes::new().set_modified(written)).expect("its old time");
    drop(file);
    let damaged = scene.images_when(|images| images[0]["state"] == "corrupted").await;
    assert_eq!(damaged[0]["reason"], card::DECAYED);
    assert_eq!(damaged[0]["checksum"], before[0]["checksum"], "it is still the record of what it was");
    let id = before[0]["id"].as_str().expect("an id").parse().expect("an id");
    develop::mend(&scene.app, id).await.expect("accepted");
    let accepted = scene.images_when(|images| images[0]["checksum"] != before[0]["checksum"]).await;
    assert_ne!(accepted[0]["reason"], card::DECAYED);
    assert_eq!(accepted[0]["id"], before[0]["id"]);
}
