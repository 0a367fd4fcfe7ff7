//! Sends files, each as far as it goes: begins, goes on where the server is, and believes nothing but its last word. Keeps
//! what it learns in the queue and decides nothing about when a file's turn is.

use std::{
    fs::File,
    io,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use super::{
    Agent,
    ask::POLL,
    board::Shown,
    hash,
    queue::{Entry, Result},
    wire::{Away, Failure, Image, Offer, Piece, Progress},
};

/// After the first time that something stands in the way of one file; then ever longer.
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// A file that arrives as something else so often is spoilt by what lies between, or by its own disk.
const GARBLED_MAX: u32 = 5;

/// Why an attempt ended before the file's end.
enum Broken {
    Failure(Failure),
    /// The file is not what was hashed any more.
    Changed,
    /// The queue knows better by now.
    Outdated,
    Disk(io::Error),
    Queue(super::queue::QueueError),
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Broken {
        Broken::Failure(failure)
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Broken {
        Broken::Disk(error)
    }
}

impl From<super::queue::QueueError> for Broken {
    fn from(error: super::queue::QueueError) -> Broken {
        Broken::Queue(error)
    }
}

/// One file after the other; one of those who send leaves what lay there to the others.
pub(super) async fn send_all(agent: Arc<Agent>, only_arrivals: bool) -> Result<()> {
    let mut bell = agent.queue.bell();
    loop {
        bell.mark_unchanged();
        match agent.queue.take_to_send(only_arrivals).await? {
            Some(entry) => send(&agent, entry).await?,
            // more than the time is no news
            None => drop(tokio::time::timeout(POLL, bell.changed()).await),
        }
    }
}

/// Until the server has it, or says that it will not, or it is another file's turn.
async fn send(agent: &Arc<Agent>, entry: Entry) -> Result<()> {
    let shown = agent.board.show(entry.id, agent.name_at_server(&entry), entry.seen.size.cast_unsigned());
    let mut upload = Upload { agent, url: entry.url.clone(), entry, shown, is_careful: false };
    loop {
        agent.line.wait().await;
        let broken = match upload.attempt().await {
            Ok(image) => {
                agent.line.reached().await;
                return upload.acknowledged(&image).await;
            }
            Err(broken) => broken,
        };
        // what is sent in one request is lost with it
        upload.is_careful = true;
        match broken {
            Broken::Queue(error) => return Err(error),
            Broken::Outdated => {
                upload.abandon().await;
                return Ok(());
            }
            Broken::Changed => return upload.look_again().await,
            // whatever broke, the file is another one
            _ if !upload.is_what_it_was().await => return upload.look_again().await,
            Broken::Failure(Failure::Away(Away { said, pause })) => agent.line.lost(&said, pause).await,
            Broken::Failure(failure) => return upload.refused(failure).await,
            Broken::Disk(error) => {
                return agent.put_off(&upload.entry, PAUSE_MIN, &format!("It cannot be read: {error}.")).await;
            }
        }
    }
}

struct Upload<'a> {
    agent: &'a Arc<Agent>,
    entry: Entry,
    url: Option<String>,
    shown: Shown,
    /// Begins with nothing and goes on in pieces, because a request with a whole file broke.
    is_careful: bool,
}

impl Upload<'_> {
    /// From where the server is to the end.
    async fn attempt(&mut self) -> std::result::Result<Image, Broken> {
        let file = hash::open(&self.entry).await?.ok_or(Broken::Changed)?;
        let mut at = match self.url.clone() {
            Some(url) => self.agent.wire.ask(&url).await?,
            None => self.begin(&file).await?,
        };
        loop {
            self.reach(&at).await?;
            if let Some(image) = at.image {
                return Ok(image);
            }
            let left = self.bytes().checked_sub(at.offset).filter(|left| *left > 0);
            let (Some(url), Some(left)) = (&self.url, left) else {
                // it has all of it and does not say that it is in order: ask again, later
                return Err(Failure::Later("the server has it and does not say that it is whole".into()).into());
            };
            let piece = self.piece(&file, at.offset, left.min(self.agent.pace.piece_bytes()))?;
            at = self.agent.wire.send(url, piece).await?;
            if !hash::is_unchanged(&self.entry, &file).await? {
                return Err(Broken::Changed);
            }
        }
    }

    /// A small file goes with its beginning, which saves the way there and back.
    async fn begin(&mut self, file: &File) -> std::result::Result<Progress, Broken> {
        let path = self.agent.name_at_server(&self.entry);
        let sha256 = self.entry.sha256.clone().unwrap_or_default();
        let offer = Offer { bytes: self.bytes(), path: &path, sha256: &sha256 };
        let is_small = !self.is_careful && offer.bytes <= self.agent.pace.whole_bytes();
        let piece = if is_small { Some(self.piece(file, 0, offer.bytes)?) } else { None };
        let (url, at) = self.agent.wire.create(&offer, piece).await?;
        // one that is acknowledged with its first answer is nothing to go on with
        let is_it = at.image.is_some() || self.agent.queue.begun_at(&self.entry, &url).await?;
        self.url = Some(url);
        if !is_it {
            return Err(Broken::Outdated);
        }
        Ok(at)
    }

    fn bytes(&self) -> u64 {
        self.entry.seen.size.cast_unsigned()
    }

    fn piece(&self, file: &File, from: u64, bytes: u64) -> io::Result<Piece> {
        Ok(Piece { file: file.try_clone()?, from, bytes, gone: self.shown.running.gone.clone() })
    }

    /// The server has so much of it.
    async fn reach(&mut self, at: &Progress) -> std::result::Result<(), Broken> {
        let running = &self.shown.running;
        self.agent.board.add_gone(running.gone.load(Ordering::Relaxed));
        running.is_at(at.offset);
        if at.image.is_some() {
            return Ok(());
        }
        self.agent.line.reached().await;
        if at.offset > 0 && !self.agent.queue.sent(&self.entry, at.offset).await? {
            return Err(Broken::Outdated);
        }
        Ok(())
    }

    /// What cannot be asked just now is taken for the same.
    async fn is_what_it_was(&self) -> bool {
        hash::lies_there(&self.entry).await.unwrap_or(true)
    }

    /// The server has what was hashed. Whether that is still what lies here is another question.
    async fn acknowledged(self, image: &Image) -> Result<()> {
        let (queue, entry) = (&self.agent.queue, &self.entry);
        if !queue.is_verified(entry, &image.id, image.was_here).await? {
            return Ok(());
        }
        if self.is_what_it_was().await {
            queue.done(entry).await?;
        } else {
            self.agent.look_again(entry).await?;
        }
        self.agent.tell_sent(&self.shown.running.name, self.bytes(), image.was_here);
        Ok(())
    }

    async fn refused(self, failure: Failure) -> Result<()> {
        let (agent, entry) = (self.agent, &self.entry);
        let pause = || PAUSE_MIN.saturating_mul(1 << entry.attempts.min(6)).min(PAUSE_MAX);
        match failure {
            // it expired; one that is gone each time is not begun without a pause
            Failure::Gone if entry.attempts == 0 => drop(agent.queue.anew(entry, Duration::ZERO).await?),
            Failure::Gone => drop(agent.queue.anew(entry, pause()).await?),
            Failure::Refused(said) => agent.fail(entry, &said).await?,
            Failure::Garbled(said) if entry.garbled >= GARBLED_MAX => agent.fail(entry, &said).await?,
            Failure::Garbled(said) => {
                agent.queue.garbled(entry).await?;
                agent.put_off(entry, pause(), &said).await?;
            }
            Failure::Later(said) | Failure::Away(Away { said, .. }) => agent.put_off(entry, pause(), &said).await?,
        }
        Ok(())
    }

    async fn look_again(self) -> Result<()> {
        self.agent.look_again(&self.entry).await?;
        self.abandon().await;
        Ok(())
    }

    /// Nobody will go on with it.
    async fn abandon(self) {
        if let Some(url) = &self.url {
            self.agent.wire.end(url).await;
        }
    }
}
