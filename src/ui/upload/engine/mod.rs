//! Sends what is in the queue: looks up what is here already, a few at a time, again when it failed, and where it broke off.
//! Draws nothing; what is seen of it stands in [`View`].

mod by_hand;
mod known;
mod sending;
mod shown;

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
    time::Duration,
};

use futures::future::{AbortHandle, abortable};
use leptos::{prelude::*, task::spawn_local};

pub use self::shown::View;
use super::{
    pace::Pace,
    queue::{Content, Entry, Queue, Step},
};
use crate::browser::{
    clock, files,
    held::{self, Chosen, FileKey},
    kept::{self, Access},
    listen::Listener,
    tus::{Arrived, Trouble},
    unpack::unpack,
};

/// A browser has six lines to a server. One brings what is live, and two are left for pictures.
const SENDING_MAX: usize = 3;
const AGAIN_FIRST_MS: u32 = 1_000;
const AGAIN_MAX_MS: u32 = 60_000;

const LOST: &str = "The file cannot be read any more. Choose it again.";
const SPOILED: &str = "The server lost it on the way.";

pub struct Engine {
    view: RwSignal<View>,
    queue: RefCell<Queue>,
    under_way: RefCell<HashMap<FileKey, AbortHandle>>,
    is_paused: Cell<bool>,
    is_looking_up: Cell<bool>,
    /// In a row, of any file: they have one server.
    failures: Cell<u32>,
    hold: Cell<Option<TimeoutHandle>>,
    /// Since the last failure bytes have left.
    moves: Cell<bool>,
    pace: RefCell<Pace>,
    /// Bytes that left in all, also those that got lost.
    sent: Cell<u64>,
    telling: Cell<Option<TimeoutHandle>>,
    left_out: Cell<usize>,
    leaving: RefCell<Option<Listener>>,
}

/// How long nothing is tried, `chance` being 0 to 1 so that browsers do not come all at once.
fn again_ms(failures: u32, chance: f64) -> u32 {
    let doubled = AGAIN_FIRST_MS.saturating_mul(1 << failures.saturating_sub(1).min(16));
    (f64::from(doubled.min(AGAIN_MAX_MS)) * (0.7 + 0.3 * chance)) as u32
}

impl Engine {
    /// Goes on with what was left behind when a page was closed.
    pub fn start(view: RwSignal<View>) -> Rc<Self> {
        let engine = Rc::new(Engine {
            view,
            queue: RefCell::default(),
            under_way: RefCell::default(),
            is_paused: Cell::default(),
            is_looking_up: Cell::default(),
            failures: Cell::default(),
            hold: Cell::default(),
            moves: Cell::default(),
            pace: RefCell::default(),
            sent: Cell::default(),
            telling: Cell::default(),
            left_out: Cell::default(),
            leaving: RefCell::default(),
        });
        let restored = Rc::clone(&engine);
        spawn_local(async move { restored.restore().await });
        engine
    }

    async fn restore(self: Rc<Self>) {
        let left_behind = kept::restore().await.into_iter().map(|restored| {
            let step = match restored.access {
                Access::Ready => Step::Waiting,
                Access::Locked => Step::Locked,
                Access::Missing => Step::Missing,
            };
            Entry { step, url: restored.url, ..Entry::new(restored.key, restored.facts) }
        });
        self.queue.borrow_mut().add(left_behind.collect());
        self.work();
    }

    /// Takes in what was brought, folders piece by piece.
    pub fn take_in(self: &Rc<Self>) {
        let brought = files::take();
        if brought.is_empty() {
            return;
        }
        // a batch that is over makes room for the next
        let tally = self.queue.borrow().tally();
        if tally.is_over() && tally.failed == 0 && tally.left_behind() == 0 {
            self.close();
        }
        let engine = Rc::clone(self);
        spawn_local(async move { unpack(brought, |chosen| engine.add(chosen)).await });
    }

