//! Lines that break, servers that go, and agents that are killed.

use std::{fs, path::Path};

use crate::{
    process::until,
    scene::Desk,
    stand_in::{Kept, StandIn},
};

#[test]
fn a_killed_agent_goes_on_in_the_middle_of_a_file() {
    let (desk, server) = (Desk::set_up(), StandIn::start());
    let whole = desk.put("large.tif", 6_000_000);
    let agent = desk.start(server.address, &["--limit", "2MB"]);
    until("some of it", || server.memory().received > 1_000_000);
    agent.kill();
    let had = server.memory().received;
    let upload = &desk.status()["uploading"][0];
    assert!(Path::new(upload["path"].as_str().expect("a path")).ends_with("Pictures/large.tif"), "{upload}");
    assert!(server.memory().kept.is_empty(), "it cannot be whole yet");

    desk.send_once(server.address, &[]).contains("1 done");
    let memory = server.memory();
    assert!(memory.resumed_at.iter().any(|from| *from > 0), "{:?}", memory.resumed_at);
    // what was on the way when it was killed may have been lost, but not what the server had
    assert!(memory.received < 6_000_000 + 1_000_000, "{had} of it, and then {}", memory.received);
    assert_eq!(memory.kept, [Kept { path: "Pictures/large.tif".to_owned(), bytes: whole }]);
}

#[test]
fn nothing_is_lost_or_doubled_however_often_an_agent_is_killed() {
    let (desk, server) = (Desk::set_up(), StandIn::start());
    let names: Vec<String> = (0..60).map(|number| format!("{number:02}.jpg")).collect();
    let expect: Vec<Kept> =
        names.iter().map(|name| Kept { path: format!("Pictures/{name}"), bytes: desk.put(name, 60_000) }).collect();
    for kills in 1..=8 {
        let agent = desk.start(server.address, &["--limit", "1MB"]);
        until("some more", || server.memory().received >= kills * 250_000 || server.memory().kept.len() == 60);
        agent.kill();
    }
    desk.send_once(server.address, &[]).contains("60 done");
    let mut kept = server.memory().kept.clone();
    kept.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(kept == expect, "{:?}", server.paths());
}

#[test]
fn a_server_that_is_away_is_waited_for() {
    let (desk, mut server) = (Desk::set_up(), StandIn::away());
    desk.put("a.jpg", 2_000_000);
    desk.put("b.jpg", 1_000);
    let agent = desk.start(server.address, &["--limit", "2MB"]);
    agent.until_says("The server is not reached");
    assert!(desk.status()["lost"].is_string());
    server.come_back();
    until("some of it", || server.memory().received > 500_000);
    // in the middle of it
    server.go_away();
    desk.put("c.jpg", 1_000);
    until("its word for it", || agent.said().matches("The server is not reached").count() == 2);
    server.come_back();
    desk.until_done(3);
    let (_, said) = agent.stop();
    assert_eq!(said.matches("The server is not reached").count(), 2, "once each time: {said}");
    assert_eq!(said.matches("The server is reached again").count(), 2, "{said}");
    assert_eq!(server.paths(), ["Pictures/a.jpg", "Pictures/b.jpg", "Pictures/c.jpg"]);
    assert!(desk.status()["lost"].is_null());
}

#[test]
fn a_server_that_forgot_an_upload_gets_it_anew() {
    let (desk, mut server) = (Desk::set_up(), StandIn::start());
    let whole = desk.put("a.jpg", 3_000_000);
    let agent = desk.start(server.address, &["--limit", "2MB"]);
    until("some of it", || server.memory().received > 500_000);
    server.go_away();
    agent.until_says("The server is not reached");
    server.memory().forget_uploads();
    server.come_back();
    desk.until_done(1);
    assert_eq!(server.memory().kept, [Kept { path: "Pictures/a.jpg".to_owned(), bytes: whole }]);
}

#[test]
fn a_server_that_can_take_nothing_now_is_asked_again() {
    let (desk, server) = (Desk::set_up(), StandIn::start());
    server.memory().refuse = vec![(409, "The folder is away."), (507, "The disk is full."), (503, "Not now.")];
    desk.put("a.jpg", 1_000);
    desk.send_once(server.address, &[]).contains("1 done");
}

#[test]
fn another_server_gets_all_of_it() {
    let (desk, first, second) = (Desk::set_up(), StandIn::start(), StandIn::start());
    let bytes = desk.put("a.jpg", 1_000);
    desk.put("b.jpg", 2_000);
    desk.send_once(first.address, &[]).contains("2 done");
    second.memory().kept.push(Kept { path: "there".to_owned(), bytes });
    desk.send_once(second.address, &[]).contains("2 done");
    assert_eq!(second.paths(), ["Pictures/b.jpg", "there"]);
}

#[test]
fn a_folder_that_is_away_is_waited_for() {
    let (desk, server) = (Desk::set_up(), StandIn::start());
    desk.put("a.jpg", 1_000);
    let agent = desk.start(server.address, &[]);
    desk.until_done(1);
    let elsewhere = desk.pictures.with_extension("away");
    fs::rename(&desk.pictures, &elsewhere).expect("it goes");
    agent.until_says("is not there");
    fs::rename(&elsewhere, &desk.pictures).expect("it comes back");
    desk.put("b.jpg", 2_000);
    desk.until_done(2);
    assert_eq!(server.memory().received, 3_000, "what was sent is not sent again");
}
