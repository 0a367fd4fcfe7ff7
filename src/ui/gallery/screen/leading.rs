//! Where one will be: a little further down while one scrolls, or where one is led to, as soon as its pictures are there.

use std::{ops::Range, sync::Arc};

use leptos::prelude::*;

use super::{BAR_PX, Screen};
use crate::{
    browser::viewport::Measure,
    model::Window,
    ui::gallery::{
        Gallery,
        layout::Layout,
        pace::{Haste, Pace},
        sections::common,
        window::{FLIGHT_CARDS, WINDOW_CARDS},
    },
};

impl Screen {
    /// What will be seen when what is asked for now has come.
    pub fn sought(&self, answer_ms: f64) -> Option<(Arc<Layout>, Range<u32>)> {
        let layout = self.layout.get()?;
        let Measure { height, scrolled, .. } = self.measure.get();
        let top = self.bound.get().unwrap_or_else(|| scrolled + self.pace.with(|pace| pace.ahead(answer_ms)));
        let sought = layout.visible(top.clamp(0.0, (layout.height() - height).max(0.0)), height);
        Some((layout, sought))
    }

    /// How many cards are to be held around what is sought.
    pub fn cards(&self) -> u32 {
        match self.haste.get() {
            _ if self.bound.with(Option::is_some) || self.pace.with(Pace::is_led) => Window::CARDS_FIRST,
            Haste::Flies => FLIGHT_CARDS,
            Haste::Scrolls | Haste::Rests => WINDOW_CARDS,
        }
    }

    /// To what lies at a height of the content, as soon as it is there. Until then what is seen stays.
    pub fn lead_to(&self, height: f64, gallery: Gallery) {
        self.bound.set(Some(height - BAR_PX));
        if self.is_bound_there(gallery) {
            self.arrive(gallery);
        }
    }

    /// One goes somewhere else.
    pub fn let_go(&self) {
        let _ = self.bound.try_set(None);
    }

    pub fn is_bound(&self) -> bool {
        self.bound.with_untracked(Option::is_some)
    }

    fn is_bound_there(&self, gallery: Gallery) -> bool {
        let (bound, loaded) = (self.bound.get_untracked(), untrack(|| gallery.loaded()));
        let height = self.measure.with_untracked(|measure| measure.height);
        let wanted = bound.and_then(|bound| self.with_layout(|layout| layout.visible(bound, height)));
        wanted.is_none_or(|wanted| common(&wanted, &loaded) == wanted)
    }

    /// Another part came while one is led somewhere. If it is not the one that is waited for, it is nearer, and is shown meanwhile.
    pub fn pass_by(&self, gallery: Gallery) {
        if self.is_bound_there(gallery) {
            return self.arrive(gallery);
        }
        let loaded = untrack(|| gallery.loaded());
        if let Some(top) = self.with_layout(|layout| layout.row_with_head((loaded.start + loaded.end) / 2)) {
            self.scroll_to_height(top, gallery);
        }
    }

    /// Where one is led to, whether its pictures are there or not.
    pub fn arrive(&self, gallery: Gallery) {
        if let Some(bound) = self.bound.try_update_untracked(Option::take).flatten() {
            self.scroll_to_height(bound + BAR_PX, gallery);
            self.bound.notify();
        }
    }

    /// The height of the content that is seen first, or will be, and how much is seen from there on.
    pub fn sight(&self) -> (f64, f64) {
        let Measure { height, scrolled, .. } = self.measure.get();
        ((self.bound.get().unwrap_or(scrolled) + BAR_PX).max(0.0), (height - BAR_PX).max(0.0))
    }
}
