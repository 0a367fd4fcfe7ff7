//! The live line to the server: one stream for all tabs of a browser, started again whenever it breaks.
//! Hands over batches in order and knows nothing of what they change.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};

use leptos::prelude::{
    GetUntracked, RwSignal, Set, TimeoutHandle, document, set_timeout, set_timeout_with_handle, window,
};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{EventSource, MessageEvent, Response};

use super::{
    clock,
    frame::OncePerFrame,
    inbox::{Inbox, Need},
    listen::Listener,
    tabs::{self, Channel, Note},
    wait,
};
use crate::model::{Batch, Cursor, Folder};

const RETRY_FIRST_MS: u32 = 250;
/// With the time a connection takes, live again within two seconds of the server's return.
const RETRY_MAX_MS: u32 = 1_500;
const RETRY_HIDDEN_MAX_MS: u32 = 15_000;
/// The server sends a heartbeat every 15 s.
const SILENCE_MAX_MS: u64 = 40_000;
const NUDGE_MS: u64 = 500;
const CATCH_UP_AGAIN_MS: u64 = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    Connecting,
    Live,
    Offline,
}

/// What the page does with what arrives.
pub struct Hear {
    pub apply: Box<dyn Fn(Vec<Batch>)>,
    /// How things stand in the folders now. It has no place in the feed and waits for nothing.
    pub folders: Box<dyn Fn(Vec<Folder>)>,
    /// Reads all that is shown anew and ends with [`Line::restart_at`].
    pub restart: Box<dyn Fn()>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Leads,
    Follows,
}

pub struct Line {
    status: RwSignal<Status>,
    hear: Hear,
    inbox: RefCell<Inbox>,
    /// What was told last, for tabs that come later.
    folders: RefCell<String>,
    role: Cell<Role>,
    stream: RefCell<Option<Stream>>,
    channel: RefCell<Option<Channel>>,
    listeners: RefCell<Vec<Listener>>,
    flush: RefCell<Option<OncePerFrame>>,
    failures: Cell<u32>,
    retry: Cell<Option<TimeoutHandle>>,
    watchdog: Cell<Option<TimeoutHandle>>,
    heard_at_ms: Cell<f64>,
    nudging: Cell<bool>,
    catching_up: Cell<bool>,
    restarting: Cell<bool>,
}

/// How long to wait before the next attempt, `chance` being 0 to 1 so that tabs and browsers do not come all at once.
fn retry_ms(failures: u32, hidden: bool, chance: f64) -> u32 {
    let max = if hidden { RETRY_HIDDEN_MAX_MS } else { RETRY_MAX_MS };
    let doubled = RETRY_FIRST_MS.saturating_mul(1 << failures.saturating_sub(1).min(16));
    (f64::from(doubled.min(max)) * (0.7 + 0.3 * chance)) as u32
}

impl Line {
    pub fn open(at: Cursor, status: RwSignal<Status>, hear: Hear) -> Rc<Self> {
        let line = Rc::new(Line {
            status,
            hear,
            inbox: RefCell::new(Inbox::new(at)),
            folders: RefCell::default(),
            role: Cell::new(Role::Follows),
            stream: RefCell::default(),
            channel: RefCell::default(),
            listeners: RefCell::default(),
            flush: RefCell::default(),
            failures: Cell::new(0),
            retry: Cell::new(None),
            watchdog: Cell::new(None),
            heard_at_ms: Cell::new(clock::now_ms()),
            nudging: Cell::new(false),
            catching_up: Cell::new(false),
            restarting: Cell::new(false),
        });
        let flush = line.later(Line::flush);
        line.flush.replace(Some(OncePerFrame::new(flush)));
        line.listen();
        line.join();
        line
    }

