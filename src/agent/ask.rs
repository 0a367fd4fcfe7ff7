//! Hashes what is new and asks the server, many at once, which of it is there already. Sends no file.

use std::{sync::Arc, time::Duration};

use tokio::sync::mpsc;

use super::{
    Agent,
    hash::{self, Reading},
    queue::{Entry, Result},
    wire::{self, Away},
};

/// When nobody rings, it is looked whether somebody else has put something into the queue, or a pause is over.
pub(super) const POLL: Duration = Duration::from_secs(2);
/// A file that cannot be read is tried again so much later.
const UNREADABLE_PAUSE: Duration = Duration::from_secs(30);

/// What a file holds.
pub(super) type Hashed = (Entry, Vec<u8>);

/// Reads one file after the other. Whoever asks takes what is there by then, so nobody waits for a full batch.
pub(super) async fn hash_all(agent: Arc<Agent>, hashed: mpsc::Sender<Hashed>) -> Result<()> {
    let mut bell = agent.queue.bell();
    loop {
        bell.mark_unchanged();
        let Some(entry) = agent.queue.take_to_hash().await? else {
            // more than the time is no news
            let _ = tokio::time::timeout(POLL, bell.changed()).await;
            continue;
        };
        match hash::read(&entry).await {
            Reading::Hashed(sha256) => {
                if hashed.send((entry, sha256)).await.is_err() {
                    return Ok(());
                }
            }
            Reading::Changed => agent.look_again(&entry).await?,
            Reading::Absent => drop(agent.queue.forget(&entry).await?),
            Reading::Unreadable(error) => {
                let said = format!("It cannot be read: {error}.");
                agent.put_off(&entry, UNREADABLE_PAUSE, &said).await?;
            }
        }
    }
}

/// While one question is under way, those that come are gathered for the next.
pub(super) async fn ask_all(agent: Arc<Agent>, mut hashed: mpsc::Receiver<Hashed>) -> Result<()> {
    let mut batch = Vec::new();
    while hashed.recv_many(&mut batch, wire::KNOWN_MAX).await > 0 {
        let mut hashes: Vec<String> = batch.iter().map(|(_, sha256)| hex::encode(sha256)).collect();
        hashes.sort();
        hashes.dedup();
        let known = loop {
            agent.line.wait().await;
            match agent.wire.known(&hashes).await {
                Ok(known) => break known,
                Err(Away { said, pause }) => agent.line.lost(&said, pause).await,
            }
        };
        agent.line.reached().await;
        for (entry, sha256) in batch.drain(..) {
            match known.get(&hex::encode(&sha256)) {
                Some(image) => agent.queue.known(&entry, &sha256, image).await?,
                None => agent.queue.hashed(&entry, &sha256).await?,
            };
        }
    }
    Ok(())
}
