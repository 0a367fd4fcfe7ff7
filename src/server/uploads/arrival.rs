//! A file on its way in: what comes over the wire is written and hashed, on a thread of its own. Knows no record and no name.

use std::{
    io,
    time::{Duration, Instant},
};

use futures::{Stream, StreamExt, pin_mut};
use sha2::{
    Digest, Sha256,
    digest::common::hazmat::{SerializableState, SerializedState},
};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    folder::write::Part,
    server::{Error, background::in_background, reconcile::Hash},
};

/// Whoever sends nothing for so long has gone.
const SILENCE_MAX: Duration = Duration::from_secs(60);
/// Read ahead of the disk.
const CHUNKS_AHEAD: usize = 8;
/// After so many bytes, or so long, it is written down how far it is.
const MARK_BYTES: u64 = 32 << 20;
const MARK_AFTER: Duration = Duration::from_secs(30);

/// SHA-256 of what came so far; what is written down of it goes on after a restart.
#[derive(Clone, Default)]
pub(super) struct Hasher(Sha256);

impl Hasher {
    pub(super) fn state(&self) -> Vec<u8> {
        self.0.serialize().to_vec()
    }

    /// None when it is none of ours.
    pub(super) fn of_state(state: &[u8]) -> Option<Hasher> {
        let state = SerializedState::<Sha256>::try_from(state).ok()?;
        Sha256::deserialize(&state).ok().map(Hasher)
    }

    pub(super) fn hash(self) -> Hash {
        self.0.finalize().into()
    }
}

pub(super) struct Arrival {
    pub(super) part: Part,
    /// None where the sender's own word is what the disk is compared with.
    pub(super) hasher: Option<Hasher>,
    pub(super) received: u64,
}

/// How far an arrival is.
pub(super) struct Mark {
    pub(super) received: u64,
    pub(super) hasher: Vec<u8>,
}

impl Arrival {
    pub(super) fn new(part: Part) -> Arrival {
        Arrival { part, hasher: Some(Hasher::default()), received: 0 }
    }

    pub(super) fn mark(&self) -> Mark {
        let hasher = self.hasher.clone().unwrap_or_default();
        Mark { received: self.received, hasher: hasher.state() }
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.part.write(bytes)?;
        if let Some(hasher) = &mut self.hasher {
            hasher.0.update(bytes);
        }
        self.received += bytes.len() as u64;
        Ok(())
    }
}

/// How it came to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The sender says so.
    Said,
    /// The line broke, or nothing came any more.
    BrokenOff,
    /// More came than may; of the last chunk nothing was kept.
    TooMuch,
    /// Somebody else goes on with it, or the server is to end.
    Interrupted,
}

enum Step<Chunk> {
    Bytes(Chunk),
    Mark(oneshot::Sender<Mark>),
}

/// Takes what comes, `most` bytes in all, and has it written down now and then. What came stays, however it ends.
pub(super) async fn take<Chunk, Break, Written>(
    mut arrival: Arrival,
    chunks: impl Stream<Item = Result<Chunk, Break>>,
    most: u64,
    interrupt: &CancellationToken,
    write_down: impl Fn(Mark) -> Written,
) -> Result<(Arrival, io::Result<()>, Ending), Error>
where
    Chunk: AsRef<[u8]> + Send + 'static,
    Written: Future<Output = Result<(), Error>>,
{
    let mut received = arrival.received;
    let (mut marked, mut marked_at) = (received, Instant::now());
    let (steps, mut coming) = mpsc::channel::<Step<Chunk>>(CHUNKS_AHEAD);
    let writing = in_background(move || {
        let mut written = Ok(());
        while let (Ok(()), Some(step)) = (&written, coming.blocking_recv()) {
            match step {
                Step::Bytes(chunk) => written = arrival.put(chunk.as_ref()),
                // whoever asked may have gone
                Step::Mark(answer) => _ = answer.send(arrival.mark()),
            }
        }
        (arrival, written)
    });
    let reading = async move {
        // the thread ends when nothing can come any more
        let steps = steps;
        pin_mut!(chunks);
        loop {
            let next = interrupt.run_until_cancelled(tokio::time::timeout(SILENCE_MAX, chunks.next())).await;
            let chunk = match next {
                None => return Ok(Ending::Interrupted),
                Some(Err(_)) | Some(Ok(Some(Err(_)))) => return Ok(Ending::BrokenOff),
                Some(Ok(None)) => return Ok(Ending::Said),
                Some(Ok(Some(Ok(chunk)))) => chunk,
            };
            received += chunk.as_ref().len() as u64;
            if received > most {
                return Ok(Ending::TooMuch);
            }
            if steps.send(Step::Bytes(chunk)).await.is_err() {
                // the disk refused, and says why
                return Ok(Ending::BrokenOff);
            }
            if received - marked >= MARK_BYTES || marked_at.elapsed() >= MARK_AFTER {
                (marked, marked_at) = (received, Instant::now());
                let (answer, mark) = oneshot::channel();
                let asked = steps.send(Step::Mark(answer)).await;
                if let (Ok(()), Ok(mark)) = (asked, mark.await) {
                    write_down(mark).await?;
                }
            }
        }
    };
    let (written, ending): (_, Result<Ending, Error>) = tokio::join!(writing, reading);
    let (arrival, written) = written?;
    Ok((arrival, written, ending?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_goes_on_after_a_restart() {
        let mut first = Hasher::default();
        first.0.update(b"one ");
        let mut second = Hasher::of_state(&first.state()).expect("a state of ours");
        second.0.update(b"two");
        assert_eq!(second.hash()[..], Sha256::digest(b"one two")[..]);
        assert!(Hasher::of_state(b"none of ours").is_none());
    }
}
