//! The change feed of this node: seals what was committed, reads the tail once, and lets every stream draw from it.
//!
//! Numbers and order are PostgreSQL's (migration 2). Streams pull from a shared ring by their own cursor, so a slow reader
//! holds nothing but its place. Knows nothing of http.

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::{
    Error,
    db::{self, Pool, Tx},
};
use crate::model::{Batch, Cursor, ProjectId};

/// Behind the bell, which may be lost: how long a change waits at most for its number, and for this node to see it.
const TICK: Duration = Duration::from_secs(1);
/// Between two seals. One alone is not kept waiting by it, and of many changes each costs less.
const GATHER: Duration = Duration::from_millis(10);
/// The same after a seal of many changes, when more are likely to come: nobody looks at each of them.
const GATHER_MANY: Duration = Duration::from_millis(100);
const MANY_CHANGES: i64 = 100;
/// After so many changes the outbox is swept.
const SWEEP_AFTER: i64 = 5_000;
/// How much of the tail is kept; who is further behind reads from the database.
const RING_CHANGES_MAX: usize = 4_096;
/// A tail longer than this is not drawn into the ring at all: its readers get it coalesced.
const TAIL_CHANGES_MAX: i64 = 2_000;
/// Whoever is further behind than either loads anew instead of catching up: a page rereads no more than its window, and
/// nobody's answer may take the memory and the time of everybody.
const CATCH_UP_CHANGES_MAX: i64 = 100_000;
const CATCH_UP_IMAGES_MAX: usize = 5_000;
const PRUNE_EVERY: Duration = Duration::from_secs(6 * 60 * 60);

#[derive(Clone)]
pub struct Feed(Arc<Inner>);

struct Inner {
    pool: Pool,
    project: ProjectId,
    committed: Notify,
    head: watch::Sender<db::feed::Head>,
    /// The database does not answer: what happens cannot be told.
    silent: watch::Sender<bool>,
    ring: RwLock<Ring>,
    /// As many as there are streams, and this one: what nobody follows is not read.
    streams: Arc<()>,
    /// One reader of the tail at a time, so the ring has no gaps.
    reading: tokio::sync::Mutex<()>,
}

/// How a cursor stands to the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    AtHead,
    Behind,
    /// It cannot be continued.
    Lost,
}

/// What a stream gets next.
#[derive(Clone, Debug)]
pub enum Next {
    Batch(Arc<Batch>),
    /// The cursor cannot be continued: load the whole, then go on from here.
    Reset(Cursor),
}

impl Feed {
    pub async fn open(pool: Pool, project: ProjectId) -> Result<Feed, Error> {
        db::feed::open_epoch(&pool).await?;
        db::feed::seal(&pool).await?;
        let head = db::feed::head(&mut *pool.acquire().await?).await?;
        Ok(Feed(Arc::new(Inner {
            pool,
            project,
            committed: Notify::new(),
            head: watch::Sender::new(head),
            silent: watch::Sender::new(false),
            ring: RwLock::default(),
            streams: Arc::default(),
            reading: tokio::sync::Mutex::default(),
        })))
    }

    /// To be called after a commit that changed something. Many calls make one seal.
    pub fn committed(&self) {
        self.0.committed.notify_one();
    }

    /// Held by each stream as long as it lasts.
    pub fn follow(&self) -> Arc<()> {
        self.0.streams.clone()
    }

    /// Resolves when the head moves. For streams that have sent all there is.
    pub fn watch(&self) -> watch::Receiver<db::feed::Head> {
        self.0.head.subscribe()
    }

    /// Resolves when streams had better end, because they could not tell any more.
    pub async fn fell_silent(&self) {
        // the sender lives as long as `self`
        let _ = self.0.silent.subscribe().wait_for(|silent| *silent).await;
    }

    pub fn head(&self) -> Cursor {
        self.0.head.borrow().at
    }

    /// What comes after `since`; None when that is the head.
    pub async fn after(&self, since: Cursor) -> Result<Option<Next>, Error> {
        match place(since, self.head_for(since).await?) {
            Place::AtHead => return Ok(None),
            Place::Lost => return Ok(Some(Next::Reset(self.head()))),
            Place::Behind => {}
        }
        let kept = self.0.ring.read().unwrap_or_else(PoisonError::into_inner).after(since);
        match kept {
            Some(batch) => Ok(Some(Next::Batch(batch))),
            None => self.catch_up(since).await.map(Some),
        }
    }

