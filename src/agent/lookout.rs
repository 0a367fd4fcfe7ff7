//! Keeps the queue true to one folder: looks at everything, then at what is marked. Writes nothing below it, and nothing that
//! is missing there follows into the queue but that a file which waits is not waited for.

use std::{
    collections::{BTreeSet, HashMap},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use tokio::sync::mpsc;

use super::{
    board::Board,
    queue::{self, Came, Queue, QueueError, Root},
};
use crate::folder::{
    Look, Rules, Seen,
    mount::{self, Mounts},
    scan::{Blind, Found, Walk},
    settle::Settling,
    watch::{Dirty, Hint, Marks, Watch},
    whole::has_its_end,
};

/// How long a file rests before it is read, unless its writer closed it and its own end is there.
const REST: Duration = Duration::from_millis(500);
/// How long hints are gathered before the first of them is acted on.
const GATHER: Duration = Duration::from_millis(40);
/// Files that are noted at once: so many, and not all, are in memory.
const STRETCH_FILES: usize = 1_000;
const STRETCHES_AHEAD: usize = 2;
/// How often a folder that is away is asked for, and that the one that is watched is still there.
const RETURN: Duration = Duration::from_secs(3);
const CHECK: Duration = Duration::from_secs(30);
/// How often everything is looked at whatever was heard, and the same where nothing is heard.
const LOOK_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
const LOOK_EVERY_DEAF: Duration = Duration::from_secs(5 * 60);

type SharedWatch = Arc<Mutex<Watch>>;

pub(super) struct Lookout {
    root: Root,
    /// What lay there before the first start is left.
    only_new: bool,
    queue: Arc<Queue>,
    board: Arc<Board>,
    marks: Marks,
    is_busy: Arc<AtomicBool>,
    rules: Arc<Rules>,
    settling: Settling,
    watch: Option<SharedWatch>,
    mounts: Mounts,
    /// Which folder the watch stands on: another one may come to lie under the same path.
    identity: Option<Identity>,
    look_at: Instant,
    check_at: Instant,
    /// What was said of it, so that it is said once.
    said: BTreeSet<String>,
}

/// Device and inode.
type Identity = (u64, u64);

/// What a walk gives piece by piece.
enum Stretch {
    Files(Vec<Seen>),
    Blind(Blind),
}

impl Lookout {
    pub(super) fn new(root: Root, only_new: bool, queue: Arc<Queue>, board: Arc<Board>) -> Lookout {
        let now = Instant::now();
        Lookout {
            root,
            only_new,
            queue,
            board,
            marks: Marks::default(),
            is_busy: Arc::new(AtomicBool::new(true)),
            rules: Arc::default(),
            settling: Settling::new(REST),
            watch: None,
            mounts: Mounts::watch(),
            identity: None,
            look_at: now,
            check_at: now + CHECK,
            said: BTreeSet::new(),
        }
    }

    /// What is marked here is looked at.
    pub(super) fn marks(&self) -> Marks {
        self.marks.clone()
    }

    /// Whether something is still to be looked at.
    pub(super) fn is_busy(&self) -> Arc<AtomicBool> {
        self.is_busy.clone()
    }

    /// Only the queue can end it.
    pub(super) async fn keep(mut self) -> Result<(), QueueError> {
        loop {
            let due = self.settling.next().into_iter().fold(self.look_at.min(self.check_at), Instant::min);
            tokio::select! {
                () = self.marks.marked(), if self.identity.is_some() => {
                    self.is_busy.store(true, Ordering::Relaxed);
                    tokio::time::sleep(GATHER).await;
                    self.drain().await?;
                }
                () = tokio::time::sleep_until(due.into()) => self.act_on_time(Instant::now()).await?,
                // it may be away now, or back
                () = self.mounts.changed() => self.check_at = Instant::now(),
            }
        }
    }

    async fn act_on_time(&mut self, now: Instant) -> Result<(), QueueError> {
        if self.look_at <= now || self.check_at <= now && self.is_another().await {
            return self.look_at_everything().await;
        }
        if self.check_at <= now {
            self.check_at = now + CHECK;
        }
        for path in self.settling.due(now) {
            self.is_busy.store(true, Ordering::Relaxed);
            self.marks.mark(&path, Hint::default());
        }
        Ok(())
    }

    async fn drain(&mut self) -> Result<(), QueueError> {
        match self.marks.take() {
            Dirty::Everything => self.look_at_everything().await?,
            Dirty::Paths(paths) => self.look_at(paths.hints).await?,
        }
        self.is_busy.store(self.settling.next().is_some(), Ordering::Relaxed);
        Ok(())
    }

    /// Whether the root went, or the watch stands on another one, or on nothing.
    async fn is_another(&self) -> bool {
        let (path, watch) = (self.root.path.clone(), self.watch.clone());
        let found = tokio::task::spawn_blocking(move || {
            let is_alive = watch.is_none_or(|watch| lock(&watch).is_alive());
            identity(&path).ok().filter(|_| is_alive)
        });
        found.await.unwrap_or(None) != self.identity
    }

    /// Watches anew and walks through all of it, in stretches.
    async fn look_at_everything(&mut self) -> Result<(), QueueError> {
        self.is_busy.store(true, Ordering::Relaxed);
        // what happens from now on is marked, or found
        drop(self.marks.take());
        if let Err(error) = self.watch_anew().await {
            let path = self.root.path.display();
            self.say(format!("{path} is not there ({error}): it may not be mounted. It is looked for until it is."));
            self.identity = None;
            (self.look_at, self.check_at) = (Instant::now() + RETURN, Instant::now() + CHECK);
            return Ok(());
        }
        let mut stretches = self.walk();
        let mut is_whole = true;
        while let Some(stretch) = stretches.recv().await {
            match stretch {
                Stretch::Files(files) => self.note_lying(files).await?,
                Stretch::Blind(blind) => {
                    // a root that cannot be listed was not looked at
                    is_whole &= !blind.path.as_os_str().is_empty();
                    self.say_blind(&blind);
                }
            }
            // what comes meanwhile is not waited with
            if let Some(paths) = self.marks.take_paths() {
                self.look_at(paths.hints).await?;
            }
        }
        if is_whole {
            self.queue.looked_at(self.root.id).await?;
            self.root.is_looked_at = true;
        }
        self.look_at = Instant::now()
            + if !is_whole {
                RETURN
            } else if self.is_deaf() {
                LOOK_EVERY_DEAF
            } else {
                LOOK_EVERY
            };
        self.check_at = Instant::now() + CHECK;
        self.is_busy.store(self.settling.next().is_some() || !is_whole, Ordering::Relaxed);
        Ok(())
    }

    /// A watch may have died without a word, and one that overflowed misses what it was not told of.
    async fn watch_anew(&mut self) -> io::Result<()> {
        self.watch = None;
        self.settling.clear();
        self.rules = Arc::default();
        let (path, marks) = (self.root.path.clone(), self.marks.clone());
        let begun = tokio::task::spawn_blocking(move || {
            let identity = identity(&path)?;
            Ok::<_, io::Error>((identity, Watch::start(&path, marks)))
        });
        let (identity, watch) = begun.await.map_err(io::Error::other)??;
        if self.identity.is_none() {
            // of what was away anything may be said again
            self.said.clear();
        }
        self.identity = Some(identity);
        match watch {
            Ok(watch) => self.watch = Some(Arc::new(Mutex::new(watch))),
            Err(error) => self.say_deaf(&error.to_string()),
        }
        Ok(())
    }

    fn walk(&self) -> mpsc::Receiver<Stretch> {
        let (stretches, received) = mpsc::channel(STRETCHES_AHEAD);
        let (root, rules, watch) = (self.root.path.clone(), self.rules.clone(), self.watch.clone());
        tokio::task::spawn_blocking(move || {
            let mut files = Vec::new();
            for found in Walk::new(&root, PathBuf::new(), &rules, &mut |below| enter(watch.as_ref(), below)) {
                let stretch = match found {
                    Found::Blind(blind) => Stretch::Blind(blind),
                    Found::File(seen) => {
                        files.push(seen);
                        if files.len() < STRETCH_FILES {
                            continue;
                        }
                        Stretch::Files(std::mem::take(&mut files))
                    }
                };
                // whoever does not wait any more needs none
                if stretches.blocking_send(stretch).is_err() {
                    return;
                }
            }
            let _ = stretches.blocking_send(Stretch::Files(files));
        });
        received
    }

    async fn note_lying(&mut self, files: Vec<Seen>) -> Result<(), QueueError> {
        let (now, wall) = (Instant::now(), queue::nanoseconds(SystemTime::now()));
        let mut noted = Vec::new();
        for seen in files.into_iter().filter(|seen| is_taken(&self.rules, seen)) {
            let is_old = self.only_new && !self.root.is_looked_at && seen.ctime_ns <= self.root.first_ns;
            if is_old {
                noted.push((seen, Came::Old));
            } else if self.settling.may_read(&seen, rests(&seen, wall), now) {
                noted.push((seen, Came::Lay));
            }
        }
        self.queue.note(self.root.id, &noted).await
    }

    async fn look_at(&mut self, hints: HashMap<PathBuf, Hint>) -> Result<(), QueueError> {
        let hints = Arc::new(hints);
        let (root, rules, watch, asked) =
            (self.root.path.clone(), self.rules.clone(), self.watch.clone(), hints.clone());
        let glance = tokio::task::spawn_blocking(move || glance(&root, &rules, watch.as_ref(), &asked));
        let Some((look, whole)) = glance.await.ok().filter(|(look, _)| !look.is_too_much()) else {
            self.marks.mark_everything();
            return Ok(());
        };
        look.blind.iter().for_each(|blind| self.say_blind(blind));
        self.forget_absent(&look, &hints).await?;
        self.look_again_later(&look.trees, &hints);
        let (now, wall) = (Instant::now(), queue::nanoseconds(SystemTime::now()));
        let mut noted = Vec::new();
        for seen in look.files.into_iter().filter(|seen| is_taken(&self.rules, seen)) {
            if self.settling.may_read(&seen, whole.contains(&seen.path) || rests(&seen, wall), now) {
                noted.push((seen, Came::Now));
            }
        }
        self.queue.note(self.root.id, &noted).await
    }

    /// What was heard of and is not there is not waited for.
    async fn forget_absent(&mut self, look: &Look, hints: &HashMap<PathBuf, Hint>) -> Result<(), QueueError> {
        let is_there = |path: &&PathBuf| look.files.iter().any(|seen| seen.path == **path) || look.trees.contains(path);
        let is_blind = |path: &&PathBuf| look.blind.iter().any(|blind| path.starts_with(&blind.path));
        for path in hints.keys().filter(|path| !is_there(path) && !is_blind(path)) {
            self.settling.forget(path);
            self.queue.forget_at(self.root.id, path).await?;
        }
        Ok(())
    }

    /// Some watchers miss what is put into a new folder before their own watch stands there: a second look finds it.
    fn look_again_later(&self, trees: &[PathBuf], hints: &HashMap<PathBuf, Hint>) {
        let new: Vec<PathBuf> =
            trees.iter().filter(|tree| hints.get(*tree).is_some_and(|hint| !hint.again)).cloned().collect();
        if new.is_empty() {
            return;
        }
        let marks = self.marks.clone();
        tokio::spawn(async move {
            tokio::time::sleep(REST).await;
            new.iter().for_each(|path| marks.mark(path, Hint::AGAIN));
        });
    }

    /// Whether something may happen here that is not heard.
    fn is_deaf(&mut self) -> bool {
        let failure = self.watch.as_ref().and_then(|watch| lock(watch).failure().map(ToString::to_string));
        if let Some(failure) = &failure {
            self.say_deaf(failure);
        }
        self.watch.is_none() || failure.is_some() || mount::network_file_system(&self.root.path).is_some()
    }

    fn say_deaf(&mut self, why: &str) {
        let path = self.root.path.display();
        self.say(format!(
            "{path} cannot be watched ({why}), so it is looked at every five minutes. Raise fs.inotify.max_user_watches \
             if that is the limit."
        ));
    }

    fn say_blind(&mut self, blind: &Blind) {
        let path = self.root.path.join(&blind.path);
        self.say(format!("{} cannot be looked at: {}.", path.display(), blind.error));
    }

    fn say(&mut self, sentence: String) {
        if self.said.insert(sentence.clone()) {
            self.board.say(sentence);
        }
    }
}

fn lock(watch: &SharedWatch) -> std::sync::MutexGuard<'_, Watch> {
    watch.lock().unwrap_or_else(PoisonError::into_inner)
}

