//! Folders that go away and come back: nothing in them is missing meanwhile, and nothing is taken in once more.

use std::{fs, path::Path, thread};

use crate::{
    mounting::{Mount, draw, skipped},
    pictures::{plant, put},
    process::{folder, until},
    scene::{Folder, Scene, Story},
};

#[test]
fn a_folder_that_was_renamed_for_a_while_is_as_it_was() {
    let scene = Scene::open();
    let folder = scene.add("here");
    plant(&folder.root, 30);
    scene.until_equal(&folder);
    scene.until_at_rest(&folder);
    let before = scene.stories(&folder);
    fs::rename(&folder.root, scene.path("elsewhere")).expect("a rename");
    scene.until_state(&folder, "offline");
    check_said(&scene, &folder, "is not there");
    check_same(&scene.stories(&folder), &before);
    fs::rename(scene.path("elsewhere"), &folder.root).expect("a rename");
    come_back(&scene, &folder);
    let mut after = scene.stories(&folder);
    after.retain(|story| !story.path.ends_with("new.png"));
    check_same(&after, &before);
    scene.equal(&folder);
}

#[test]
fn another_folder_in_its_place_is_not_the_folder() {
    let scene = Scene::open();
    let folder = scene.add("here");
    plant(&folder.root, 10);
    scene.until_equal(&folder);
    scene.until_at_rest(&folder);
    let before = scene.stories(&folder);
    fs::rename(&folder.root, scene.path("elsewhere")).expect("a rename");
    fs::create_dir(&folder.root).expect("a folder");
    put(folder.join("stray.png"));
    scene.until_state(&folder, "offline");
    check_said(&scene, &folder, "is not the folder that it was");
    check_same(&scene.stories(&folder), &before);
    fs::rename(&folder.root, scene.path("strays")).expect("a rename");
    fs::rename(scene.path("elsewhere"), &folder.root).expect("a rename");
    come_back(&scene, &folder);
    scene.equal(&folder);
}

/// At once, for it takes a while until somebody looks whether what he listens to is still there.
#[test]
fn disks_that_were_unmounted_for_a_while_are_as_they_were() {
    thread::scope(|scope| {
        scope.spawn(unmount_memory);
        scope.spawn(unplug_disk);
    });
}

/// It goes on where it lies in truth, so that nothing is heard when it goes from where it is looked at.
fn unmount_memory() {
    let disk = folder();
    let _kept = match Mount::memory(disk.path(), 64) {
        Ok(mount) => mount,
        Err(why) => return skipped("a disk that is unmounted", &why),
    };
    unmount_for_a_while(|place| Mount::again(disk.path(), place));
}

/// It ends, and with it all that listened to it.
fn unplug_disk() {
    let folder = folder();
    let image = folder.path().join("image");
    if let Err(why) = draw(&image, 32) {
        return skipped("a disk that is unplugged", &why);
    }
    unmount_for_a_while(|place| Mount::image(&image, place));
}

fn unmount_for_a_while(mount: impl Fn(&Path) -> Result<Mount, String>) {
    let scene = Scene::open();
    let place = scene.path("mounted");
    fs::create_dir(&place).expect("a mount point");
    let mounted = match mount(&place) {
        Ok(mounted) => mounted,
        Err(why) => return skipped("a disk that is unmounted", &why),
    };
    let folder = scene.add("mounted");
    plant(&folder.root, 80);
    scene.until_equal(&folder);
    scene.until_at_rest(&folder);
    let before = scene.stories(&folder);

    drop(mounted);
    assert_eq!(fs::read_dir(&place).expect("a mount point").count(), 0);
    // as programs do that know of no mounts
    put(place.join("stray.png"));
    scene.until_state(&folder, "offline");
    check_same(&scene.stories(&folder), &before);
    // asked for by hand, it is refused
    scene.must("POST", &format!("/api/v1/folders/{}/verify", folder.id), None);
    let refused = scene.ask("POST", &format!("/api/v1/folders/{}/scan", folder.id), None).expect("an answer");
    assert!(refused.text().contains("may not be mounted"), "{} {}", refused.status, refused.text());
    check_same(&scene.stories(&folder), &before);

    // gone before the folder that it is in
    let _mounted = mount(&place).expect("a mount");
    scene.until_state(&folder, "watching");
    scene.until_at_rest(&folder);
    check_same(&scene.stories(&folder), &before);
    come_back(&scene, &folder);
    scene.equal(&folder);
}

