//! How the folders are just now, for everybody who asks, and the way to those who keep them. Looks at no disk.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures::future::join_all;
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot, watch,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Answer, App, Command, Ended, Error};
use crate::{
    model::{Folder, FolderId, FolderList, FolderState, Operation, SyncStatus, SyncSummary},
    server::{
        config::Looking,
        db::folders::{self, FolderRow},
    },
};

/// How often records are counted at most, where something happened; and not more than one part in twenty of the time.
const COUNT_EVERY: Duration = Duration::from_secs(1);
const COUNT_SHARE: u32 = 20;
/// After so long a folder that was found away is asked for pictures again.
const MISSED: Duration = Duration::from_secs(30);

/// Cheap to copy.
#[derive(Clone)]
pub struct Folders(Arc<Shared>);

struct Shared {
    looking: Looking,
    slots: Mutex<Vec<Slot>>,
    /// Counts up when anything that is shown is another.
    changes: watch::Sender<u64>,
    may_run: AtomicBool,
    /// Who changes folders does it alone.
    turn: tokio::sync::Mutex<()>,
    tasks: TaskTracker,
}

struct Slot {
    row: FolderRow,
    state: FolderState,
    said: Option<String>,
    present: u32,
    missing: u32,
    /// Until then it counts as away, whatever its state.
    missed: Option<Instant>,
    /// Questions to its disk that nobody waits for any more, and that it has not answered yet.
    unanswered: u32,
    scan: Option<Running>,
    verify: Option<Running>,
    last: Option<Operation>,
    keeper: Option<Keeping>,
    /// Set when the keeper before this one has ended.
    ended: Ended,
}

struct Running {
    operation: Operation,
    cancel: CancellationToken,
}

pub(super) struct Keeping {
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) stop: CancellationToken,
}

/// Of the two that may go on in a folder at once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    Scan,
    Verify,
}

impl Slot {
    fn new(row: FolderRow) -> Slot {
        Slot {
            state: if row.paused { FolderState::Paused } else { FolderState::Starting },
            row,
            said: None,
            present: 0,
            missing: 0,
            missed: None,
            unanswered: 0,
            scan: None,
            verify: None,
            last: None,
            keeper: None,
            ended: Ended::default(),
        }
    }

    fn shown(&self) -> Folder {
        let row = &self.row;
        let running = self.scan.as_ref().or(self.verify.as_ref()).map(|running| running.operation.clone());
        Folder {
            id: row.id,
            name: row.name.clone(),
            path: row.root.display().to_string(),
            managed: row.managed,
            state: self.state,
            said: self.said.clone(),
            watching: row.watching,
            types: row.types.clone(),
            present: self.present,
            missing: self.missing,
            running,
            last: self.last.clone(),
        }
    }

    fn lane(&mut self, lane: Lane) -> &mut Option<Running> {
        match lane {
            Lane::Scan => &mut self.scan,
            Lane::Verify => &mut self.verify,
        }
    }
}

impl Folders {
    pub fn new(looking: Looking, rows: Vec<FolderRow>) -> Folders {
        Folders(Arc::new(Shared {
            looking,
            slots: Mutex::new(rows.into_iter().map(Slot::new).collect()),
            changes: watch::Sender::new(0),
            may_run: AtomicBool::new(true),
            turn: tokio::sync::Mutex::default(),
            tasks: super::tracker(),
        }))
    }

    pub fn looking(&self) -> &Looking {
        &self.0.looking
    }

    /// All folders, the managed one first, the others by name.
    pub fn list(&self) -> FolderList {
        let allowed = self.0.looking.allow_roots.iter().map(|root| root.display().to_string()).collect();
        FolderList { folders: self.slots().iter().map(Slot::shown).collect(), allowed }
    }

    pub fn shown(&self, id: FolderId) -> Option<Folder> {
        self.slots().iter().find(|slot| slot.row.id == id).map(Slot::shown)
    }

