//! A server that is killed in the middle of what it does to a folder: the next one makes up for it.

use std::{
    fs::{self, File},
    path::Path,
    thread,
    time::Duration,
};

use serde_json::json;

use crate::{
    pictures::{leaf, picture, plant, put, write_unnoticed},
    process::until,
    rot::decay,
    scene::{Folder, Scene},
};

const MANY: usize = 120;
/// Of these, several steps are taken when records are hidden or forgotten.
const VERY_MANY: usize = 1_100;
/// A few take long enough to be read that somebody can come in between. They have holes, and so take no room.
const LONG_BYTES: u64 = 100 << 20;
/// Records that are verified before it is looked whether to keep how far it came, and how often that is kept at most.
const VERIFIED_AT_ONCE: usize = 200;
const KEPT_EVERY: Duration = Duration::from_secs(10);

/// Every file is written by itself, so that it takes a while.
pub(crate) const SLOWLY: &[&str] = &["--batch", "1", "--concurrency", "1"];

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
fn a_look_by_the_clock_that_is_cut_off_is_made_up_for() {
    let mut scene = Scene::open_with(&[SLOWLY, &["--rescan-every", "1s"]].concat());
    let folder = scene.add_as(&scene.path("here"), json!({ "watching": "timer" }));
    let tree = folder.join("tree");
    plant(&tree, MANY);
    until("some of them", || scene.records(&folder).is_some_and(|records| records.len() > 20));
    kill_during(&mut scene, &folder, "reconciliation");
    disturb(&tree);
    start_again(&mut scene, &folder, "reconciliation");
    scene.equal(&folder);
}

#[test]
fn a_verification_that_is_cut_off_goes_on_or_begins_anew() {
    let mut scene = Scene::open_with(SLOWLY);
    let folder = scene.add("here");
    plant(&folder.root, 20);
    put_long(&folder, &["x.jpg", "y.jpg", "z.jpg"]);
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
fn a_verification_goes_on_from_where_it_was() {
    let mut scene = Scene::open();
    let folder = scene.add("here");
    let before: Vec<String> = ('a'..='s').map(|name| format!("a{name}.jpg")).collect();
    put_long(&folder, &before);
    // nothing has to be developed of these
    (0..VERIFIED_AT_ONCE)
        .for_each(|number| fs::write(folder.join(format!("m{number}.jpg")), number.to_string()).expect("a file"));
    let after: Vec<String> = ('a'..='s').map(|name| format!("n{name}.jpg")).collect();
    put_long(&folder, &after);
    let good = put(folder.join("z.png"));
    scene.until_equal(&folder);
    scene.until_at_rest(&folder);
    let count = scene.stories(&folder).len();
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 1;
    scene.edit(&folder, json!({ "watching": "timer" }));
    scene.until_looked_at(&folder);
    decay(&scene, &folder, "z.png", &bad);

    scene.must("POST", &format!("/api/v1/folders/{}/verify", folder.id), None);
    until("its begin", || scene.show(&folder).is_some_and(|shown| shown["running"]["kind"] == "verify"));
    // it takes no less time to verify so much that how far it came is worth keeping
    scene.asleep(|| thread::sleep(KEPT_EVERY));
    until("its place", || {
        scene.sql::<(bool,)>("select coalesce(verify_from <> '', false) from folders where id = $1::uuid", &folder.id)
            == [(true,)]
    });
    scene.kill();
    scene.start();
    let done = scene.until_ended(&folder, "verify", 2);
    assert_eq!((&done["status"], &done["found"]["corrupted"]), (&json!("completed"), &json!(1)), "{done}");
    let scanned = done["found"]["scanned"].as_u64().expect("a number") as usize;
    assert!(0 < scanned && scanned <= count - VERIFIED_AT_ONCE, "{scanned} of {count} were verified");
    assert_eq!(scene.story(&folder, "z.png").state, "corrupted");

    write_unnoticed(&folder.join("z.png"), &good);
    scene.scan(&folder);
    until("the good news", || scene.story(&folder, "z.png").state == "ok");
    scene.equal(&folder);
}

#[test]
fn a_verification_that_is_cut_off_early_is_made_up_for() {
    let mut scene = Scene::open();
    let folder = scene.add("here");
    put_long(&folder, &["a.jpg", "b.jpg", "c.jpg"]);
    let good = put(folder.join("z.png"));
    scene.until_equal(&folder);
    scene.until_at_rest(&folder);
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 1;
    scene.edit(&folder, json!({ "watching": "timer" }));
    scene.until_looked_at(&folder);
    decay(&scene, &folder, "z.png", &bad);
    scene.must("POST", &format!("/api/v1/folders/{}/verify", folder.id), None);
    kill_during(&mut scene, &folder, "verify");
    scene.start();
    until("the bad news", || scene.story(&folder, "z.png").state == "corrupted");
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

/// Some that take long enough to be read that somebody can come in between, each of another length.
pub(crate) fn put_long(folder: &Folder, names: &[impl AsRef<str>]) {
    for name in names.iter().map(AsRef::as_ref) {
        let long = File::create(folder.join(name)).expect("a file");
        let other = name.bytes().fold(0, |sum, byte| sum * 31 + u64::from(byte)) % (1 << 20);
        long.set_len(LONG_BYTES + other).expect("room");
    }
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
