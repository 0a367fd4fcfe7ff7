//! Keeps the window around what can be seen: one request at a time, always for the newest wish.
//! Knows places, not pixels.

use std::ops::Range;

use leptos::{prelude::*, task::spawn_local};

use super::state::Gallery;
use crate::{
    api::{Failure, gallery::load_window, pictures},
    browser::wait,
    model::{Cursor, Window},
    ui::parts::retry::Again,
};

#[derive(Clone, Debug, PartialEq)]
struct Wish {
    places: Range<u32>,
    /// From the very top, with what was held back.
    follow: bool,
}

#[derive(Clone, Copy)]
pub struct Filler {
    gallery: Gallery,
    /// Why what is wanted is not there.
    pub trouble: RwSignal<Option<Failure>>,
    wish: StoredValue<Option<Wish>>,
    busy: StoredValue<bool>,
    /// What failed is tried again after a pause, with the wish that is the newest then.
    again: Again,
    /// Answers to requests from before it was last raised are not waited for.
    round: StoredValue<u32>,
}

impl Filler {
    pub fn new(gallery: Gallery) -> Self {
        Filler {
            gallery,
            trouble: RwSignal::new(None),
            wish: StoredValue::new(None),
            busy: StoredValue::new(false),
            again: Again::new(),
            round: StoredValue::new(0),
        }
    }

    pub fn want(&self, places: Range<u32>) {
        let follows = self.wish.with_value(|wish| wish.as_ref().is_some_and(|wish| wish.follow));
        if !follows && !places.is_empty() {
            self.ask(Wish { places, follow: false });
        }
    }

    pub fn want_top(&self, count: u32) {
        self.ask(Wish { places: 0..count, follow: true });
    }

    /// The line is back: what hangs is not waited for.
    pub fn retry(&self) {
        self.round.update_value(|round| *round += 1);
        self.busy.set_value(false);
        self.again.cancel();
        self.work();
    }

    fn ask(&self, wish: Wish) {
        self.wish.set_value(Some(wish));
        self.work();
    }

    fn work(&self) {
        if self.busy.get_value() || self.again.is_waiting() || self.wish.with_value(Option::is_none) {
            return;
        }
        self.busy.set_value(true);
        let (filler, round) = (*self, self.round.get_value());
        spawn_local(async move { filler.serve(round).await });
    }

    async fn serve(self, round: u32) {
        while let Some(wish) = self.wish.get_value() {
            let anchor = if wish.follow { None } else { self.gallery.anchor() };
            let count = wish.places.end - wish.places.start;
            let answer = wait::for_answer(load_window(anchor, wish.places.start, count.min(Window::CARDS_MAX))).await;
            if self.round.get_value() != round {
                return;
            }
            match answer {
                Ok(window) => self.take(&wish, window),
                Err(failure) => {
                    self.trouble.set(Some(failure));
                    break;
                }
            }
        }
        self.busy.set_value(false);
        if self.trouble.with_untracked(Option::is_some) {
            self.again.later(move || self.work());
        }
    }

    /// A late answer to an older wish is dropped.
    fn take(&self, wish: &Wish, window: Window) {
        if self.trouble.with_untracked(Option::is_some) {
            self.trouble.set(None);
        }
        if self.wish.with_value(|newest| newest.as_ref() != Some(wish)) {
            return;
        }
        let taken = if wish.follow { self.gallery.show_top(window) } else { self.gallery.show(window) };
        if taken.is_ok() {
            self.wish.set_value(None);
        }
    }

    /// Reads anew what is shown, where it is, after the feed began anew. Nothing is cleared meanwhile.
    pub async fn restart(&self) -> Result<Cursor, Failure> {
        let gallery = self.gallery;
        let (start, held) = (gallery.start.get_untracked(), gallery.held.get_untracked());
        let count = (gallery.order.with_untracked(Vec::len) as u32).clamp(Window::CARDS_FIRST, Window::CARDS_MAX);
        let top = start == 0 && held == 0;
        let anchor = if top { None } else { gallery.anchor() };
        let mut window = wait::for_answer(load_window(anchor, start, count)).await?;
        let mut held = 0;
        match window.newest() {
            Some(first) if !top => {
                // What arrived meanwhile is newer than the anchor; the first card's place among all tells how much.
                let place = wait::for_answer(pictures::show_picture(first)).await?.place;
                held = place.saturating_sub(1).saturating_sub(window.start);
            }
            None if !top => window = wait::for_answer(load_window(None, 0, count)).await?,
            _ => {}
        }
        let at = window.at;
        gallery.restart(window, held);
        Ok(at)
    }
}
