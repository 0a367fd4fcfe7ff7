//! The ways on from a comparison: to one of its pictures, to one of fewer, and back. Draws nothing.

use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    prelude::*,
};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{Comparing, link::Link};
use crate::{
    browser::{dialog, focus},
    model::{Comparison, ImageId},
    ui::parts::{key_list::KEYS_ID, notice::Notices, trail::Trail},
};

type Navigate = Box<dyn Fn(&str, NavigateOptions) + Send + Sync>;

#[derive(Clone, Copy)]
pub struct Way {
    comparing: Comparing,
    link: Link,
    notices: Notices,
    /// There is a page of ours to go back to.
    is_back: bool,
    navigate: StoredValue<Navigate>,
}

impl Way {
    pub fn new(link: Link, is_back: bool) -> Way {
        let navigate = use_navigate();
        Way {
            comparing: expect_context(),
            link,
            notices: expect_context(),
            is_back,
            navigate: StoredValue::new(Box::new(move |to, options| navigate(to, options))),
        }
    }

    fn go(&self, to: &str, options: NavigateOptions) {
        self.navigate.with_value(|navigate| navigate(to, options));
    }

    pub fn back(&self) {
        if self.is_back {
            self.comparing.leave();
            focus::go_back();
        } else {
            self.go("/", NavigateOptions::default());
        }
    }

    /// The comparison without it. None where too few would be left.
    pub fn without(&self, id: ImageId) -> Option<String> {
        let others = self.comparing.ids.with(|ids| Comparison::without(ids, id))?;
        Some(Comparison::url(&others))
    }

    /// Only out of the comparison. The keyboard goes to the one that takes its place.
    pub fn take_out(&self, id: ImageId) {
        let Some(to) = untrack(|| self.without(id)) else {
            return self.notices.say("Two are the fewest that can be compared.".to_owned());
        };
        let ids = self.comparing.ids.get_untracked();
        let at = ids.iter().position(|other| *other == id).unwrap_or(0);
        let next = ids.get(at + 1).or_else(|| ids.get(at.checked_sub(1)?)).copied();
        // in place of the present one, so that "back" leads to where it was begun
        self.go(&to, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
        if let Some(next) = next {
            self.link.choose(next);
            focus::move_to_cell(next);
        }
    }

    fn open(&self) {
        if let Some(id) = self.link.chosen.get_untracked() {
            self.comparing.open_picture();
            self.go(&id.page_url(), NavigateOptions::default());
        }
    }

    /// By so many places.
    fn step(&self, by: isize) {
        let ids = self.comparing.ids.get_untracked();
        let at = ids.iter().position(|id| Some(*id) == self.link.chosen.get_untracked());
        let to = at.map_or(Some(0), |at| at.checked_add_signed(by));
        if let Some(id) = to.and_then(|to| ids.get(to)) {
            self.link.choose(*id);
            focus::focus_cell(*id);
        }
    }

    pub fn by_key(&self, event: &KeyboardEvent) {
        let is_for_others = event.ctrl_key() || event.meta_key() || event.alt_key();
        if is_for_others || dialog::is_any_open() || focus::is_typing() {
            return;
        }
        let zoom = untrack(|| self.link.zoom());
        match event.key().as_str() {
            "?" => dialog::open(KEYS_ID),
            _ if zoom.is_some_and(|zoom| zoom.by_key(event)) => {}
            _ if event.shift_key() => return,
            "ArrowLeft" | "ArrowUp" => self.step(-1),
            "ArrowRight" | "ArrowDown" => self.step(1),
            "x" | "Delete" => {
                if let Some(id) = self.link.chosen.get_untracked() {
                    self.take_out(id);
                }
            }
            "l" => self.link.toggle(),
            "Enter" if !focus::is_pressed_by("Enter") => self.open(),
            "Escape" => self.back(),
            _ => return,
        }
        event.prevent_default();
    }
}

/// Whether a press of a link is followed elsewhere, as in another tab.
pub fn is_elsewhere(event: &MouseEvent) -> bool {
    event.ctrl_key() || event.meta_key() || event.shift_key()
}

/// Asked while the page is made: whether there was one before it.
pub fn is_back() -> bool {
    expect_context::<Trail>().has_begun()
}
