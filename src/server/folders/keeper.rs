//! Keeps the catalogue true to one folder: a loop that watches, looks, plans and has it taken in. Events only mark; this
//! loop does the work.

use std::{
    convert::Infallible,
    panic::AssertUnwindSafe,
    path::PathBuf,
    sync::{Arc, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use futures::FutureExt;
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{App, Command, Error, hints::Burst, look::SharedWatch, scan::Trust, verify};
use crate::{
    folder::{
        Rules,
        mount::Mounts,
        settle::Settling,
        watch::{Hint, Marks},
    },
    model::{FolderState, SyncKind, SyncStatus},
    server::{
        config::Looking,
        db::{
            folders::{self, FolderRow},
            operations,
        },
        root::{self, RootIdentity},
    },
};

/// How long hints are gathered before the first of them is acted on.
const GATHER: Duration = Duration::from_millis(40);
/// After a failure that passes by itself, the folder is looked at again this much later.
const RETRY: Duration = Duration::from_secs(2);
/// After one that somebody has to do something about.
const RETRY_LATE: Duration = Duration::from_secs(30);
/// How often it is asked whether a root that is away is back.
const RETURN: Duration = Duration::from_secs(3);
/// How often it is checked that the root is still the one that is watched, beside each time something is mounted or unmounted:
/// a watch says nothing when another takes its folder's place.
pub(super) const CHECK: Duration = Duration::from_secs(30);

/// A verification that was cut off goes on so long after the start, which has better things to do.
const RESUME: Duration = Duration::from_secs(5);

pub(super) struct Keeper {
    pub(super) app: App,
    pub(super) folder: FolderRow,
    pub(super) marks: Marks,
    stop: CancellationToken,
    pub(super) rules: Arc<Rules>,
    pub(super) settling: Settling,
    pub(super) watch: Option<SharedWatch>,
    mounts: Mounts,
    /// Why it is looked at by the clock, where it is.
    pub(super) by_clock: Option<String>,
    /// Which folder the watch stands on: another one may come to lie under the same path.
    pub(super) watched: Option<RootIdentity>,
    pub(super) offline: bool,
    /// Other disks below the folder: those that were mounted when it was looked at, and those that are away.
    pub(super) mounted: Vec<PathBuf>,
    pub(super) away: Vec<PathBuf>,
    /// Set after a failure. Until then nothing else is looked at, because then everything is.
    pub(super) retry_at: Option<Instant>,
    pub(super) check_at: Instant,
    pub(super) look_at: Instant,
    verify_at: Option<Instant>,
    verifying: Option<JoinHandle<()>>,
    pub(super) burst: Option<Burst>,
}

/// Runs until told to stop. Begins anew when it breaks, because nobody else would do the work; it leaves nothing half done
/// that the next look would not find.
pub(super) async fn keep(app: App, folder: FolderRow, mut commands: mpsc::Receiver<Command>, stop: CancellationToken) {
    let keeping = async {
        loop {
            let keeper = Keeper::new(&app, &folder, &stop);
            let Err(_) = AssertUnwindSafe(keeper.run(&mut commands)).catch_unwind().await;
            tracing::error!(folder = %folder.root.display(), "what keeps the folder broke; it begins anew");
            app.folders.set_state(folder.id, FolderState::Starting, None);
            tokio::time::sleep(RETRY).await;
        }
    };
    stop.run_until_cancelled(keeping).await;
    app.folders.keeper_ended(folder.id);
}

impl Keeper {
    fn new(app: &App, folder: &FolderRow, stop: &CancellationToken) -> Keeper {
        let now = Instant::now();
        Keeper {
            app: app.clone(),
            folder: folder.clone(),
            marks: Marks::default(),
            stop: stop.clone(),
            rules: Arc::default(),
            settling: Settling::new(app.folders.looking().debounce),
            watch: None,
            mounts: Mounts::watch(),
            by_clock: None,
            watched: None,
            offline: false,
            mounted: Vec::new(),
            away: Vec::new(),
            retry_at: None,
            check_at: now + CHECK,
            look_at: now,
            verify_at: None,
            verifying: None,
            burst: None,
        }
    }

    pub(super) fn rules(&self) -> Arc<Rules> {
        self.rules.clone()
    }

    pub(super) fn looking(&self) -> &Looking {
        self.app.folders.looking()
    }

    async fn run(mut self, commands: &mut mpsc::Receiver<Command>) -> Infallible {
        self.start().await;
        loop {
            self.turn(commands).await;
        }
    }

    async fn start(&mut self) {
        let (pool, id) = (&self.app.pool.clone(), self.folder.id);
        match operations::history(pool, id, i64::MAX, 1).await {
            Ok(last) => last.into_iter().for_each(|last| self.app.folders.set_last(id, last)),
            Err(error) => tracing::warn!(%error, "the last sync operation is not known"),
        }
        self.verify_at = self.next_verify().await;
        if let Err(error) =
            operations::close_abandoned(pool, id, SyncStatus::Failed, "The server ended meanwhile.").await
        {
            tracing::warn!(%error, "old sync operations could not be closed");
        }
        if let Ok(found) = self.scan(SyncKind::Startup, Trust::Nobody).await {
            tracing::info!(?found, folder = %self.folder.root.display(), "the folder was compared with the catalogue");
        }
    }

    async fn turn(&mut self, commands: &mut mpsc::Receiver<Command>) {
        let due = self.due();
        tokio::select! {
            Some(command) = commands.recv() => self.obey(command).await,
            () = self.marks.marked(), if self.retry_at.is_none() => {
                tokio::time::sleep(GATHER).await;
                self.drain().await;
            }
            () = tokio::time::sleep_until(due.into()) => self.act_on_time(Instant::now()).await,
            () = self.mounts.changed() => self.check_root(),
        }
    }

    /// It may be away now, or back.
    fn check_root(&mut self) {
        let now = Instant::now();
        self.check_at = now;
        if self.offline {
            self.retry_at = Some(now);
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Scan(answer) => {
                let found = self.scan(SyncKind::Manual, Trust::Person).await;
                // whoever asked may have left
                let _ = answer.send(found);
            }
            Command::Look(path) => self.marks.mark(&path, Hint::default()),
            Command::Verify => self.verify(),
        }
    }

    fn due(&self) -> Instant {
        if let Some(retry) = self.retry_at {
            return retry;
        }
        let burst = self.burst.as_ref().map(|burst| burst.ends_at);
        let others = [self.settling.next(), burst, self.verify_at];
        others.into_iter().flatten().fold(self.look_at.min(self.check_at), Instant::min)
    }

    async fn act_on_time(&mut self, now: Instant) {
        if self.retry_at.is_some_and(|at| at <= now) {
            return self.retry().await;
        }
        if self.look_at <= now || self.check_at <= now && self.lost_root().await {
            // what fails sees to it that it is tried again
            let _ = self.scan(SyncKind::Reconciliation, Trust::Nobody).await;
            return;
        }
        if self.check_at <= now {
            self.check_at = now + CHECK;
        }
        if self.verify_at.is_some_and(|at| at <= now) {
            self.verify();
        }
        if self.burst.as_ref().is_some_and(|burst| burst.ends_at <= now) {
            self.end_burst().await;
        }
        for path in self.settling.due(now) {
            self.marks.mark(&path, Hint::default());
        }
    }

    /// A root that is away is asked for quietly; only when it is back everything is looked at.
    async fn retry(&mut self) {
        let kind = if self.offline { SyncKind::Reconciliation } else { SyncKind::Realtime };
        if self.offline && self.root().await.is_none() {
            self.retry_at = Some(Instant::now() + RETURN);
            return;
        }
        let _ = self.scan(kind, Trust::Nobody).await;
    }

    async fn root(&self) -> Option<RootIdentity> {
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || root::check_mark(&folder).ok()).await.unwrap_or(None)
    }

    /// Whether the root is away, or the watch stands on a folder that is not the root any more, or on nothing; or a disk came
    /// below it, or went.
    async fn lost_root(&self) -> bool {
        if self.mounts_changed().await {
            return true;
        }
        let Some(watch) = self.watch.clone() else { return self.root().await.is_none() };
        let is_alive = move || watch.lock().unwrap_or_else(PoisonError::into_inner).is_alive();
        self.root().await != self.watched || !tokio::task::spawn_blocking(is_alive).await.unwrap_or(true)
    }

    /// Nothing that was marked or waits is forgotten: the whole folder is looked at again, once for all of it.
    pub(super) fn failed(&mut self, error: &Error) {
        tracing::warn!(error = error as &dyn std::error::Error, folder = %self.folder.root.display(), "the folder is looked at again soon");
        self.settling.clear();
        self.offline = matches!(error, Error::Offline(_));
        if self.offline {
            self.app.folders.set_state(self.folder.id, FolderState::Offline, Some(error.sentence()));
        }
        let pause = match error {
            Error::Offline(_) => RETURN,
            passing if passing.is_passing() => RETRY,
            _ => RETRY_LATE,
        };
        self.retry_at = Some(Instant::now() + pause);
    }

    fn verify(&mut self) {
        self.verify_at = self.looking().verify_every.map(|every| Instant::now() + every);
        if self.verifying.as_ref().is_some_and(|verifying| !verifying.is_finished()) {
            return;
        }
        let verifying = verify::run(self.app.clone(), self.folder.clone(), self.marks.clone());
        let stop = self.stop.clone();
        self.verifying = Some(tokio::spawn(async move {
            stop.run_until_cancelled(verifying).await;
        }));
    }

    /// One that was cut off goes on.
    async fn next_verify(&self) -> Option<Instant> {
        if folders::verify_from(&self.app.pool, self.folder.id).await.is_ok_and(|from| from.is_some()) {
            return Some(Instant::now() + RESUME);
        }
        let every = self.looking().verify_every?;
        let row = folders::one(&self.app.pool, self.folder.id).await.ok().flatten();
        let since = row
            .and_then(|row| row.verified_at)
            .map_or(Duration::ZERO, |at| SystemTime::now().duration_since(at.into()).unwrap_or_default());
        Some(Instant::now() + every.saturating_sub(since))
    }
}
