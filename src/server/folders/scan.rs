//! Looks at the whole of a folder and has the catalogue agree, as one sync operation.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{
    Error,
    keeper::{CHECK, Keeper},
    look::{self, Stretches},
    run::Run,
    taking::count,
};
use crate::{
    folder::{Rules, mount, watch::Watch},
    model::{FolderState, SyncKind, SyncSummary, Watching},
    server::{
        db::{files, jobs::Priority, operations},
        reconcile::{self, Action},
        root,
    },
};

/// What is still to be taken in is gathered up to so many, so that pictures appear in the order of their time.
const TODO_MAX: usize = 50_000;
/// Operations of a folder that stay in its history.
const HISTORY_MAX: i64 = 1_000;
/// Reconciliations of many folders do not come all at once: they come up to this part of the time earlier.
const JITTER: f64 = 0.1;

/// How much an absence is believed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// A person asked: many files gone at once are taken for gone. A root that is not whole never is.
    Person,
    Nobody,
}

impl Keeper {
    /// A look at the whole folder, kept as a sync operation.
    pub(super) async fn scan(&mut self, kind: SyncKind, trust: Trust) -> Result<SyncSummary, Error> {
        self.end_burst().await;
        let done = self.scan_and_record(kind, trust).await;
        let now = Instant::now();
        self.check_at = now + CHECK;
        self.look_at = now + self.pause();
        self.retry_at = None;
        // whoever cancelled it knows that not all was looked at
        match &done {
            Ok(_) => {}
            Err(Error::Cancelled) => {
                self.show_state(Some("The last scan was cancelled; the next one comes soon.".into()));
                self.look_at = now + self.looking().rescan_every;
            }
            Err(error) => self.failed(error),
        }
        // nobody waits for this to hear how it went
        if let Err(error) = operations::prune(&self.app.pool, self.folder.id, HISTORY_MAX).await {
            tracing::warn!(%error, "old sync operations could not be removed");
        }
        done
    }

    pub(super) async fn scan_and_record(&mut self, kind: SyncKind, trust: Trust) -> Result<SyncSummary, Error> {
        let expected = self.app.folders.expected(self.folder.id);
        let mut run = Run::begin(&self.app, self.folder.id, kind, expected).await?;
        let done = self.scan_into(&mut run, trust).await;
        if done.is_ok() {
            self.show_state(run.report.undone());
        }
        run.end(done).await
    }

    pub(super) async fn scan_into(&mut self, run: &mut Run, trust: Trust) -> Result<(), Error> {
        root::claim(&self.app.pool, &self.folder).await?;
        self.rules = Arc::new(Rules::new(&self.folder.types));
        self.learn_mounts().await?;
        self.watch_anew().await;
        let mut stretches = look::at_everything(self.folder.clone(), self.rules.clone(), self.watch.clone());
        let compared = self.compare_all(&mut stretches, run, trust).await;
        // what was mounted meanwhile may have been taken in
        self.learn_mounts().await?;
        if matches!(compared, Err(Error::Cancelled)) {
            // the walk goes on to its end, because what it enters is watched
            tokio::spawn(async move { while let Some(Ok(_)) = stretches.recv().await {} });
        }
        compared
    }

    async fn compare_all(&mut self, stretches: &mut Stretches, run: &mut Run, trust: Trust) -> Result<(), Error> {
        let (mut todo, mut absent, mut blind) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(stretch) = stretches.recv().await {
            let stretch = stretch?;
            run.report.found.scanned += count(stretch.files.len());
            let known =
                files::known_between(&self.app.pool, self.folder.id, &stretch.from, stretch.to.as_deref()).await?;
            let mut difference = reconcile::compare(stretch.files, known);
            absent.append(&mut difference.absent);
            blind.extend(stretch.blind);
            todo.extend(self.plan(difference, &HashSet::new()).await?);
            if todo.len() >= TODO_MAX {
                self.take_in_order(&mut todo, Priority::Backlog, run).await?;
            }
            self.drain_meanwhile().await?;
            run.step()?;
        }
        self.take_in_order(&mut todo, Priority::Backlog, run).await?;
        self.note_blind(&blind, &mut run.report);
        self.show_watch_failure();
        self.take_away(absent, &blind, &mut run.report, trust).await
    }

    pub(super) async fn take_in_order(
        &mut self,
        todo: &mut Vec<Action>,
        priority: Priority,
        run: &mut Run,
    ) -> Result<(), Error> {
        reconcile::sort_by_arrival(todo);
        self.take_in(std::mem::take(todo), priority, &mut |keeper_report, step| {
            run.report.merge(keeper_report);
            if step { run.step() } else { Ok(()) }
        })
        .await
    }

    /// A watch may have died without a word, and one that overflowed misses what it was not told of.
    pub(super) async fn watch_anew(&mut self) {
        // the old one goes first: both together might be more than one user may have
        self.watch = None;
        let (folder, marks) = (self.folder.clone(), self.marks.clone());
        let started = tokio::task::spawn_blocking(move || {
            if folder.watching == Watching::Timer {
                return Err("It was chosen so.".to_owned());
            }
            if let Some(kind) = mount::network_file_system(&folder.root) {
                return Err(format!("It lies on a network ({kind}), where nothing tells of changes."));
            }
            let watched = root::check_mark(&folder).ok();
            let watch = Watch::start(&folder.root, marks).map_err(|error| unwatchable(&error))?;
            Ok((watched, watch))
        });
        self.by_clock = None;
        match started.await {
            Ok(Ok((watched, watch))) => (self.watched, self.watch) = (watched, Some(Arc::new(Mutex::new(watch)))),
            Ok(Err(why)) => self.by_clock = Some(why),
            Err(error) => tracing::error!(%error, "the watch could not be started"),
        }
    }

    /// Some folder in it could not be watched: then it is looked at by the clock as well.
    pub(super) fn show_watch_failure(&mut self) {
        let failure = self.watch.as_ref().and_then(|watch| {
            let watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
            watch.failure().map(unwatchable)
        });
        if let Some(why) = failure {
            tracing::error!(folder = %self.folder.root.display(), why);
            self.by_clock = Some(why);
        }
    }

    pub(super) fn show_state(&mut self, undone: Option<String>) {
        self.offline = false;
        let state = if self.by_clock.is_some() { FolderState::Timer } else { FolderState::Watching };
        self.app.folders.set_state(
            self.folder.id,
            state,
            undone.or_else(|| self.said_of_mounts()).or_else(|| self.by_clock.clone()),
        );
    }

    pub(super) fn pause(&self) -> Duration {
        let looking = self.looking();
        if self.by_clock.is_some() {
            return looking.rescan_every;
        }
        // drawn from the folder's id, which is as good as any chance
        let chance = f64::from(self.folder.id.0.as_bytes()[15]) / 255.0;
        looking.reconcile_every.mul_f64(1.0 - JITTER * chance)
    }
}

fn unwatchable(error: &impl std::fmt::Display) -> String {
    format!("It cannot be watched ({error}). Raise fs.inotify.max_user_watches if that is the limit.")
}
