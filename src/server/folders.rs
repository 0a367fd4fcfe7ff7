//! Keeps the catalogue true to the folders: one loop a folder, which watches, looks, plans and takes in.
//! Events only mark; this loop does the work. Knows neither pixels nor http.

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use futures::{FutureExt, StreamExt, stream};
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot, watch,
};

pub use super::root::check_mark;
use super::{
    App, Error,
    db::{activity, folders::FolderRow, images, jobs::Priority, operations},
    ingest::{self, Door, Outcome, Read},
    reconcile::{self, Action, FileIdentity, Known},
    report::Report,
    root::{self, RootIdentity},
};
use crate::{
    folder::{
        Look, Seen,
        scan::path_bytes,
        settle::{SETTLE, Settling},
        watch::{Dirty, Hint, Marks, Watch, start as start_watch},
    },
    model::SyncSummary,
};

/// How long hints are gathered before the first of them is acted on.
const GATHER: Duration = Duration::from_millis(40);
/// After a failure that passes by itself, the folder is looked at again this much later.
const RETRY: Duration = Duration::from_secs(2);
/// After one that somebody has to do something about.
const RETRY_LATE: Duration = Duration::from_secs(30);
/// How often it is checked that the root is still the one that is watched: a watch says nothing when its folder is
/// unmounted or another takes its place.
const CHECK: Duration = Duration::from_secs(30);
/// How often everything is looked at whatever was heard: what was unmounted and mounted again looks the same and is not
/// watched any more.
const LOOK: Duration = Duration::from_secs(60 * 60);
/// The same where no watch could be had.
const LOOK_UNWATCHED: Duration = Duration::from_secs(5 * 60);
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
        self.scans.try_send(answer).map_err(|error| match error {
            TrySendError::Full(_) => {
                Error::Refused("So many scans are waiting already; this one is not needed.".into())
            }
            TrySendError::Closed(_) => Error::Stopped,
        })?;
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

struct Keeper<'a> {
    app: App,
    folder: FolderRow,
    commands: &'a mut Commands,
    marks: Marks,
    settling: Settling,
    watch: Option<Watch>,
    /// Which folder the watch stands on: another one may come to lie under the same path.
    watched: Option<RootIdentity>,
    /// Set after a failure. Until then nothing else is looked at, because then everything is.
    retry_at: Option<Instant>,
    check_at: Instant,
    look_at: Instant,
}

/// Runs until told to stop. Begins anew when it breaks, because nobody else would do the work; it leaves nothing half done
/// that the next look would not find.
pub async fn keep(app: App, folder: FolderRow, mut commands: Commands) {
    let stop = app.stop.clone();
    let keeping = async {
        loop {
            let Err(_) = AssertUnwindSafe(Keeper::new(&app, &folder, &mut commands).run()).catch_unwind().await;
            tracing::error!(folder = %folder.root.display(), "what keeps the folder broke; it begins anew");
            commands.watching.send_replace(false);
            tokio::time::sleep(RETRY).await;
        }
    };
    stop.run_until_cancelled(keeping).await;
}

