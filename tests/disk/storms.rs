//! More at once than a watcher can tell of: nothing of it is missed.

use std::{env, fs, path::Path, thread};

use serde_json::Value;

use crate::{
    mounting::skipped,
    pictures::{picture, plant},
    scene::{Folder, Scene},
};

/// Ten thousand where somebody wants it.
const LARGE: &str = "PIXELSYNC_TEST_LARGE";
const WRITERS: usize = 4;
const QUEUE: &str = "/proc/sys/fs/inotify/max_queued_events";
/// Below what one folder may have marked, so that only an overflow has everything looked at.
const STORM: usize = 100;

#[test]
fn of_many_files_in_new_folders_none_is_missed() {
    let count = if env::var_os(LARGE).is_some() { 10_000 } else { 2_000 };
    let scene = Scene::open();
    let folder = scene.add("here");
    storm(&folder, count);
    scene.until_equal(&folder);
    assert_eq!(scene.ids(&folder).len(), count);
    scene.equal(&folder);
}

/// As fast as it goes: the pictures are drawn before.
fn storm(folder: &Folder, count: usize) {
    let pictures: Vec<Vec<u8>> = (0..count).map(|_| picture()).collect();
    thread::scope(|scope| {
        for (writer, pictures) in pictures.chunks(count.div_ceil(WRITERS)).enumerate() {
            scope.spawn(move || {
                for (number, bytes) in pictures.iter().enumerate() {
                    let below = format!("storm {writer}/{}/{}", number / 50, number / 10);
                    fs::create_dir_all(folder.join(&below)).expect("folders");
                    fs::write(folder.join(below).join(format!("{number}.png")), bytes).expect("a file");
                }
            });
        }
    });
}

#[test]
fn what_the_watcher_had_no_room_for_is_found() {
    let scene = Scene::open();
    let folder = {
        // how much room there is, is settled when the watching begins
        let _narrow = match Narrow::set(16) {
            Ok(narrow) => narrow,
            Err(why) => return skipped("an overflow of the watcher's queue", &why),
        };
        scene.add("here")
    };
    let pictures: Vec<Vec<u8>> = (0..STORM).map(|_| picture()).collect();
    for (number, bytes) in pictures.iter().enumerate() {
        fs::write(folder.join(format!("{number}.png")), bytes).expect("a file");
    }
    scene.until_equal(&folder);
    let looked_at_everything =
        |operation: &Value| operation["kind"] == "realtime" && operation["found"]["scanned"] != 0;
    crate::process::until("a look at everything", || scene.operations(&folder).iter().any(looked_at_everything));
    // with all the room that there is, what comes next is heard as ever
    plant(&folder.join("later"), 10);
    scene.until_equal(&folder);
    scene.equal(&folder);
}

/// The machine's own setting, for a moment: whoever begins to watch meanwhile has as little room, and has to cope as well.
struct Narrow {
    before: String,
}

impl Narrow {
    fn set(events: u32) -> Result<Narrow, String> {
        let before = fs::read_to_string(QUEUE).map_err(|error| format!("{QUEUE}: {error}"))?;
        fs::write(Path::new(QUEUE), events.to_string()).map_err(|error| format!("{QUEUE} cannot be set: {error}"))?;
        Ok(Narrow { before })
    }
}

impl Drop for Narrow {
    fn drop(&mut self) {
        fs::write(QUEUE, &self.before).expect("the setting that was there");
    }
}
