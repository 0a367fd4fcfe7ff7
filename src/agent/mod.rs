//! The folder agent: sends what lies in folders of this machine to a server, and what comes into them. Never writes below
//! them, and deletes nothing anywhere.
//!
//! ```text
//! lookout (a folder each) -> queue -> ask (hash, is it there?) -> queue -> send -> queue
//! ```
//!
//! The queue is all that they share: each takes from it what is in one state, and puts it into the next.

mod ask;
mod board;
mod hash;
mod line;
mod lookout;
mod pace;
mod progress;
mod queue;
mod send;
mod status;
mod wire;

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

use self::{
    board::Board,
    line::Line,
    lookout::Lookout,
    pace::Pace,
    queue::{Entry, Queue, QueueError, State},
    wire::Wire,
};
use crate::{
    folder::watch::{Hint, Marks},
    ui::parts::words,
};

pub use status::{retry, status};

/// Files that are read at once: disks like few, and the line is slower.
const HASHERS: usize = 2;
/// Files that are sent at once. One more is for what has just come, so that it does not wait for what lay there.
const SENDERS: usize = 3;
/// How often it is looked whether all is done, for `--once`.
const IDLE_POLL: Duration = Duration::from_millis(100);

/// The agent that is being replaced may still be stopping, and `status` holds the lock for a moment.
const LOCK_WAIT: Duration = Duration::from_secs(2);

/// What the agent was told.
#[derive(Clone, Debug)]
pub struct Settings {
    pub server: String,
    pub project: Option<String>,
    pub folders: Vec<PathBuf>,
    /// Where the queue is kept.
    pub state: PathBuf,
    /// What lay there before the first start is left.
    pub only_new: bool,
    pub bytes_a_second: Option<u64>,
    /// Ends when all is sent.
    pub once: bool,
}

/// Why it cannot go on, as people are told it.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("{0} is no address of a server. Write it as http://HOST:PORT or https://HOST.")]
    NoAddress(String),
    #[error("{path} is no folder that can be read ({error}). Make it, or mount it, and start again.", path = .0.display(), error = .1)]
    NoFolder(PathBuf, io::Error),
    #[error("{inner} lies in {outer}, which is sent already. Leave one of them out.", inner = .0.display(), outer = .1.display())]
    Nested(PathBuf, PathBuf),
    #[error("Another agent keeps its queue in {state}. Stop it first, or give this one its own: --state FILE", state = .0.display())]
    Taken(PathBuf),
    #[error("No agent has kept a queue in {state}. Start one with: pixelsync agent --server URL DIR", state = .0.display())]
    NoQueue(PathBuf),
    #[error("{state} cannot be used for the queue: {error}", state = .0.display(), error = .1)]
    State(PathBuf, io::Error),
    #[error("The queue in {state} cannot be used: {error}", state = .0.display(), error = .1)]
    Queue(PathBuf, QueueError),
    #[error("There is no client for HTTP: {0}")]
    Client(io::Error),
    #[error("{files} could not be sent: `pixelsync agent status` says why, and `pixelsync agent retry` tries again.", files = words::count(*.0, "file", "files"))]
    Unsent(u32),
    #[error("There is nowhere to write to: {0}")]
    Output(#[from] io::Error),
}

/// What all who work share.
struct Agent {
    queue: Arc<Queue>,
    board: Arc<Board>,
    line: Line,
    wire: Wire,
    pace: Arc<Pace>,
    /// Of each folder that is watched, where what has to be looked at again is marked.
    marks: HashMap<PathBuf, Marks>,
}

