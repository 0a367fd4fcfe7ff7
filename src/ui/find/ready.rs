//! Whether pictures are still being sorted in, for as long as somebody finds none. Draws nothing.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use crate::{api::gallery::is_getting_ready, browser::wait, ui::parts::retry::Again};

const AGAIN: Duration = Duration::from_secs(2);

#[derive(Clone, Copy)]
pub struct Readiness {
    /// What is not found may be there all the same.
    pub is_getting: RwSignal<bool>,
    /// Somebody finds none.
    seen: StoredValue<bool>,
    rest: Again,
}

impl Readiness {
    #[expect(clippy::new_without_default, reason = "it makes signals, which is no default of anything")]
    pub fn new() -> Self {
        Readiness { is_getting: RwSignal::new(false), seen: StoredValue::new(false), rest: Again::new() }
    }

    /// As long as the part of the page lives that calls this.
    pub fn follow(self) {
        Effect::new(move || {
            self.seen.set_value(true);
            self.ask();
        });
        on_cleanup(move || {
            self.seen.set_value(false);
            self.rest.cancel();
        });
    }

    fn ask(self) {
        spawn_local(async move {
            let answer = wait::for_answer(is_getting_ready()).await;
            if let Ok(is_getting) = answer
                && is_getting != self.is_getting.get_untracked()
            {
                self.is_getting.set(is_getting);
            }
            if self.seen.get_value() && answer != Ok(false) {
                self.rest.after(AGAIN, move || self.ask());
            }
        });
    }
}
