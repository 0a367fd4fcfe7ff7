//! A server that is killed in the middle of what it does to a folder: the next one makes up for it.

use std::{
    fs::{self, File},
    path::Path,
};

use serde_json::json;

use crate::{
    pictures::{leaf, picture, plant, put},
    process::until,
    scene::{Folder, Scene},
};

const MANY: usize = 120;
/// Of these, several steps are taken when records are hidden or forgotten.
const VERY_MANY: usize = 1_100;
/// A few take long enough to be read that somebody can come in between. They have holes, and so take no room.
const LONG_BYTES: u64 = 100 << 20;

/// Every file is written by itself, so that it takes a while.
const SLOWLY: &[&str] = &["--batch", "1", "--concurrency", "1"];

#[test]
fn a_look_that_is_cut_off_is_made_up_for() {
    let mut scene = Scene::open_with(SLOWLY);
    let folder = scene.add("here");
    let [startup, realtime, manual] = ["startup", "realtime", "manual"].map(|kind| folder.join(kind));

    scene.kill();
    plant(&startup, MANY);
    scene.start();
    kill_during(&mut scene, &folder, "startup");
    disturb(&startup);
    start_again(&mut scene, &folder, "startup");

    plant(&realtime, MANY);
    until("some of them", || scene.records(&folder).is_some_and(|records| records.len() > MANY + 20));
    scene.kill();
    disturb(&realtime);
    scene.start();
    scene.until_equal(&folder);

    scene.edit(&folder, json!({ "watching": "timer" }));
    scene.until_looked_at(&folder);
    plant(&manual, MANY);
    scene.must("POST", &format!("/api/v1/folders/{}/scan?wait=false", folder.id), None);
    kill_during(&mut scene, &folder, "manual");
    disturb(&manual);
    start_again(&mut scene, &folder, "manual");
    scene.equal(&folder);
}

#[test]
fn a_verification_that_is_cut_off_goes_on_or_begins_anew() {
    let mut scene = Scene::open_with(SLOWLY);
    let folder = scene.add("here");
    plant(&folder.root, 20);
    for name in ["x.jpg", "y.jpg", "z.jpg"] {
        let long = File::create(folder.join(name)).expect("a file");
        long.set_len(LONG_BYTES + u64::from(name.as_bytes()[0])).expect("room");
    }
    scene.until_equal(&folder);
    scene.until_at_rest(&folder);
    let before = scene.stories(&folder);
    let verify = format!("/api/v1/folders/{}/verify", folder.id);
    scene.must("POST", &verify, None);
    kill_during(&mut scene, &folder, "verify");
    start_again(&mut scene, &folder, "verify");
    scene.must("POST", &verify, None);
    let done = scene.until_ended(&folder, "verify", 2);
    assert_eq!((&done["status"], &done["found"]["scanned"]), (&json!("completed"), &json!(23)), "{done}");
    assert_eq!(scene.stories(&folder), before);
    scene.equal(&folder);
}

#[test]
fn a_removal_that_is_cut_off_is_carried_on() {
    let mut scene = Scene::open();
    let folder = scene.add("here");
    // nothing has to be developed of these
    (0..VERY_MANY)
        .for_each(|number| fs::write(folder.join(format!("{number}.jpg")), number.to_string()).expect("a file"));
    scene.until_equal(&folder);
    let before = scene.ids(&folder);

    remove_and_kill(&mut scene, &folder, "keep");
    scene.start();
    until("all out of sight", || left(&scene, &folder) == (0, VERY_MANY as i64));
    let again = scene.add("here");
    assert_eq!(again.id, folder.id);
    scene.until_equal(&again);
    assert_eq!(scene.ids(&again), before);
    scene.equal(&again);

    remove_and_kill(&mut scene, &folder, "forget");
    scene.start();
    until("all forgotten", || left(&scene, &folder) == (0, 0));
    let again = scene.add("here");
    scene.until_equal(&again);
    let after = scene.ids(&again);
    assert!(before.values().all(|old| after.values().all(|new| new != old)), "something was not forgotten");
    scene.equal(&again);
}

fn remove_and_kill(scene: &mut Scene, folder: &Folder, records: &str) {
    scene.must("DELETE", &format!("/api/v1/folders/{}?records={records}", folder.id), None);
    scene.kill();
    assert!(folder.join("0.jpg").exists(), "its files were touched");
}

/// Records that are shown, and those that are not.
fn left(scene: &Scene, folder: &Folder) -> (i64, i64) {
    let sql = "select count(*) filter (where removed_at is null), count(*) filter (where removed_at is not null)
               from images where folder_id = $1::uuid";
    scene.sql(sql, &folder.id)[0]
}

#[track_caller]
fn kill_during(scene: &mut Scene, folder: &Folder, kind: &str) {
    until(kind, || scene.show(folder).is_some_and(|shown| shown["running"]["kind"] == kind));
    scene.kill();
}

/// While nobody looks.
fn disturb(tree: &Path) {
    fs::rename(tree.join(leaf(0)), tree.join("renamed.png")).expect("a rename");
    fs::rename(tree.join("branch 1"), tree.join("branch")).expect("a rename");
    fs::remove_file(tree.join(leaf(3))).expect("a file");
    fs::write(tree.join(leaf(6)), picture()).expect("a file");
    put(tree.join("new.png"));
}

#[track_caller]
fn start_again(scene: &mut Scene, folder: &Folder, kind: &str) {
    scene.start();
    scene.until_looked_at(folder);
    scene.until_equal(folder);
    let cut_off = |operation: &serde_json::Value| operation["kind"] == kind && operation["status"] == "failed";
    let operations = scene.operations(folder);
    assert!(operations.iter().any(cut_off), "it is not said that it was cut off: {operations:?}");
}