    /// A callback that does not keep the line alive.
    fn later(self: &Rc<Self>, act: impl Fn(&Rc<Self>) + 'static) -> impl Fn() + 'static {
        let line = Rc::downgrade(self);
        move || {
            if let Some(line) = Weak::upgrade(&line) {
                act(&line);
            }
        }
    }

    /// A part of the page was read at `at` and wants all that came after.
    pub fn include(&self, at: Cursor) {
        self.inbox.borrow_mut().include(at);
        self.ask_flush();
    }

    /// All that is shown was read anew.
    pub fn restart_at(&self, at: Cursor) {
        self.restarting.set(false);
        self.inbox.borrow_mut().restart_at(at);
        self.ask_flush();
    }

    fn listen(self: &Rc<Self>) {
        let online = self.later(Line::hurry);
        let seen = self.later(|line| {
            if !document().hidden() {
                line.hurry();
            }
        });
        self.listeners.replace(vec![
            Listener::new(&window(), "online", move |_| online()),
            Listener::new(&document(), "visibilitychange", move |_| seen()),
        ]);
    }

    /// Follows the leading tab, or leads where tabs cannot agree on one.
    fn join(self: &Rc<Self>) {
        let line = Rc::downgrade(self);
        let channel = Channel::open(move |note| {
            if let Some(line) = Weak::upgrade(&line) {
                line.hear_note(note);
            }
        });
        if channel.is_none() || !tabs::can_lead() {
            return self.lead();
        }
        self.channel.replace(channel);
        self.tell(&Note::Hello);
        self.want_lead(false);
    }

    fn want_lead(self: &Rc<Self>, steal: bool) {
        let granted = Rc::new(self.later(Line::lead));
        let lost = Rc::new(self.later(|line| {
            line.follow();
            line.want_lead(false);
        }));
        tabs::lead(steal, granted, lost);
        self.rearm();
    }

    fn lead(self: &Rc<Self>) {
        self.role.set(Role::Leads);
        self.failures.set(0);
        self.connect();
    }

    fn follow(&self) {
        self.role.set(Role::Follows);
        self.stream.replace(None);
        if let Some(retry) = self.retry.take() {
            retry.clear();
        }
    }

    fn tell(&self, note: &Note) {
        if let Some(channel) = &*self.channel.borrow() {
            channel.tell(note);
        }
    }

    fn set_status(&self, status: Status) {
        if self.status.get_untracked() != status {
            self.status.set(status);
        }
        if self.role.get() == Role::Leads {
            self.tell(&Note::Status(status));
        }
    }
}

/// The stream itself, for the tab that leads.
impl Line {
    fn connect(self: &Rc<Self>) {
        if let Some(retry) = self.retry.take() {
            retry.clear();
        }
        let url = format!("/sync/events?since={}", self.inbox.borrow().at());
        let stream = Stream::open(&url, self);
        if stream.is_none() {
            return self.fail();
        }
        self.stream.replace(stream);
        self.rearm();
    }

    fn opened(self: &Rc<Self>) {
        self.failures.set(0);
        self.set_status(Status::Live);
        self.rearm();
    }

    /// An `EventSource` gives up for good on some answers, and waits too long after others.
    fn fail(self: &Rc<Self>) {
        if let Some(stream) = &*self.stream.borrow() {
            stream.source.close();
        }
        if self.role.get() == Role::Follows || self.retry.get().is_some() {
            return;
        }
        let failures = self.failures.get() + 1;
        self.failures.set(failures);
        let blip = failures == 1 && window().navigator().on_line();
        self.set_status(if blip { Status::Connecting } else { Status::Offline });
        let wait = retry_ms(failures, document().hidden(), js_sys::Math::random());
        let again = self.later(|line| {
            line.retry.set(None);
            line.connect();
        });
        self.retry.set(set_timeout_with_handle(again, Duration::from_millis(wait.into())).ok());
    }

    /// Somebody is looking, or the network is back: no waiting.
    fn hurry(self: &Rc<Self>) {
        let silent = clock::now_ms() - self.heard_at_ms.get() > SILENCE_MAX_MS as f64;
        match self.role.get() {
            Role::Leads if self.retry.get().is_some() || silent => self.connect(),
            Role::Leads => {}
            Role::Follows => self.nudge(),
        }
    }

