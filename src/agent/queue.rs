//! What the agent knows of each file and how far it has come with it, in SQLite. The only SQL of the agent; reads no file
//! and asks no server.
//!
//! A state is written before its work begins, and what came of it when that is certain, each on the disk before anything
//! follows from it. So whatever ends the agent, the next one goes on from what is written here.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sqlx::{
    Connection, Row,
    sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteRow, SqliteSynchronous},
};
use tokio::sync::{Mutex, watch};

use crate::folder::{
    Seen,
    scan::{path_bytes, path_from_bytes},
};

/// In order; how many of them a queue has gone through stands in its `user_version`.
const MIGRATIONS: &[&str] = &[include_str!("schema.sql")];
/// For the moment in which `status` or `retry` are at it too.
const BUSY_MAX: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    #[error("it was made by a later version of PixelSync")]
    Later,
    #[error("it was made by an earlier version of PixelSync; the agent brings it up to date when it is started")]
    Earlier,
    /// Whoever makes it has only begun.
    #[error("nothing is in it yet")]
    Empty,
    /// A task that panicked: what it had begun is begun anew by the next agent.
    #[error(transparent)]
    Broke(#[from] tokio::task::JoinError),
}

pub(super) type Result<T> = std::result::Result<T, QueueError>;

pub(super) struct Queue {
    /// SQLite has one writer, so more than one would wait for each other all the same.
    connection: Mutex<SqliteConnection>,
    bell: watch::Sender<()>,
}

/// A root in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RootId(i64);

/// A root as the queue knows it.
#[derive(Clone, Debug)]
pub(super) struct Root {
    pub(super) id: RootId,
    pub(super) path: PathBuf,
    pub(super) first_ns: i64,
    pub(super) is_looked_at: bool,
}

/// A file whose turn it is.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) id: i64,
    turn: i64,
    pub(super) root: PathBuf,
    /// As it was noted; its device and sidecar are not kept.
    pub(super) seen: Seen,
    pub(super) sha256: Option<Vec<u8>>,
    pub(super) url: Option<String>,
    /// How often it was put off, and how often it arrived as something else.
    pub(super) attempts: u32,
    pub(super) garbled: u32,
}

impl Entry {
    pub(super) fn path(&self) -> PathBuf {
        self.root.join(&self.seen.path)
    }
}

/// How a file came to be noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// It lay there, whenever it came.
    Lay,
    /// It lay there before the agent was first told of the root, and is to be left.
    Old,
    /// While the agent looked on.
    Now,
}

/// What stands in the way of a file, or is done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum State {
    Old,
    Queued,
    Hashing,
    /// Its hash is known, and the server has not got it.
    Hashed,
    Uploading,
    /// The server has all of it, whole.
    Verified,
    Done,
    /// Somebody is writing it. It is noted again when it rests.
    Changing,
    Failed,
}

impl State {
    pub(super) const ALL: [State; 9] = [
        State::Old,
        State::Queued,
        State::Hashing,
        State::Hashed,
        State::Uploading,
        State::Verified,
        State::Done,
        State::Changing,
        State::Failed,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            State::Old => "old",
            State::Queued => "queued",
            State::Hashing => "hashing",
            State::Hashed => "hashed",
            State::Uploading => "uploading",
            State::Verified => "verified",
            State::Done => "done",
            State::Changing => "changing",
            State::Failed => "failed",
        }
    }

    /// Something is still to be done with it.
    pub(super) fn is_open(self) -> bool {
        !matches!(self, State::Old | State::Done | State::Failed)
    }
}

/// How many files are in a state, and how large they are together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) state: State,
    pub(super) files: u64,
    pub(super) bytes: u64,
}

/// A file that `status` names.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) path: PathBuf,
    pub(super) size: u64,
    pub(super) sent: u64,
    pub(super) said: Option<String>,
}

