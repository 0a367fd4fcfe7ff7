//! A server with folders beside its own, in which the tests do things; and the question that all of them end with, whether
//! disk and catalogue are equal.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use sqlx::{
    ConnectOptions, FromRow,
    postgres::{PgConnectOptions, PgRow},
};
use tempfile::TempDir;

use crate::{
    asking::{self, Answer},
    pictures::{Bytes, on_disk},
    process::{folder, in_time, signal, until},
    serving::{Place, Server, serve_anywhere},
};

/// Between two looks at the catalogue: who asks all the time slows down what he waits for.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const PAGE: usize = 1_000;

pub(crate) struct Scene {
    // dropped in this order: the server must be gone before its folders are
    server: Option<Server>,
    place: Place,
    ground: TempDir,
    settings: Vec<String>,
    within: Option<Within>,
}

/// Makes the command of another program that starts the server's.
pub(crate) type Within = fn(&Command) -> Command;

/// One that was added.
#[derive(Clone)]
pub(crate) struct Folder {
    pub(crate) id: String,
    pub(crate) root: PathBuf,
}

impl Folder {
    pub(crate) fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }
}

/// What the catalogue says of a file.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) image: String,
    pub(crate) state: String,
    bytes: Bytes,
}

/// All that may be another when a file is taken in once more, or touched at all.
#[derive(Debug, PartialEq, FromRow)]
pub(crate) struct Story {
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) rev: i64,
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    /// The kinds of what happened to it, in order.
    pub(crate) told: Vec<String>,
}

impl Scene {
    pub(crate) fn open() -> Scene {
        Scene::open_with(&[])
    }

    pub(crate) fn open_with(settings: &[&str]) -> Scene {
        Scene::open_at(Place::with_cluster(), settings)
    }

    pub(crate) fn open_at(place: Place, settings: &[&str]) -> Scene {
        Scene::open_within(place, settings, None)
    }

    pub(crate) fn open_within(place: Place, settings: &[&str], within: Option<Within>) -> Scene {
        let settings = settings.iter().map(ToString::to_string).collect();
        let mut scene = Scene { server: None, place, ground: folder(), settings, within };
        scene.start();
        scene
    }

    pub(crate) fn start(&mut self) {
        let mut command = serve_anywhere(&self.place.data);
        command.arg("--allow-root").arg(self.ground.path()).args(&self.settings);
        if let Some(within) = self.within {
            command = within(&command);
        }
        self.server = Some(Server::start(command));
    }

    /// With kill -9.
    pub(crate) fn kill(&mut self) {
        self.server.take().expect("a server").kill();
    }

    /// As a machine does that is put to sleep, for as long as the closure takes.
    pub(crate) fn asleep(&self, meanwhile: impl FnOnce()) {
        let server = self.pid();
        assert!(signal(server, "STOP"), "it ended");
        meanwhile();
        assert!(signal(server, "CONT"), "it ended");
    }

