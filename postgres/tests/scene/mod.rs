//! A data folder for one test and what can be seen of it from outside. Kills nothing.

use std::error::Error;
use std::fs::{self, Permissions};
use std::future::Future;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pixelsync_postgres::{Postgres, Settings};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

pub(crate) const DEADLINE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(10);

pub(crate) struct Scene {
    pub(crate) folder: TempDir,
    pub(crate) data: PathBuf,
}

impl Scene {
    pub(crate) fn empty() -> Outcome<Scene> {
        Scene::empty_at("data")
    }

    pub(crate) fn empty_at(data: &str) -> Outcome<Scene> {
        let folder = TempDir::new()?;
        // The server's user has to pass.
        fs::set_permissions(&folder, Permissions::from_mode(0o755))?;
        let data = folder.path().join(data);
        Ok(Scene { folder, data })
    }

    /// With a cluster in it that was stopped properly.
    pub(crate) fn stopped() -> Outcome<Scene> {
        let scene = Scene::empty()?;
        let copied = Command::new("cp").arg("-a").arg(template()?).arg(&scene.data).status()?;
        assert!(copied.success(), "cp failed");
        Ok(scene)
    }

    pub(crate) fn start(&self) -> Outcome<Postgres> {
        Ok(Postgres::start(&Settings::new(&self.data))?)
    }

    /// For starts that are to fail; gives the sentence.
    pub(crate) fn refusal(&self) -> Outcome<String> {
        match Postgres::start(&Settings::new(&self.data)) {
            Ok(_) => Err("it started".into()),
            Err(e) => Ok(e.to_string()),
        }
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.data.join("postgres")
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        self.home().join("cluster")
    }

    /// The server and its backends: they all work in the cluster's folder.
    pub(crate) fn processes(&self) -> Outcome<Vec<i32>> {
        let cluster = self.cluster().canonicalize()?;
        let pids = fs::read_dir("/proc")?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        Ok(pids.filter(|pid| lives_in(*pid).is_some_and(|folder| folder == cluster)).collect())
    }
}

/// Making a cluster takes seconds, so it is made once and copied.
fn template() -> Outcome<PathBuf> {
    static TEMPLATE: Mutex<Option<PathBuf>> = Mutex::new(None);
    let mut template = TEMPLATE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(data) = &*template {
        return Ok(data.clone());
    }
    let scene = Scene::empty()?;
    scene.start()?.stop()?;
    // Nothing static is ever dropped, so a shell that sees our end tidies up after us.
    let tidy =
        Command::new("sh").args(["-c", "cat; rm -rf \"$0\""]).arg(scene.folder.path()).stdin(Stdio::piped()).spawn()?;
    std::mem::forget((tidy, scene.folder));
    *template = Some(scene.data.clone());
    Ok(scene.data)
}

fn lives_in(pid: i32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/cwd")).ok()
}

/// False for zombies.
pub(crate) fn runs(pid: i32) -> bool {
    lives_in(pid).is_some()
}

#[track_caller]
pub(crate) fn wait_for(what: &str, mut happened: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !happened() {
        assert!(begun.elapsed() < DEADLINE, "waited in vain for {what}");
        thread::sleep(POLL);
    }
}

pub(crate) fn execute(url: &str, sql: &'static str) -> Outcome {
    block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        sqlx::query(sql).execute(&mut connection).await?;
        Ok(connection.close().await?)
    })
}

pub(crate) fn numbers(url: &str, sql: &'static str) -> Outcome<Vec<i64>> {
    block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        let found = sqlx::query_scalar(sql).fetch_all(&mut connection).await?;
        connection.close().await?;
        Ok(found)
    })
}

/// A row that must still be there later.
pub(crate) fn leave_mark(url: &str) -> Outcome {
    execute(url, "create table mark as select 42::bigint as n")
}

#[track_caller]
pub(crate) fn check_mark(postgres: &Postgres) -> Outcome {
    let found = numbers(postgres.url().as_str(), "select n from mark")?;
    assert_eq!(found, [42], "after: {}", postgres.describe());
    Ok(())
}

pub(crate) fn block_on<T>(future: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}

pub(crate) fn mode(path: &Path) -> Outcome<u32> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o777)
}
