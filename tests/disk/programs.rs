//! What people's programs do to a folder: each is heard, and nothing is lost, doubled or taken in by halves.

use std::{
    fs::{self, File},
    io::Write,
    os::unix::fs::MetadataExt,
    path::Path,
    process::Command,
    thread,
    time::Duration,
};

use tempfile::TempDir;

use crate::{
    mounting::skipped,
    pictures::{large_picture, leaf, picture, plant, put},
    process::until,
    scene::{Folder, Scene},
};

/// Pieces of a file that is written slowly, and the pause between two. It is shorter than what a file has to rest.
const PIECES: usize = 40;
const BETWEEN: Duration = Duration::from_millis(250);

#[track_caller]
fn run(program: &str, arguments: &[&Path]) {
    run_with(program, &[], arguments);
}

#[track_caller]
fn run_with(program: &str, options: &[&str], arguments: &[&Path]) {
    let done = Command::new(program).args(options).args(arguments).output().expect(program);
    assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn trees_that_are_copied_in_are_taken_in_whole() {
    let scene = Scene::open();
    let folder = scene.add("here");
    let outside = scene.path("outside");
    plant(&outside, 40);
    run_with("rsync", &["-a"], &[&outside.join(""), &folder.join("by rsync")]);
    scene.until_equal(&folder);
    plant(&outside, 40);
    // once more over what is there: rsync replaces by renaming
    run_with("rsync", &["-a"], &[&outside.join(""), &folder.join("by rsync")]);
    scene.until_equal(&folder);
    plant(&outside, 40);
    run_with("cp", &["-r"], &[&outside, &folder.join("by cp")]);
    scene.until_equal(&folder);
    scene.equal(&folder);
}

#[test]
fn archives_that_are_unpacked_are_taken_in_whole() {
    let scene = Scene::open();
    let folder = scene.add("here");
    plant(&scene.path("packed"), 60);
    let archive = scene.path("all.zip");
    let packed =
        Command::new("zip").args(["-qr"]).args([&archive, Path::new("packed")]).current_dir(scene.path("")).status();
    assert!(packed.expect("zip").success());
    let unpacked = Command::new("unzip").arg("-q").arg(&archive).current_dir(&folder.root).status();
    assert!(unpacked.expect("unzip").success());
    scene.until_equal(&folder);
    assert_eq!(scene.ids(&folder).len(), 60);
    scene.equal(&folder);
}

#[test]
fn trees_that_are_moved_keep_who_they_are() {
    let scene = Scene::open();
    let (here, there) = (scene.add("here"), scene.add("there"));
    plant(&scene.path("outside"), 90);
    run("mv", &[&scene.path("outside"), &here.join("trip")]);
    scene.until_equal(&here);
    let before = below(&scene, &here, "trip");
    assert_eq!(before.len(), 90);

    run("mv", &[&here.join("trip"), &here.join("journey")]);
    scene.until_equal(&here);
    assert_eq!(below(&scene, &here, "journey"), before);
    // what is put there now is heard under the new name
    put(here.join("journey/branch 0/late.png"));
    scene.until_equal(&here);
    let before = below(&scene, &here, "journey");

    run("mv", &[&here.join("journey"), &there.join("journey")]);
    scene.until_equal(&there);
    scene.until_equal(&here);
    assert_eq!(below(&scene, &there, "journey"), before);
    assert_eq!(below(&scene, &here, ""), []);
    scene.equal(&here);
    scene.equal(&there);
}

/// Paths below a folder, and who lies there.
fn below(scene: &Scene, folder: &Folder, tree: &str) -> Vec<(String, String)> {
    let all = scene.ids(folder).into_iter();
    all.filter_map(|(path, id)| Some((path.strip_prefix(tree).ok()?.display().to_string(), id))).collect()
}

#[test]
fn a_picture_that_is_saved_again_is_the_same_picture() {
    let scene = Scene::open();
    let folder = scene.add("here");
    put(folder.join("a.png"));
    scene.until_equal(&folder);
    let id = scene.id(&folder, "a.png");
    for _ in 0..3 {
        save_by_rename(&folder.join("a.png"));
        scene.until_equal(&folder);
        assert_eq!(scene.id(&folder, "a.png"), id);
    }
    // others write over what is there
    fs::write(folder.join("a.png"), picture()).expect("a file");
    scene.until_equal(&folder);
    assert_eq!(scene.id(&folder, "a.png"), id);
    // and others leave the old one under another name
    fs::rename(folder.join("a.png"), folder.join("a.png~")).expect("a rename");
    put(folder.join("a.png"));
    scene.until_equal(&folder);
    scene.equal(&folder);
}

/// As editors do, so that there is always a whole file.
fn save_by_rename(path: &Path) {
    let draft = path.with_file_name(".draft.tmp");
    let mut file = File::create(&draft).expect("a draft");
    file.write_all(&picture()).expect("bytes");
    file.sync_all().expect("a disk");
    drop(file);
    fs::rename(draft, path).expect("a rename");
}

#[test]
fn a_slow_writer_is_waited_for() {
    let scene = Scene::open();
    let folder = scene.add("here");
    let bytes = large_picture(1);
    let mut file = File::create(folder.join("slow.png")).expect("a file");
    for piece in bytes.chunks(bytes.len().div_ceil(PIECES)) {
        file.write_all(piece).expect("a piece");
        thread::sleep(BETWEEN);
    }
    drop(file);
    scene.until_equal(&folder);
    scene.until_at_rest(&folder);
    check_taken_once(&scene, &folder, "slow.png");

    // closed after each piece, and opened again
    let bytes = large_picture(2);
    for piece in bytes.chunks(bytes.len().div_ceil(PIECES)) {
        let mut file = File::options().create(true).append(true).open(folder.join("in pieces.png")).expect("a file");
        file.write_all(piece).expect("a piece");
        drop(file);
        thread::sleep(BETWEEN);
    }
    scene.until_equal(&folder);
    scene.until_at_rest(&folder);
    check_taken_once(&scene, &folder, "in pieces.png");
    scene.equal(&folder);
    let updated: Vec<_> =
        scene.operations(&folder).iter().map(|operation| operation["found"]["updated"].clone()).collect();
    assert!(updated.iter().all(|updated| updated == 0), "{updated:?}");
}

/// Whole, when it was: it was never another, and never damaged.
#[track_caller]
fn check_taken_once(scene: &Scene, folder: &Folder, path: &str) {
    let story = scene.story(folder, path);
    assert_eq!((story.state.as_str(), &story.told[..]), ("ok", &["arrived".to_owned()][..]), "{story:?}");
}

#[test]
fn a_copy_whose_original_goes_is_a_move() {
    let scene = Scene::open();
    let folder = scene.add("here");
    put(folder.join("a.png"));
    put(folder.join("trip/b.png"));
    scene.until_equal(&folder);
    let (a, b) = (scene.id(&folder, "a.png"), scene.id(&folder, "trip/b.png"));
    // at once
    run_with("cp", &["-p"], &[&folder.join("a.png"), &folder.join("trip/a.png")]);
    fs::remove_file(folder.join("a.png")).expect("a file");
    scene.until_equal(&folder);
    assert_eq!(scene.id(&folder, "trip/a.png"), a);
    // and late
    run_with("cp", &["-p"], &[&folder.join("trip/b.png"), &folder.join("c.png")]);
    scene.until_equal(&folder);
    assert_ne!(scene.id(&folder, "c.png"), b);
    fs::remove_file(folder.join("trip/b.png")).expect("a file");
    scene.until_equal(&folder);
    assert_eq!(scene.id(&folder, "c.png"), b);
    scene.equal(&folder);
}

#[test]
fn a_move_to_another_disk_is_a_move() {
    let memory = match TempDir::new_in("/dev/shm") {
        Ok(memory) => memory,
        Err(error) => return skipped("a move to another disk", &format!("/dev/shm: {error}")),
    };
    let scene = Scene::open_with(&["--allow-root", memory.path().to_str().expect("text")]);
    let (disk, memory) = (scene.add("disk"), scene.add_as(memory.path(), serde_json::json!({})));
    let device = |folder: &Folder| folder.root.metadata().expect("a folder").dev();
    if device(&disk) == device(&memory) {
        return skipped("a move to another disk", "/dev/shm is on the same one");
    }
    // more than would be believed to be gone
    plant(&memory.join("trip"), 90);
    scene.until_equal(&memory);
    let before = below(&scene, &memory, "trip");
    run("mv", &[&memory.join("trip"), &disk.join("trip")]);
    scene.until_equal(&disk);
    scene.until_equal(&memory);
    until("the same records", || below(&scene, &disk, "trip") == before);
    assert!(disk.join("trip").join(leaf(29)).exists());
    scene.equal(&disk);
    scene.equal(&memory);
}
