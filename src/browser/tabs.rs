//! The tabs of this browser among themselves: who leads, and what it tells the others. Knows no stream.

use std::{cell::Cell, rc::Rc};

use futures::channel::oneshot;
use js_sys::{Function, Object, Promise, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{BroadcastChannel, MessageEvent};

use super::{ask, listen::Listener, live::Status};
use crate::model::Cursor;

/// The name of the lock and of the channel.
const NAME: &str = "pixelsync-live";

#[derive(Serialize, Deserialize)]
pub enum Note {
    /// A tab that follows asks how things stand.
    Hello,
    /// A tab that is looked at wants the connection now; the leader's own timers may be slowed down in the background.
    Nudge,
    Status(Status),
    /// As the server wrote it.
    Batch(String),
    Heartbeat(Cursor),
    /// As the server wrote it.
    Folders(String),
    Reset,
}

/// The channel between the tabs. Nothing that is told returns to the teller.
pub struct Channel {
    channel: BroadcastChannel,
    _heard: Listener,
}

impl Channel {
    pub fn open(hear: impl Fn(Note) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(NAME).ok()?;
        let heard = Listener::new(&channel, "message", move |event| {
            let text = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
            if let Some(note) = text.and_then(|text| serde_json::from_slice(text.as_bytes()).ok()) {
                hear(note);
            }
        });
        Some(Channel { channel, _heard: heard })
    }

    pub fn tell(&self, note: &Note) {
        if let Ok(text) = serde_json::to_string(note) {
            let _ = self.channel.post_message(&text.into());
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.close();
    }
}

/// Plain HTTP on a network has no Web Locks: each tab is on its own there.
pub fn can_lead() -> bool {
    locks().is_some()
}

fn locks() -> Option<JsValue> {
    let navigator = web_sys::window()?.navigator();
    Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object)
}

/// Waits for the lead, however long, and calls `granted`; then `lost` if another tab takes it away.
/// To `steal` is for a leader that went silent. A browser that refuses locks grants the lead to each tab.
pub fn lead(steal: bool, granted: Rc<dyn Fn()>, lost: Rc<dyn Fn()>) {
    spawn_local(async move {
        let was_granted = Rc::new(Cell::new(false));
        let (grant, note) = (Rc::clone(&granted), Rc::clone(&was_granted));
        let note_and_grant = move || {
            note.set(true);
            grant();
        };
        if let Some(held) = request(NAME, "steal", steal, move |_| note_and_grant()) {
            // What was granted ends only by being taken away, as a rejection.
            let _ = JsFuture::from(held).await;
        }
        if was_granted.get() { lost() } else { granted() }
    });
}

/// Holds what has this name for as long as the page lives. False when another tab does.
/// A browser without locks cannot tell and holds it.
pub async fn hold(name: &str) -> bool {
    let granted = Rc::new(Cell::new(true));
    let (answered, answer) = oneshot::channel();
    let note = Rc::clone(&granted);
    let hear = move |lock: JsValue| {
        note.set(lock.is_object());
        let _ = answered.send(());
    };
    if let Some(held) = request(name, "ifAvailable", true, hear) {
        ask::let_be(Some(held.into()));
        let _ = answer.await;
    }
    granted.get()
}

fn request(name: &str, how: &str, yes: bool, granted: impl FnOnce(JsValue) + 'static) -> Option<Promise> {
    let locks = locks()?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &how.into(), &yes.into()).ok()?;
    let hold = Closure::once_into_js(move |lock: JsValue| -> Promise {
        let is_held = lock.is_object();
        granted(lock);
        // never resolved: the lock is held until the tab goes
        if is_held { Promise::new(&mut |_, _| {}) } else { Promise::resolve(&JsValue::NULL) }
    });
    request.call3(&locks, &name.into(), &options, &hold).ok()?.dyn_into().ok()
}