    /// Everything since the cursor in one batch, the newest change of each image.
    pub async fn changes(&self, since: Cursor) -> Result<Arc<Batch>, Error> {
        match self.catch_up(since).await? {
            Next::Batch(batch) => Ok(batch),
            Next::Reset(_) => Err(Error::CursorTooOld),
        }
    }

    /// Fails when nothing could be told from there on.
    pub async fn check(&self, since: Cursor) -> Result<(), Error> {
        self.head_for(since).await.map(drop)
    }

    /// The head, at the cursor at least where there is such a place.
    async fn head_for(&self, since: Cursor) -> Result<db::feed::Head, Error> {
        if since.seq > self.head().seq {
            // a page read the database a moment before this node did
            self.read_tail().await?;
        }
        Ok(*self.0.head.borrow())
    }

    /// Where the cursor stands is judged in the snapshot that is read: what it needs may be dropped at any moment.
    async fn catch_up(&self, since: Cursor) -> Result<Next, Error> {
        let mut tx = db::snapshot(&self.0.pool).await?;
        let head = db::feed::head(&mut tx).await?;
        if place(since, head) == Place::Lost || head.at.seq - since.seq > CATCH_UP_CHANGES_MAX {
            return Ok(Next::Reset(head.at));
        }
        let one_more = i64::try_from(CATCH_UP_IMAGES_MAX + 1).unwrap_or(i64::MAX);
        let told = db::feed::newest_between(&mut tx, self.0.project, since.seq, head.at.seq, one_more).await?;
        if told.changes.len() > CATCH_UP_IMAGES_MAX {
            return Ok(Next::Reset(head.at));
        }
        Ok(Next::Batch(Arc::new(self.batch(&mut tx, since, head.at, told).await?)))
    }

    /// In the snapshot in which it was told.
    async fn batch(&self, tx: &mut Tx<'_>, from: Cursor, to: Cursor, told: db::feed::Told) -> Result<Batch, Error> {
        let total = db::feed::total(tx, self.0.project).await?;
        let views = if told.of_views { Some(db::views::all(tx, self.0.project).await?) } else { None };
        Ok(Batch { from, to, total, changes: told.changes, views })
    }

    /// Draws what is new into the ring and moves the head.
    async fn read_tail(&self) -> Result<(), Error> {
        let _only = self.0.reading.lock().await;
        let before = *self.0.head.borrow();
        let mut tx = db::snapshot(&self.0.pool).await?;
        let head = db::feed::head(&mut tx).await?;
        if head.at == before.at {
            // at most the floor has risen
            self.0.head.send_if_modified(|known| std::mem::replace(known, head) != head);
            return Ok(());
        }
        let is_followed = Arc::strong_count(&self.0.streams) > 1;
        let is_short = is_followed
            && head.at.epoch == before.at.epoch
            && (0..=TAIL_CHANGES_MAX).contains(&(head.at.seq - before.at.seq));
        let batch = if is_short {
            let told = db::feed::between(&mut tx, self.0.project, before.at.seq, head.at.seq).await?;
            Some(self.batch(&mut tx, before.at, head.at, told).await?)
        } else {
            None
        };
        self.0.ring.write().unwrap_or_else(PoisonError::into_inner).push(batch);
        self.0.head.send_replace(head);
        Ok(())
    }

    /// Runs until told to stop: seals after commits, reads the tail when the bell rings, and does both each second in any case.
    pub async fn run(self, stop: CancellationToken) {
        let work = async {
            tokio::join!(self.seal_forever(), self.listen_forever(), self.prune_forever());
        };
        stop.run_until_cancelled(work).await;
    }

    /// Numbers what has been committed so far and moves the head past it.
    pub async fn seal(&self) -> Result<(), Error> {
        db::feed::seal(&self.0.pool).await?;
        // not waiting for our own bell
        self.read_tail().await
    }