    /// Of whoever serves our data.
    fn pid(&self) -> i32 {
        let serves = [b"\0serve\0--data\0", self.place.data.as_os_str().as_bytes(), b"\0"].concat();
        let mut pids = fs::read_dir("/proc").expect("the processes").filter_map(|entry| {
            let pid = entry.ok()?.file_name().to_str()?.parse().ok()?;
            // it may have ended meanwhile
            let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
            line.windows(serves.len()).any(|part| part == serves).then_some(pid)
        });
        pids.next().expect("a server")
    }

    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().expect("a server")
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.server.as_mut().is_none_or(|server| server.ended().is_some())
    }

    /// Below the root in which folders may be added.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.ground.path().join(name)
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        asking::ask(self.server().address, method, path, body).ok()
    }

    #[track_caller]
    pub(crate) fn must(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let answer = self.ask(method, path, body).expect("an answer");
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.text());
        answer
    }

    /// Makes a folder, or takes it as it is, and adds it.
    #[track_caller]
    pub(crate) fn add(&self, name: &str) -> Folder {
        self.add_as(&self.path(name), json!({}))
    }

    #[track_caller]
    pub(crate) fn add_as(&self, root: &Path, mut draft: Value) -> Folder {
        fs::create_dir_all(root).expect("a folder");
        draft["path"] = json!(root);
        let added = self.must("POST", "/api/v1/folders", Some(&draft)).json();
        let folder = Folder { id: added["id"].as_str().expect("an id").to_owned(), root: root.to_owned() };
        self.until_looked_at(&folder);
        folder
    }

    #[track_caller]
    pub(crate) fn edit(&self, folder: &Folder, edit: Value) {
        self.must("PATCH", &format!("/api/v1/folders/{}", folder.id), Some(&edit));
    }

    pub(crate) fn show(&self, folder: &Folder) -> Option<Value> {
        let answer = self.ask("GET", &format!("/api/v1/folders/{}", folder.id), None)?;
        (answer.status == 200).then(|| answer.json())
    }

    #[track_caller]
    pub(crate) fn until_state(&self, folder: &Folder, state: &str) {
        until(state, || self.show(folder).is_some_and(|shown| shown["state"] == state));
    }

    /// Everything was looked at once, and what happens from now on is heard, if anything is.
    #[track_caller]
    pub(crate) fn until_looked_at(&self, folder: &Folder) {
        until("the first look", || {
            let shown = self.show(folder).unwrap_or_default();
            (shown["state"] == "watching" || shown["state"] == "timer") && shown["running"].is_null()
        });
    }

    #[track_caller]
    pub(crate) fn scan(&self, folder: &Folder) -> Value {
        self.must("POST", &format!("/api/v1/folders/{}/scan", folder.id), None).json()["summary"].clone()
    }

    /// The newest first.
    #[track_caller]
    pub(crate) fn operations(&self, folder: &Folder) -> Vec<Value> {
        let list = self.must("GET", &format!("/api/v1/folders/{}/operations", folder.id), None).json();
        list["operations"].as_array().expect("operations").clone()
    }

    /// Of one kind, ended, with what it found.
    #[track_caller]
    pub(crate) fn until_ended(&self, folder: &Folder, kind: &str, count: usize) -> Value {
        let ended = || {
            let mut all = self.operations(folder);
            all.retain(|operation| operation["kind"] == kind && operation["status"] != "running");
            all
        };
        until(kind, || ended().len() >= count);
        ended().swap_remove(0)
    }

    /// Of every file that the catalogue knows, be it missing; None when it cannot be told now.
    pub(crate) fn records(&self, folder: &Folder) -> Option<BTreeMap<Vec<u8>, Record>> {
        let (mut all, mut cursor) = (BTreeMap::new(), String::new());
        loop {
            let path = format!("/api/v1/folders/{}/files?limit={PAGE}{cursor}", folder.id);
            let page = self.ask("GET", &path, None).filter(|answer| answer.status == 200)?.json();
            for file in page["files"].as_array().expect("files") {
                let (path, record) = record(file);
                let before = all.insert(path, record);
                assert!(before.is_none(), "{file} is there twice");
            }
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Some(all),
            }
        }
    }

    /// Where disk and catalogue differ.
    fn difference(&self, folder: &Folder, disk: &BTreeMap<Vec<u8>, Bytes>) -> Option<String> {
        let Some(mut records) = self.records(folder) else { return Some("it cannot be told".to_owned()) };
        records.retain(|_, record| record.state != "missing");
        let shown = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
        let lost = disk.keys().filter(|path| !records.contains_key(*path)).map(|path| format!("- {}", shown(path)));
        let others = records.iter().filter(|(path, record)| disk.get(*path) != Some(&record.bytes));
        let others = others.map(|(path, record)| format!("+ {} {record:?}", shown(path)));
        let all: Vec<String> = lost.chain(others).collect();
        let some = all.iter().take(10).cloned().collect::<Vec<_>>().join("\n");
        (!all.is_empty()).then(|| format!("{} on the disk, {} not equal:\n{some}", disk.len(), all.len()))
    }

    /// Waits until the server has heard of everything by itself.
    #[track_caller]
    pub(crate) fn until_equal(&self, folder: &Folder) {
        self.until_holds(folder, &on_disk(&folder.root));
    }

    /// The same without some that lie there and are not to be taken in.
    #[track_caller]
    pub(crate) fn until_equal_without(&self, folder: &Folder, left_out: &[&str]) {
        let mut disk = on_disk(&folder.root);
        for path in left_out {
            disk.remove(path.as_bytes()).unwrap_or_else(|| panic!("{path} is not there"));
        }
        self.until_holds(folder, &disk);
    }

    #[track_caller]
    fn until_holds(&self, folder: &Folder, disk: &BTreeMap<Vec<u8>, Bytes>) {
        let mut difference = None;
        let is_equal = in_time(|| {
            difference = self.difference(folder, disk);
            if difference.is_some() {
                thread::sleep(LOOK_EVERY);
            }
            difference.is_none()
        });
        assert!(is_equal, "{}", difference.unwrap_or_default());
    }

    /// What every test ends with: disk and catalogue are equal, and a look at everything finds nothing left to do.
    #[track_caller]
    pub(crate) fn equal(&self, folder: &Folder) {
        self.until_equal(folder);
        let found = self.scan(folder);
        for (what, count) in found.as_object().expect("a summary") {
            assert!(what == "scanned" || count == 0, "{count} {what}: {found}");
        }
        assert_eq!(self.difference(folder, &on_disk(&folder.root)), None);
        // a look that was asked for meanwhile may still be under way, but none that a dead server began
        let runs = |operation: &Value| operation["status"] == "running";
        until("the end of all operations", || !self.operations(folder).iter().any(runs));
    }

    /// Of those that are there, by path.
    #[track_caller]
    pub(crate) fn ids(&self, folder: &Folder) -> BTreeMap<PathBuf, String> {
        let mut records = self.records(folder).expect("records");
        records.retain(|_, record| record.state != "missing");
        records.into_iter().map(|(path, record)| (OsStr::from_bytes(&path).into(), record.image)).collect()
    }

    #[track_caller]
    pub(crate) fn id(&self, folder: &Folder, path: impl AsRef<Path>) -> String {
        self.ids(folder).remove(path.as_ref()).expect("a record")
    }

    /// Nothing is to be developed any more, nor to be read once more because it was read in the instant it was written.
    #[track_caller]
    pub(crate) fn until_at_rest(&self, folder: &Folder) {
        let sql = "select count(*) from images
                   where folder_id = $1::uuid and removed_at is null and (state = 'pending' or racy)";
        until("rest", || {
            thread::sleep(LOOK_EVERY);
            self.sql::<(i64,)>(sql, &folder.id) == [(0,)]
        });
    }

    #[track_caller]
    pub(crate) fn stories(&self, folder: &Folder) -> Vec<Story> {
        let sql = "select convert_from(path, 'UTF8') as path, id::text as id, rev, state, reason,
                          array(select kind from activity a where a.image_id = i.id order by a.id) as told
                   from images i where folder_id = $1::uuid and removed_at is null order by i.path";
        self.sql(sql, &folder.id)
    }

    #[track_caller]
    pub(crate) fn story(&self, folder: &Folder, path: &str) -> Story {
        let mut all = self.stories(folder);
        all.retain(|story| story.path == path);
        all.pop().unwrap_or_else(|| panic!("{path} has no record"))
    }

    /// Asks the server's own database, of some id.
    #[track_caller]
    pub(crate) fn sql<T>(&self, sql: &'static str, id: &str) -> Vec<T>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let home = self.place.data.join("postgres");
        let password = fs::read_to_string(home.join("password")).expect("a password");
        let options = PgConnectOptions::new_without_pgpass()
            .socket(home.join("socket"))
            .username("pixelsync")
            .password(password.trim())
            .database("postgres");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut connection = options.connect().await.expect("a database");
            sqlx::query_as(sql).bind(id).fetch_all(&mut connection).await.expect("rows")
        })
    }
}

fn record(file: &Value) -> (Vec<u8>, Record) {
    let text = |name: &str| file[name].as_str().map(str::to_owned);
    let path = match text("path_hex") {
        Some(path) => hex::decode(path).expect("a path"),
        None => text("path").expect("a path").into_bytes(),
    };
    let bytes = Bytes { size: file["size"].as_u64().expect("a size"), sha256: text("hash").unwrap_or_default() };
    (path, Record { image: text("image").expect("an id"), state: text("state").expect("a state"), bytes })
}