    fn add(self: &Rc<Self>, chosen: Vec<Chosen>) {
        let mut queue = self.queue.borrow_mut();
        let any_missing = queue.tally().left_behind() > 0;
        let mut entries = Vec::new();
        for Chosen { key, facts } in chosen {
            match any_missing.then(|| queue.missing_like(&facts)).flatten() {
                Some(missing) => {
                    held::give(key, missing);
                    if let Some(entry) = queue.get_mut(missing) {
                        entry.step = Step::Waiting;
                        kept::keep(missing, &entry.facts, entry.url.as_deref());
                    }
                }
                None => entries.push(Entry::new(key, facts)),
            }
        }
        let keys: Vec<(FileKey, _)> = entries.iter().map(|entry| (entry.key, entry.facts.clone())).collect();
        let beyond = queue.add(entries);
        let fit = keys.len() - beyond.len();
        keys[..fit].iter().for_each(|(key, facts)| kept::keep(*key, facts, None));
        beyond.iter().for_each(|entry| held::let_go(entry.key));
        self.left_out.set(self.left_out.get() + beyond.len());
        drop(queue);
        self.work();
    }

    fn change(&self, key: FileKey, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.queue.borrow_mut().get_mut(key) {
            change(entry);
        }
    }

    fn work(self: &Rc<Self>) {
        self.tell();
        if self.is_paused.get() {
            return;
        }
        self.look_up();
        // while it is not known whether the server takes anything, one is enough to find out
        let most = if self.failures.get() > 0 { 1 } else { SENDING_MAX };
        while self.hold.get().is_none() && self.under_way.borrow().len() < most {
            let Some(key) = self.queue.borrow().next() else { break };
            self.begin(key);
        }
    }

    fn begin(self: &Rc<Self>, key: FileKey) {
        self.change(key, |entry| {
            entry.step = Step::Sending;
            entry.begun += 1;
        });
        let (sent, stop) = abortable(sending::send(Rc::clone(self), key));
        self.under_way.borrow_mut().insert(key, stop);
        let engine = Rc::clone(self);
        spawn_local(async move {
            // whoever stopped it knows what follows
            if let Ok(outcome) = Box::pin(sent).await {
                engine.under_way.borrow_mut().remove(&key);
                engine.settle(key, outcome);
            }
        });
    }

    fn settle(self: &Rc<Self>, key: FileKey, outcome: Result<Arrived, Trouble>) {
        match outcome {
            Ok(Arrived { id, was_here }) => {
                self.failures.set(0);
                self.change(key, |entry| {
                    entry.image = id;
                    // an attempt before may have arrived, and its answer not
                    let before = id.filter(|_| was_here && entry.begun == 1);
                    entry.step = before.map_or(Step::Done, Step::AlreadyHere);
                });
                self.let_go(key);
            }
            Err(Trouble::Passing(sentence)) => self.hold(key, sentence),
            Err(Trouble::Gone) => {
                self.change(key, |entry| (entry.url, entry.content) = (None, Content::Unread));
                self.hold(key, SPOILED.into());
            }
            Err(Trouble::Refused(sentence)) => self.fail(key, sentence),
            Err(Trouble::Lost) => self.fail(key, LOST.into()),
        }
        self.work();
    }

    fn fail(&self, key: FileKey, sentence: String) {
        self.change(key, |entry| (entry.step, entry.sent, entry.url) = (Step::Failed(sentence), 0, None));
        // in this page it can still be tried again
        kept::forget(key);
    }

    fn let_go(&self, key: FileKey) {
        kept::forget(key);
        held::let_go(key);
    }

    /// The next one that is tried would most likely fare no better.
    fn hold(self: &Rc<Self>, key: FileKey, sentence: String) {
        self.change(key, |entry| {
            entry.step = Step::Unreached(sentence);
            entry.tries += 1;
        });
        self.failures.set(self.failures.get() + 1);
        self.moves.set(false);
        if self.hold.get().is_some() {
            return;
        }
        let engine = Rc::clone(self);
        let again = move || {
            engine.hold.set(None);
            engine.work();
        };
        let pause = again_ms(self.failures.get(), clock::chance());
        self.hold.set(set_timeout_with_handle(again, Duration::from_millis(pause.into())).ok());
    }

    /// The server may be back.
    pub fn resume(self: &Rc<Self>) {
        if let Some(hold) = self.hold.take() {
            hold.clear();
            self.work();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute() {
        let check = |failures: u32, expect: u32| assert_eq!(again_ms(failures, 1.0), expect);
        check(1, 1_000);
        check(2, 2_000);
        check(6, 32_000);
        check(7, 60_000);
        check(1_000, 60_000);
        assert_eq!(again_ms(1, 0.0), 700);
    }
}
