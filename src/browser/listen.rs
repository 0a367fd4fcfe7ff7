//! One event listener that goes when it is dropped. Knows no event in particular.

use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Event, EventTarget};

pub struct Listener {
    target: EventTarget,
    name: &'static str,
    captures: bool,
    heard: Closure<dyn FnMut(Event)>,
}

impl Listener {
    pub fn new(target: &EventTarget, name: &'static str, heard: impl FnMut(Event) + 'static) -> Self {
        Listener::listen(target, name, false, heard)
    }

    /// Hears of events that do not bubble from what lies in the target.
    pub fn capturing(target: &EventTarget, name: &'static str, heard: impl FnMut(Event) + 'static) -> Self {
        Listener::listen(target, name, true, heard)
    }

    fn listen(target: &EventTarget, name: &'static str, captures: bool, heard: impl FnMut(Event) + 'static) -> Self {
        let heard: Closure<dyn FnMut(Event)> = Closure::new(heard);
        // It fails for no target that exists; a listener that is not there is not worth a panic.
        let hears = heard.as_ref().unchecked_ref();
        let _ = target.add_event_listener_with_callback_and_bool(name, hears, captures);
        Listener { target: target.clone(), name, captures, heard }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let heard = self.heard.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback_and_bool(self.name, heard, self.captures);
    }
}
