//! Reads every file of a folder again and compares its hash with the catalogue's, when nothing else is to be done: bytes
//! that went bad look like any others until somebody reads them. What is not as it was seen last is left to the next look.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use tokio::sync::{mpsc, oneshot};

use super::{App, Error, run::Run};
use crate::{
    folder::{
        Seen, hash,
        scan::path_bytes,
        watch::{Hint, Marks},
    },
    model::{State, SyncKind, SyncSummary},
    server::{
        background::in_background,
        db::{
            activity, files,
            folders::{self, FolderRow},
            jobs::Priority,
        },
        ingest::{self, Door, Step},
        reconcile::{Action, Hash, Known, Record},
        root,
    },
};

/// Records that are compared at once.
const BATCH: i64 = 200;
/// How far it has come is kept so often: a run that was cut off goes on from there.
const SAVE_EVERY: Duration = Duration::from_secs(10);
/// When it is tried again that a run broke off.
const AGAIN: Duration = Duration::from_secs(30);
/// The lowest there is: everybody else goes first.
const NICE: i32 = 19;

/// Until all of it was read or a person has had enough: a disk or a database that goes in between is waited for.
pub(super) async fn run(app: App, folder: FolderRow, marks: Marks) {
    loop {
        if is_there(&folder).await {
            match once(&app, &folder, &marks).await {
                Ok(found) => {
                    return tracing::info!(?found, folder = %folder.root.display(), "every file was read again");
                }
                Err(Error::Cancelled) => return,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, folder = %folder.root.display(), "not every file was read again yet");
                }
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn is_there(folder: &FolderRow) -> bool {
    let folder = folder.clone();
    in_background(move || root::check_mark(&folder)).await.is_ok_and(|checked| checked.is_ok())
}

async fn once(app: &App, folder: &FolderRow, marks: &Marks) -> Result<SyncSummary, Error> {
    // before anybody sees it run: who is cut off goes on, however early
    let from = folders::verify_from(&app.pool, folder.id).await?.unwrap_or_default();
    folders::set_verify_from(&app.pool, folder.id, Some(&from)).await?;
    let mut run = Run::begin(app, folder.id, SyncKind::Verify, app.folders.expected(folder.id)).await?;
    let verify = Verify { app, folder, marks, reader: Reader::start(&folder.root) };
    let done = verify.all(&mut run).await;
    run.end(done).await
}

struct Verify<'a> {
    app: &'a App,
    folder: &'a FolderRow,
    marks: &'a Marks,
    reader: Reader,
}

impl Verify<'_> {
    async fn all(&self, run: &mut Run) -> Result<(), Error> {
        let (pool, id) = (&self.app.pool, self.folder.id);
        let mut after = folders::verify_from(pool, id).await?.unwrap_or_default();
        let mut saved = Instant::now();
        loop {
            let rows = files::known_after(pool, id, &after, BATCH).await?;
            let Some(last) = rows.last() else { break };
            after = path_bytes(&last.seen.path).to_vec();
            self.some(rows, run).await?;
            if saved.elapsed() >= SAVE_EVERY {
                saved = Instant::now();
                folders::set_verify_from(pool, id, Some(&after)).await?;
            }
        }
        Ok(folders::verified(pool, id).await?)
    }

    async fn some(&self, rows: Vec<Known>, run: &mut Run) -> Result<(), Error> {
        let folder = self.folder.clone();
        in_background(move || root::check_mark(&folder)).await??;
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let records = files::records(&mut *self.app.pool.acquire().await?, &ids).await?;
        for row in rows.into_iter().filter(|row| row.state != State::Missing) {
            if let Some(record) = records.get(&row.id) {
                self.one(row, record, run).await?;
            }
            if let Err(cancelled) = run.step() {
                // the next one begins anew
                folders::set_verify_from(&self.app.pool, self.folder.id, None).await?;
                return Err(cancelled);
            }
        }
        Ok(())
    }

    async fn one(&self, row: Known, record: &Record, run: &mut Run) -> Result<(), Error> {
        run.report.found.scanned += 1;
        // of what was never read there is nothing to compare
        let Some(expected) = record.found_hash.or(record.hash) else { return Ok(()) };
        match self.reader.hash(&row.seen).await? {
            Hashed::Other => self.marks.mark(&row.seen.path, Hint::default()),
            Hashed::Is(hash) if hash == expected => {
                run.report.found.corrupted += u32::from(record.found_hash.is_some())
            }
            Hashed::Is(_) | Hashed::Unread => self.look_closer(row, run).await?,
        }
        Ok(())
    }

    /// As a look would that found it changed: it reads the disk itself before it believes that bytes went bad.
    async fn look_closer(&self, row: Known, run: &mut Run) -> Result<(), Error> {
        let seen = row.seen.clone();
        let action = Action::ReadAgain(row, seen);
        let read = ingest::read(self.app, &self.folder.root, &action).await?;
        let door = Door { folder: self.folder, priority: Priority::Backlog, how: activity::Kind::Arrived };
        for outcome in ingest::take_in(self.app, door, &mut [Step { action, read }]).await? {
            run.report.add(outcome);
        }
        Ok(())
    }
}

enum Hashed {
    Is(Hash),
    /// It is not as it was seen last, or gone.
    Other,
    Unread,
}

/// A thread of its own, which has the lowest priority for good.
struct Reader {
    files: mpsc::UnboundedSender<(Seen, oneshot::Sender<Hashed>)>,
}

impl Reader {
    fn start(root: &Path) -> Reader {
        let (files, mut asked) = mpsc::unbounded_channel::<(Seen, oneshot::Sender<Hashed>)>();
        let root = root.to_path_buf();
        thread::spawn(move || {
            be_nice();
            while let Some((seen, answer)) = asked.blocking_recv() {
                // whoever asked may have left
                let _ = answer.send(hash(&root, &seen));
            }
        });
        Reader { files }
    }

    async fn hash(&self, seen: &Seen) -> Result<Hashed, Error> {
        let (answer, answered) = oneshot::channel();
        self.files.send((seen.clone(), answer)).map_err(|_| Error::Stopped)?;
        answered.await.map_err(|_| Error::Stopped)
    }
}

/// Linux has a priority for each thread; elsewhere it would be the whole program's.
fn be_nice() {
    if cfg!(target_os = "linux")
        && let Err(error) = rustix::process::setpriority_process(None, NICE)
    {
        tracing::debug!(%error, "files are read again at the priority of all else");
    }
}

fn hash(root: &Path, seen: &Seen) -> Hashed {
    let path = root.join(&seen.path);
    let is_as_seen =
        || path.symlink_metadata().is_ok_and(|meta| Seen::new(seen.path.clone(), &meta).is_unchanged_since(seen));
    if !is_as_seen() {
        return Hashed::Other;
    }
    match hash::of_file(&path) {
        Ok(_) if !is_as_seen() => Hashed::Other,
        Ok(hash) => Hashed::Is(hash),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a file cannot be read");
            Hashed::Unread
        }
    }
}
