//! Keeps the shape of what is shown: asks for it a moment after it may have become another. Draws nothing.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::Gallery;
use crate::{api::gallery::load_outline, browser::wait, ui::parts::retry::Again};

/// Many changes are one request.
const PAUSE_MS: u64 = 400;
/// As long as it goes on changing, it is asked for ever less often, up to this.
const PAUSE_MAX_MS: u64 = 6_400;

#[derive(Clone, Copy)]
pub struct Outliner {
    gallery: Gallery,
    again: Again,
    in_a_row: StoredValue<u32>,
}

impl Outliner {
    pub fn new(gallery: Gallery) -> Self {
        Outliner { gallery, again: Again::new(), in_a_row: StoredValue::new(0) }
    }

    /// It may be another one by now.
    pub fn want(&self) {
        let (outliner, times) = (*self, self.in_a_row.get_value());
        let pause = (PAUSE_MS << times.min(8)).min(PAUSE_MAX_MS);
        self.again.after(Duration::from_millis(pause), move || spawn_local(outliner.ask()));
    }

    /// The page may be gone when the answer comes.
    async fn ask(self) {
        // it comes with the count
        if self.gallery.counting.get_untracked() {
            return;
        }
        let (view, anchor) = (self.gallery.shown_view.get_untracked(), self.gallery.anchor());
        let before = self.gallery.outgrown.get_untracked();
        let answer = wait::for_answer(load_outline(view.clone(), anchor)).await;
        let is_shown = self.gallery.shown_view.with_untracked(|shown| *shown == view);
        if let Ok(outlined) = answer
            && is_shown
            && !self.gallery.counting.get_untracked()
        {
            self.gallery.take_outline(outlined.outline);
        }
        let is_quiet = self.gallery.outgrown.get_untracked() == before;
        let _ = self.in_a_row.try_update_value(|times| *times = if is_quiet { 0 } else { *times + 1 });
    }
}
