//! Bytes that go bad on the disk: it is said, nothing is lost by it, and a good copy heals it.

use std::{fs, os::unix::fs::MetadataExt};

use serde_json::json;

use crate::{
    pictures::write_unnoticed,
    process::until,
    scene::{Folder, Scene, Story},
};

const PATH: &str = "old/harbour.png";

#[test]
fn bytes_that_go_bad_are_said_and_healed() {
    let scene = Scene::open();
    let folder = scene.add("here");
    let (good, bad) = good_and_bad(&scene, &folder);
    let before = scene.story(&folder, PATH);
    write_unnoticed(&folder.join(PATH), &bad);
    until_bad(&scene, &folder, &before);
    write_unnoticed(&folder.join(PATH), &good);
    until_healed(&scene, &folder, &before);
    scene.equal(&folder);
}

#[test]
fn verifying_finds_what_nothing_else_does() {
    let scene = Scene::open_with(&["--rescan-every", "1h"]);
    let folder = scene.add("here");
    let (good, bad) = good_and_bad(&scene, &folder);
    let before = scene.story(&folder, PATH);
    scene.edit(&folder, json!({ "watching": "timer" }));
    scene.until_looked_at(&folder);

    decay(&scene, &folder, PATH, &bad);
    let unknowing = scene.story(&folder, PATH);
    let found = scene.scan(&folder);
    assert_eq!(scene.story(&folder, PATH), unknowing, "a look at names found it: {found}");
    assert_eq!(verify(&scene, &folder, 1), 1);
    until_bad(&scene, &folder, &before);
    // it is still bad, and nothing more is to be told
    let told = scene.story(&folder, PATH).told;
    assert_eq!(verify(&scene, &folder, 2), 1);
    assert_eq!(scene.story(&folder, PATH).told, told);

    decay(&scene, &folder, PATH, &good);
    assert_eq!(verify(&scene, &folder, 3), 0);
    until_healed(&scene, &folder, &before);
    assert_eq!(verify(&scene, &folder, 4), 0);
    scene.equal(&folder);
}

/// One picture that people have said something of, as it is and with one bit flipped.
fn good_and_bad(scene: &Scene, folder: &Folder) -> (Vec<u8>, Vec<u8>) {
    let good = crate::pictures::put(folder.join(PATH));
    crate::pictures::put(folder.join("another.png"));
    scene.until_equal(folder);
    scene.until_at_rest(folder);
    let sql = "with rated as (
                   update images set rating = 4, title = 'Harbour',
                       field_rev = jsonb_build_object('rating', 1, 'title', 1, 'tags', 1)
                   where folder_id = $1::uuid returning id)
               insert into image_tags select id, 'sea' from rated";
    scene.sql::<()>(sql, &folder.id);
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 1;
    (good, bad)
}

/// Without even the ctime, which the disk itself does not change when it loses a bit.
pub(crate) fn decay(scene: &Scene, folder: &Folder, path: &str, bytes: &[u8]) {
    let ctime = |at: &fs::Metadata| i128::from(at.ctime()) * 1_000_000_000 + i128::from(at.ctime_nsec());
    write_unnoticed(&folder.join(path), bytes);
    let now = ctime(&folder.join(path).metadata().expect("a file"));
    let id = scene.id(folder, path);
    let sql = "update images set ctime_ns = split_part($1, ' ', 2)::bigint where id = split_part($1, ' ', 1)::uuid";
    scene.sql::<()>(sql, &format!("{id} {now}"));
}

/// How many bad files it found.
#[track_caller]
fn verify(scene: &Scene, folder: &Folder, count: usize) -> u64 {
    scene.must("POST", &format!("/api/v1/folders/{}/verify", folder.id), None);
    let done = scene.until_ended(folder, "verify", count);
    assert_eq!((&done["status"], &done["found"]["scanned"]), (&json!("completed"), &json!(2)), "{done}");
    done["found"]["corrupted"].as_u64().expect("a number")
}

#[track_caller]
fn until_bad(scene: &Scene, folder: &Folder, before: &Story) {
    until("the bad news", || scene.story(folder, PATH).state == "corrupted");
    let story = scene.story(folder, PATH);
    assert_eq!(story.id, before.id);
    assert!(story.reason.as_ref().is_some_and(|reason| reason.contains("bytes changed")), "{story:?}");
    check_said_of_it(scene, &story);
}

#[track_caller]
fn until_healed(scene: &Scene, folder: &Folder, before: &Story) {
    until("the good news", || scene.story(folder, PATH).state == "ok");
    let story = scene.story(folder, PATH);
    assert_eq!((&story.id, &story.reason), (&before.id, &None));
    assert_eq!(story.told.last().map(String::as_str), Some("healed"));
    check_said_of_it(scene, &story);
}

/// What people said of it is still there.
#[track_caller]
fn check_said_of_it(scene: &Scene, story: &Story) {
    let sql =
        "select rating, title, array(select tag from image_tags where image_id = id) from images where id = $1::uuid";
    let said: Vec<(i16, String, Vec<String>)> = scene.sql(sql, &story.id);
    assert_eq!(said, [(4, "Harbour".to_owned(), vec!["sea".to_owned()])]);
}
