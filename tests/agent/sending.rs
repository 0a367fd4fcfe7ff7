//! What is sent and what is not.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::PermissionsExt,
    thread,
    time::{Duration, Instant},
};

use crate::{
    process::until,
    scene::{Desk, content},
    stand_in::{Kept, StandIn},
};

#[test]
fn what_lies_there_and_what_comes_is_sent_once_and_whole() {
    let (desk, server) = (Desk::set_up(), StandIn::start());
    let lay = desk.put("trip/day one/a.jpg", 50_000);
    desk.put("notes.txt", 100);
    desk.put(".hidden.jpg", 100);
    let agent = desk.start(server.address, &[]);
    desk.until_done(1);
    let came = desk.put("trip/b.jpg", 3_000_000);
    desk.put("new/folder/c.jpg", 1_000);
    desk.until_done(3);
    let (status, said) = agent.stop();
    assert_eq!(status.code(), Some(0), "{said}");
    assert_eq!(server.paths(), ["Pictures/new/folder/c.jpg", "Pictures/trip/b.jpg", "Pictures/trip/day one/a.jpg"]);
    let kept = |path: &str, bytes| Kept { path: path.to_owned(), bytes };
    assert!(server.memory().kept.contains(&kept("Pictures/trip/day one/a.jpg", lay)));
    assert!(server.memory().kept.contains(&kept("Pictures/trip/b.jpg", came)));
    assert!(said.contains("Pictures/trip/b.jpg is there: 3.0 MB") && said.contains("3 done"), "{said}");
    assert!(!said.contains('\x1b'), "that is for terminals: {said:?}");
}

#[test]
fn nothing_of_the_folder_is_altered() {
    let (desk, server) = (Desk::set_up(), StandIn::start());
    desk.put("a.jpg", 9_000_000);
    desk.put("trip/b.jpg", 1_000);
    fs::set_permissions(desk.pictures.join("a.jpg"), fs::Permissions::from_mode(0o444)).expect("rights");
    let before = desk.all();
    desk.send_once(server.address, &[]).contains("2 done");
    assert_eq!(desk.all(), before);
    assert_eq!(server.memory().kept.len(), 2);
}

#[test]
fn what_the_server_has_is_not_sent() {
    let (desk, server) = (Desk::set_up(), StandIn::start());
    for number in 0..30 {
        let bytes = desk.put(&format!("{number}.jpg"), 10_000);
        server.memory().kept.push(Kept { path: format!("elsewhere/{number}"), bytes });
    }
    desk.put("new.jpg", 7_000);
    desk.send_once(server.address, &[]).contains("31 done");
    assert_eq!(server.memory().received, 7_000);
    // and what has been sent is not even asked for again
    desk.send_once(server.address, &[]).contains("31 done");
    // a copy is known by what it holds
    desk.put("copies/again.jpg", 10);
    fs::write(desk.pictures.join("copies/again.jpg"), content("new.jpg", 7_000)).expect("a copy");
    desk.send_once(server.address, &[]).contains("32 done");
    assert_eq!(server.memory().received, 7_000);
}

#[test]
fn only_new_leaves_what_is_old() {
    let (desk, server) = (Desk::set_up(), StandIn::start());
    desk.put("old.jpg", 5_000);
    desk.put("changed.jpg", 5_000);
    let agent = desk.start(server.address, &["--mode", "only-new"]);
    until("the first look", || desk.asks(&["status"]).out.contains("2  left, because they lay there before"));
    let new = desk.put("new.jpg", 6_000);
    desk.until_done(1);
    agent.stop();
    // also while nobody looks
    desk.put("meanwhile.jpg", 7_000);
    let changed = content("another", 5_000);
    fs::write(desk.pictures.join("changed.jpg"), &changed).expect("a change");
    desk.send_once(server.address, &["--mode", "only-new"]).contains("3 done");
    assert_eq!(server.paths(), ["Pictures/changed.jpg", "Pictures/meanwhile.jpg", "Pictures/new.jpg"]);
    assert_eq!(server.memory().kept[0].bytes, new);
    assert_eq!(desk.count("old"), 1);
}