fn enter(watch: Option<&SharedWatch>, below: &Path) {
    if let Some(watch) = watch {
        lock(watch).enter(below);
    }
}

fn identity(root: &Path) -> io::Result<Identity> {
    let meta = root.metadata()?;
    if meta.is_dir() { Ok((meta.dev(), meta.ino())) } else { Err(io::ErrorKind::NotADirectory.into()) }
}

/// Pictures of which there is anything yet.
fn is_taken(rules: &Rules, seen: &Seen) -> bool {
    seen.size > 0 && rules.takes(&seen.path)
}

/// Last changed long enough ago that nobody is at it; a clock that runs ahead counts as resting.
fn rests(seen: &Seen, now_ns: i64) -> bool {
    let newest = seen.mtime_ns.max(seen.ctime_ns);
    let rest = i64::try_from(REST.as_nanos()).unwrap_or(i64::MAX);
    now_ns.saturating_sub(newest) >= rest || newest > now_ns.saturating_add(rest)
}

/// What lies at some paths, and which of it is whole by its writer's word or its own.
fn glance(
    root: &Path,
    rules: &Rules,
    watch: Option<&SharedWatch>,
    hints: &HashMap<PathBuf, Hint>,
) -> (Look, BTreeSet<PathBuf>) {
    if let Some(watch) = watch {
        // what lay there is watched by its old name
        hints.keys().for_each(|path| lock(watch).leave(path));
    }
    let mut paths: Vec<&PathBuf> = hints.keys().collect();
    paths.sort();
    let (mut look, mut top) = (Look::default(), None::<&PathBuf>);
    for path in paths {
        // what lies below another of them would be looked at twice
        if !top.is_some_and(|top| path.starts_with(top)) {
            look.add(root, path, rules, &mut |below| enter(watch, below));
            top = Some(path);
        }
    }
    let is_whole = |seen: &&Seen| {
        let hint = hints.get(&seen.path);
        hint.is_some_and(|hint| hint.whole || hint.closed && has_its_end(&root.join(&seen.path)))
    };
    let whole = look.files.iter().filter(is_whole).map(|seen| seen.path.clone()).collect();
    (look, whole)
}
