//! With our own server: what an agent sends is in the gallery, once and whole, whoever is killed meanwhile.

use std::{collections::BTreeMap, fs, path::Path};

use image::{ImageFormat, RgbImage};

use crate::{
    process::until,
    scene::Desk,
    serving::{Place, Server, serve, serve_anywhere},
    stand_in::hash,
};

/// A picture that nobody else has.
fn put(desk: &Desk, name: &str, edge: u32) {
    let shade = name.bytes().fold(0, |shade: u32, byte| shade.wrapping_mul(31).wrapping_add(byte.into()));
    // noise, so that it stays large
    let picture = RgbImage::from_fn(edge, edge, |x, y| {
        let mixed = (x.wrapping_mul(7_919) ^ y.wrapping_mul(104_729)).wrapping_add(shade).wrapping_mul(2_654_435_761);
        image::Rgb([(mixed >> 24) as u8, (mixed >> 16) as u8, (mixed >> 8) as u8])
    });
    let path = desk.pictures.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    picture.save_with_format(path, ImageFormat::Jpeg).expect("a picture");
}

/// What lies below a folder, by name: what it holds. A name that is there twice is no map.
pub(crate) fn contents(folder: &Path) -> BTreeMap<String, String> {
    let mut contents = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.expect("an entry")) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().is_file() && !name.starts_with('.') {
            let before = contents.insert(name, hash(&fs::read(entry.path()).expect("its bytes")));
            assert_eq!(before, None, "{} is there twice", entry.path().display());
        }
    }
    contents
}

#[test]
fn what_is_dropped_into_a_folder_is_in_the_gallery() {
    let (desk, place) = (Desk::set_up(), Place::with_cluster());
    let server = Server::start(serve_anywhere(&place.data));
    put(&desk, "trip/a.jpg", 64);
    let agent = desk.start(server.address, &[]);
    server.until_names(&["a.jpg"]);
    put(&desk, "b.jpg", 1_500);
    server.until_names(&["a.jpg", "b.jpg"]);
    desk.until_done(2);
    assert!(place.data.join("pictures/Pictures/trip/a.jpg").is_file(), "folders stay");
    agent.stop();
    assert_eq!(contents(&place.data.join("pictures")), contents(&desk.pictures));
}

#[test]
fn what_the_gallery_has_is_not_sent_again() {
    let (desk, place) = (Desk::set_up(), Place::with_cluster());
    let server = Server::start(serve_anywhere(&place.data));
    put(&desk, "a.jpg", 64);
    fs::copy(desk.pictures.join("a.jpg"), place.data.join("pictures/other name.jpg")).expect("a copy");
    server.until_names(&["other name.jpg"]);
    desk.send_once(server.address, &[]).contains("1 done");
    assert_eq!(server.names().expect("the gallery"), ["other name.jpg"]);
}

#[test]
fn all_that_is_acknowledged_is_there_once_and_whole_whoever_is_killed() {
    const FILES: usize = 200;
    let (desk, place) = (Desk::set_up(), Place::with_cluster());
    let mut server = Server::start(serve_anywhere(&place.data));
    let address = server.address;
    for number in 0..FILES {
        // some in one request, some in pieces
        put(&desk, &format!("{number:03}.jpg"), if number % 20 == 0 { 1_000 } else { 40 });
    }
    let arrived = |server: &Server| server.names().map_or(0, |names| names.len());
    let limited = ["--limit", "2MB"];
    let mut agent = desk.start(address, &limited);
    for round in 1..=6 {
        let wanted = round * FILES / 8;
        until("some more", || arrived(&server) >= wanted);
        if round % 3 != 1 {
            agent.kill();
            agent = desk.start(address, &limited);
        }
        if round % 3 != 2 {
            server.kill();
            let mut again = serve(&place.data);
            again.args(["--listen", &address.to_string()]);
            server = Server::start(again);
        }
    }
    desk.until_done(FILES as u64);
    agent.stop();
    assert_eq!(arrived(&server), FILES);
    let (here, there) = (contents(&desk.pictures), contents(&place.data.join("pictures")));
    assert!(here == there, "{} here, {} there", here.len(), there.len());
}