#[test]
fn a_file_that_is_being_written_is_not_sent_half() {
    let (desk, server) = (Desk::set_up(), StandIn::start());
    let agent = desk.start(server.address, &[]);
    agent.until_says("Sending");
    let whole = content("slow.tif", 400_000);
    let mut file = OpenOptions::new().create(true).append(true).open(desk.pictures.join("slow.tif")).expect("a file");
    for piece in whole.chunks(40_000) {
        file.write_all(piece).expect("a piece");
        // as slow programs write: with less between two pieces than a file rests before it counts as whole
        thread::sleep(Duration::from_millis(150));
    }
    drop(file);
    desk.until_done(1);
    assert_eq!(server.memory().kept, [Kept { path: "Pictures/slow.tif".to_owned(), bytes: whole }]);
}

#[test]
fn a_file_that_changes_while_it_is_sent_is_sent_as_it_is_then() {
    let (desk, server) = (Desk::set_up(), StandIn::start());
    desk.put("a.jpg", 3_000_000);
    let _agent = desk.start(server.address, &["--limit", "2MB"]);
    until("half of it", || server.memory().received > 500_000);
    let then = desk.put("a.jpg", 200_000);
    desk.until_done(1);
    assert_eq!(server.memory().kept, [Kept { path: "Pictures/a.jpg".to_owned(), bytes: then }]);
}

#[test]
fn a_limit_is_kept() {
    const LIMIT_BYTES_A_SECOND: u64 = 200_000;
    let (desk, server) = (Desk::set_up(), StandIn::start());
    ["a.jpg", "b.jpg", "c.jpg", "d.jpg"].iter().for_each(|name| drop(desk.put(name, 250_000)));
    let begun = Instant::now();
    desk.send_once(server.address, &["--limit", "200KB"]).contains("4 done");
    // whoever of the four sends them; a slow machine only takes longer, and the last bytes are not waited for
    let least = Duration::from_millis(1_000_000 * 1_000 / LIMIT_BYTES_A_SECOND) * 4 / 5;
    assert!(begun.elapsed() > least, "{:?}", begun.elapsed());
}

#[test]
fn a_refusal_is_told_and_tried_again_only_when_somebody_says_so() {
    let (desk, server) = (Desk::set_up(), StandIn::start());
    server.memory().refuse = vec![(413, "A file may have 1 GiB at most."); 1];
    desk.put("a.jpg", 1_000);
    let said = desk.send_once(server.address, &[]);
    said.refuses("1 file could not be sent");
    assert!(said.out.contains("Pictures/a.jpg is not sent: A file may have 1 GiB at most."), "{}", said.out);
    // it has not become smaller
    desk.send_once(server.address, &[]).refuses("1 file could not be sent");
    let status = desk.status();
    assert_eq!(status["failed"][0]["said"], "A file may have 1 GiB at most.");
    assert_eq!((status["running"].as_bool(), status["states"]["failed"]["files"].as_u64()), (Some(false), Some(1)));
    desk.asks(&["retry"]).contains("1 file will be tried again when the agent is started.");
    desk.send_once(server.address, &[]).contains("1 done");
}

#[test]
fn what_arrives_as_something_else_is_given_up_in_the_end() {
    let (desk, server) = (Desk::set_up(), StandIn::start());
    server.memory().garbles = true;
    desk.put("a.jpg", 1_000);
    let agent = desk.start(server.address, &[]);
    until("a second attempt", || server.memory().received >= 2_000);
    server.memory().garbles = false;
    desk.until_done(1);
    assert_eq!(server.paths(), ["Pictures/a.jpg"]);
    agent.stop();
}

#[test]
fn what_cannot_work_is_said_at_once() {
    let (desk, server) = (Desk::set_up(), StandIn::start());
    desk.asks(&["status"]).refuses("No agent has kept a queue in");
    let agent = desk.start(server.address, &[]);
    agent.until_says("Sending");
    desk.send_once(server.address, &[]).refuses("Another agent keeps its queue in");
    assert_eq!(desk.status()["running"], true);
    agent.stop();
    let mut nowhere = desk.command(server.address, &[]);
    nowhere.arg(desk.pictures.join("nowhere"));
    let said = nowhere.output().expect("the program");
    assert!(String::from_utf8_lossy(&said.stderr).contains("is no folder that can be read"));
}