/// Until it is told to stop, or with `once` until all is sent.
pub async fn run(
    settings: Settings,
    stop: CancellationToken,
    out: impl Write + Send + 'static,
    is_terminal: bool,
) -> Result<(), Problem> {
    let server = wire::server(&settings.server).ok_or_else(|| Problem::NoAddress(settings.server.clone()))?;
    let folders = whole_folders(&settings.folders)?;
    let _lock = lock(&settings.state).await?;
    let broken = |error| Problem::Queue(settings.state.clone(), error);
    let queue = Arc::new(open(&settings.state, server.as_str()).await.map_err(broken)?);
    let board = Arc::new(Board::new(!is_terminal));
    let mut lookouts = Vec::new();
    for folder in &folders {
        let root = queue.give(folder, SystemTime::now()).await.map_err(broken)?;
        lookouts.push(Lookout::new(root, settings.only_new, queue.clone(), board.clone()));
    }
    let pace = Arc::new(Pace::new(settings.bytes_a_second));
    let agent = Arc::new(Agent {
        wire: Wire::new(&server, settings.project.clone(), pace.clone()).map_err(Problem::Client)?,
        line: Line::new(queue.clone(), board.clone()),
        marks: folders.iter().cloned().zip(lookouts.iter().map(Lookout::marks)).collect(),
        queue: queue.clone(),
        board: board.clone(),
        pace,
    });
    board.say(format!("Sending {} to {server}", shown(&folders)));
    let shown_until = CancellationToken::new();
    let showing = tokio::spawn(progress::show(queue.clone(), board, out, is_terminal, shown_until.clone()));
    let done = work(&agent, lookouts, settings.once, &stop).await.map_err(broken);
    shown_until.cancel();
    // it ends by itself, and what it could not write is no reason not to have sent
    let _ = showing.await;
    done?;
    if !settings.once || stop.is_cancelled() {
        return Ok(());
    }
    match failed(&queue).await.map_err(broken)? {
        0 => Ok(()),
        files => Err(Problem::Unsent(files)),
    }
}

/// Everybody at once; the first who cannot go on ends it for all.
async fn work(
    agent: &Arc<Agent>,
    lookouts: Vec<Lookout>,
    once: bool,
    stop: &CancellationToken,
) -> Result<(), QueueError> {
    finish_verified(agent).await?;
    let busy: Vec<Arc<AtomicBool>> = lookouts.iter().map(Lookout::is_busy).collect();
    let mut workers = JoinSet::new();
    lookouts.into_iter().for_each(|lookout| drop(workers.spawn(lookout.keep())));
    let (hashed, to_ask) = mpsc::channel(wire::KNOWN_MAX);
    for _ in 0..HASHERS {
        workers.spawn(ask::hash_all(agent.clone(), hashed.clone()));
    }
    workers.spawn(ask::ask_all(agent.clone(), to_ask));
    for sender in 0..=SENDERS {
        workers.spawn(send::send_all(agent.clone(), sender == SENDERS));
    }
    tokio::select! {
        () = stop.cancelled() => Ok(()),
        done = all_done(&agent.queue, &busy), if once => done,
        Some(ended) = workers.join_next() => ended.unwrap_or_else(|error| Err(QueueError::Broke(error))),
    }
}

/// The server had all of it; what is left is to see whether it is still the same.
async fn finish_verified(agent: &Agent) -> Result<(), QueueError> {
    for entry in agent.queue.verified().await? {
        if hash::lies_there(&entry).await.unwrap_or(false) {
            agent.queue.done(&entry).await?;
        } else {
            agent.look_again(&entry).await?;
        }
    }
    Ok(())
}

async fn all_done(queue: &Queue, busy: &[Arc<AtomicBool>]) -> Result<(), QueueError> {
    loop {
        tokio::time::sleep(IDLE_POLL).await;
        let is_busy = || busy.iter().any(|busy| busy.load(Ordering::Relaxed));
        // asked before and after: what is looked at may come to stand in the queue meanwhile
        if !is_busy() && queue.is_idle().await? && !is_busy() {
            return Ok(());
        }
    }
}

async fn failed(queue: &Queue) -> Result<u32, QueueError> {
    let counts = queue.counts().await?;
    let failed = counts.iter().find(|count| count.state == State::Failed).map_or(0, |count| count.files);
    Ok(u32::try_from(failed).unwrap_or(u32::MAX))
}

impl Agent {
    /// The folder's own name and the way below it, so that what lies there keeps its order.
    fn name_at_server(&self, entry: &Entry) -> String {
        name_below(&entry.root, &entry.seen.path)
    }

    /// The file is being written, or is another one: whoever looks at the folder tells when it is whole.
    async fn look_again(&self, entry: &Entry) -> Result<(), QueueError> {
        if self.queue.changing(entry).await?
            && let Some(marks) = self.marks.get(&entry.root)
        {
            marks.mark(&entry.seen.path, Hint::default());
        }
        Ok(())
    }

