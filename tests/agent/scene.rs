//! A photographer's desk: a folder, an agent, and what both say. Knows no server but its address.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    net::SocketAddr,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    process::{folder, signal, until},
    stand_in::hash,
};

pub(crate) struct Desk {
    place: TempDir,
    pub(crate) pictures: PathBuf,
}

impl Desk {
    pub(crate) fn set_up() -> Desk {
        let place = folder();
        let pictures = place.path().join("Pictures");
        fs::create_dir(&pictures).expect("a folder");
        Desk { place, pictures }
    }

    fn state(&self) -> PathBuf {
        self.place.path().join("data/agent.sqlite")
    }

    /// Bytes that nobody else has, with a JPEG's beginning and end.
    pub(crate) fn put(&self, name: &str, bytes: usize) -> Vec<u8> {
        let content = content(name, bytes);
        let path = self.pictures.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, &content).expect("a file");
        content
    }

    pub(crate) fn command(&self, server: SocketAddr, more: &[&str]) -> Command {
        let mut command = self.program(&["--server", &format!("http://{server}")]);
        command.args(more).arg("--state").arg(self.state()).arg(&self.pictures);
        command
    }

    fn program(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pixelsync"));
        for name in ["PIXELSYNC_SERVER", "PIXELSYNC_AGENT_STATE", "PIXELSYNC_LOG", "http_proxy", "HTTP_PROXY"] {
            command.env_remove(name);
        }
        command.arg("agent").args(words).env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    pub(crate) fn start(&self, server: SocketAddr, more: &[&str]) -> Agent {
        Agent::start(self.command(server, more))
    }

    /// Sends what is there and waits for its end.
    pub(crate) fn send_once(&self, server: SocketAddr, more: &[&str]) -> Said {
        Said::of(self.command(server, &[more, &["--once"]].concat()))
    }

    pub(crate) fn asks(&self, words: &[&str]) -> Said {
        let mut command = self.program(words);
        command.arg("--state").arg(self.state());
        Said::of(command)
    }

    pub(crate) fn status(&self) -> Value {
        let said = self.asks(&["status", "--json"]);
        assert_eq!(said.code, Some(0), "{}", said.err);
        serde_json::from_str(&said.out).expect("JSON")
    }

    /// How many files are in a state.
    pub(crate) fn count(&self, state: &str) -> u64 {
        self.status()["states"][state]["files"].as_u64().unwrap_or(0)
    }

    /// Also while the queue is only being made.
    pub(crate) fn until_done(&self, files: u64) {
        until("all to be done", || {
            let said = self.asks(&["status", "--json"]);
            let status: Value = serde_json::from_str(&said.out).unwrap_or_default();
            status["states"]["done"]["files"] == files
        });
    }

    /// Everything below the folder, with its time and what it holds.
    pub(crate) fn all(&self) -> BTreeMap<PathBuf, (i64, i64, String)> {
        let entries = walkdir::WalkDir::new(&self.pictures).into_iter().map(|entry| entry.expect("an entry"));
        let facts = |path: &Path| {
            let meta = path.symlink_metadata().expect("its facts");
            let bytes = if meta.is_file() { fs::read(path).expect("its bytes") } else { Vec::new() };
            (meta.mtime(), meta.mtime_nsec(), hash(&bytes))
        };
        entries.map(|entry| (entry.path().to_path_buf(), facts(entry.path()))).collect()
    }
}

/// Different for each name and length; it does not repeat, so that no piece of it can stand for another.
pub(crate) fn content(name: &str, bytes: usize) -> Vec<u8> {
    let mut state = name.bytes().fold(bytes as u64 | 1, |state, byte| state.wrapping_mul(31).wrapping_add(byte.into()));
    let mut content: Vec<u8> = (0..bytes)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        })
        .collect();
    content[..4].copy_from_slice(b"\xff\xd8\xff\xe0");
    content[bytes - 2..].copy_from_slice(b"\xff\xd9");
    content
}

pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    fn of(mut command: Command) -> Said {
        let said = command.output().expect("the program");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Said { code: said.status.code(), out: text(said.stdout), err: text(said.stderr) }
    }

    #[track_caller]
    pub(crate) fn contains(&self, words: &str) {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        assert!(self.out.contains(words), "{}", self.out);
    }

    #[track_caller]
    pub(crate) fn refuses(&self, words: &str) {
        assert_eq!(self.code, Some(1), "{}{}", self.out, self.err);
        assert!(self.err.contains(words), "{}", self.err);
    }
}

pub(crate) struct Agent {
    child: Child,
    _folder: TempDir,
    said: PathBuf,
}

impl Agent {
    fn start(mut command: Command) -> Agent {
        let folder = folder();
        let said = folder.path().join("said");
        let file = File::create(&said).expect("a file");
        let errors = file.try_clone().expect("the same file");
        let child = command.stdout(file).stderr(errors).spawn().expect("the program");
        Agent { child, _folder: folder, said }
    }

    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.said).expect("what it says")
    }

    pub(crate) fn until_says(&self, words: &str) {
        until(words, || self.said().contains(words));
    }

    /// With kill -9.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("kill");
        self.child.wait().expect("its end");
    }

    /// As a service manager does.
    pub(crate) fn stop(mut self) -> (ExitStatus, String) {
        assert!(signal(self.child.id().cast_signed(), "TERM"), "it ended by itself");
        (self.child.wait().expect("its end"), self.said())
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // it is dead already unless the test failed
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            // the harness shows it with the failed test
            eprintln!("{}", self.said());
        }
    }
}
