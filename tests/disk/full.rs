//! A disk with no room left for what the server itself writes: it stays, says so, and goes on when there is room again.

use std::{
    fs,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::{
    mounting::{Mount, fill, skipped},
    pictures::{plant, put},
    process::{folder, until},
    scene::Scene,
    serving::Place,
};

const MIB: u32 = 160;
/// How long it has to bear it.
const LONG_ENOUGH: Duration = Duration::from_secs(4);

#[test]
fn a_full_disk_is_waited_for() {
    let disk = folder();
    let _mount = match Mount::memory(disk.path(), MIB) {
        Ok(mount) => mount,
        Err(why) => return skipped("a full disk", &why),
    };
    let mut place = Place::with_cluster();
    let data = disk.path().join("data");
    let copied = Command::new("cp").arg("-a").args([&place.data, &data]).status().expect("cp");
    assert!(copied.success(), "the cluster could not be copied");
    place.data = data;
    let mut scene = Scene::open_at(place, &[]);
    let folder = scene.add("here");
    plant(&folder.join("before"), 20);
    scene.until_equal(&folder);
    scene.until_at_rest(&folder);
    let before = scene.ids(&folder);

    let ballast = disk.path().join("ballast");
    fill(&ballast);
    plant(&folder.join("meanwhile"), 200);
    let begun = Instant::now();
    until("a word about it", || {
        fill(&ballast);
        assert!(!scene.has_ended(), "it ended");
        thread::sleep(Duration::from_millis(100));
        begun.elapsed() > LONG_ENOUGH && says_so(&scene)
    });
    put(folder.join("late.png"));

    fs::remove_file(ballast).expect("the ballast");
    until("its health", || scene.server().is_healthy());
    scene.until_equal(&folder);
    scene.until_at_rest(&folder);
    let after = scene.ids(&folder);
    assert!(before.iter().all(|(path, id)| after.get(path) == Some(id)), "records are others");
    assert!(scene.stories(&folder).iter().all(|story| story.state == "ok"), "{:?}", scene.stories(&folder));
    assert!(!scene.has_ended(), "it ended");
    scene.equal(&folder);
}

fn says_so(scene: &Scene) -> bool {
    scene.server().log().contains("The disk is full")
}