impl<'a> Keeper<'a> {
    fn new(app: &App, folder: &FolderRow, commands: &'a mut Commands) -> Keeper<'a> {
        let now = Instant::now();
        Keeper {
            app: app.clone(),
            folder: folder.clone(),
            commands,
            marks: Marks::default(),
            settling: Settling::default(),
            watch: None,
            watched: None,
            retry_at: None,
            check_at: now + CHECK,
            look_at: now + LOOK,
        }
    }

    async fn run(mut self) -> Infallible {
        self.start().await;
        loop {
            self.turn().await;
        }
    }

    async fn start(&mut self) {
        if let Err(error) = operations::close_abandoned(&self.app.pool, self.folder.id).await {
            tracing::warn!(%error, "old sync operations could not be closed");
        }
        if let Ok(found) = self.scan(operations::Kind::Startup, Trust::Nobody).await {
            tracing::info!(?found, folder = %self.folder.root.display(), "the folder was compared with the catalogue");
        }
    }

    async fn turn(&mut self) {
        let due = self.due();
        tokio::select! {
            Some(answer) = self.commands.scans.recv() => {
                let found = self.scan(operations::Kind::Manual, Trust::Person).await;
                // whoever asked may have left
                let _ = answer.send(found);
            }
            () = self.marks.marked(), if self.retry_at.is_none() => {
                tokio::time::sleep(GATHER).await;
                self.drain().await;
            }
            () = tokio::time::sleep_until(due.into()) => self.act_on_time(Instant::now()).await,
        }
    }

    fn due(&self) -> Instant {
        let next = self.look_at.min(self.check_at);
        self.retry_at.or(self.settling.next().map(|settled| settled.min(next))).unwrap_or(next)
    }

    async fn act_on_time(&mut self, now: Instant) {
        // what fails sees to it that it is tried again
        if self.retry_at.is_some_and(|at| at <= now) {
            let _ = self.scan(operations::Kind::Realtime, Trust::Nobody).await;
        } else if self.look_at <= now || self.check_at <= now && self.lost_root().await {
            let _ = self.scan(operations::Kind::Reconciliation, Trust::Nobody).await;
        } else {
            if self.check_at <= now {
                self.check_at = now + CHECK;
            }
            for path in self.settling.due(now) {
                self.marks.mark(&path, Hint::default());
            }
        }
    }

    /// Whether the watch stands on a folder that is not the root any more.
    async fn lost_root(&self) -> bool {
        let folder = self.folder.clone();
        let now = tokio::task::spawn_blocking(move || check_mark(&folder).ok()).await.unwrap_or(None);
        self.watch.is_some() && now != self.watched
    }

    async fn drain(&mut self) {
        match self.marks.take() {
            // what fails sees to it that it is tried again
            Dirty::Everything => drop(self.scan(operations::Kind::Realtime, Trust::Nobody).await),
            Dirty::Paths(paths) => {
                if let Err(error) = self.look_at(paths).await {
                    self.failed(&error);
                }
            }
        }
    }

    /// Nothing that was marked or waits is forgotten: the whole folder is looked at again, once for all of it.
    fn failed(&mut self, error: &Error) {
        tracing::warn!(error = error as &dyn std::error::Error, folder = %self.folder.root.display(), "the folder is looked at again soon");
        self.settling = Settling::default();
        let pause = if error.is_passing() { RETRY } else { RETRY_LATE };
        self.retry_at = Some(Instant::now() + pause);
    }

    /// A look at the whole folder, kept as a sync operation.
    async fn scan(&mut self, kind: operations::Kind, trust: Trust) -> Result<SyncSummary, Error> {
        let done = self.scan_and_record(kind, trust).await;
        let now = Instant::now();
        self.check_at = now + CHECK;
        self.look_at = now + if self.watch.is_some() { LOOK } else { LOOK_UNWATCHED };
        self.retry_at = None;
        done.inspect_err(|error| self.failed(error))
    }

    async fn scan_and_record(&mut self, kind: operations::Kind, trust: Trust) -> Result<SyncSummary, Error> {
        let operation = operations::begin(&self.app.pool, self.folder.id, kind).await?;
        let mut report = Report::default();
        let done = self.scan_into(&mut report, trust).await;
        let error = done.as_ref().err().map(ToString::to_string).or_else(|| report.undone());
        operations::end(&self.app.pool, operation, &report.found, error.as_deref()).await?;
        done.map(|()| report.found)
    }

    async fn scan_into(&mut self, report: &mut Report, trust: Trust) -> Result<(), Error> {
        root::claim(&self.app.pool, &self.folder).await?;
        // watched first and looked at then, so that nothing falls between
        self.watch_anew().await;
        // asked first, so that what is uploaded meanwhile has a file at least
        let known = images::known_in(&self.app.pool, self.folder.id).await?;
        let look = self.look(vec![PathBuf::new()]).await?;
        report.found.scanned = count(look.files.len());
        self.carry_out(look, known, &HashMap::new(), report, trust).await
    }

    /// A watch may have died without a word, and one that overflowed misses the folders that it was not told of.
    async fn watch_anew(&mut self) {
        // the old one goes first: both together might be more than one user may have
        self.watch = None;
        let (folder, marks) = (self.folder.clone(), self.marks.clone());
        let started = tokio::task::spawn_blocking(move || {
            let watched = check_mark(&folder).ok();
            // a folder that goes while it is being watched fails all of it; the second time it is not there
            let watch = start_watch(&folder.root, marks.clone()).or_else(|_| start_watch(&folder.root, marks));
            (watched, watch)
        });
        match started.await {
            Ok((watched, Ok(watch))) => (self.watched, self.watch) = (watched, Some(watch)),
            Ok((_, Err(error))) => {
                tracing::error!(%error, folder = %self.folder.root.display(),
                    "the folder cannot be watched; new files show after a scan. Raise fs.inotify.max_user_watches if it is the limit");
            }
            Err(error) => tracing::error!(%error, "the watch could not be started"),
        }
        self.commands.watching.send_replace(self.watch.is_some());
    }

    async fn look_at(&mut self, hints: HashMap<PathBuf, Hint>) -> Result<(), Error> {
        let bytes: Vec<Vec<u8>> = hints.keys().map(|path| path_bytes(path).to_vec()).collect();
        let mut known = images::known_at(&self.app.pool, self.folder.id, &bytes).await?;
        let mut look = self.look(hints.keys().cloned().collect()).await?;
        self.forget_absent(&look, &hints);
        self.look_again_later(&look, &hints);
        self.add_origins(&mut look, &mut known).await?;
        let mut report = Report::default();
        self.carry_out(look, known, &hints, &mut report, Trust::Nobody).await?;
        if report.held_back.is_some() {
            // only a look at everything leaves a word of it
            self.marks.mark_everything();
        }
        Ok(())
    }

    fn forget_absent(&mut self, look: &Look, hints: &HashMap<PathBuf, Hint>) {
        let present: HashSet<&Path> = look.files.iter().map(|seen| seen.path.as_path()).collect();
        for path in hints.keys().filter(|path| !present.contains(path.as_path())) {
            self.settling.forget(path);
        }
    }

    /// The watcher misses what is put into a new folder before its own watch stands there: a second look finds it.
    fn look_again_later(&self, look: &Look, hints: &HashMap<PathBuf, Hint>) {
        for tree in look.trees.iter().filter(|tree| hints.get(*tree).is_some_and(|hint| !hint.again)) {
            let (marks, tree) = (self.marks.clone(), tree.clone());
            tokio::spawn(async move {
                tokio::time::sleep(SETTLE).await;
                marks.mark(&tree, Hint::AGAIN);
            });
        }
    }

    /// A file without a record may have been moved here from where nobody looks now. Its record is added, and a look at
    /// the place that it names, because what is still there was not moved.
    async fn add_origins(&self, look: &mut Look, known: &mut Vec<Known>) -> Result<(), Error> {
        let paths: HashSet<&Path> = known.iter().map(|row| row.seen.path.as_path()).collect();
        let strangers: Vec<&Seen> = look.files.iter().filter(|seen| !paths.contains(seen.path.as_path())).collect();
        if strangers.is_empty() {
            return Ok(());
        }
        let mut origins = images::known_as(&self.app.pool, self.folder.id, &strangers).await?;
        origins.retain(|row| known.iter().all(|other| other.id != row.id));
        let there = self.look(origins.iter().map(|row| row.seen.path.clone()).collect()).await?;
        let is_origin = |seen: &Seen| origins.iter().any(|row| row.seen.path == seen.path);
        look.files.extend(there.files.into_iter().filter(is_origin));
        look.blind.extend(there.blind);
        known.extend(origins);
        Ok(())
    }

    /// What lies at these paths. The root is the same before and after, and carries its mark: an empty mount point is no
    /// emptied folder.
    async fn look(&self, paths: Vec<PathBuf>) -> Result<Look, Error> {
        let folder = self.folder.clone();
        let looking = tokio::task::spawn_blocking(move || {
            let before = check_mark(&folder)?;
            let mut look = Look::default();
            for path in topmost(paths) {
                look.add(&folder.root, &path);
            }
            if check_mark(&folder)? == before { Ok(look) } else { Err(root::changed_meanwhile(&folder.root)) }
        });
        looking.await.map_err(|_| Error::Stopped)?
    }

    async fn carry_out(
        &mut self,
        mut look: Look,
        known: Vec<Known>,
        hints: &HashMap<PathBuf, Hint>,
        report: &mut Report,
        trust: Trust,
    ) -> Result<(), Error> {
        for blind in &look.blind {
            tracing::warn!(path = %self.folder.root.join(&blind.path).display(), error = %blind.error, "this could not be looked at");
        }
        report.found.unreadable += count(look.blind.len());
        let open = self.set_aside_open(&mut look, &known, hints);
        let known = known.into_iter().filter(|row| !open.contains(&row.seen.path)).collect();
        let mut actions = reconcile::plan(&look, known);
        if trust == Trust::Nobody {
            report.held_back = self.hold_back_vanished(&mut actions).await?;
        }
        // what no hint told of was there before
        let priority = if hints.is_empty() { Priority::Backlog } else { Priority::Arrival };
        self.perform(actions, priority, report).await
    }

    /// A file that is not whole yet is kept out of the look, and its record out of what could be called missing.
    fn set_aside_open(&mut self, look: &mut Look, known: &[Known], hints: &HashMap<PathBuf, Hint>) -> HashSet<PathBuf> {
        let (now, wall) = (Instant::now(), nanoseconds_since_1970());
        let rows: HashMap<&Path, &Known> = known.iter().map(|row| (row.seen.path.as_path(), row)).collect();
        let identities: HashSet<_> = known.iter().map(|row| FileIdentity::of(&row.seen)).collect();
        let mut open = HashSet::new();
        look.files.retain(|seen| {
            let is_hinted = hints.get(&seen.path).is_some_and(|hint| hint.whole);
            let is_known = match rows.get(seen.path.as_path()) {
                Some(row) => seen.is_unchanged_since(&row.seen),
                // renamed just now: nobody writes it, and set aside it would lose its record
                None => identities.contains(&FileIdentity::of(seen)),
            };
            let ready = self.settling.may_read(seen, is_hinted || is_known || rests(seen, wall), now);
            if !ready {
                open.insert(seen.path.clone());
            }
            ready
        });
        open
    }

    /// Takes out what would be called missing when nobody would believe that so much is. Says so, for people.
    async fn hold_back_vanished(&self, actions: &mut Vec<Action>) -> Result<Option<String>, Error> {
        let vanished = actions.iter().filter(|action| matches!(action, Action::Missing(_))).count();
        if vanished == 0 {
            return Ok(None);
        }
        let all = usize::try_from(images::count_present(&self.app.pool, self.folder.id).await?).unwrap_or(0);
        if reconcile::is_believable(vanished, all) {
            return Ok(None);
        }
        actions.retain(|action| !matches!(action, Action::Missing(_)));
        let sentence = format!(
            "{vanished} of {all} files vanished from {} at once. They were not called missing: if they are really gone, scan by hand.",
            self.folder.root.display()
        );
        tracing::warn!("{sentence}");
        Ok(Some(sentence))
    }

    /// Reads as many at once as there are cores, and writes in the order of arrival. A file that fails keeps no other from
    /// being taken in.
    async fn perform(&self, actions: Vec<Action>, priority: Priority, report: &mut Report) -> Result<(), Error> {
        let ahead = std::thread::available_parallelism().map_or(2, usize::from) + 1;
        let mut steps =
            stream::iter(actions).map(|action| async move { (self.read(&action).await, action) }).buffered(ahead);
        while let Some((read, action)) = steps.next().await {
            let done = match read {
                Ok(read) => self.take_in(&action, priority, read).await,
                Err(error) => Err(error),
            };
            match done {
                Ok(Some(outcome)) => report.add(outcome),
                Ok(None) => report.found.missing += 1,
                Err(error) if error.is_passing() => return Err(error),
                Err(error) => {
                    let path = self.folder.root.join(action.path());
                    tracing::error!(error = &error as &dyn std::error::Error, path = %path.display(), "a file could not be taken in");
                    report.failed += 1;
                }
            }
        }
        Ok(())
    }

    async fn read(&self, action: &Action) -> Result<Option<Read>, Error> {
        match action {
            Action::Add(seen) | Action::ReadAgain(_, seen) | Action::Move(_, seen) => {
                ingest::read(&self.app, &self.folder.root, seen).await.map(Some)
            }
            Action::Missing(_) => Ok(None),
        }
    }

    /// None is what became of a file that is missing. What breaks on one file breaks with it alone.
    async fn take_in(&self, action: &Action, priority: Priority, read: Option<Read>) -> Result<Option<Outcome>, Error> {
        let taking = AssertUnwindSafe(self.take_in_or_break(action, priority, read)).catch_unwind();
        let outcome = taking.await.unwrap_or(Err(Error::Stopped))?;
        if outcome == Some(Outcome::Later) {
            // it changed under the reader
            self.marks.mark(action.path(), Hint::default());
        }
        Ok(outcome)
    }

    async fn take_in_or_break(
        &self,
        action: &Action,
        priority: Priority,
        read: Option<Read>,
    ) -> Result<Option<Outcome>, Error> {
        let (app, folder) = (&self.app, &self.folder);
        let door = Door { folder, priority };
        let outcome = match (action, read) {
            (Action::Missing(known), _) => return ingest::mark_missing(app, folder, known).await.map(|()| None),
            (_, None) => Outcome::Later,
            (Action::Add(seen), Some(read)) => ingest::add(app, door, seen, read, activity::Kind::Arrived).await?,
            (Action::ReadAgain(known, seen), Some(read)) => ingest::update(app, door, known, seen, read).await?,
            (Action::Move(known, seen), Some(read)) => ingest::relocate(app, door, known, seen, read).await?,
        };
        Ok(Some(outcome))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_covers_what_is_below_it() {
        let paths = ["b/c", "a", "b", "a/x/y", "ab"].map(PathBuf::from).to_vec();
        assert_eq!(topmost(paths), ["a", "ab", "b"].map(PathBuf::from));
    }

    #[tokio::test]
    async fn a_stopped_loop_is_not_a_busy_one() {
        let (folders, commands) = channel();
        drop(commands);
        assert!(matches!(folders.rescan().await, Err(Error::Stopped)));
    }
}