    /// Says when anything of the list is another.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    pub fn rows(&self) -> Vec<FolderRow> {
        self.slots().iter().map(|slot| slot.row.clone()).collect()
    }

    pub fn row(&self, id: FolderId) -> Option<FolderRow> {
        self.slots().iter().find(|slot| slot.row.id == id).map(|slot| slot.row.clone())
    }

    /// Of whose pictures nothing can be had just now.
    pub fn away(&self) -> Vec<FolderId> {
        let now = Instant::now();
        let is_away = |slot: &&Slot| slot.state == FolderState::Offline || slot.missed.is_some_and(|until| now < until);
        self.slots().iter().filter(is_away).map(|slot| slot.row.id).collect()
    }

    /// Somebody wanted a picture of it and found the folder away, which its keeper, if it has one, has yet to notice.
    pub fn miss(&self, id: FolderId) {
        if let Some(slot) = self.slots().iter_mut().find(|slot| slot.row.id == id) {
            slot.missed = Some(Instant::now() + MISSED);
        }
    }

    /// Whether its disk answers, as far as is known.
    pub fn answers(&self, id: FolderId) -> bool {
        self.slots().iter().any(|slot| slot.row.id == id && slot.unanswered == 0)
    }

    /// A question to its disk is not answered, or at last it is.
    pub fn set_answered(&self, id: FolderId, is_answered: bool) {
        if let Some(slot) = self.slots().iter_mut().find(|slot| slot.row.id == id) {
            slot.unanswered = if is_answered { slot.unanswered.saturating_sub(1) } else { slot.unanswered + 1 };
        }
    }

    /// Whether any folder is heard of.
    pub fn is_watching(&self) -> bool {
        self.slots().iter().any(|slot| slot.state == FolderState::Watching)
    }

    /// Compares a folder, or every one that is not paused, with the catalogue, and answers when both agree. A person asked:
    /// many files gone at once are taken for gone.
    pub async fn scan(&self, id: Option<FolderId>) -> Result<SyncSummary, Error> {
        if let Some(id) = id {
            return self.scan_one(id).await;
        }
        let kept: Vec<FolderId> =
            self.slots().iter().filter(|slot| slot.keeper.is_some()).map(|slot| slot.row.id).collect();
        let (mut sum, mut failures) = (SyncSummary::default(), Vec::new());
        let all = kept.len();
        for done in join_all(kept.into_iter().map(|id| self.scan_one(id))).await {
            match done {
                Ok(found) => sum += found,
                Err(error) => failures.push(error),
            }
        }
        // a folder that is away says so itself, and keeps no other from being looked at
        let are_all = failures.len() == all;
        failures.into_iter().next().filter(|_| are_all).map_or(Ok(sum), Err)
    }

    async fn scan_one(&self, id: FolderId) -> Result<SyncSummary, Error> {
        let asked = self.slots().iter_mut().find(|slot| slot.row.id == id).ok_or(Error::NotFound)?.ask_scan();
        asked?.await.map_err(|_| Error::Stopped)?
    }

    /// Begins to read and hash every file of a folder again.
    pub fn verify(&self, id: FolderId) -> Result<(), Error> {
        self.slots().iter().find(|slot| slot.row.id == id).ok_or(Error::NotFound)?.send(Command::Verify)
    }

    /// One file is looked at again, sooner or later: when nobody keeps the folder, with the next look at everything.
    pub fn look(&self, id: FolderId, path: PathBuf) {
        if let Some(slot) = self.slots().iter().find(|slot| slot.row.id == id) {
            let _ = slot.send(Command::Look(path));
        }
    }

    /// Ends what runs over a folder. What was done until then stays done.
    pub fn cancel(&self, id: FolderId) -> Result<(), Error> {
        let slots = self.slots();
        let slot = slots.iter().find(|slot| slot.row.id == id).ok_or(Error::NotFound)?;
        let running = slot.scan.as_ref().or(slot.verify.as_ref());
        let nothing = || Error::Refused("Nothing is running over this folder just now.".into());
        running.ok_or_else(nothing)?.cancel.cancel();
        Ok(())
    }

    fn slots(&self) -> MutexGuard<'_, Vec<Slot>> {
        // whoever broke while holding it left at worst one count behind
        self.0.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    /// Runs to its end, whether or not whoever asked waits for it, and when nobody else changes folders.
    pub(super) async fn in_turn<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let folders = self.clone();
        let working = async move {
            let _turn = folders.0.turn.lock().await;
            work.await
        };
        self.0.tasks.spawn(working).await.map_err(|_| Error::Stopped)?
    }

    pub(super) fn may_run(&self) -> bool {
        self.0.may_run.load(Ordering::Relaxed)
    }

    pub(super) fn set_may_run(&self, may_run: bool) {
        self.0.may_run.store(may_run, Ordering::Relaxed);
    }

    /// A new folder, or what is another of a known one.
    pub(super) fn put(&self, row: FolderRow) {
        let mut slots = self.slots();
        match slots.iter_mut().find(|slot| slot.row.id == row.id) {
            Some(slot) => {
                slot.state = if row.paused || !self.may_run() { FolderState::Paused } else { FolderState::Starting };
                slot.said = None;
                slot.row = row;
            }
            None => slots.push(Slot::new(row)),
        }
        slots.sort_by(|a, b| (b.row.managed, &a.row.name, a.row.id).cmp(&(a.row.managed, &b.row.name, b.row.id)));
        drop(slots);
        self.changed();
    }

    pub(super) fn take_off(&self, id: FolderId) {
        self.slots().retain(|slot| slot.row.id != id);
        self.changed();
    }

    /// What is to be set when it has ended; None where somebody keeps it already.
    pub(super) fn set_keeper(&self, id: FolderId, keeping: Keeping) -> Option<Ended> {
        let mut slots = self.slots();
        let slot = slots.iter_mut().find(|slot| slot.row.id == id && slot.keeper.is_none())?;
        slot.keeper = Some(keeping);
        slot.ended = Ended::default();
        Some(slot.ended.clone())
    }

    /// None where nobody kept it.
    pub(super) fn end_keeper(&self, id: FolderId) -> Option<Ended> {
        let mut slots = self.slots();
        let slot = slots.iter_mut().find(|slot| slot.row.id == id)?;
        slot.keeper.take()?.stop.cancel();
        Some(slot.ended.clone())
    }

    pub(super) fn keeper_ended(&self, id: FolderId) {
        self.change(id, |slot| {
            (slot.scan, slot.verify) = (None, None);
        });
    }

    pub(super) fn set_state(&self, id: FolderId, state: FolderState, said: Option<String>) {
        self.change(id, |slot| (slot.state, slot.said) = (state, said));
    }

    pub(super) fn set_last(&self, id: FolderId, operation: Operation) {
        self.change(id, |slot| slot.last = Some(operation));
    }

    pub(super) fn begin(&self, id: FolderId, lane: Lane, operation: Operation, cancel: CancellationToken) {
        self.change(id, |slot| *slot.lane(lane) = Some(Running { operation, cancel }));
    }

    pub(super) fn tell(&self, id: FolderId, lane: Lane, found: &SyncSummary) {
        self.change(id, |slot| {
            if let Some(running) = slot.lane(lane) {
                running.operation.found = *found;
            }
        });
    }

    pub(super) fn end(&self, id: FolderId, lane: Lane, ended: Option<Operation>) {
        self.change(id, |slot| {
            *slot.lane(lane) = None;
            slot.last = ended.or(slot.last.take());
        });
    }

    pub(super) fn expected(&self, id: FolderId) -> Option<u32> {
        let slots = self.slots();
        let slot = slots.iter().find(|slot| slot.row.id == id)?;
        (slot.present > 0).then_some(slot.present)
    }

    fn change(&self, id: FolderId, change: impl FnOnce(&mut Slot)) {
        if let Some(slot) = self.slots().iter_mut().find(|slot| slot.row.id == id) {
            change(slot);
        }
        self.changed();
    }

    fn changed(&self) {
        self.0.changes.send_modify(|count| *count += 1);
    }
}

