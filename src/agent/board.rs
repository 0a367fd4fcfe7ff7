//! What goes on just now, for those who show it: the files that are being sent, and what there is to say. Kept nowhere.

use std::{
    collections::BTreeMap,
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::Notify;

/// Whoever does not read them does not need them.
const SAID_MAX: usize = 1_000;

#[derive(Default)]
pub(super) struct Board {
    /// Each file that was sent is said, because nobody sees it going.
    says_each: bool,
    running: Mutex<BTreeMap<i64, Arc<Running>>>,
    said: Mutex<Vec<String>>,
    /// Bytes that have gone since the start.
    gone: Arc<AtomicU64>,
    bell: Notify,
}

/// A file that is being sent.
pub(super) struct Running {
    pub(super) name: String,
    pub(super) bytes: u64,
    /// What the server had when this began, and what went since.
    pub(super) from: AtomicU64,
    pub(super) gone: Arc<AtomicU64>,
}

impl Running {
    pub(super) fn sent(&self) -> u64 {
        (self.from.load(Ordering::Relaxed) + self.gone.load(Ordering::Relaxed)).min(self.bytes)
    }

    /// The server has so much, whatever went.
    pub(super) fn is_at(&self, offset: u64) {
        self.gone.store(0, Ordering::Relaxed);
        self.from.store(offset, Ordering::Relaxed);
    }
}

/// Takes the file from the board when it is dropped.
pub(super) struct Shown {
    board: Arc<Board>,
    id: i64,
    pub(super) running: Arc<Running>,
}

impl Drop for Shown {
    fn drop(&mut self) {
        lock(&self.board.running).remove(&self.id);
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Board {
    pub(super) fn new(says_each: bool) -> Board {
        Board { says_each, ..Board::default() }
    }

    pub(super) fn says_each(&self) -> bool {
        self.says_each
    }

    pub(super) fn show(self: &Arc<Board>, id: i64, name: String, bytes: u64) -> Shown {
        let running = Arc::new(Running { name, bytes, from: AtomicU64::new(0), gone: Arc::default() });
        lock(&self.running).insert(id, running.clone());
        Shown { board: self.clone(), id, running }
    }

    pub(super) fn say(&self, sentence: String) {
        let mut said = lock(&self.said);
        if said.len() < SAID_MAX {
            said.push(sentence);
        }
        self.bell.notify_one();
    }

    pub(super) fn take_said(&self) -> Vec<String> {
        mem::take(&mut lock(&self.said))
    }

    pub(super) async fn is_said(&self) {
        self.bell.notified().await;
    }

    pub(super) fn running(&self) -> Vec<Arc<Running>> {
        lock(&self.running).values().cloned().collect()
    }

    pub(super) fn add_gone(&self, bytes: u64) {
        self.gone.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn gone(&self) -> u64 {
        self.gone.load(Ordering::Relaxed) + self.running().iter().map(|it| it.gone.load(Ordering::Relaxed)).sum::<u64>()
    }
}
