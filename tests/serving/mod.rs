//! The real program as a child process: its start, what it says, and its doors. Checks nothing of the answers.

pub(crate) mod http;

use std::{
    fs::{self, File},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::OnceLock,
    thread,
};

use pixelsync_postgres::{Postgres, Settings};
use serde_json::Value;
use tempfile::TempDir;

use crate::process::{folder, signal, until};
use http::Answer;

pub(crate) const PAGE: &str = "text/html";
pub(crate) const DATA: &str = "application/json";

const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The program with nothing of the environment's own settings but where PostgreSQL is.
pub(crate) fn serve(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pixelsync"));
    for name in ["PIXELSYNC_DATA", "PIXELSYNC_LISTEN", "PIXELSYNC_LOG", "DATABASE_URL"] {
        command.env_remove(name);
    }
    command.arg("serve").arg("--data").arg(data).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

pub(crate) fn serve_anywhere(data: &Path) -> Command {
    let mut command = serve(data);
    command.args(["--listen", "127.0.0.1:0"]);
    command
}

/// A data folder, not made yet, in a folder that goes with the value.
pub(crate) struct Place {
    folder: TempDir,
    pub(crate) data: PathBuf,
}

impl Place {
    pub(crate) fn empty() -> Place {
        let folder = folder();
        let data = folder.path().join("data");
        Place { folder, data }
    }

    /// With an empty cluster, which takes seconds to make: it is made once and copied.
    pub(crate) fn with_cluster() -> Place {
        static ORIGINAL: OnceLock<Place> = OnceLock::new();
        let original = ORIGINAL.get_or_init(|| {
            let place = Place::empty();
            place.start_postgres().stop().expect("PostgreSQL stops");
            // nothing static is ever dropped, so a shell that sees our end tidies up after us
            let tidy = Command::new("sh")
                .args(["-c", "cat; rm -rf \"$0\""])
                .arg(place.folder.path())
                .stdin(Stdio::piped())
                .spawn();
            std::mem::forget(tidy.expect("a shell"));
            place
        });
        let place = Place::empty();
        let copied = Command::new("cp").arg("-a").args([&original.data, &place.data]).status().expect("cp");
        assert!(copied.success(), "the cluster could not be copied");
        place
    }

    pub(crate) fn start_postgres(&self) -> Postgres {
        Postgres::start(&Settings::new(&self.data)).expect("PostgreSQL")
    }

    /// Only while it runs, or when it was killed.
    pub(crate) fn postmaster(&self) -> Option<i32> {
        let text = fs::read_to_string(self.data.join("postgres/cluster/postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// As a person would, with a picture of one colour.
    pub(crate) fn put(&self, name: &str) {
        self.put_sized(name, 32, 24);
    }

    /// One that takes a while to develop.
    pub(crate) fn put_large(&self, name: &str) {
        self.put_sized(name, 3000, 2000);
    }

    fn put_sized(&self, name: &str, width: u32, height: u32) {
        let shade = name.bytes().fold(0, |shade: u8, byte| shade.wrapping_mul(31).wrapping_add(byte));
        let picture = image::RgbImage::from_pixel(width, height, image::Rgb([shade, 90, 160]));
        picture.save(self.data.join("pictures").join(name)).expect("a picture");
    }
}

pub(crate) struct Server {
    child: Child,
    words: Words,
    pub(crate) address: SocketAddr,
}

/// What the program says on either output.
struct Words {
    _folder: TempDir,
    said: PathBuf,
    log: PathBuf,
}

impl Words {
    fn spawn(mut command: Command) -> (Child, Words) {
        let folder = folder();
        let words = Words { said: folder.path().join("said"), log: folder.path().join("log"), _folder: folder };
        let file = |path: &Path| File::create(path).expect("a file");
        let child = command.stdout(file(&words.said)).stderr(file(&words.log)).spawn().expect("the program");
        (child, words)
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("its log")
    }

    /// The address comes on a line of its own, whole or not at all.
    fn address(&self) -> Option<SocketAddr> {
        let said = fs::read_to_string(&self.said).expect("what it says");
        let (_, rest) = said.split_once("Gallery   http://")?;
        rest.split_once("/\n")?.0.parse().ok()
    }
}

impl Server {
    /// Waits until it says where the gallery is.
    pub(crate) fn start(command: Command) -> Server {
        let (child, words) = Words::spawn(command);
        let mut server = Server { child, words, address: NOWHERE };
        until("the gallery's address", || {
            assert_eq!(server.ended(), None, "it ended instead");
            server.address = server.words.address().unwrap_or(NOWHERE);
            server.address != NOWHERE
        });
        server
    }

    /// Waits until it says that it waits for its database.
    pub(crate) fn start_waiting(command: Command) -> Server {
        let (child, words) = Words::spawn(command);
        let server = Server { child, words, address: NOWHERE };
        until("its patience", || server.words.log().contains("does not answer yet"));
        server
    }

    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("its state")
    }

    pub(crate) fn log(&self) -> String {
        self.words.log()
    }

    /// With kill -9.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("kill");
        self.child.wait().expect("its end");
    }

    /// Asks it to end as a service manager does. Gives its exit code and its log.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        assert!(signal(self.child.id().cast_signed(), "TERM"), "it ended by itself");
        until("its end", || self.ended().is_some());
        (self.child.wait().expect("its end").code(), self.words.log())
    }

    /// Asks it twice, the second time when it has heard the first. Gives its exit code.
    pub(crate) fn stop_at_once(mut self) -> Option<i32> {
        let ask = |pid: u32| assert!(signal(pid.cast_signed(), "TERM"), "it ended by itself");
        ask(self.child.id());
        until("its answer", || self.words.log().contains("ask once more"));
        ask(self.child.id());
        self.child.wait().expect("its end").code()
    }

    pub(crate) fn get(&self, path: &str, accept: &str) -> Answer {
        http::get(self.address, path, accept).expect("an answer")
    }

    pub(crate) fn is_healthy(&self) -> bool {
        let answer = self.get("/health", DATA);
        answer.status == 200 && answer.body.contains(r#""healthy""#)
    }

    /// Of all pictures, in the order of the alphabet. None when it cannot be told now.
    pub(crate) fn names(&self) -> Option<Vec<String>> {
        self.all("filename")
    }

    pub(crate) fn states(&self) -> Option<Vec<String>> {
        self.all("state")
    }

    /// Sorted.
    fn all(&self, what: &str) -> Option<Vec<String>> {
        let answer = http::get(self.address, "/images", DATA).ok().filter(|answer| answer.status == 200)?;
        let images: Vec<Value> = serde_json::from_str(&answer.body).expect("JSON");
        let mut all: Vec<String> = images.iter().filter_map(|image| image[what].as_str().map(str::to_owned)).collect();
        all.sort();
        Some(all)
    }

    #[track_caller]
    pub(crate) fn until_names(&self, wanted: &[&str]) {
        until("the pictures", || self.names().is_some_and(|names| names == wanted));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it is dead already unless the test failed
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            // the harness shows it with the failed test
            eprintln!("{}", self.log());
        }
    }
}

/// Starts what is not to start: gives what it says about it.
pub(crate) fn refusal(command: Command) -> String {
    let (mut child, words) = Words::spawn(command);
    until("its end", || child.try_wait().expect("its state").is_some());
    let (code, log) = (child.wait().expect("its end").code(), words.log());
    assert_eq!(code, Some(1), "{log}");
    assert_eq!(words.address(), None);
    log
}
