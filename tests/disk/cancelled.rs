//! What goes on over a folder and somebody has had enough of: it ends, what it did stays, and nothing is judged by its half.

use std::{fs, thread, time::Duration};

use serde_json::{Value, json};

use crate::{
    killed::{SLOWLY, put_long},
    pictures::{leaf, plant},
    process::until,
    scene::{Folder, Scene},
};

const OLD: usize = 10;
const NEW: usize = 600;
/// Nothing but a person begins a look.
const BY_HAND: &[&str] = &["--rescan-every", "1h", "--debounce", "10ms"];
/// Longer than files have to rest: a scan leaves younger ones to the next look.
const REST: Duration = Duration::from_millis(50);

#[test]
fn a_scan_that_is_cancelled_keeps_what_it_took_in_and_calls_nothing_missing() {
    let (scene, folder) = unwatched();
    let before = scene.ids(&folder);
    fs::remove_file(folder.join("old").join(leaf(0))).expect("a file");
    plant_rested(&folder);
    scene.must("POST", &format!("/api/v1/folders/{}/scan?wait=false", folder.id), None);
    until("some of them", || scene.records(&folder).is_some_and(|records| records.len() > OLD + 20));
    cancel(&scene, &folder);

    let ended = scene.until_ended(&folder, "manual", 1);
    assert_eq!(ended["status"], "cancelled", "{ended}");
    let records = scene.records(&folder).expect("records");
    assert!(records.len() < OLD + NEW, "it went on to its end");
    assert!(records.values().all(|record| record.state != "missing"), "{records:?}");
    let found = &ended["found"];
    assert_eq!((&found["added"], &found["missing"]), (&json!(records.len() - OLD), &json!(0)), "{ended}");
    // the history has it first
    until("the folder's word", || {
        let shown = scene.show(&folder).expect("the folder");
        shown["said"].as_str().is_some_and(|said| said.contains("was cancelled"))
    });
    let kept = scene.ids(&folder);
    assert!(before.iter().all(|(path, id)| kept.get(path) == Some(id)), "records are others");

    let found = scene.scan(&folder);
    assert_eq!((&found["added"], &found["missing"]), (&json!(OLD + NEW - kept.len()), &json!(1)), "{found}");
    let after = scene.ids(&folder);
    let gone = kept.iter().filter(|(path, id)| after.get(*path) != Some(id)).count();
    assert_eq!(gone, 1, "records are others");
    scene.equal(&folder);
}

#[test]
fn who_waits_for_a_scan_is_told_that_it_was_cancelled() {
    let (scene, folder) = unwatched();
    plant_rested(&folder);
    let answer = thread::scope(|scope| {
        let waiting = scope.spawn(|| scene.ask("POST", &format!("/api/v1/folders/{}/scan", folder.id), None));
        until("its begin", || scene.show(&folder).is_some_and(|shown| shown["running"]["kind"] == "manual"));
        cancel(&scene, &folder);
        waiting.join().expect("no panic").expect("an answer")
    });
    assert!(answer.status == 409 && answer.text().contains("was cancelled"), "{} {}", answer.status, answer.text());
    // there is nothing left to cancel
    let refused = scene.ask("POST", &cancel_path(&folder), None).expect("an answer");
    assert!(refused.text().contains("Nothing is running"), "{} {}", refused.status, refused.text());
    scene.scan(&folder);
    scene.equal(&folder);
}

#[test]
fn a_verification_that_is_cancelled_begins_anew() {
    let (scene, folder) = unwatched();
    put_long(&folder, &["x.jpg", "y.jpg", "z.jpg"]);
    thread::sleep(REST);
    scene.scan(&folder);
    scene.equal(&folder);
    scene.until_at_rest(&folder);
    let before = scene.stories(&folder);
    let verify = || scene.must("POST", &format!("/api/v1/folders/{}/verify", folder.id), None);
    verify();
    until("its begin", || scene.show(&folder).is_some_and(|shown| shown["running"]["kind"] == "verify"));
    cancel(&scene, &folder);
    let ended = scene.until_ended(&folder, "verify", 1);
    assert_eq!(ended["status"], "cancelled", "{ended}");
    verify();
    let done = scene.until_ended(&folder, "verify", 2);
    assert_eq!((&done["status"], &done["found"]["scanned"]), (&json!("completed"), &json!(OLD + 3)), "{done}");
    assert_eq!(scene.stories(&folder), before);
    scene.equal(&folder);
}

/// With some pictures in it that are known.
fn unwatched() -> (Scene, Folder) {
    let scene = Scene::open_with(&[SLOWLY, BY_HAND].concat());
    let folder = scene.add("here");
    plant(&folder.join("old"), OLD);
    scene.until_equal(&folder);
    scene.until_at_rest(&folder);
    scene.edit(&folder, json!({ "watching": "timer" }));
    scene.until_looked_at(&folder);
    (scene, folder)
}

fn plant_rested(folder: &Folder) {
    plant(&folder.join("new"), NEW);
    thread::sleep(REST);
}

fn cancel_path(folder: &Folder) -> String {
    format!("/api/v1/folders/{}/cancel", folder.id)
}

#[track_caller]
fn cancel(scene: &Scene, folder: &Folder) {
    scene.must("POST", &cancel_path(folder), None::<&Value>);
}
