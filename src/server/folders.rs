//! Keeps the catalogue true to the folders: one loop a folder, which watches, looks, plans and takes in.
//! Events only mark; this loop does the work. Knows neither pixels nor http.

use std::{
    collections::{HashMap, HashSet},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use futures::{StreamExt, stream};
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    App, Error,
    db::{Pool, activity, folders::FolderRow, images, operations},
    ingest::{self, Outcome},
    reconcile::{self, Action, Known},
};
use crate::{
    folder::{
        Look, Seen, marker,
        scan::path_bytes,
        settle::{SETTLE, Settling},
        watch::{Dirty, Marks, Watch, start as start_watch},
    },
    model::{State, SyncSummary},
};

/// How long hints are gathered before the first of them is acted on.
const GATHER: Duration = Duration::from_millis(40);
/// After a failure that may pass, the folder is looked at again this much later.
const RETRY: Duration = Duration::from_secs(2);
/// How long the loop sleeps when nothing settles; a mark or a command wakes it.
const IDLE: Duration = Duration::from_secs(3600);
/// Rescans that wait; one more is refused.
const COMMANDS_MAX: usize = 16;

/// Whoever asked for a scan waits at the other end.
type Answer = oneshot::Sender<Result<SyncSummary, Error>>;

/// Asks the loop for a look; cheap to copy.
#[derive(Clone)]
pub struct Folders {
    scans: mpsc::Sender<Answer>,
    watching: watch::Receiver<bool>,
}

/// The other end, for the loop.
pub struct Commands {
    scans: mpsc::Receiver<Answer>,
    watching: watch::Sender<bool>,
}

pub fn channel() -> (Folders, Commands) {
    let (scans, asked) = mpsc::channel(COMMANDS_MAX);
    let (says, watching) = watch::channel(false);
    (Folders { scans, watching }, Commands { scans: asked, watching: says })
}

impl Folders {
    /// Compares folder and catalogue and answers when both agree.
    pub async fn rescan(&self) -> Result<SyncSummary, Error> {
        let (answer, answered) = oneshot::channel();
        self.scans
            .try_send(answer)
            .map_err(|_| Error::Refused("So many scans are waiting already; this one is not needed.".into()))?;
        answered.await.map_err(|_| Error::Stopped)?
    }

    pub fn is_watching(&self) -> bool {
        *self.watching.borrow()
    }
}

/// How much an absence is believed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// A person asked: many files gone at once are taken for gone. A root that is not whole never is.
    Person,
    Nobody,
}

struct Keeper {
    app: App,
    folder: FolderRow,
    marks: Marks,
    settling: Settling,
    watch: Option<Watch>,
    /// Which folder the watch stands on: another one may come to lie under the same path.
    watched: Option<RootIdentity>,
}

/// Device and inode.
type RootIdentity = (u64, u64);

/// Runs until told to stop.
pub async fn keep(app: App, folder: FolderRow, mut commands: Commands) {
    let stop = app.stop.clone();
    let mut keeper =
        Keeper { app, folder, marks: Marks::default(), settling: Settling::default(), watch: None, watched: None };
    stop.run_until_cancelled(async {
        // watched first and looked at then, so that nothing falls between
        keeper.watch_root();
        commands.watching.send_replace(keeper.watch.is_some());
        keeper.start().await;
        loop {
            keeper.turn(&mut commands).await;
        }
    })
    .await;
}

impl Keeper {
    async fn start(&mut self) {
        if let Err(error) = operations::close_abandoned(&self.app.pool, self.folder.id).await {
            tracing::warn!(%error, "old sync operations could not be closed");
        }
        match self.scan(operations::Kind::Startup, Trust::Nobody).await {
            Ok(found) => {
                tracing::info!(?found, folder = %self.folder.root.display(), "the folder was compared with the catalogue")
            }
            Err(error) => self.failed(&error).await,
        }
    }

