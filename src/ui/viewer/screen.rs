//! The whole screen for one picture, and when what lies over it fades. Knows nothing of what is drawn.

use std::time::Duration;

use leptos::{
    ev::{self, PointerEvent},
    prelude::*,
};

use crate::browser::fullscreen;

/// So long a pointer rests before all but the picture fades.
const REST: Duration = Duration::from_millis(2_500);

#[derive(Clone, Copy)]
pub struct Screen {
    /// Whether the browser gives it; no iPhone does.
    pub possible: RwSignal<bool>,
    pub full: RwSignal<bool>,
    /// Nobody has moved for a while.
    pub resting: RwSignal<bool>,
    timer: StoredValue<Option<TimeoutHandle>>,
    pointer_at: StoredValue<(i32, i32)>,
}

impl Screen {
    #[expect(clippy::new_without_default, reason = "it makes signals and listens, which is no default of anything")]
    pub fn new() -> Screen {
        let screen = Screen {
            possible: RwSignal::new(false),
            full: RwSignal::new(false),
            resting: RwSignal::new(false),
            timer: StoredValue::new(None),
            pointer_at: StoredValue::new((0, 0)),
        };
        Effect::new(move || screen.listen());
        Effect::new(move || {
            screen.full.track();
            screen.wake();
        });
        screen
    }

    fn listen(self) {
        self.possible.set(fullscreen::is_possible());
        self.full.set(fullscreen::is_on());
        let wake = move || self.wake();
        let listeners = [
            window_event_listener_untyped(fullscreen::CHANGE, move |_| self.full.set(fullscreen::is_on())),
            window_event_listener(ev::pointermove, move |event| self.moved(&event)),
            window_event_listener(ev::pointerdown, move |_| wake()),
            window_event_listener(ev::focusin, move |_| wake()),
        ];
        on_cleanup(move || {
            listeners.into_iter().for_each(|listener| listener.remove());
            self.cancel();
            fullscreen::leave();
        });
    }

    /// Browsers tell of pointers that rest while something moves below them.
    fn moved(self, event: &PointerEvent) {
        let at = (event.client_x(), event.client_y());
        if self.pointer_at.get_value() != at {
            self.pointer_at.set_value(at);
            self.wake();
        }
    }

    fn wake(self) {
        self.cancel();
        if self.resting.get_untracked() {
            self.resting.set(false);
        }
        if self.full.get_untracked() {
            let rest = move || self.resting.set(true);
            self.timer.set_value(set_timeout_with_handle(rest, REST).ok());
        }
    }

    fn cancel(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    pub fn toggle(&self) {
        if fullscreen::is_on() { fullscreen::leave() } else { fullscreen::enter() }
    }

    /// Whether there was anything to leave.
    pub fn leave(&self) -> bool {
        let was_full = fullscreen::is_on();
        fullscreen::leave();
        was_full
    }
}
