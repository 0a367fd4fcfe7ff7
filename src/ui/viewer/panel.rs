//! Whether the panel beside the picture is open. In full screen it begins closed, and that is remembered by nobody.

use leptos::prelude::*;

use super::screen::Screen;
use crate::browser::panel;

#[derive(Clone, Copy)]
pub struct Panel {
    screen: Screen,
    /// As the server draws it until the browser has said what it remembers.
    beside: RwSignal<bool>,
    in_full: RwSignal<bool>,
}

impl Panel {
    pub fn new(screen: Screen) -> Panel {
        let (beside, in_full) = (RwSignal::new(true), RwSignal::new(false));
        Effect::new(move || beside.set(panel::is_open()));
        Effect::new(move || {
            screen.full.track();
            in_full.set(false);
        });
        Panel { screen, beside, in_full }
    }

    pub fn is_open(&self) -> bool {
        if self.screen.full.get() { self.in_full.get() } else { self.beside.get() }
    }

    /// False when the page is gone.
    pub fn is_open_now(&self) -> bool {
        let is_full = self.screen.full.try_get_untracked().unwrap_or(false);
        let open = if is_full { self.in_full } else { self.beside };
        open.try_get_untracked().unwrap_or(false)
    }

    pub fn toggle(&self) {
        if self.screen.full.get_untracked() {
            self.in_full.update(|open| *open = !*open);
        } else {
            let open = !self.beside.get_untracked();
            panel::set_open(open);
            self.beside.set(open);
        }
    }
}