    /// A watch stays with the folder it was set on, also when that is moved away and another takes its place.
    fn watch_root(&mut self) {
        let now = self.folder.root.metadata().ok().map(|meta| (meta.dev(), meta.ino()));
        if self.watch.is_none() || self.watched != now {
            self.watched = now;
            self.watch_again();
        }
    }

    fn watch_again(&mut self) {
        match start_watch(&self.folder.root, self.marks.clone()) {
            Ok(watch) => self.watch = Some(watch),
            Err(error) => {
                self.watch = None;
                tracing::error!(%error, folder = %self.folder.root.display(),
                    "the folder cannot be watched; new files show after a scan. Raise fs.inotify.max_user_watches if it is the limit");
            }
        }
    }

    async fn turn(&mut self, commands: &mut Commands) {
        let due = self.settling.next().unwrap_or_else(|| Instant::now() + IDLE);
        tokio::select! {
            Some(answer) = commands.scans.recv() => {
                let found = self.scan(operations::Kind::Manual, Trust::Person).await;
                if let Err(error) = &found {
                    self.failed(error).await;
                }
                // whoever asked may have left
                let _ = answer.send(found);
            }
            () = self.marks.marked() => {
                tokio::time::sleep(GATHER).await;
                self.drain().await;
            }
            () = tokio::time::sleep_until(due.into()) => {
                for path in self.settling.due(Instant::now()) {
                    self.marks.mark(&path, false);
                }
            }
        }
    }

    async fn drain(&mut self) {
        let done = match self.marks.take() {
            Dirty::Everything => self.scan(operations::Kind::Realtime, Trust::Nobody).await.map(|_| ()),
            Dirty::Paths(paths) => self.look_at(paths).await,
        };
        if let Err(error) = done {
            self.failed(&error).await;
        }
    }