/// Its folder is whole, and says nothing of what is not on it.
#[test]
fn a_disk_below_a_folder_that_was_unmounted_for_a_while_is_as_it_was() {
    let (disk, scene) = (folder(), Scene::open());
    let _kept = match Mount::memory(disk.path(), 64) {
        Ok(mount) => mount,
        Err(why) => return skipped("a disk below a folder", &why),
    };
    let place = scene.path("here/disk 2");
    fs::create_dir_all(&place).expect("a mount point");
    let folder = scene.add("here");
    put(folder.join("a.png"));
    let mounted = Mount::again(disk.path(), &place).expect("a mount");
    plant(&place, 80);
    scene.until_equal(&folder);
    scene.until_at_rest(&folder);
    let before = scene.stories(&folder);

    drop(mounted);
    until("a word of it", || {
        scene
            .show(&folder)
            .is_some_and(|shown| shown["said"].as_str().is_some_and(|said| said.contains("disk 2 is not mounted")))
    });
    // by hand it is not believed either
    let found = scene.scan(&folder);
    assert_eq!(found["missing"], 0, "{found}");
    check_same(&scene.stories(&folder), &before);
    // what is not on it is heard of as ever
    fs::remove_file(folder.join("a.png")).expect("a file");
    until("a missing picture", || scene.story(&folder, "a.png").state == "missing");
    put(folder.join("b.png"));
    until("a new picture", || scene.ids(&folder).contains_key(Path::new("b.png")));

    let _mounted = Mount::again(disk.path(), &place).expect("a mount");
    scene.until_equal(&folder);
    let mut after = scene.stories(&folder);
    after.retain(|story| story.path.starts_with("disk 2/"));
    // a.png is the first of them
    check_same(&after, &before[1..]);
    put(place.join("new.png"));
    scene.until_equal(&folder);
    scene.equal(&folder);
}

/// It has no mark, and what else lies in its place has none either.
#[test]
fn a_folder_that_cannot_be_marked_is_taken_for_no_other() {
    let (disk, mut scene) = (folder(), Scene::open());
    let place = scene.path("mounted");
    fs::create_dir(&place).expect("a mount point");
    let mounted = match Mount::read_only(disk.path(), &place) {
        Ok(mounted) => mounted,
        Err(why) => return skipped("a folder that cannot be written", &why),
    };
    plant(disk.path(), 80);
    let folder = scene.add("mounted");
    scene.until_equal(&folder);
    put(disk.path().join("new/new.png"));
    scene.until_equal(&folder);
    scene.until_at_rest(&folder);
    let before = scene.stories(&folder);

    drop(mounted);
    put(place.join("stray.png"));
    scene.until_state(&folder, "offline");
    check_said(&scene, &folder, "is not the folder that it was");
    let refused = scene.ask("POST", &format!("/api/v1/folders/{}/scan", folder.id), None).expect("an answer");
    assert!(refused.text().contains("may not be mounted"), "{} {}", refused.status, refused.text());
    check_same(&scene.stories(&folder), &before);
    // who begins anew with it knows no more of the right one than stands in the catalogue
    scene.kill();
    scene.start();
    scene.until_state(&folder, "offline");
    check_same(&scene.stories(&folder), &before);

    let _mounted = Mount::read_only(disk.path(), &place).expect("a mount");
    scene.until_state(&folder, "watching");
    scene.until_at_rest(&folder);
    check_same(&scene.stories(&folder), &before);
    put(disk.path().join("new/newer.png"));
    fs::remove_file(disk.path().join("new/new.png")).expect("a file");
    scene.until_equal(&folder);
    scene.equal(&folder);
}

#[track_caller]
fn check_same(now: &[Story], before: &[Story]) {
    let others: Vec<_> = now.iter().filter(|story| !before.contains(story)).collect();
    assert!(
        others.is_empty() && now.len() == before.len(),
        "{} of {} are others: {others:?}",
        others.len(),
        before.len()
    );
}

/// It is looked at by itself, and a new file is heard of again, be it in a folder that was there before.
#[track_caller]
fn come_back(scene: &Scene, folder: &Folder) {
    scene.until_state(folder, "watching");
    scene.until_equal(folder);
    put(folder.join("new.png"));
    put(folder.join("new/new.png"));
    put(folder.join("branch 0/twig/0/new.png"));
    scene.until_equal(folder);
    fs::remove_file(folder.join("branch 0/twig/0/new.png")).expect("a file");
    scene.until_equal(folder);
}

#[track_caller]
fn check_said(scene: &Scene, folder: &Folder, words: &str) {
    let shown = scene.show(folder).expect("the folder");
    assert!(shown["said"].as_str().is_some_and(|said| said.contains(words)), "{shown}");
}