    async fn seal_forever(&self) {
        let mut swept_at = self.head().seq;
        loop {
            // the tick also seals what a node left that died between commit and seal
            let _ = tokio::time::timeout(TICK, self.0.committed.notified()).await;
            let before = self.head().seq;
            let sealed = self.seal().await;
            self.0.silent.send_if_modified(|silent| std::mem::replace(silent, sealed.is_err()) != sealed.is_err());
            if let Err(error) = sealed {
                log_once_a_second("the feed could not be sealed", &error).await;
                continue;
            }
            if self.head().seq >= swept_at + SWEEP_AFTER {
                swept_at = self.head().seq;
                if let Err(error) = db::feed::sweep(&self.0.pool).await {
                    tracing::warn!(%error, "the feed's outbox could not be swept");
                }
            }
            let is_many = self.head().seq - before >= MANY_CHANGES;
            tokio::time::sleep(if is_many { GATHER_MANY } else { GATHER }).await;
        }
    }

    async fn listen_forever(&self) {
        loop {
            if let Err(error) = self.listen().await {
                log_once_a_second("the feed's bell is not heard", &error).await;
            }
        }
    }

    async fn listen(&self) -> Result<(), Error> {
        let mut bell = db::feed::Bell::listen(&self.0.pool).await?;
        loop {
            bell.rung().await?;
            self.read_tail().await?;
        }
    }

    async fn prune_forever(&self) {
        loop {
            if let Err(error) = db::feed::prune(&self.0.pool).await.map_err(Error::from) {
                log_once_a_second("the feed could not be pruned", &error).await;
            }
            tokio::time::sleep(PRUNE_EVERY).await;
        }
    }
}

fn place(since: Cursor, head: db::feed::Head) -> Place {
    if since == head.at {
        Place::AtHead
    } else if since.epoch != head.at.epoch || since.seq > head.at.seq || since.seq < head.floor {
        Place::Lost
    } else {
        Place::Behind
    }
}

/// A database that is away fails every attempt; the pause keeps log and processor quiet.
async fn log_once_a_second(what: &str, error: &Error) {
    tracing::warn!(error = error as &dyn std::error::Error, "{what}");
    tokio::time::sleep(TICK).await;
}

/// The newest batches, without a gap between them.
#[derive(Default)]
struct Ring {
    batches: VecDeque<Arc<Batch>>,
    changes: usize,
}

impl Ring {
    /// None stands for a stretch that was too long to keep.
    fn push(&mut self, batch: Option<Batch>) {
        let Some(batch) = batch else {
            *self = Ring::default();
            return;
        };
        self.changes += batch.changes.len();
        self.batches.push_back(Arc::new(batch));
        while self.changes > RING_CHANGES_MAX
            && let Some(oldest) = self.batches.pop_front()
        {
            self.changes -= oldest.changes.len();
        }
    }

    fn after(&self, since: Cursor) -> Option<Arc<Batch>> {
        let place = self.batches.partition_point(|batch| batch.from.seq < since.seq);
        self.batches.get(place).filter(|batch| batch.from == since).cloned()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(seq: i64) -> Cursor {
        Cursor { epoch: Uuid::nil(), seq }
    }

    #[test]
    fn a_cursor_is_lost_below_the_floor_and_beyond_the_head() {
        let head = db::feed::Head { at: at(9), floor: 4 };
        for (seq, expect) in
            [(9, Place::AtHead), (8, Place::Behind), (4, Place::Behind), (3, Place::Lost), (10, Place::Lost)]
        {
            assert_eq!(place(at(seq), head), expect, "{seq}");
        }
        assert_eq!(place(Cursor { epoch: Uuid::max(), seq: 9 }, head), Place::Lost);
    }

    #[test]
    fn a_ring_continues_only_where_it_has_no_gap() {
        let mut ring = Ring::default();
        for seq in [0, 3, 7] {
            ring.push(Some(Batch {
                from: at(seq),
                to: at([3, 7, 9][usize::from(seq > 0) + usize::from(seq > 3)]),
                total: 0,
                changes: vec![],
                views: None,
            }));
        }
        assert_eq!(ring.after(at(3)).map(|batch| batch.to), Some(at(7)));
        assert_eq!(ring.after(at(4)), None);
        assert_eq!(ring.after(at(9)), None);
        ring.push(None);
        assert_eq!(ring.after(at(3)), None);
    }
}
