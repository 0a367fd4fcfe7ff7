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

use process::{folder, until};
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
    until("its address", || place.data.join("address").exists());
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

/// What lies in a folder, by name.
fn listed(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().expect("text")).collect();
    names.sort();
    names
}

#[test]
fn pictures_are_exported_into_a_folder_and_prove_themselves() {
    let desk = Desk::set_up();
    ["a.png", "b.png", "c.png"].iter().for_each(|name| desk.place.put(name));
    until("the pictures", || desk.server.names().is_some_and(|names| names.len() == 3));
    let (to, pictures) = (desk.roots.path().join("out/of here"), desk.place.data.join("pictures"));
    desk.types(&["export", text(&to)]).contains("3 files of");
    assert_eq!(listed(&to), ["SHA256SUMS.txt", "a.png", "b.png", "c.png"]);
    for name in ["a.png", "b.png", "c.png"] {
        let (here, there) = (pictures.join(name), to.join(name));
        assert_eq!(fs::read(&there).expect("its bytes"), fs::read(&here).expect("its bytes"), "{name}");
        let seconds = |path: &Path| std::os::unix::fs::MetadataExt::mtime(&path.metadata().expect("its facts"));
        assert_eq!(seconds(&there), seconds(&here), "{name}");
    }
    let mut check = Command::new("sha256sum");
    assert!(
        check.args(["--strict", "-c", "SHA256SUMS.txt"]).current_dir(&to).output().expect("sha256sum").status.success()
    );

    desk.types(&["export", text(&to)]).refuses("is not empty");
    fs::remove_file(pictures.join("c.png")).expect("a file");
    until("its absence", || desk.server.get("/api/v1/images?state=missing", serving::DATA).body.contains("c.png"));
    desk.types(&["export", text(&desk.roots.path().join("two"))])
        .contains("1 picture was not there to be exported: c.png.");
    desk.types(&["export", text(&to.join("a.png"))]).refuses("is no folder");
    let other = desk.roots.path().join("other");
    desk.types(&["export", text(&other), "--search", "rating=9"]).refuses("rating");
    desk.types(&["export", text(&other), "--search", "q=none"]).refuses("There is nothing to export");
    desk.types(&["export", text(&other), "--of", "nowhere"]).refuses("No folder is called nowhere");
    assert!(!other.exists(), "a refusal makes nothing");
    let path = desk.make("holiday");
    desk.types(&["folders", "add", text(&path)]).contains("holiday is added");
    until("its picture", || desk.server.names().is_some_and(|names| names.iter().any(|name| name == "holiday.png")));
    let said =
        desk.types(&["export", text(&other), "--of", "holiday", "--as", "jpeg", "--edge", "16", "--json"]).json();
    assert_eq!((&said["files"], &said["changed"]), (&1.into(), &Value::Array(Vec::new())));
    assert_eq!(listed(&other), ["SHA256SUMS.txt", "holiday.jpg"]);
}

#[test]
fn an_export_that_broke_off_goes_on() {
    let desk = Desk::set_up();
    ["a.png", "b.png", "c.png"].iter().for_each(|name| desk.place.put(name));
    until("the pictures", || desk.server.names().is_some_and(|names| names.len() == 3));
    let (to, pictures) = (desk.roots.path().join("out"), desk.place.data.join("pictures"));
    let before = |name: &str| {
        let file = fs::File::options().write(true).open(to.join(name)).expect("a file");
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("its time");
    };
    // as it is when it was killed: one is there, of one's name there is another, one is half
    fs::create_dir(&to).expect("a folder");
    let draft = r#"{"of":{"search":"","without":[]},"what":"originals","edge":2048,"quality":90,"sidecars":false,"names":"plain"}"#;
    let mark = format!(r#"{{"draft":{draft},"id":"00000000-0000-0000-0000-000000000001"}}"#);
    fs::write(to.join(".pixelsync-export"), mark).expect("a file");
    fs::copy(pictures.join("a.png"), to.join("a.png")).expect("a copy");
    before("a.png");
    fs::write(to.join("b.png"), "somebody's own").expect("a file");
    fs::write(to.join(".pixelsync-export.part"), "half").expect("a file");

    desk.types(&["export", text(&to), "--as", "jpeg"]).refuses("something else broke off");
    let said = desk.types(&["export", text(&to)]);
    assert_eq!(said.code, Some(1), "{}", said.out);
    assert!(said.err.contains("1 file was not written") && said.err.contains("b.png"), "{}", said.err);
    assert_eq!(fs::read(to.join("b.png")).expect("its bytes"), b"somebody's own");
    fs::remove_file(to.join("b.png")).expect("a file");
    desk.types(&["export", text(&to)]).contains("3 files of");
    let kept = fs::metadata(to.join("a.png")).expect("its facts").modified().expect("its time");
    assert_eq!(kept, std::time::SystemTime::UNIX_EPOCH, "what was there was fetched again");
    assert_eq!(listed(&to), ["SHA256SUMS.txt", "a.png", "b.png", "c.png"]);
    assert_eq!(fs::read(to.join("b.png")).expect("its bytes"), fs::read(pictures.join("b.png")).expect("its bytes"));
}

#[test]
fn an_export_outlives_its_server() {
    const FILES: usize = 60;
    let Desk { place, roots, server } = Desk::set_up();
    let pictures = place.data.join("pictures");
    for number in 0..FILES {
        let grain = image::RgbImage::from_fn(700, 700, |x, y| {
            let mixed =
                (x ^ y.rotate_left(16)).wrapping_add(number as u32).wrapping_mul(2_654_435_761).rotate_left(x % 31);
            let [red, green, blue, _] = mixed.to_be_bytes();
            image::Rgb([red, green, blue])
        });
        grain.save(pictures.join(format!("{number:02}.bmp"))).expect("a picture");
    }
    until("the pictures", || server.names().is_some_and(|names| names.len() == FILES));
    let to = roots.path().join("out");
    std::thread::scope(|scope| {
        let exporting = scope.spawn(|| type_in(&place.data, &["export", text(&to)]));
        until("the first file", || fs::read_dir(&to).is_ok_and(|entries| entries.count() > 2));
        server.kill();
        assert!(fs::read_dir(&to).expect("a folder").count() < FILES + 1, "it was done before the server went");
        let _server = Server::start(serve_anywhere(&place.data));
        exporting.join().expect("its words").contains("60 files of");
    });
}
