//! Works off the jobs: as many at once as there are cores, what somebody looks at first. Knows not what a job does.
//!
//! Jobs stand in the database, so a server that is killed loses none: its leases end, and who comes next goes on.
//! An attempt is counted when it begins. What brings the server down each time is given up after a few, and is tried alone
//! from the second time on, so that nothing innocent is counted with it.

use std::{
    collections::HashSet,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures::FutureExt;
use tokio::{
    sync::{
        Notify,
        broadcast::{self, error::RecvError},
    },
    time::{Instant, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use super::{
    App, Error,
    db::{
        self, images,
        jobs::{Job, Kind},
    },
    develop,
    room::Turn,
};

/// How long a job stays with a server that is not heard of any more.
const LEASE: Duration = Duration::from_secs(20);
const HEARTBEAT: Duration = Duration::from_secs(5);
/// Looked for in any case: what another node queued, and what is to be tried again.
const TICK: Duration = Duration::from_secs(1);
pub const ATTEMPTS_MAX: i16 = 4;
/// Before the second attempt; each further one waits six times as long.
const RETRY: Duration = Duration::from_secs(5);
const RETRY_GROWS: u32 = 6;
/// What fails for a reason that passes by itself, a full disk above all, is not counted and waits so long.
const RETRY_PASSING: Duration = Duration::from_secs(5);
/// The core rests after it, twice as long each time, for the next job is likely to fare no better; until one does.
const REST: Duration = Duration::from_millis(50);
/// Jobs that are under way when the server ends have so long; then they are given back.
const LAST_WORK_MAX: Duration = Duration::from_secs(1);
/// So long after the last sign of it a rush is over.
const RUSH: Duration = Duration::from_secs(1);
/// Of the pictures that nobody waits for so many are queued at a time, when none is left.
const QUEUED_AHEAD: i64 = 500;
/// Ends that one who waits may not have heard of yet; who lags looks for himself.
const ENDS_KEPT: usize = 256;

/// Queued jobs are told of here, and so is what comes of them; cheap to copy.
#[derive(Clone)]
pub struct Jobs(Arc<Parts>);

struct Parts {
    /// This server's, for as long as it runs.
    owner: Uuid,
    under_way: Mutex<HashSet<i64>>,
    queued: Notify,
    /// The content of each job of which something came, and at last its end.
    news: broadcast::Sender<Vec<u8>>,
    stop: CancellationToken,
    /// Jobs that failed for reasons that pass, since the last one that did not.
    stumbles: AtomicU32,
    /// When files were last taken in as fast as they can be.
    rush: Mutex<Option<Instant>>,
}

impl Jobs {
    pub fn new(stop: CancellationToken) -> Jobs {
        let (news, _) = broadcast::channel(ENDS_KEPT);
        Jobs(Arc::new(Parts {
            owner: Uuid::now_v7(),
            under_way: Mutex::default(),
            queued: Notify::new(),
            news,
            stop,
            stumbles: AtomicU32::new(0),
            rush: Mutex::default(),
        }))
    }

    pub fn owner(&self) -> Uuid {
        self.0.owner
    }

    pub fn queued(&self) {
        self.0.queued.notify_one();
    }

    /// There is something to be developed that nobody waits for.
    pub fn backlog_grew(&self) {
        if !self.is_rush() {
            self.queued();
        }
    }

    /// Many small files are taken in: until they are in the catalogue, the cores are theirs and of what somebody looks at.
    pub fn rush(&self) {
        *self.0.rush.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    pub fn is_rush(&self) -> bool {
        self.0.rush.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|last| last.elapsed() < RUSH)
    }

    /// There is something of it to be seen, or it has ended.
    pub fn told(&self, hash: &[u8]) {
        // nobody may be waiting
        let _ = self.0.news.send(hash.to_vec());
    }

    /// For whoever waits for something to come of this content, and looks each time.
    pub fn ends(&self, hash: &[u8], patience: Duration) -> Ends {
        Ends {
            heard: self.0.news.subscribe(),
            hash: hash.to_vec(),
            until: Instant::now() + patience,
            stop: self.0.stop.clone(),
        }
    }

    fn under_way(&self) -> Vec<i64> {
        self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    fn hold(&self, job: Job) -> Held {
        self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(job.id);
        Held { job, jobs: self.clone() }
    }
}

/// A job that somebody here is at; only then is its lease prolonged.
struct Held {
    job: Job,
    jobs: Jobs,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.jobs.0.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.job.id);
    }
}

/// Subscribed before the first look, so that nothing ends between.
pub struct Ends {
    heard: broadcast::Receiver<Vec<u8>>,
    hash: Vec<u8>,
    until: Instant,
    stop: CancellationToken,
}

impl Ends {
    /// Returns when it is time to look again. False when the patience is over, or the server ends.
    pub async fn next(&mut self) -> bool {
        let (now, stop) = (Instant::now(), self.stop.clone());
        if now >= self.until {
            return false;
        }
        // what another node does is not heard of
        let tick = self.until.min(now + TICK);
        stop.run_until_cancelled(timeout_at(tick, self.hear())).await.is_some()
    }

    async fn hear(&mut self) {
        loop {
            match self.heard.recv().await {
                Ok(news) if news != self.hash => {}
                Ok(_) | Err(RecvError::Lagged(_)) => return,
                // only when the server ends
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

/// Runs until told to stop, and gives back what it could not end.
pub async fn run(app: App) {
    let (stop, under_way) = (app.stop.clone(), TaskTracker::new());
    let work = async { tokio::join!(resume(&app), keep_leases(&app), work_off(&app, &under_way)) };
    stop.run_until_cancelled(work).await;
    under_way.close();
    // what is given back counts as never begun
    let _ = tokio::time::timeout(LAST_WORK_MAX, under_way.wait()).await;
    for job in app.jobs.under_way() {
        let given = db::jobs::give_back(&app.pool, job, app.jobs.owner(), Some("The server ended."), Duration::ZERO);
        if let Err(error) = given.await {
            tracing::warn!(%error, "a job could not be given back; it is free when its lease ends");
        }
    }
}

async fn resume(app: &App) {
    while let Err(error) = develop::resume(app).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "what waits to be developed could not be looked for");
        tokio::time::sleep(TICK).await;
    }
}

async fn keep_leases(app: &App) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let kept = db::jobs::heartbeat(&app.pool, app.jobs.owner(), &app.jobs.under_way(), LEASE).await;
        if let Err(error) = kept {
            tracing::warn!(%error, "the leases of jobs could not be prolonged");
        }
    }
}

/// Goes on when a turn breaks, because nobody else would do the work.
async fn work_off(app: &App, under_way: &TaskTracker) {
    loop {
        let turn = AssertUnwindSafe(begin_next(app, under_way)).catch_unwind();
        if let Err(error) = turn.await.unwrap_or(Err(Error::Stopped)) {
            tracing::warn!(error = &error as &dyn std::error::Error, "jobs could not be claimed");
            tokio::time::sleep(TICK).await;
        }
    }
}

/// Claims no more than can begin at once.
async fn begin_next(app: &App, under_way: &TaskTracker) -> Result<(), Error> {
    let jobs = &app.jobs;
    let mut turns = app.room.free_cores().await?;
    let is_rush = jobs.is_rush();
    let limit = if is_rush { db::jobs::count_wanted(&app.pool, turns.len()).await? } else { turns.len() };
    let claimed = match limit {
        0 => Vec::new(),
        _ => db::jobs::claim(&app.pool, jobs.owner(), &jobs.under_way(), limit, LEASE).await?,
    };
    if claimed.is_empty() {
        drop(turns);
        if !is_rush && db::jobs::queue_waiting(&app.pool, QUEUED_AHEAD, &app.folders.away()).await? > 0 {
            return Ok(());
        }
        // the tick comes in any case
        let _ = tokio::time::timeout(TICK, jobs.0.queued.notified()).await;
        return Ok(());
    }
    let held = claimed.into_iter().map(|job| jobs.hold(job));
    let (suspects, others): (Vec<Held>, Vec<Held>) = held.partition(|held| held.job.fell_silent);
    for (held, turn) in others.into_iter().zip(turns.drain(..)) {
        let app = app.clone();
        under_way.spawn(async move { work(&app, &held.job, turn).await });
    }
    let mut suspects = suspects.into_iter();
    let suspect = suspects.next();
    for later in suspects {
        db::jobs::give_back(&app.pool, later.job.id, jobs.owner(), None, Duration::ZERO).await?;
    }
    if let Some(suspect) = suspect {
        let alone = app.room.all_cores().await?;
        work(app, &suspect.job, alone).await;
    }
    Ok(())
}

/// Whatever comes of the job, the database knows it in the end.
async fn work(app: &App, job: &Job, turn: Turn) {
    let performing = AssertUnwindSafe(perform(app, job)).catch_unwind();
    let broke = || Err(Error::Refused("It broke while it was being made; the log says how.".into()));
    let Err(error) = performing.await.unwrap_or_else(|_| broke()) else {
        return app.jobs.0.stumbles.store(0, Ordering::Relaxed);
    };
    tracing::warn!(
        error = &error as &dyn std::error::Error,
        hash = hex::encode(&job.hash),
        attempt = job.attempts,
        "a job failed"
    );
    while let Err(error) = put_down(app, job, &error).await {
        tracing::warn!(%error, "what came of a job could not be written; it is tried again");
        tokio::time::sleep(TICK).await;
    }
    // of a folder that is away there is no next job
    if error.is_passing() && !matches!(error, Error::Offline(_)) {
        let stumbles = app.jobs.0.stumbles.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(RETRY_PASSING.min(REST * 2_u32.pow(stumbles.min(10)))).await;
    }
    drop(turn);
}

async fn perform(app: &App, job: &Job) -> Result<(), Error> {
    if job.fell_silent && job.attempts > ATTEMPTS_MAX {
        // there is nobody left who could say what happened
        return Err(Error::Refused("The server broke off each time it was at this file.".into()));
    }
    develop::perform(app, job).await
}

async fn put_down(app: &App, job: &Job, error: &Error) -> Result<(), db::DbError> {
    let (owner, cause) = (app.jobs.owner(), error.to_string());
    if matches!(error, Error::Offline(_)) && db::jobs::let_go(&app.pool, job.id, owner).await? {
        // its pictures still wait, and are queued again when their folder is back
        return Ok(());
    }
    if error.is_passing() {
        return db::jobs::give_back(&app.pool, job.id, owner, Some(&cause), RETRY_PASSING).await;
    }
    if job.attempts < ATTEMPTS_MAX {
        return db::jobs::retry(&app.pool, job.id, owner, &cause, pause_after(job.attempts)).await;
    }
    let mut tx = db::begin(&app.pool).await?;
    if db::jobs::bury(&mut tx, job.id, owner, &error.sentence()).await? {
        if job.kind == Kind::Develop {
            images::give_up(&mut tx, &job.hash, &error.sentence()).await?;
        }
        tx.commit().await?;
        app.feed.committed();
    }
    app.jobs.told(&job.hash);
    Ok(())
}

fn pause_after(attempts: i16) -> Duration {
    RETRY * RETRY_GROWS.pow(u32::from(attempts.max(1).unsigned_abs()) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow() {
        let seconds = [1, 2, 3].map(|attempts| pause_after(attempts).as_secs());
        assert_eq!(seconds, [5, 30, 180]);
    }

    #[tokio::test]
    async fn who_waits_hears_of_its_own_content_and_gives_up_in_the_end() {
        let jobs = Jobs::new(CancellationToken::new());
        let mut ends = jobs.ends(b"mine", Duration::from_secs(3600));
        jobs.told(b"others");
        assert!(ends.hear().now_or_never().is_none());
        jobs.told(b"mine");
        assert!(ends.hear().now_or_never().is_some());
        assert!(!jobs.ends(b"mine", Duration::ZERO).next().await);
        jobs.0.stop.cancel();
        assert!(!jobs.ends(b"mine", Duration::from_secs(3600)).next().await);
    }
}
