//! Sends what is in the queue: looks up what is here already, a few at a time, again when it failed, and where it broke off.
//! Draws nothing; what is seen of it stands in [`View`].

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
    time::Duration,
};

use futures::future::{AbortHandle, abortable};
use leptos::{prelude::*, task::spawn_local};

use super::{
    pace::Pace,
    queue::{Content, Entry, Queue, Step, Tally},
};
use crate::{
    api::{self, uploads::KNOWN_MAX},
    browser::{
        clock, files,
        held::{self, Chosen, FileKey},
        kept::{self, Access},
        leaving,
        listen::Listener,
        tus::{self, Arrived, Reached, Trouble},
        unpack::unpack,
        wait,
    },
    model::ImageId,
};

/// A browser has six lines to a server. One brings what is live, and two are left for pictures.
const SENDING_MAX: usize = 3;
const AGAIN_FIRST_MS: u32 = 1_000;
const AGAIN_MAX_MS: u32 = 60_000;
const TELL_MS: u64 = 150;
/// How often it is told that nothing moves.
const TELL_STILL_MS: u64 = 1_000;

const LOST: &str = "The file cannot be read any more. Choose it again.";
const SPOILED: &str = "The server lost it on the way.";
const UNFINISHED: &str = "The server has all of it and has not put it away yet.";

/// What is seen of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    pub tally: Tally,
    pub listed: Vec<Entry>,
    pub is_paused: bool,
    /// Nothing is sent until the server takes something again.
    pub is_held: bool,
    pub bytes_per_s: Option<u64>,
    pub seconds: Option<u64>,
    /// How many files did not fit in the queue.
    pub left_out: usize,
}

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
        let (sent, stop) = abortable(send(Rc::clone(self), key));
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

/// What a person does.
impl Engine {
    /// Pauses, or goes on.
    pub fn turn(self: &Rc<Self>) {
        if self.is_paused.get() { self.go_on() } else { self.pause() }
    }

    fn pause(self: &Rc<Self>) {
        self.is_paused.set(true);
        for (key, stop) in self.under_way.take() {
            stop.abort();
            self.change(key, |entry| entry.step = Step::Waiting);
        }
        self.pace.borrow_mut().rest();
        self.tell();
    }

    fn go_on(self: &Rc<Self>) {
        self.is_paused.set(false);
        self.failures.set(0);
        self.resume();
        self.work();
    }

    pub fn retry(self: &Rc<Self>, key: FileKey) {
        self.retry_those(|entry| entry.key == key);
    }

    pub fn retry_failed(self: &Rc<Self>) {
        self.retry_those(|entry| matches!(entry.step, Step::Failed(_)));
    }

    fn retry_those(self: &Rc<Self>, is_meant: impl Fn(&Entry) -> bool) {
        self.queue.borrow_mut().change(|entry| {
            if is_meant(entry) {
                (entry.step, entry.tries) = (Step::Waiting, 0);
                kept::keep(entry.key, &entry.facts, entry.url.as_deref());
            }
        });
        self.go_on();
    }

    pub fn cancel(self: &Rc<Self>, key: FileKey) {
        self.cancel_those(|entry| entry.key == key);
    }

    pub fn cancel_all(self: &Rc<Self>) {
        self.is_paused.set(false);
        self.cancel_those(|entry| !entry.is_settled() && !entry.is_left_behind());
    }

    pub fn forget_left_behind(self: &Rc<Self>) {
        self.cancel_those(Entry::is_left_behind);
    }

    fn cancel_those(self: &Rc<Self>, is_meant: impl Fn(&Entry) -> bool) {
        let meant = self.queue.borrow_mut().take_out(is_meant);
        for entry in meant {
            if let Some(stop) = self.under_way.borrow_mut().remove(&entry.key) {
                stop.abort();
            }
            if let Some(url) = entry.url {
                spawn_local(tus::end(url));
            }
            self.let_go(entry.key);
        }
        self.work();
    }

    /// Asks for leave to read what was left behind; to be called while a button is pressed.
    pub fn unlock(self: &Rc<Self>) {
        let locked: Vec<FileKey> = {
            let queue = self.queue.borrow();
            queue.entries().iter().filter(|entry| entry.step == Step::Locked).map(|entry| entry.key).collect()
        };
        let engine = Rc::clone(self);
        spawn_local(async move {
            for key in held::ask_to_read(locked).await {
                engine.change(key, |entry| entry.step = Step::Waiting);
            }
            engine.work();
        });
    }

    /// All that is settled goes from the list.
    pub fn close(&self) {
        let settled = self.queue.borrow_mut().take_out(Entry::is_settled);
        settled.iter().for_each(|entry| self.let_go(entry.key));
        self.left_out.set(0);
        self.told();
    }
}

/// What is seen.
impl Engine {
    fn tell(self: &Rc<Self>) {
        self.tell_after(TELL_MS);
    }

    fn tell_after(self: &Rc<Self>, ms: u64) {
        if self.telling.get().is_some() {
            return;
        }
        let engine = Rc::clone(self);
        let due = move || {
            engine.telling.set(None);
            engine.told();
            if !engine.under_way.borrow().is_empty() {
                engine.tell_after(TELL_STILL_MS);
            }
            engine.guard();
        };
        self.telling.set(set_timeout_with_handle(due, Duration::from_millis(ms)).ok());
    }

    fn told(&self) {
        let queue = self.queue.borrow();
        let tally = queue.tally();
        let mut pace = self.pace.borrow_mut();
        if self.under_way.borrow().is_empty() {
            pace.rest();
        } else {
            pace.look(clock::now_ms(), self.sent.get());
        }
        let view = View {
            tally,
            listed: queue.listed(),
            is_paused: self.is_paused.get(),
            is_held: self.failures.get() > 0 && !self.moves.get(),
            bytes_per_s: pace.bytes_per_s(),
            seconds: pace.seconds_for(tally.bytes.saturating_sub(tally.bytes_over)),
            left_out: self.left_out.get(),
        };
        drop(queue);
        self.view.maybe_update(|shown| {
            let is_new = *shown != view;
            *shown = view;
            is_new
        });
    }

    /// Whoever leaves is asked only where files would have to be chosen again.
    fn guard(self: &Rc<Self>) {
        let tally = self.queue.borrow().tally();
        let is_busy = !tally.is_over();
        let mut leaving = self.leaving.borrow_mut();
        if is_busy && leaving.is_none() {
            let engine = Rc::downgrade(self);
            *leaving = Some(leaving::ask_while(move || engine.upgrade().is_some_and(|engine| engine.would_lose())));
        } else if !is_busy {
            *leaving = None;
            if tally.left_behind() == 0 {
                kept::forget_sources();
            }
        }
    }

    fn would_lose(&self) -> bool {
        let is_lost = |entry: &Entry| {
            let is_going_on = !entry.is_settled() && !entry.is_left_behind();
            is_going_on && !kept::outlives(entry.key, entry.facts.size)
        };
        self.queue.borrow().entries().iter().any(is_lost)
    }
}

/// What is here already.
impl Engine {
    fn look_up(self: &Rc<Self>) {
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

/// One file, from where the server has it to its end.
async fn send(engine: Rc<Engine>, key: FileKey) -> Result<Arrived, Trouble> {
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
