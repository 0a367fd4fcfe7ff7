//! One file, from where the server has it to its end.

use std::rc::Rc;

use super::Engine;
use crate::{
    browser::{
        held::{self, FileKey},
        kept,
        tus::{self, Arrived, Reached, Trouble},
    },
    ui::upload::queue::Content,
};

const UNFINISHED: &str = "The server has all of it and has not put it away yet.";

pub(super) async fn send(engine: Rc<Engine>, key: FileKey) -> Result<Arrived, Trouble> {
    let (size, modified_ms) = held::look(key).await.ok_or(Trouble::Lost)?;
    engine.change(key, |entry| {
        if (entry.facts.size, entry.facts.modified_ms) != (size, modified_ms) {
            // it is another file by now
            (entry.facts.size, entry.facts.modified_ms) = (size, modified_ms);
            (entry.url, entry.content) = (None, Content::Read(None));
        }
    });
    let mut reached = match find(&engine, key).await? {
        Some(reached) => {
            // it does not leave again
            engine.change(key, |entry| entry.sent = reached.offset);
            reached
        }
        None => start(&engine, key).await?,
    };
    loop {
        engine.note_sent(key, reached.offset);
        if let Some(arrived) = reached.arrived {
            return Ok(arrived);
        }
        if reached.offset < size {
            reached = tus::go_on(key, reached, size, engine.progress(key)).await?;
            // it takes what it is sent
            engine.failures.set(0);
            engine.work();
        } else {
            reached = tus::find(reached.url).await?;
            if reached.arrived.is_none() {
                return Err(Trouble::Passing(UNFINISHED.into()));
            }
        }
    }
}

/// None when the server knows nothing of it.
async fn find(engine: &Engine, key: FileKey) -> Result<Option<Reached>, Trouble> {
    let url = engine.queue.borrow().get(key).and_then(|entry| entry.url.clone());
    let Some(url) = url else { return Ok(None) };
    match tus::find(url).await {
        Err(Trouble::Gone) => {
            engine.change(key, |entry| (entry.url, entry.sent) = (None, 0));
            Ok(None)
        }
        found => found.map(Some),
    }
}

async fn start(engine: &Rc<Engine>, key: FileKey) -> Result<Reached, Trouble> {
    let entry = engine.queue.borrow().get(key).cloned().ok_or(Trouble::Lost)?;
    let hash = match &entry.content {
        Content::Read(hash) => hash.as_deref(),
        Content::Unread => None,
    };
    let beside = engine.queue.borrow().beside(key);
    let reached = tus::begin(key, &entry.facts, hash, beside, engine.progress(key)).await?;
    if reached.arrived.is_none() {
        kept::keep(key, &entry.facts, Some(&reached.url));
    }
    engine.change(key, |entry| entry.url = Some(reached.url.clone()));
    Ok(reached)
}

impl Engine {
    fn progress(self: &Rc<Self>, key: FileKey) -> impl Fn(u64) + 'static {
        let engine = Rc::clone(self);
        move |sent| engine.note_sent(key, sent)
    }

    fn note_sent(self: &Rc<Self>, key: FileKey, sent: u64) {
        self.change(key, |entry| {
            let more = sent.saturating_sub(entry.sent);
            self.sent.set(self.sent.get() + more);
            self.moves.set(self.moves.get() || more > 0);
            entry.sent = sent;
        });
        self.tell();
    }
}