/// How the line to the server is.
#[derive(Clone, Debug, Default)]
pub(super) struct Reached {
    pub(super) server: String,
    pub(super) at_ms: Option<i64>,
    pub(super) lost: Option<String>,
}

impl Queue {
    pub(super) async fn open(file: &Path) -> Result<Queue> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_MAX);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        migrate(&mut connection).await?;
        Ok(Queue::on(connection))
    }

    /// For whoever only wants to know, beside an agent that may be at work.
    pub(super) async fn read(file: &Path) -> Result<Queue> {
        let options = SqliteConnectOptions::new().filename(file).read_only(true).busy_timeout(BUSY_MAX);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        match version(&mut connection).await? {
            0 => Err(QueueError::Empty),
            version if version < MIGRATIONS.len() => Err(QueueError::Earlier),
            version if version > MIGRATIONS.len() => Err(QueueError::Later),
            _ => Ok(Queue::on(connection)),
        }
    }

    fn on(connection: SqliteConnection) -> Queue {
        Queue { connection: Mutex::new(connection), bell: watch::Sender::new(()) }
    }

    /// Rings when something new may have its turn.
    pub(super) fn bell(&self) -> watch::Receiver<()> {
        self.bell.subscribe()
    }

    fn ring(&self) {
        self.bell.send_replace(());
    }

    /// What an agent that ended left half done is to be done again; of an upload, only what the server has not got. Another
    /// server has nothing of what was sent before, but what is known of the files stays true.
    pub(super) async fn begin(&self, server: &str) -> Result<()> {
        let mut connection = self.connection.lock().await;
        let mut tx = connection.begin().await?;
        let before: Option<String> = sqlx::query_scalar("select server from agent").fetch_optional(&mut *tx).await?;
        if before.as_deref().is_some_and(|before| before != server) {
            let again = "update files set state = 'queued', turn = turn + 1, url = null, sent = 0, attempts = 0, \
                         retry_ms = 0, image = null, was_here = null, said = null \
                         where state <> 'old'";
            sqlx::query(again).execute(&mut *tx).await?;
        }
        let agent = "insert into agent (only_one, server) values (1, ?) \
                     on conflict do update set server = excluded.server, lost = null";
        sqlx::query(agent).bind(server).execute(&mut *tx).await?;
        let halves = "update files set state = case state when 'uploading' then 'hashed' else 'queued' end, retry_ms = 0 \
                      where state in ('hashing', 'changing', 'uploading')";
        sqlx::query(halves).execute(&mut *tx).await?;
        sqlx::query("update roots set is_given = 0").execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    /// From now on this root's files have their turn.
    pub(super) async fn give(&self, path: &Path, now: SystemTime) -> Result<Root> {
        let given = "insert into roots (path, is_given, first_ns) values (?, 1, ?) \
                     on conflict (path) do update set is_given = 1 returning id, first_ns, is_looked_at";
        let mut connection = self.connection.lock().await;
        let row = sqlx::query(given).bind(path_bytes(path)).bind(nanoseconds(now)).fetch_one(&mut *connection).await?;
        Ok(Root {
            id: RootId(row.try_get("id")?),
            path: path.to_path_buf(),
            first_ns: row.try_get("first_ns")?,
            is_looked_at: row.try_get("is_looked_at")?,
        })
    }

    /// What comes after this cannot have lain there before.
    pub(super) async fn looked_at(&self, root: RootId) -> Result<()> {
        let looked = sqlx::query("update roots set is_looked_at = 1 where id = ? and not is_looked_at").bind(root.0);
        looked.execute(&mut *self.connection.lock().await).await?;
        Ok(())
    }

    /// Files as they lie there. Those that are not known, or are others by now, have their turn; a ctime alone moves when
    /// somebody changes rights, which is reason enough to read a file again but not to send an old one.
    pub(super) async fn note(&self, root: RootId, files: &[(Seen, Came)]) -> Result<()> {
        let note = "insert into files (root, path, size, mtime_ns, ctime_ns, inode, state, is_arrival, changed_ms) \
                    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) on conflict (root, path) do update set \
                    size = ?3, mtime_ns = ?4, ctime_ns = ?5, inode = ?6, state = 'queued', is_arrival = ?8, \
                    changed_ms = ?9, turn = turn + 1, sha256 = null, url = null, sent = 0, attempts = 0, garbled = 0, retry_ms = 0, \
                    image = null, was_here = null, said = null \
                    where state = 'changing' or (size, mtime_ns, inode) <> (?3, ?4, ?6) \
                    or ctime_ns <> ?5 and state <> 'old'";
        let mut connection = self.connection.lock().await;
        let mut tx = connection.begin().await?;
        let now = now_ms();
        for (seen, came) in files {
            let state = if *came == Came::Old { State::Old } else { State::Queued };
            let noted = sqlx::query(note).bind(root.0).bind(path_bytes(&seen.path)).bind(seen.size);
            let noted = noted.bind(seen.mtime_ns).bind(seen.ctime_ns).bind(seen.inode);
            noted.bind(state.name()).bind(*came == Came::Now).bind(now).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        self.ring();
        Ok(())
    }

    /// The next file of a state whose turn it is, put into another one. What came while the agent looked on goes first.
    async fn take(&self, from: State, to: State, only_arrivals: bool) -> Result<Option<Entry>> {
        let take = "update files set state = ?1, changed_ms = ?4 where id = (select files.id from files join roots \
                    on roots.id = files.root and roots.is_given where state = ?2 and retry_ms <= ?4 \
                    and is_arrival >= ?3 order by is_arrival desc, files.id limit 1) \
                    returning *, (select path from roots where roots.id = files.root) as root_path";
        let taken = sqlx::query(take).bind(to.name()).bind(from.name()).bind(only_arrivals).bind(now_ms());
        let row = taken.fetch_optional(&mut *self.connection.lock().await).await?;
        row.map(|row| entry(&row)).transpose()
    }

    pub(super) async fn take_to_hash(&self) -> Result<Option<Entry>> {
        self.take(State::Queued, State::Hashing, false).await
    }

    pub(super) async fn take_to_send(&self, only_arrivals: bool) -> Result<Option<Entry>> {
        self.take(State::Hashed, State::Uploading, only_arrivals).await
    }

    /// Those that the server had acknowledged when the agent ended.
    pub(super) async fn verified(&self) -> Result<Vec<Entry>> {
        let verified = "select files.*, roots.path as root_path from files join roots on roots.id = files.root \
                        where state = 'verified'";
        let rows = sqlx::query(verified).fetch_all(&mut *self.connection.lock().await).await?;
        rows.iter().map(entry).collect()
    }

    /// What it holds is known. False, here and below, when the file has become another one meanwhile.
    pub(super) async fn hashed(&self, entry: &Entry, sha256: &[u8]) -> Result<bool> {
        let hashed = "update files set state = 'hashed', sha256 = ?4, changed_ms = ?3 where id = ?1 and turn = ?2";
        let is_it = self.change(hashed, entry, |query| query.bind(sha256)).await?;
        self.ring();
        Ok(is_it)
    }

    /// Its content lies at the server already.
    pub(super) async fn known(&self, entry: &Entry, sha256: &[u8], image: &str) -> Result<bool> {
        let known = "update files set state = 'done', sha256 = ?4, image = ?5, was_here = 1, changed_ms = ?3 \
                     where id = ?1 and turn = ?2";
        self.change(known, entry, |query| query.bind(sha256).bind(image)).await
    }

    pub(super) async fn begun_at(&self, entry: &Entry, url: &str) -> Result<bool> {
        let begun = "update files set url = ?4, sent = 0, changed_ms = ?3 where id = ?1 and turn = ?2";
        self.change(begun, entry, |query| query.bind(url)).await
    }

    pub(super) async fn sent(&self, entry: &Entry, offset: u64) -> Result<bool> {
        let sent = "update files set sent = ?4, changed_ms = ?3 where id = ?1 and turn = ?2";
        self.change(sent, entry, |query| query.bind(offset.cast_signed())).await
    }

    /// The server says that it has what was hashed.
    pub(super) async fn is_verified(&self, entry: &Entry, image: &str, was_here: bool) -> Result<bool> {
        let verified = "update files set state = 'verified', sent = size, url = null, image = ?4, was_here = ?5, \
                        changed_ms = ?3 where id = ?1 and turn = ?2";
        self.change(verified, entry, |query| query.bind(image).bind(was_here)).await
    }

    /// And the file is still what was hashed.
    pub(super) async fn done(&self, entry: &Entry) -> Result<bool> {
        let done = "update files set state = 'done', changed_ms = ?3 where id = ?1 and turn = ?2";
        self.change(done, entry, |query| query).await
    }

    /// Somebody writes it; whoever looks at the folder notes it again.
    pub(super) async fn changing(&self, entry: &Entry) -> Result<bool> {
        let changing = "update files set state = 'changing', sha256 = null, url = null, sent = 0, changed_ms = ?3 \
                        where id = ?1 and turn = ?2";
        self.change(changing, entry, |query| query).await
    }

    /// The server knows nothing of what it had of it. What the file holds is known, and asked for again.
    pub(super) async fn anew(&self, entry: &Entry, pause: Duration) -> Result<bool> {
        let anew = "update files set state = 'queued', url = null, sent = 0, attempts = attempts + 1, \
                    retry_ms = ?3 + ?4, changed_ms = ?3 where id = ?1 and turn = ?2";
        let is_it = self.change(anew, entry, |query| query.bind(milliseconds(pause))).await?;
        self.ring();
        Ok(is_it)
    }

    /// It lies there no more, and nothing is to be done with what is not there.
    pub(super) async fn forget(&self, entry: &Entry) -> Result<bool> {
        self.change("delete from files where id = ?1 and turn = ?2 and ?3", entry, |query| query).await
    }

    /// The same by its path. What is done with stays known for the day when it comes back.
    pub(super) async fn forget_at(&self, root: RootId, path: &Path) -> Result<()> {
        let forget = "delete from files where root = ? and path = ? and state not in ('old', 'verified', 'done')";
        let forget = sqlx::query(forget).bind(root.0).bind(path_bytes(path));
        forget.execute(&mut *self.connection.lock().await).await?;
        Ok(())
    }

    /// It has its turn again after a pause, because something stood in the way of this file alone.
    pub(super) async fn put_off(&self, entry: &Entry, pause: Duration, said: &str) -> Result<bool> {
        let put_off = "update files set state = case when sha256 is null then 'queued' else 'hashed' end, \
                       attempts = attempts + 1, retry_ms = ?3 + ?4, said = ?5, changed_ms = ?3 where id = ?1 and turn = ?2";
        self.change(put_off, entry, |query| query.bind(milliseconds(pause)).bind(said)).await
    }

    /// What arrived was something else, and is thrown away.
    pub(super) async fn garbled(&self, entry: &Entry) -> Result<bool> {
        let garbled = "update files set garbled = garbled + 1, url = null, sent = 0, changed_ms = ?3 \
                       where id = ?1 and turn = ?2";
        self.change(garbled, entry, |query| query).await
    }

    /// Nothing but another file, or a person, changes that.
    pub(super) async fn failed(&self, entry: &Entry, said: &str) -> Result<bool> {
        let failed = "update files set state = 'failed', url = null, sent = 0, said = ?4, changed_ms = ?3 \
                      where id = ?1 and turn = ?2";
        self.change(failed, entry, |query| query.bind(said)).await
    }

    async fn change<'q>(
        &self,
        statement: &'static str,
        entry: &Entry,
        bind: impl FnOnce(Asked<'q>) -> Asked<'q>,
    ) -> Result<bool> {
        let query = bind(sqlx::query(statement).bind(entry.id).bind(entry.turn).bind(now_ms()));
        let changed = query.execute(&mut *self.connection.lock().await).await?;
        Ok(changed.rows_affected() > 0)
    }

    /// All that failed has its turn again. Says how many.
    pub(super) async fn retry_failed(&self) -> Result<u64> {
        let again = "update files set state = 'queued', turn = turn + 1, attempts = 0, garbled = 0, retry_ms = 0, said = null \
                     where state = 'failed'";
        let again = sqlx::query(again).execute(&mut *self.connection.lock().await).await?;
        self.ring();
        Ok(again.rows_affected())
    }

    pub(super) async fn reached(&self) -> Result<()> {
        let reached = sqlx::query("update agent set reached_ms = ?, lost = null").bind(now_ms());
        reached.execute(&mut *self.connection.lock().await).await?;
        Ok(())
    }

    pub(super) async fn lost(&self, why: &str) -> Result<()> {
        let lost = sqlx::query("update agent set lost = ?").bind(why);
        lost.execute(&mut *self.connection.lock().await).await?;
        Ok(())
    }

    pub(super) async fn line(&self) -> Result<Reached> {
        let line = sqlx::query("select server, reached_ms, lost from agent");
        let Some(row) = line.fetch_optional(&mut *self.connection.lock().await).await? else {
            return Ok(Reached::default());
        };
        Ok(Reached { server: row.try_get("server")?, at_ms: row.try_get("reached_ms")?, lost: row.try_get("lost")? })
    }

    /// Of the roots that were given, in the order of the states, without those that nothing is in.
    pub(super) async fn counts(&self) -> Result<Vec<Count>> {
        let counts = "select state, count(*) as files, coalesce(sum(size), 0) as bytes from files \
                      where root in (select id from roots where is_given) group by state";
        let rows = sqlx::query(counts).fetch_all(&mut *self.connection.lock().await).await?;
        let mut counts = Vec::new();
        for state in State::ALL {
            for row in &rows {
                if row.try_get::<&str, _>("state")? == state.name() {
                    let (files, bytes): (i64, i64) = (row.try_get("files")?, row.try_get("bytes")?);
                    counts.push(Count { state, files: files.cast_unsigned(), bytes: bytes.cast_unsigned() });
                }
            }
        }
        Ok(counts)
    }

    /// Whether nothing is left to be done.
    pub(super) async fn is_idle(&self) -> Result<bool> {
        Ok(self.counts().await?.iter().all(|count| !count.state.is_open()))
    }

    /// Files of one state, those that were touched last first.
    pub(super) async fn named(&self, state: State, most: u32) -> Result<Vec<Named>> {
        let named = "select files.path, roots.path as root_path, size, sent, said from files \
                     join roots on roots.id = files.root where state = ? and is_given order by changed_ms desc limit ?";
        let rows = sqlx::query(named).bind(state.name()).bind(most);
        let rows = rows.fetch_all(&mut *self.connection.lock().await).await?;
        let named = |row: &SqliteRow| {
            let (size, sent): (i64, i64) = (row.try_get("size")?, row.try_get("sent")?);
            Ok(Named {
                path: path_in(row, "root_path")?.join(path_in(row, "path")?),
                size: size.cast_unsigned(),
                sent: sent.cast_unsigned(),
                said: row.try_get("said")?,
            })
        };
        rows.iter().map(named).collect()
    }

    pub(super) async fn close(self) -> Result<()> {
        Ok(self.connection.into_inner().close().await?)
    }
}

type Asked<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

fn path_in(row: &SqliteRow, column: &str) -> Result<PathBuf> {
    Ok(path_from_bytes(row.try_get(column)?))
}

fn entry(row: &SqliteRow) -> Result<Entry> {
    let seen = Seen {
        path: path_in(row, "path")?,
        size: row.try_get("size")?,
        mtime_ns: row.try_get("mtime_ns")?,
        ctime_ns: row.try_get("ctime_ns")?,
        inode: row.try_get("inode")?,
        device: 0,
        sidecar_ns: None,
    };
    Ok(Entry {
        id: row.try_get("id")?,
        turn: row.try_get("turn")?,
        root: path_in(row, "root_path")?,
        seen,
        sha256: row.try_get("sha256")?,
        url: row.try_get("url")?,
        attempts: row.try_get("attempts")?,
        garbled: row.try_get("garbled")?,
    })
}

async fn version(connection: &mut SqliteConnection) -> Result<usize> {
    let version: i64 = sqlx::query_scalar("pragma user_version").fetch_one(connection).await?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

async fn migrate(connection: &mut SqliteConnection) -> Result<()> {
    let done = version(connection).await?;
    if done > MIGRATIONS.len() {
        return Err(QueueError::Later);
    }
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(done) {
        // the number goes with it, or neither does
        let mut tx = connection.begin().await?;
        sqlx::raw_sql(*migration).execute(&mut *tx).await?;
        let number = format!("pragma user_version = {}", index + 1);
        sqlx::raw_sql(sqlx::AssertSqlSafe(number)).execute(&mut *tx).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn milliseconds(pause: Duration) -> i64 {
    i64::try_from(pause.as_millis()).unwrap_or(i64::MAX / 2)
}

pub(super) fn now_ms() -> i64 {
    nanoseconds(SystemTime::now()) / 1_000_000
}

pub(super) fn nanoseconds(at: SystemTime) -> i64 {
    at.duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_nanos()).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(name: &str, size: i64, mtime_ns: i64, ctime_ns: i64) -> Seen {
        Seen { path: name.into(), size, mtime_ns, ctime_ns, inode: 7, device: 1, sidecar_ns: None }
    }

    struct Scene {
        _folder: tempfile::TempDir,
        file: PathBuf,
        queue: Queue,
        root: RootId,
    }

    const SERVER: &str = "http://here/";
    const ROOT: &str = "/pictures";

    impl Scene {
        async fn new() -> Scene {
            let folder = tempfile::tempdir().expect("a folder");
            let file = folder.path().join("agent.sqlite");
            let (queue, root) = Scene::open(&file, SERVER).await;
            Scene { _folder: folder, file, queue, root }
        }

        async fn open(file: &Path, server: &str) -> (Queue, RootId) {
            let queue = Queue::open(file).await.expect("a queue");
            queue.begin(server).await.expect("its begin");
            let root = queue.give(Path::new(ROOT), UNIX_EPOCH).await.expect("a root");
            (queue, root.id)
        }

        /// As after kill -9.
        async fn again(mut self, server: &str) -> Scene {
            (self.queue, self.root) = Scene::open(&self.file, server).await;
            self
        }

        async fn note(&self, files: &[(Seen, Came)]) {
            self.queue.note(self.root, files).await.expect("noted");
        }

        async fn states(&self) -> Vec<(State, u64)> {
            let counts = self.queue.counts().await.expect("counts");
            counts.into_iter().map(|count| (count.state, count.files)).collect()
        }

        async fn hash_next(&self) -> Entry {
            self.queue.take_to_hash().await.expect("a queue").expect("one to hash")
        }

        async fn send_next(&self) -> Entry {
            self.queue.take_to_send(false).await.expect("a queue").expect("one to send")
        }
    }

    #[tokio::test]
    async fn a_file_goes_from_state_to_state_and_stays_done() {
        let scene = Scene::new().await;
        scene.note(&[(seen("a.jpg", 5, 1, 1), Came::Lay)]).await;
        let entry = scene.hash_next().await;
        assert_eq!((entry.path(), entry.seen.size), (PathBuf::from("/pictures/a.jpg"), 5));
        assert_eq!(scene.states().await, [(State::Hashing, 1)]);
        assert!(scene.queue.hashed(&entry, b"hash").await.expect("hashed"));
        let entry = scene.send_next().await;
        assert_eq!(entry.sha256.as_deref(), Some(&b"hash"[..]));
        scene.queue.begun_at(&entry, "http://here/uploads/1").await.expect("begun");
        scene.queue.sent(&entry, 3).await.expect("sent");
        assert_eq!(scene.queue.named(State::Uploading, 9).await.expect("named")[0].sent, 3);
        scene.queue.is_verified(&entry, "an image", false).await.expect("verified");
        scene.queue.done(&entry).await.expect("done");
        // looked at again, it is nothing new
        scene.note(&[(seen("a.jpg", 5, 1, 1), Came::Lay)]).await;
        assert_eq!(scene.states().await, [(State::Done, 1)]);
        assert!(scene.queue.is_idle().await.expect("a queue"));
    }

    #[tokio::test]
    async fn what_was_begun_with_one_file_says_nothing_of_the_next() {
        let scene = Scene::new().await;
        scene.note(&[(seen("a.jpg", 5, 1, 1), Came::Lay)]).await;
        let before = scene.hash_next().await;
        scene.note(&[(seen("a.jpg", 6, 2, 2), Came::Now)]).await;
        assert!(!scene.queue.hashed(&before, b"hash").await.expect("a queue"));
        assert!(!scene.queue.failed(&before, "so").await.expect("a queue"));
        assert!(!scene.queue.forget(&before).await.expect("a queue"));
        assert_eq!(scene.states().await, [(State::Queued, 1)]);
        assert_eq!(scene.hash_next().await.seen.size, 6);
    }

    #[tokio::test]
    async fn what_was_killed_goes_on() {
        let scene = Scene::new().await;
        let lay = |name| (seen(name, 5, 1, 1), Came::Lay);
        scene.note(&[lay("a.jpg"), lay("b.jpg"), lay("c.jpg"), lay("d.jpg")]).await;
        for _ in 0..2 {
            let entry = scene.hash_next().await;
            scene.queue.hashed(&entry, b"hash").await.expect("hashed");
        }
        let entry = scene.send_next().await;
        scene.queue.begun_at(&entry, "http://here/uploads/1").await.expect("begun");
        scene.queue.sent(&entry, 3).await.expect("sent");
        scene.hash_next().await;
        let scene = scene.again(SERVER).await;
        assert_eq!(scene.states().await, [(State::Queued, 2), (State::Hashed, 2)]);
        let entry = scene.send_next().await;
        assert_eq!((entry.seen.name(), entry.url.as_deref()), ("a.jpg".into(), Some("http://here/uploads/1")));
        // another server has nothing of it, and what it holds needs not be read again
        let scene = scene.again("http://there/").await;
        assert_eq!(scene.states().await, [(State::Queued, 4)]);
        let entry = scene.hash_next().await;
        assert_eq!((entry.sha256.as_deref(), entry.url), (Some(&b"hash"[..]), None));
    }

    #[tokio::test]
    async fn what_has_just_come_goes_first() {
        let scene = Scene::new().await;
        scene.note(&[(seen("lay.jpg", 5, 1, 1), Came::Lay), (seen("came.jpg", 5, 1, 1), Came::Now)]).await;
        for expect in ["came.jpg", "lay.jpg"] {
            let entry = scene.hash_next().await;
            assert_eq!(entry.seen.name(), expect);
            scene.queue.hashed(&entry, b"hash").await.expect("hashed");
        }
        let arrived = scene.queue.take_to_send(true).await.expect("a queue").expect("one");
        assert_eq!(arrived.seen.name(), "came.jpg");
        assert!(scene.queue.take_to_send(true).await.expect("a queue").is_none(), "the other one lay there");
    }

    #[tokio::test]
    async fn what_is_old_is_left_until_it_is_another() {
        let scene = Scene::new().await;
        scene.note(&[(seen("a.jpg", 5, 1, 1), Came::Old)]).await;
        // its rights changed
        scene.note(&[(seen("a.jpg", 5, 1, 2), Came::Lay)]).await;
        assert_eq!(scene.states().await, [(State::Old, 1)]);
        scene.note(&[(seen("a.jpg", 5, 2, 3), Came::Lay)]).await;
        assert_eq!(scene.states().await, [(State::Queued, 1)]);
    }

    #[tokio::test]
    async fn what_failed_is_left_until_somebody_says_so_or_it_is_another() {
        let scene = Scene::new().await;
        scene.note(&[(seen("a.jpg", 5, 1, 1), Came::Lay)]).await;
        let entry = scene.hash_next().await;
        scene.queue.failed(&entry, "Too large.").await.expect("failed");
        let scene = scene.again(SERVER).await;
        scene.note(&[(seen("a.jpg", 5, 1, 1), Came::Lay)]).await;
        assert_eq!(scene.states().await, [(State::Failed, 1)]);
        assert_eq!(scene.queue.named(State::Failed, 9).await.expect("named")[0].said.as_deref(), Some("Too large."));
        assert_eq!(scene.queue.retry_failed().await.expect("a queue"), 1);
        let entry = scene.hash_next().await;
        scene.queue.failed(&entry, "Too large.").await.expect("failed");
        scene.note(&[(seen("a.jpg", 4, 2, 2), Came::Lay)]).await;
        assert_eq!(scene.states().await, [(State::Queued, 1)]);
    }

    #[tokio::test]
    async fn what_is_put_off_waits_and_what_changes_waits_to_be_seen() {
        let scene = Scene::new().await;
        scene.note(&[(seen("a.jpg", 5, 1, 1), Came::Lay), (seen("b.jpg", 5, 1, 1), Came::Lay)]).await;
        let (a, b) = (scene.hash_next().await, scene.hash_next().await);
        scene.queue.put_off(&a, Duration::from_secs(60), "Busy.").await.expect("put off");
        scene.queue.changing(&b).await.expect("changing");
        assert!(scene.queue.take_to_hash().await.expect("a queue").is_none());
        assert!(!scene.queue.is_idle().await.expect("a queue"));
        // it is as it was after all
        scene.note(&[(seen("b.jpg", 5, 1, 1), Came::Now)]).await;
        assert_eq!(scene.hash_next().await.seen.name(), "b.jpg");
    }

    #[tokio::test]
    async fn a_root_that_is_not_given_any_more_is_left() {
        let scene = Scene::new().await;
        scene.note(&[(seen("a.jpg", 5, 1, 1), Came::Lay)]).await;
        scene.queue.begin(SERVER).await.expect("its begin");
        scene.queue.give(Path::new("/other"), UNIX_EPOCH).await.expect("a root");
        assert!(scene.queue.take_to_hash().await.expect("a queue").is_none());
        assert!(scene.queue.is_idle().await.expect("a queue"));
    }

    #[tokio::test]
    async fn a_queue_that_is_being_made_says_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("agent.sqlite");
        std::fs::write(&file, "").expect("a file");
        assert!(matches!(Queue::read(&file).await, Err(QueueError::Empty)));
    }

    #[tokio::test]
    async fn a_queue_is_written_for_good_and_a_later_one_is_left_alone() {
        let scene = Scene::new().await;
        let mut connection = scene.queue.connection.lock().await;
        for (pragma, expect) in [("pragma journal_mode", "wal"), ("pragma synchronous", "2")] {
            let row = sqlx::query(pragma).fetch_one(&mut *connection).await.expect("a pragma");
            let value = row.try_get::<String, _>(0).or_else(|_| row.try_get::<i64, _>(0).map(|it| it.to_string()));
            assert_eq!(value.expect("a value"), expect);
        }
        sqlx::raw_sql("pragma user_version = 1000").execute(&mut *connection).await.expect("a version");
        drop(connection);
        assert!(matches!(Queue::open(&scene.file).await, Err(QueueError::Later)));
        assert!(matches!(Queue::read(&scene.file).await, Err(QueueError::Later)));
    }
}