    /// Starts the wait for the next sign of life.
    fn rearm(self: &Rc<Self>) {
        self.heard_at_ms.set(clock::now_ms());
        if let Some(watchdog) = self.watchdog.take() {
            watchdog.clear();
        }
        let silent = self.later(|line| match line.role.get() {
            Role::Leads => {
                line.fail();
                line.rearm();
            }
            Role::Follows => line.want_lead(true),
        });
        self.watchdog.set(set_timeout_with_handle(silent, Duration::from_millis(SILENCE_MAX_MS)).ok());
    }

    fn hear_event(self: &Rc<Self>, kind: Kind, text: String) {
        self.rearm();
        match kind {
            Kind::Batch => {
                self.tell(&Note::Batch(text.clone()));
                self.hear_batch(&text);
            }
            Kind::Heartbeat => {
                if let Ok(Heartbeat { head }) = serde_json::from_slice(text.as_bytes()) {
                    self.tell(&Note::Heartbeat(head));
                    self.hear_head(head);
                }
            }
            Kind::Folders => {
                self.hear_folders(&text);
                self.tell(&Note::Folders(text.clone()));
                self.folders.replace(text);
            }
            Kind::Reset => {
                self.tell(&Note::Reset);
                self.restart();
            }
        }
    }
}

/// What arrives, by the stream or from the tab that leads.
impl Line {
    fn hear_note(self: &Rc<Self>, note: Note) {
        match (self.role.get(), note) {
            (Role::Leads, Note::Hello) => {
                self.tell(&Note::Status(self.status.get_untracked()));
                self.tell(&Note::Heartbeat(self.inbox.borrow().at()));
                // what a broken line told last is older than what the tab was opened with
                if self.status.get_untracked() == Status::Live {
                    self.tell(&Note::Folders(self.folders.borrow().clone()));
                }
            }
            (Role::Leads, Note::Nudge) if self.retry.get().is_some() => self.connect(),
            (Role::Leads, _) | (Role::Follows, Note::Hello | Note::Nudge) => {}
            (Role::Follows, note) => {
                self.rearm();
                self.follow_note(note);
            }
        }
    }

    fn follow_note(self: &Rc<Self>, note: Note) {
        match note {
            Note::Status(status) => {
                self.set_status(status);
                if status != Status::Live {
                    self.nudge();
                }
            }
            Note::Batch(text) => self.hear_batch(&text),
            Note::Heartbeat(head) => self.hear_head(head),
            Note::Folders(text) => self.hear_folders(&text),
            Note::Reset => self.restart(),
            Note::Hello | Note::Nudge => {}
        }
    }

    /// A leader in the background is slow to try again; the tab that is looked at asks it to, until it is live.
    fn nudge(self: &Rc<Self>) {
        let live = self.status.get_untracked() == Status::Live;
        if self.role.get() == Role::Leads || live || document().hidden() || self.nudging.replace(true) {
            return;
        }
        let again = self.later(|line| {
            line.nudging.set(false);
            if line.status.get_untracked() != Status::Live {
                line.tell(&Note::Nudge);
                line.nudge();
            }
        });
        set_timeout(again, Duration::from_millis(NUDGE_MS));
    }

    fn hear_batch(&self, text: &str) {
        // A newer server may speak a newer tongue: what cannot be read is missed, and a restart brings it.
        match serde_json::from_slice(text.as_bytes()) {
            Ok(batch) => {
                self.inbox.borrow_mut().push(batch);
                self.ask_flush();
            }
            Err(_) => self.restart(),
        }
    }

    fn hear_head(&self, head: Cursor) {
        self.inbox.borrow_mut().hear_head(head);
        self.ask_flush();
    }

    /// What cannot be read is followed by something else soon.
    fn hear_folders(&self, text: &str) {
        if let Ok(FoldersNow { folders }) = serde_json::from_slice(text.as_bytes()) {
            (self.hear.folders)(folders);
        }
    }

    fn ask_flush(&self) {
        if let Some(flush) = &*self.flush.borrow() {
            flush.ask();
        }
    }