    async fn put_off(&self, entry: &Entry, pause: Duration, said: &str) -> Result<(), QueueError> {
        if entry.attempts == 0 {
            self.board.say(format!("{}: {said} It is tried again.", self.name_at_server(entry)));
        }
        self.queue.put_off(entry, pause, said).await.map(drop)
    }

    async fn fail(&self, entry: &Entry, said: &str) -> Result<(), QueueError> {
        self.board.say(format!("{} is not sent: {said}", self.name_at_server(entry)));
        self.queue.failed(entry, said).await.map(drop)
    }

    fn tell_sent(&self, name: &str, bytes: u64, was_here: bool) {
        if self.board.says_each() {
            let what = if was_here { "was there already" } else { "is there" };
            self.board.say(format!("{name} {what}: {}", words::bytes(bytes)));
        }
    }
}

fn name_below(root: &Path, below: &Path) -> String {
    let parts = root.file_name().into_iter().chain(below.iter());
    parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// As they are from anywhere; each once, and none in another.
fn whole_folders(given: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    let mut folders = Vec::new();
    for folder in given {
        let no_folder = |error| Problem::NoFolder(folder.clone(), error);
        let whole = folder.canonicalize().map_err(no_folder)?;
        fs::read_dir(&whole).map_err(no_folder)?;
        folders.push(whole);
    }
    folders.sort();
    folders.dedup();
    for pair in folders.windows(2) {
        if pair[1].starts_with(&pair[0]) {
            return Err(Problem::Nested(pair[1].clone(), pair[0].clone()));
        }
    }
    Ok(folders)
}

fn shown(folders: &[PathBuf]) -> String {
    folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ")
}

async fn open(state: &Path, server: &str) -> Result<Queue, QueueError> {
    let queue = Queue::open(state).await?;
    queue.begin(server).await?;
    Ok(queue)
}

/// Beside the queue, because a file of SQLite's that somebody else closes loses SQLite's own locks.
fn lock_path(state: &Path) -> PathBuf {
    let mut path = state.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

/// Held as long as the file is open, so that the kernel releases it however the agent ends.
async fn lock(state: &Path) -> Result<File, Problem> {
    let unusable = |error| Problem::State(state.to_path_buf(), error);
    if let Some(folder) = state.parent() {
        fs::create_dir_all(folder).map_err(unusable)?;
    }
    let lock = OpenOptions::new().create(true).append(true).open(lock_path(state)).map_err(unusable)?;
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
            Err(TryLockError::WouldBlock) if begun.elapsed() < LOCK_WAIT => tokio::time::sleep(IDLE_POLL).await,
            Err(TryLockError::WouldBlock) => return Err(Problem::Taken(state.to_path_buf())),
        }
    }
}

/// Whether an agent is at work on this queue now.
fn is_running(state: &Path) -> bool {
    let Ok(lock) = File::open(lock_path(state)) else { return false };
    matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_a_folder_keeps_its_order_at_the_server() {
        for (root, below, expect) in [
            ("/home/me/Pictures", "trip/a.jpg", "Pictures/trip/a.jpg"),
            ("/home/me/Pictures", "a.jpg", "Pictures/a.jpg"),
            ("/", "a.jpg", "a.jpg"),
        ] {
            assert_eq!(name_below(Path::new(root), Path::new(below)), expect);
        }
    }

    #[test]
    fn no_folder_is_sent_twice() {
        let folder = tempfile::tempdir().expect("a folder");
        let (a, b) = (folder.path().join("a"), folder.path().join("a/b"));
        fs::create_dir_all(&b).expect("folders");
        assert_eq!(whole_folders(&[a.clone(), a.join(".")]).expect("one folder").len(), 1);
        assert!(matches!(whole_folders(&[b.clone(), a.clone()]), Err(Problem::Nested(..))));
        assert!(matches!(whole_folders(&[folder.path().join("c")]), Err(Problem::NoFolder(..))));
    }

    #[tokio::test]
    async fn a_queue_has_one_agent() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path().join("data/agent.sqlite");
        assert!(!is_running(&state));
        let held = lock(&state).await.expect("a lock");
        assert!(is_running(&state) && matches!(lock(&state).await, Err(Problem::Taken(_))));
        drop(held);
        assert!(!is_running(&state) && lock(&state).await.is_ok());
    }
}