    /// Nothing that was marked is forgotten: the whole folder is looked at again.
    async fn failed(&self, error: &Error) {
        tracing::warn!(error = error as &dyn std::error::Error, folder = %self.folder.root.display(), "the folder is looked at again soon");
        let marks = self.marks.clone();
        let pause = if error.is_passing() { RETRY } else { RETRY * 15 };
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            marks.mark_everything();
        });
    }

    /// A look at the whole folder, kept as a sync operation.
    async fn scan(&mut self, kind: operations::Kind, trust: Trust) -> Result<SyncSummary, Error> {
        let operation = operations::begin(&self.app.pool, self.folder.id, kind).await?;
        let mut found = SyncSummary::default();
        let done = self.scan_into(&mut found, trust).await;
        let error = done.as_ref().err().map(ToString::to_string);
        operations::end(&self.app.pool, operation, &found, error.as_deref()).await?;
        done.map(|()| found)
    }

    async fn scan_into(&mut self, found: &mut SyncSummary, trust: Trust) -> Result<(), Error> {
        self.watch_root();
        let look = self.look(vec![PathBuf::new()]).await?;
        let known = images::known_in(&self.app.pool, self.folder.id).await?;
        self.check_root(known.len())?;
        found.scanned = count(look.files.len());
        self.carry_out(look, known, &HashMap::new(), found, trust).await
    }

    async fn look_at(&mut self, paths: HashMap<PathBuf, bool>) -> Result<(), Error> {
        let look = self.look(paths.keys().cloned().collect()).await?;
        let bytes: Vec<Vec<u8>> = paths.keys().map(|path| path_bytes(path).to_vec()).collect();
        let known = images::known_at(&self.app.pool, self.folder.id, &bytes).await?;
        self.forget_absent(&look, &paths);
        self.look_again_later(&look, &paths);
        self.check_root(known.len())?;
        self.carry_out(look, known, &paths, &mut SyncSummary::default(), Trust::Nobody).await
    }

    fn forget_absent(&mut self, look: &Look, paths: &HashMap<PathBuf, bool>) {
        let present: HashSet<&Path> = look.files.iter().map(|seen| seen.path.as_path()).collect();
        for path in paths.keys().filter(|path| !present.contains(path.as_path())) {
            self.settling.forget(path);
        }
    }

    /// The watcher misses what is put into a new folder before its own watch stands there: a second look finds it.
    fn look_again_later(&self, look: &Look, paths: &HashMap<PathBuf, bool>) {
        for tree in look.trees.iter().filter(|tree| paths.get(*tree) == Some(&false)) {
            let (marks, tree) = (self.marks.clone(), tree.clone());
            tokio::spawn(async move {
                tokio::time::sleep(SETTLE).await;
                marks.mark(&tree, true);
            });
        }
    }

    async fn look(&self, paths: Vec<PathBuf>) -> Result<Look, Error> {
        let root = self.folder.root.clone();
        tokio::task::spawn_blocking(move || {
            let mut look = Look::default();
            for path in topmost(paths) {
                look.add(&root, &path);
            }
            look
        })
        .await
        .map_err(|_| Error::Stopped)
    }

    /// An empty mount point is not an emptied folder.
    fn check_root(&self, known: usize) -> Result<(), Error> {
        if known == 0 { Ok(()) } else { check_mark(&self.folder) }
    }

    async fn carry_out(
        &mut self,
        mut look: Look,
        known: Vec<Known>,
        hints: &HashMap<PathBuf, bool>,
        found: &mut SyncSummary,
        trust: Trust,
    ) -> Result<(), Error> {
        for blind in &look.blind {
            tracing::warn!(path = %self.folder.root.join(&blind.path).display(), error = %blind.error, "this could not be looked at");
        }
        found.unreadable += count(look.blind.len());
        let open = self.set_aside_open(&mut look, &known, hints);
        let known = known.into_iter().filter(|row| !open.contains(&row.seen.path)).collect();
        let actions = reconcile::plan(&look, known);
        self.check_vanished(&actions, trust).await?;
        self.perform(actions, found).await
    }

    /// A file that is not whole yet is kept out of the look, and its record out of what could be called missing.
    fn set_aside_open(&mut self, look: &mut Look, known: &[Known], hints: &HashMap<PathBuf, bool>) -> HashSet<PathBuf> {
        let (now, wall) = (Instant::now(), nanoseconds_since_1970());
        let rows: HashMap<&Path, &Known> = known.iter().map(|row| (row.seen.path.as_path(), row)).collect();
        let inode = |seen: &Seen| (seen.device, seen.inode, seen.size, seen.mtime_ns);
        let inodes: HashSet<_> = known.iter().map(|row| inode(&row.seen)).collect();
        let mut open = HashSet::new();
        look.files.retain(|seen| {
            let is_hinted = hints.get(&seen.path).copied().unwrap_or(false);
            let is_known = match rows.get(seen.path.as_path()) {
                Some(row) => row.seen == *seen,
                // renamed just now: nobody writes it, and set aside it would lose its record
                None => inodes.contains(&inode(seen)),
            };
            let ready = self.settling.may_read(seen, is_hinted || is_known || rests(seen, wall), now);
            if !ready {
                open.insert(seen.path.clone());
            }
            ready
        });
        open
    }

    async fn check_vanished(&self, actions: &[Action], trust: Trust) -> Result<(), Error> {
        let vanished = actions.iter().filter(|action| matches!(action, Action::Missing(_))).count();
        if vanished == 0 || trust == Trust::Person {
            return Ok(());
        }
        let all = usize::try_from(images::count_present(&self.app.pool, self.folder.id).await?).unwrap_or(0);
        if reconcile::is_believable(vanished, all) {
            return Ok(());
        }
        Err(Error::Refused(format!(
            "{vanished} of {all} files vanished from {} at once. Nothing was changed: if they are really gone, scan by hand.",
            self.folder.root.display()
        )))
    }

    /// Reads as many at once as there are decoders, and writes in the order of arrival.
    async fn perform(&self, actions: Vec<Action>, found: &mut SyncSummary) -> Result<(), Error> {
        let (app, folder) = (&self.app, &self.folder);
        let ahead = std::thread::available_parallelism().map_or(2, usize::from) + 1;
        let mut steps = stream::iter(actions)
            .map(|action| async move {
                let read = match &action {
                    Action::Add(seen) | Action::ReadAgain(_, seen) | Action::Move(_, seen) => {
                        Some(ingest::read(app, &folder.root, seen).await?)
                    }
                    Action::Missing(_) => None,
                };
                Ok::<_, Error>((action, read))
            })
            .buffered(ahead);
        while let Some(step) = steps.next().await {
            let outcome = match step? {
                (Action::Add(seen), Some(read)) => {
                    self.later(&seen, ingest::add(app, folder, &seen, read, activity::Kind::Arrived).await?)
                }
                (Action::ReadAgain(known, seen), Some(read)) => {
                    self.later(&seen, ingest::update(app, folder, &known, &seen, read).await?)
                }
                (Action::Move(known, seen), Some(read)) => {
                    self.later(&seen, ingest::relocate(app, folder, &known, &seen, read).await?)
                }
                (Action::Missing(known), _) => {
                    ingest::mark_missing(app, folder, &known).await?;
                    found.missing += 1;
                    continue;
                }
                (_, None) => continue,
            };
            tally(found, outcome);
        }
        Ok(())
    }

    /// A file that changed under the reader is marked again.
    fn later(&self, seen: &Seen, outcome: Outcome) -> Outcome {
        if outcome == Outcome::Later {
            self.marks.mark(&seen.path, false);
        }
        outcome
    }
}

