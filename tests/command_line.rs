//! The commands that ask a running server, as people type them.
#![cfg(not(target_arch = "wasm32"))]

mod process;
#[expect(dead_code, reason = "what the tests of the server's own life need is not needed here")]
mod serving;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use process::folder;
use serde_json::Value;
use serving::{Place, Server, serve_anywhere};

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    #[track_caller]
    fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{}", self.err);
        serde_json::from_str(&self.out).expect("JSON")
    }

    #[track_caller]
    fn contains(&self, words: &str) {
        assert_eq!(self.code, Some(0), "{}", self.err);
        assert!(self.out.contains(words), "{}", self.out);
        assert!(!self.out.contains('\r') && !self.out.contains('\x1b'), "that is for terminals: {:?}", self.out);
    }

    #[track_caller]
    fn refuses(&self, words: &str) {
        assert_eq!((self.code, self.out.as_str()), (Some(1), ""), "{}", self.err);
        assert!(self.err.contains(words), "{}", self.err);
        assert_eq!(self.err.trim_end().lines().count(), 1, "one sentence: {}", self.err);
    }
}

fn type_in(data: &Path, words: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pixelsync"));
    let said = command.args(words).arg("--data").arg(data).env_remove("PIXELSYNC_LOG").output().expect("the program");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Said { code: said.status.code(), out: text(said.stdout), err: text(said.stderr) }
}

/// A server that may add folders below another one.
struct Desk {
    place: Place,
    roots: tempfile::TempDir,
    server: Server,
}

impl Desk {
    fn set_up() -> Desk {
        let (place, roots) = (Place::with_cluster(), folder());
        let mut command = serve_anywhere(&place.data);
        command.arg("--allow-root").arg(roots.path());
        let server = Server::start(command);
        Desk { place, roots, server }
    }

    fn types(&self, words: &[&str]) -> Said {
        type_in(&self.place.data, words)
    }

    fn make(&self, name: &str) -> PathBuf {
        let path = self.roots.path().join(name);
        fs::create_dir(&path).expect("a folder");
        let picture = image::RgbImage::from_pixel(8, 8, image::Rgb([name.len() as u8, 1, 2]));
        picture.save(path.join(format!("{name}.png"))).expect("a picture");
        path
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

#[test]
fn without_a_server_one_is_told_how_to_start_it() {
    let data = folder();
    for words in [&["status"][..], &["folders"], &["scan"], &["verify"], &["folders", "add", "/"]] {
        type_in(data.path(), words).refuses("Start it with: pixelsync serve --data");
    }
    // as a killed server leaves it, whether or not somebody else listens there now
    let place = Place::with_cluster();
    let server = Server::start(serve_anywhere(&place.data));
    for address in ["127.0.0.1:1".to_owned(), server.address.to_string(), "nonsense".to_owned()] {
        fs::write(data.path().join("address"), address).expect("a file");
        type_in(data.path(), &["status"]).refuses("No PixelSync is running on");
    }
}

#[test]
fn the_address_goes_with_the_server() {
    let place = Place::with_cluster();
    let server = Server::start(serve_anywhere(&place.data));
    process::until("its address", || place.data.join("address").exists());
    type_in(&place.data, &["status"]).contains(&server.address.to_string());
    server.stop();
    assert!(!place.data.join("address").exists());
    type_in(&place.data, &["status"]).refuses("No PixelSync is running on");
}

#[test]
fn folders_are_added_paused_and_removed() {
    let desk = Desk::set_up();
    let path = desk.make("holiday");
    desk.types(&["folders", "add", text(&path), "--name", "summer", "--types", "png,raw"]).contains("summer is added");
    desk.server.until_names(&["holiday.png"]);
    desk.types(&["folders"]).contains(text(&path));

    desk.types(&["folders", "pause", "summer"]).contains("summer is paused");
    desk.types(&["folders", "list"]).contains("paused");
    desk.types(&["folders", "resume", text(&path)]).contains("summer is looked at again");

    desk.types(&["folders", "remove", "nonsense", "--keep"]).refuses("No folder is called nonsense");
    let list = desk.types(&["folders", "--json"]).json();
    let folder = list["folders"].as_array().expect("folders").iter().find(|it| it["name"] == "summer").expect("one");
    assert_eq!(folder["types"], serde_json::json!(["png", "raw"]));
    let id = folder["id"].as_str().expect("an id");
    desk.types(&["folders", "remove", id, "--forget"]).contains("summer is removed");
    desk.server.until_names(&[]);
    assert!(path.join("holiday.png").exists());
}

#[test]
fn a_refusal_is_the_server_s_own_sentence() {
    let desk = Desk::set_up();
    for path in ["/", "/proc", "nowhere/at/all"] {
        desk.types(&["folders", "add", path]).refuses("");
    }
    desk.types(&["scan", "nonsense"]).refuses("No folder is called nonsense");
}

#[test]
fn scans_and_verifications_say_what_they_found() {
    let desk = Desk::set_up();
    desk.place.put("a.png");
    desk.server.until_names(&["a.png"]);
    desk.types(&["scan"]).contains("Looked at 1 file: nothing has changed.");
    desk.types(&["scan", "pictures"]).contains("Looked at 1 file: nothing has changed.");
    assert_eq!(desk.types(&["scan", "--json"]).json()["summary"]["scanned"], 1);
    desk.types(&["verify"]).contains("pictures: Looked at 1 file");
    let verified = desk.types(&["verify", "pictures", "--json"]).json();
    assert_eq!(
        (&verified["operations"][0]["kind"], &verified["operations"][0]["status"]),
        (&"verify".into(), &"completed".into())
    );
    desk.types(&["status"]).contains("1 picture in 1 folder");
    assert_eq!(desk.types(&["status", "--json"]).json()["pictures"], 1);
}