impl Slot {
    fn ask_scan(&mut self) -> Result<oneshot::Receiver<Result<SyncSummary, Error>>, Error> {
        let (answer, answered): (Answer, _) = oneshot::channel();
        self.send(Command::Scan(answer))?;
        Ok(answered)
    }

    fn send(&self, command: Command) -> Result<(), Error> {
        let paused = || Error::Refused(format!("“{}” is paused. Resume it first.", self.row.name));
        let keeper = self.keeper.as_ref().ok_or_else(paused)?;
        keeper.commands.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => {
                Error::Refused("So many scans are waiting already; this one is not needed.".into())
            }
            TrySendError::Closed(_) => Error::Stopped,
        })
    }
}

/// Counts the records again whenever something happened to any.
pub(super) async fn count_forever(app: &App) {
    let mut head = app.feed.watch();
    loop {
        let begun = Instant::now();
        if let Err(error) = count(app).await {
            tracing::debug!(error = &error as &dyn std::error::Error, "the records could not be counted");
        }
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep((begun.elapsed() * COUNT_SHARE).max(COUNT_EVERY)) => {}
        }
        tokio::select! {
            () = app.stop.cancelled() => return,
            changed = head.changed() => if changed.is_err() { return },
        }
    }
}

async fn count(app: &App) -> Result<(), Error> {
    let counts = folders::counts(&app.pool, app.project).await?;
    let number = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let mut is_other = false;
    for slot in app.folders.slots().iter_mut() {
        let found = counts.iter().find(|counts| counts.folder == slot.row.id);
        let (present, missing) = found.map_or((0, 0), |counts| (number(counts.present), number(counts.missing)));
        is_other |= (slot.present, slot.missing) != (present, missing);
        (slot.present, slot.missing) = (present, missing);
    }
    if is_other {
        app.folders.changed();
    }
    Ok(())
}

/// What became of an operation.
pub(super) fn status_of(cancelled: bool, error: Option<&str>) -> SyncStatus {
    match (cancelled, error) {
        (true, _) => SyncStatus::Cancelled,
        (false, Some(_)) => SyncStatus::Failed,
        (false, None) => SyncStatus::Completed,
    }
}
