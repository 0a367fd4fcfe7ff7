//! The ways on from a picture: to its neighbours and back to the gallery. Draws nothing.

use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    prelude::*,
};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{Viewer, state::Back, zoom::Zoom};
use crate::{browser::focus, model::ImageId};

type Navigate = Box<dyn Fn(&str, NavigateOptions) + Send + Sync>;

#[derive(Clone, Copy)]
pub struct Turn {
    viewer: Viewer,
    navigate: StoredValue<Navigate>,
}

impl Turn {
    #[expect(clippy::new_without_default, reason = "it takes what the page's context holds")]
    pub fn new() -> Self {
        let navigate = use_navigate();
        Turn {
            viewer: expect_context(),
            navigate: StoredValue::new(Box::new(move |to, options| navigate(to, options))),
        }
    }

    pub fn newer(&self) -> Option<ImageId> {
        self.viewer.seen.with(|seen| seen.as_ref()?.newer)
    }

    pub fn older(&self) -> Option<ImageId> {
        self.viewer.seen.with(|seen| seen.as_ref()?.older)
    }

    pub fn url(&self, id: ImageId) -> String {
        self.viewer.view().picture_url(id)
    }

    /// In place of the present picture, so that "back" leads to the gallery.
    pub fn to(&self, id: Option<ImageId>) {
        match id {
            // Its address is there already; what is missing is the picture.
            Some(id) if self.viewer.wants(id) => self.viewer.retry(),
            Some(id) => {
                let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
                self.navigate.with_value(|navigate| navigate(&self.url(id), options));
            }
            None => {}
        }
    }

    /// A link to another picture was pressed. False when it is followed elsewhere, as in another tab.
    pub fn by_click(&self, event: &MouseEvent, id: ImageId) -> bool {
        if event.ctrl_key() || event.meta_key() || event.shift_key() {
            return false;
        }
        event.prevent_default();
        self.to(Some(id));
        true
    }

    pub fn back(&self) {
        if self.viewer.back() != Back::Address {
            focus::go_back();
        } else {
            self.navigate.with_value(|navigate| navigate(&self.viewer.view().page_url(), NavigateOptions::default()));
        }
    }

    pub fn by_key(&self, event: &KeyboardEvent, zoom: Zoom) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || focus::is_typing() {
            return;
        }
        match event.key().as_str() {
            _ if zoom.by_key(event) => {}
            _ if event.shift_key() => return,
            "ArrowLeft" => self.to(untrack(|| self.newer())),
            "ArrowRight" => self.to(untrack(|| self.older())),
            "Escape" => self.back(),
            _ => return,
        }
        event.prevent_default();
    }
}
