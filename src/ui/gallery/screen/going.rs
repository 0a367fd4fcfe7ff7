//! Going to a picture, and back to where one was.

use leptos::prelude::*;

use super::{BAR_PX, Screen};
use crate::{
    browser::{focus, viewport::Measure},
    model::ImageId,
    ui::gallery::{Gallery, layout::HEAD_PX},
};

impl Screen {
    /// Below the lines that stay above the grid.
    pub fn first_seen(&self) -> Option<u32> {
        let Measure { height, scrolled, .. } = self.measure.get_untracked();
        let covered = BAR_PX + HEAD_PX;
        let seen = self.with_layout(|layout| layout.visible(scrolled + covered, height - covered))?;
        Some(seen.start).filter(|_| !seen.is_empty())
    }

    /// To the picture at a place, which gets the focus.
    pub fn go_to(&self, place: u32, gallery: Gallery) {
        self.let_go();
        self.focus.set_value(Some(place));
        self.scroll_to_see(place, gallery);
        self.give_focus(gallery);
    }

    /// Moves no further than needed. The lines above the grid stay in sight and cover that much of it.
    pub fn scroll_to_see(&self, place: u32, gallery: Gallery) {
        self.measure_now(gallery);
        let now = self.measure.get_untracked();
        let above = self.left_at.get_value() - now.scrolled;
        let to = self.with_layout(|layout| {
            let head = if layout.has_days() { HEAD_PX } else { 0.0 };
            let top = layout.scroll_to_see(place, now.scrolled + above + head, now.height - above - head)?;
            Some(if top < now.scrolled + above + head { top - head } else { top })
        });
        if let Some(top) = to.flatten() {
            self.scroll_to(top.max(0.0), gallery);
        }
    }

    /// Where the reader left, or where the picture is that was looked at last.
    pub fn come_back(&self, gallery: Gallery) {
        let (place, start) = (gallery.place(), gallery.start.get_untracked());
        self.stretch();
        if let Some(at) = gallery.take_at() {
            self.begin_at(at, gallery);
        } else if place.scroll_top > 0.0 {
            self.scroll_to(place.scroll_top, gallery);
        } else if start > 0 {
            self.scroll_to(self.with_layout(|layout| layout.top_of(start)).unwrap_or(0.0), gallery);
        }
        if let Some((id, at)) = place.opened
            && let Some(at) = gallery.place_of(id).or(at)
        {
            self.scroll_to_see(at, gallery);
            self.focus.set_value(Some(at));
            gallery.forget_picture();
        }
    }

    pub fn give_focus(&self, gallery: Gallery) {
        let waiting = self.focus.try_get_value().flatten();
        let id = waiting.and_then(|place| gallery.at_place(place));
        if id.is_some_and(focus::focus_cell) {
            self.focus.set_value(None);
        }
    }

    /// Another view begins at its top, or where its address says.
    pub fn begin_anew(&self, gallery: Gallery) {
        self.let_go();
        self.focus.set_value(None);
        self.held.set_value(None);
        self.stretch();
        match gallery.take_at() {
            Some(at) => self.begin_at(at, gallery),
            None => self.scroll_to(0.0, gallery),
        }
    }

    fn begin_at(&self, at: ImageId, gallery: Gallery) {
        let top = gallery.place_of(at).and_then(|place| self.with_layout(|layout| layout.row_with_head(place)));
        self.scroll_to_height(top.unwrap_or(0.0), gallery);
    }

    /// The picture that is seen first, for an address; none at the top.
    pub fn at(&self, gallery: Gallery) -> Option<ImageId> {
        let held = self.held.try_get_value().flatten()?;
        held.id.or_else(|| gallery.at_place(held.place))
    }
}