    /// Applies all that is ready, once per frame.
    fn flush(self: &Rc<Self>) {
        if self.restarting.get() || self.catching_up.get() {
            return;
        }
        let (ready, need) = self.inbox.borrow_mut().take();
        if !ready.is_empty() {
            (self.hear.apply)(ready);
        }
        match need {
            Need::Nothing => {}
            Need::CatchUp(since) => self.catch_up(since),
            Need::Restart => self.restart(),
        }
    }

    fn restart(&self) {
        if !self.restarting.replace(true) {
            (self.hear.restart)();
        }
    }

    fn catch_up(self: &Rc<Self>, since: Cursor) {
        self.catching_up.set(true);
        let line = Rc::downgrade(self);
        spawn_local(async move {
            let missed = wait::patiently(fetch_changes(since)).await;
            let Some(line) = Weak::upgrade(&line) else { return };
            line.catching_up.set(false);
            match missed {
                Some(Ok(Missed::Batch(batch))) => {
                    line.inbox.borrow_mut().caught_up(batch);
                    line.ask_flush();
                }
                Some(Ok(Missed::Gone)) => line.restart(),
                Some(Err(_)) | None => {
                    let again = line.later(|line| line.ask_flush());
                    set_timeout(again, Duration::from_millis(CATCH_UP_AGAIN_MS));
                }
            }
        });
    }
}

enum Missed {
    Batch(Batch),
    /// The place is too old or of another epoch.
    Gone,
}

async fn fetch_changes(since: Cursor) -> Result<Missed, JsValue> {
    let url = format!("/sync/changes?since={since}");
    let answer: Response = JsFuture::from(window().fetch_with_str(&url)).await?.dyn_into()?;
    if answer.status() == 410 {
        return Ok(Missed::Gone);
    }
    if !answer.ok() {
        return Err(answer.status().into());
    }
    let text = JsFuture::from(answer.text()?).await?.as_string().unwrap_or_default();
    let batch = serde_json::from_slice(text.as_bytes()).map_err(|error| JsValue::from(error.to_string()))?;
    Ok(Missed::Batch(batch))
}

#[derive(Clone, Copy)]
enum Kind {
    Batch,
    Heartbeat,
    Folders,
    Reset,
}

#[derive(Deserialize)]
struct Heartbeat {
    head: Cursor,
}

#[derive(Deserialize)]
struct FoldersNow {
    folders: Vec<Folder>,
}

/// An `EventSource` that is closed when it is dropped.
struct Stream {
    source: EventSource,
    _listeners: Vec<Listener>,
}

impl Stream {
    fn open(url: &str, line: &Rc<Line>) -> Option<Self> {
        let source = EventSource::new(url).ok()?;
        let (opened, failed) = (line.later(Line::opened), line.later(Line::fail));
        let mut listeners =
            vec![Listener::new(&source, "open", move |_| opened()), Listener::new(&source, "error", move |_| failed())];
        let kinds =
            [("batch", Kind::Batch), ("hb", Kind::Heartbeat), ("folders", Kind::Folders), ("reset", Kind::Reset)];
        for (name, kind) in kinds {
            let line = Rc::downgrade(line);
            listeners.push(Listener::new(&source, name, move |event| {
                let text = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
                if let (Some(line), Some(text)) = (Weak::upgrade(&line), text) {
                    line.hear_event(kind, text);
                }
            }));
        }
        Some(Stream { source, _listeners: listeners })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(failures: u32, hidden: bool, expect: u32) {
        assert_eq!(retry_ms(failures, hidden, 1.0), expect, "{failures} {hidden}");
    }

    #[test]
    fn retries_slow_down_to_a_bound() {
        check(1, false, 250);
        check(2, false, 500);
        check(3, false, 1_000);
        check(4, false, RETRY_MAX_MS);
        check(1_000, false, RETRY_MAX_MS);
        check(1_000, true, RETRY_HIDDEN_MAX_MS);
    }
}
