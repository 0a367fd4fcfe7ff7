//! With our own server on a disk of its own, which fills up: nothing that was acknowledged is lost, nothing half is there, and what
//! could not be taken comes when there is room again.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use crate::{
    mounting::{Mount, fill, skipped},
    process::{folder, until},
    scene::Desk,
    serving::{Place, Server, serve_anywhere},
    together::contents,
};

const MIB: u32 = 200;
const FILE_BYTES: usize = 300_000;
/// Some files fit in it, and one more does not.
const ROOM_BYTES: u64 = 2 << 20;

#[test]
fn a_full_disk_loses_nothing() {
    let disk = folder();
    let _mount = match Mount::memory(disk.path(), MIB) {
        Ok(mount) => mount,
        Err(why) => return skipped("a full disk under uploads", &why),
    };
    let (place, data, desk) = (Place::with_cluster(), disk.path().join("data"), Desk::set_up());
    let copied = Command::new("cp").arg("-a").args([&place.data, &data]).status().expect("cp");
    assert!(copied.success(), "the cluster could not be copied");
    let mut command = serve_anywhere(&data);
    command.args(["--keep-free", "0"]);
    let server = Server::start(command);
    put(&desk, 0..5);
    let agent = desk.start(server.address, &[]);
    desk.until_done(5);

    let ballast = disk.path().join("ballast");
    fill(&ballast);
    leave_room(&ballast);
    put(&desk, 5..40);
    agent.until_says("The disk is full");
    let pictures = data.join("pictures");
    assert!(all_whole(&desk, &pictures) >= 5, "what was acknowledged went");

    fs::remove_file(ballast).expect("the ballast");
    until("its health", || server.is_healthy());
    desk.until_done(40);
    agent.stop();
    assert_eq!(all_whole(&desk, &pictures), 40);
    until("the gallery", || server.names().is_some_and(|names| names.len() == 40));
}

fn leave_room(ballast: &Path) {
    let ballast = fs::File::options().write(true).open(ballast).expect("the ballast");
    let full = ballast.metadata().expect("its facts").len();
    ballast.set_len(full - ROOM_BYTES).expect("a little room");
}

fn put(desk: &Desk, numbers: std::ops::Range<usize>) {
    numbers.for_each(|number| drop(desk.put(&format!("{number:02}.jpg"), FILE_BYTES + number)));
}

/// How many files are there, each of which is one of the desk's.
#[track_caller]
fn all_whole(desk: &Desk, pictures: &Path) -> usize {
    let (here, there): (BTreeMap<_, _>, BTreeMap<_, _>) = (contents(&desk.pictures), contents(pictures));
    for (name, hash) in &there {
        assert_eq!(here.get(name), Some(hash), "{name} is not whole");
    }
    there.len()
}
