//! Trying again what failed: by itself when the reason may pass, at once when somebody asks. Knows nothing of what is tried.

use std::time::Duration;

use leptos::prelude::*;

use crate::api::Failure;

const AGAIN_MS: u64 = 1_500;

/// Something that is done once after a pause, however often it is asked for, and not at all when its owner has gone.
#[derive(Clone, Copy)]
pub struct Again(StoredValue<Option<TimeoutHandle>>);

impl Again {
    #[expect(clippy::new_without_default, reason = "it belongs to whoever makes it, which is no default of anything")]
    pub fn new() -> Self {
        let again = Again(StoredValue::new(None));
        on_cleanup(move || again.cancel());
        again
    }

    /// What has no owner any more waits for ever.
    pub fn is_waiting(&self) -> bool {
        self.0.try_with_value(Option::is_some).unwrap_or(true)
    }

    pub fn later(&self, act: impl FnOnce() + 'static) {
        self.after(Duration::from_millis(AGAIN_MS), act);
    }

    pub fn after(&self, pause: Duration, act: impl FnOnce() + 'static) {
        if self.is_waiting() {
            return;
        }
        let waiting = self.0;
        let due = move || {
            waiting.set_value(None);
            act();
        };
        waiting.set_value(set_timeout_with_handle(due, pause).ok());
    }

    pub fn cancel(&self) {
        if let Some(waiting) = self.0.try_update_value(Option::take).flatten() {
            waiting.clear();
        }
    }
}

/// Attempts at what a page is opened with, one at a time.
#[derive(Clone, Copy)]
pub struct Attempts {
    again: Again,
    under_way: StoredValue<bool>,
}

impl Attempts {
    #[expect(clippy::new_without_default, reason = "it belongs to whoever makes it, which is no default of anything")]
    pub fn new() -> Self {
        Attempts { again: Again::new(), under_way: StoredValue::new(false) }
    }

    /// Does nothing on the server, where no effect runs, and nothing for a failure that would be the same again.
    pub fn failed(self, failure: &Failure, attempt: impl Fn() + Copy + 'static) {
        self.under_way.set_value(false);
        if failure.is_passing() {
            Effect::new(move || self.again.later(move || self.now(attempt)));
        }
    }

    /// Somebody does not want to wait. A second attempt beside one that is under way would undo what that one shows.
    pub fn now(self, attempt: impl Fn()) {
        self.again.cancel();
        if self.under_way.try_update_value(|under_way| !std::mem::replace(under_way, true)).unwrap_or(false) {
            attempt();
        }
    }
}
