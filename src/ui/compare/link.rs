//! Which of the pictures one is at, and whether the others move with it. Knows no element.

use leptos::prelude::*;

use crate::{
    model::ImageId,
    ui::viewer::{geometry::Look, zoom::Zoom},
};

#[derive(Clone, Copy)]
pub struct Link {
    pub linked: RwSignal<bool>,
    /// The one that has the keyboard, or had it last.
    pub chosen: RwSignal<Option<ImageId>>,
    zooms: RwSignal<Vec<(ImageId, Zoom)>>,
    /// What is seen of all of them while they are linked.
    look: StoredValue<Option<Look>>,
}

impl Link {
    pub fn new(first: Option<ImageId>) -> Link {
        Link {
            linked: RwSignal::new(true),
            chosen: RwSignal::new(first),
            zooms: RwSignal::new(Vec::new()),
            look: StoredValue::new(None),
        }
    }

    /// As long as whoever calls is drawn.
    pub fn join(self, id: ImageId, zoom: Zoom) {
        zoom.tell(Box::new(move |eased| self.lead(id, eased)));
        self.zooms.update(|zooms| zooms.push((id, zoom)));
        on_cleanup(move || {
            if let Some(mut zooms) = self.zooms.try_write() {
                zooms.retain(|(other, _)| *other != id);
            }
        });
    }

    pub fn choose(&self, id: ImageId) {
        if self.chosen.get_untracked() != Some(id) {
            self.chosen.set(Some(id));
        }
    }

    fn zoom_of(&self, id: Option<ImageId>) -> Option<Zoom> {
        let is_it = |(other, _): &&(ImageId, Zoom)| Some(*other) == id;
        self.zooms.with(|zooms| zooms.iter().find(is_it).map(|(_, zoom)| *zoom))
    }

    /// Of the chosen one.
    pub fn zoom(&self) -> Option<Zoom> {
        self.zoom_of(self.chosen.get())
    }

    /// One was moved by hand: the others follow.
    fn lead(self, id: ImageId, eased: bool) {
        let Some(zoom) = untrack(|| self.zoom_of(Some(id))) else { return };
        self.look.set_value(zoom.look(self.look.get_value()));
        if self.linked.get_untracked() {
            self.show(Some(id), eased);
        }
    }

    fn show(&self, but: Option<ImageId>, eased: bool) {
        let look = self.look.get_value();
        for (_, zoom) in self.zooms.get_untracked().into_iter().filter(|(id, _)| Some(*id) != but) {
            zoom.show(look, eased);
        }
    }

    /// From here on all show what the chosen one shows, or each goes its own way.
    pub fn toggle(&self) {
        let linked = !self.linked.get_untracked();
        self.linked.set(linked);
        if let Some(id) = self.chosen.get_untracked().filter(|_| linked) {
            self.lead(id, true);
        }
    }

    /// The places that they lie in are others; what is seen of each stays.
    pub fn measure_again(&self) {
        if self.linked.try_get_untracked() == Some(true) {
            return self.show(None, false);
        }
        for (_, zoom) in self.zooms.try_get_untracked().into_iter().flatten() {
            zoom.show(zoom.look(None), false);
        }
    }
}
