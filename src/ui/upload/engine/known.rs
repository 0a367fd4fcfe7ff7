//! What is here already: many are asked for at once by their hashes, so that they are never sent.

use std::{collections::HashMap, rc::Rc};

use leptos::task::spawn_local;

use super::Engine;
use crate::{
    api::{self, uploads::KNOWN_MAX},
    browser::{held, wait},
    model::ImageId,
    ui::upload::queue::{Content, Step},
};

impl Engine {
    pub(super) fn look_up(self: &Rc<Self>) {
        if self.is_looking_up.replace(true) {
            return;
        }
        let engine = Rc::clone(self);
        spawn_local(async move {
            while !engine.is_paused.get() && Box::pin(engine.look_up_some()).await {
                engine.work();
            }
            engine.is_looking_up.set(false);
        });
    }

    /// False when there is nothing to look up for now.
    async fn look_up_some(&self) -> bool {
        let keys = self.queue.borrow().to_look_up();
        for key in &keys {
            self.change(*key, |entry| entry.step = Step::Hashing);
        }
        let mut hashes = HashMap::new();
        for key in &keys {
            if let Some(hash) = held::sha256(*key).await {
                hashes.insert(*key, hash);
            }
        }
        let known = known(hashes.values().cloned().collect()).await;
        for key in &keys {
            let hash = hashes.remove(key);
            let here = hash.as_ref().and_then(|hash| known.get(hash));
            self.change(*key, |entry| {
                (entry.step, entry.image) = (here.map_or(Step::Waiting, |id| Step::AlreadyHere(*id)), here.copied());
                entry.content = Content::Read(hash);
            });
            if here.is_some() {
                self.let_go(*key);
            }
        }
        !keys.is_empty()
    }
}

/// What cannot be asked is found out when it is sent.
async fn known(hashes: Vec<String>) -> HashMap<String, ImageId> {
    if hashes.is_empty() {
        return HashMap::new();
    }
    debug_assert!(hashes.len() <= KNOWN_MAX);
    let known = wait::for_answer(api::uploads::known(hashes)).await.unwrap_or_default();
    known.into_iter().map(|known| (known.sha256, known.id)).collect()
}