fn tally(found: &mut SyncSummary, outcome: Outcome) {
    let state = match outcome {
        Outcome::Added(_, state) => {
            found.added += 1;
            state
        }
        Outcome::Updated(state) => {
            found.updated += 1;
            state
        }
        Outcome::Healed => {
            found.healed += 1;
            State::Ok
        }
        Outcome::Moved => {
            found.moved += 1;
            State::Ok
        }
        Outcome::Later => State::Ok,
    };
    found.corrupted += u32::from(state == State::Corrupted);
    found.unreadable += u32::from(state == State::Unreadable);
}

/// Last changed long enough ago that nobody is at it; a clock that runs ahead counts as resting.
fn rests(seen: &Seen, now_ns: i64) -> bool {
    let newest = seen.mtime_ns.max(seen.ctime_ns);
    let settle = i64::try_from(SETTLE.as_nanos()).unwrap_or(i64::MAX);
    now_ns.saturating_sub(newest) >= settle || newest > now_ns.saturating_add(settle)
}

fn nanoseconds_since_1970() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_nanos()).ok())
        .unwrap_or(0)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Without those that lie below another of them, which would be looked at twice.
fn topmost(mut paths: Vec<PathBuf>) -> Vec<PathBuf> {
    paths.sort();
    let mut kept: Vec<PathBuf> = Vec::new();
    for path in paths {
        if !kept.last().is_some_and(|top| path.starts_with(top)) {
            kept.push(path);
        }
    }
    kept
}

/// Whether the managed folder is the one it was.
pub fn check_mark(folder: &FolderRow) -> Result<(), Error> {
    let root = &folder.root;
    if !folder.managed || marker::holds(root, folder.id.0).map_err(Error::disk(root))? {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "{} is not the folder that it was (its mark is gone): it may not be mounted. Nothing was changed.",
        root.display()
    )))
}

/// Makes the managed folder ready: it exists, carries its mark, and holds nothing of an upload that was cut off.
pub async fn prepare_managed(pool: &Pool, folder: &FolderRow) -> Result<(), Error> {
    let root: &Path = &folder.root;
    std::fs::create_dir_all(root).map_err(Error::disk(root))?;
    crate::folder::write::remove_leftovers(root).map_err(Error::disk(root))?;
    let is_new = images::count_present(pool, folder.id).await? == 0;
    if is_new {
        marker::set(root, folder.id.0).map_err(Error::disk(root))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_covers_what_is_below_it() {
        let paths = ["b/c", "a", "b", "a/x/y", "ab"].map(PathBuf::from).to_vec();
        assert_eq!(topmost(paths), ["a", "ab", "b"].map(PathBuf::from));
    }
}
