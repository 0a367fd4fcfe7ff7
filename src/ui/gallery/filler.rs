//! Keeps the window around what can be seen: one request at a time, always for the newest wish.
//! Knows places, not pixels.

use std::{ops::Range, time::Duration};

use leptos::{prelude::*, task::spawn_local};

use super::{sections::common, shelf::TooOld, state::Gallery};
use crate::{
    api::{
        Failure,
        gallery::{load_window, open_gallery},
        pictures,
    },
    browser::{clock, wait},
    model::{Cursor, ImageId, Opening, Query, Window},
    ui::parts::retry::Again,
};

#[derive(Clone, Debug, PartialEq)]
struct Wish {
    view: Query,
    places: Range<u32>,
    /// From the very top, with what was held back.
    follow: bool,
    /// Of another view: the picture that it begins at.
    at: Option<ImageId>,
}

enum Answer {
    Window(Window),
    /// The beginning of another view.
    Opening(Opening),
    /// The beginning of the view that is shown, now that all of it is counted.
    Counted(Opening),
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
    /// Where the window was asked for last, and where it is to be asked for again after a rest.
    asked: StoredValue<Option<u32>>,
    resting: StoredValue<Range<u32>>,
    rest: Again,
    /// How long an answer takes.
    answer_ms: StoredValue<f64>,
    /// What one has come to, or is led to.
    seen: StoredValue<Option<Range<u32>>>,
    /// A window that is there and not shown yet, because one has not come to it.
    ahead: StoredValue<Option<Window>>,
}

/// Whether it has all that there is of what is seen.
fn has_all(window: &Window, seen: &Range<u32>) -> bool {
    let seen = common(seen, &(0..window.total));
    common(&window.places(), &seen) == seen
}

/// Until one has come.
const ANSWER_MS: f64 = 30.0;

impl Filler {
    pub fn new(gallery: Gallery) -> Self {
        Filler {
            gallery,
            trouble: RwSignal::new(None),
            wish: StoredValue::new(None),
            busy: StoredValue::new(false),
            again: Again::new(),
            round: StoredValue::new(0),
            asked: StoredValue::new(None),
            resting: StoredValue::new(0..0),
            rest: Again::new(),
            answer_ms: StoredValue::new(ANSWER_MS),
            seen: StoredValue::new(None),
            ahead: StoredValue::new(None),
        }
    }

    pub fn answer_ms(&self) -> f64 {
        self.answer_ms.get_value()
    }

    pub fn sees(&self, seen: Range<u32>) {
        let is_there = self.ahead.with_value(|ahead| ahead.as_ref().is_some_and(|window| has_all(window, &seen)));
        self.seen.set_value(Some(seen));
        if is_there
            && let Some(window) = self.ahead.try_update_value(Option::take).flatten()
            && self.is_fresh(&window)
        {
            // too old: what is missing is asked for in any case
            _ = self.show(window);
        }
    }

    /// A window of what is found follows no change while it waits.
    fn is_fresh(&self, window: &Window) -> bool {
        self.gallery.pause().is_none() || self.gallery.heard_at.get_untracked() <= window.at.seq
    }

    /// The places of the window that one has not come to yet.
    pub fn ahead(&self) -> Option<Range<u32>> {
        self.ahead.with_value(|ahead| ahead.as_ref().map(Window::places))
    }

    /// Of the view that is shown. Where the window is already, it is asked for no more often than the view bears.
    pub fn want(&self, places: Range<u32>) {
        if self.gallery.is_changing_view() || self.follows() {
            return;
        }
        match self.gallery.pause() {
            Some(pause) if places.is_empty() || self.asked.get_value() == Some(places.start) => {
                let filler = *self;
                self.resting.set_value(places);
                self.rest.after(pause, move || filler.ask_rested());
            }
            _ if places.is_empty() => {}
            _ => {
                // it is as fresh as what would be asked for after a rest, and where one is
                self.rest.cancel();
                self.ask_for(places);
            }
        }
    }

    /// Shows what was held back, by which all places shift.
    pub fn release(&self, count: u32) {
        self.ahead.set_value(None);
        if !self.gallery.release() && !self.gallery.is_changing_view() {
            self.ask(Wish { view: Query::default(), places: 0..count, follow: true, at: None });
        }
    }

    /// The gallery is to show another view. What is shown stays until its first window is there, and nobody waits any longer
    /// for one of a view before.
    pub fn change_view(&self, view: Query, at: Option<ImageId>) {
        self.gallery.view.set(view.clone());
        self.rest.cancel();
        self.ahead.set_value(None);
        let is_changing = self.gallery.is_changing_view();
        if !is_changing && !self.gallery.counting.get_untracked() {
            return self.wish.set_value(None);
        }
        let at = at.filter(|_| is_changing);
        self.wish.set_value(Some(Wish { view, places: 0..Window::CARDS_FIRST, follow: false, at }));
        self.retry();
    }

    fn follows(&self) -> bool {
        self.wish.with_value(|wish| wish.as_ref().is_some_and(|wish| wish.follow))
    }

    /// After a rest: the view may be another by now.
    fn ask_rested(&self) {
        let places = self.resting.get_value();
        if !self.gallery.is_changing_view() && !self.follows() && self.gallery.pause().is_some() {
            // of a view that is empty, its beginning tells when it is not so any more
            self.ask_for(places.start..places.end.max(places.start + 1));
        }
    }

    fn ask_for(&self, places: Range<u32>) {
        self.asked.set_value(Some(places.start));
        self.ask(Wish { view: self.gallery.shown_view.get_untracked(), places, follow: false, at: None });
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
            // seldom done, and large
            let asked = clock::now_ms();
            let answer = wait::for_answer(Box::pin(self.answer(&wish))).await;
            if self.round.get_value() != round {
                return;
            }
            if let Ok(Answer::Window(_)) = &answer {
                self.answer_ms.update_value(|mean| *mean += (clock::now_ms() - asked - *mean) / 4.0);
            }
            match answer {
                // one is further already: the server works on that while this is drawn, and reading and drawing are two tasks
                Ok(answer) if self.wish.with_value(|newest| newest.as_ref() != Some(&wish)) => {
                    spawn_local(async move { self.serve(round).await });
                    wait::pause(Duration::ZERO).await;
                    if self.round.get_value() == round {
                        self.take(&wish, answer);
                    }
                    return;
                }
                Ok(answer) => self.take(&wish, answer),
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

    async fn answer(self, wish: &Wish) -> Result<Answer, Failure> {
        let Wish { view, places, follow, .. } = wish.clone();
        let count = (places.end - places.start).min(Window::CARDS_MAX);
        if self.gallery.is_changing_view() {
            return open_gallery(view, wish.at, places.start, count, true).await.map(Answer::Opening);
        }
        if self.gallery.counting.get_untracked() {
            return open_gallery(view, None, places.start, count, false).await.map(Answer::Counted);
        }
        let anchor = if follow { None } else { self.gallery.anchor() };
        load_window(view, anchor, places.start, count).await.map(Answer::Window)
    }

    /// A late answer to an older wish is shown if it is nearer to the newest one than what is there, and dropped else.
    fn take(&self, wish: &Wish, answer: Answer) {
        if self.trouble.with_untracked(Option::is_some) {
            self.trouble.set(None);
        }
        let newest = self.wish.get_value();
        if newest.as_ref() != Some(wish) {
            // too old: the newest wish is asked for in any case
            match (answer, newest) {
                (Answer::Window(window), Some(newest)) if self.is_nearer(wish, &window, &newest) => {
                    _ = self.show_in_time(window);
                }
                // true wherever one has gone in it
                (Answer::Counted(opening), _) if self.is_shown(wish) => _ = self.gallery.take_count(opening),
                _ => {}
            }
            return;
        }
        let taken = match answer {
            Answer::Opening(opening) => {
                self.asked.set_value(Some(opening.window.start));
                let (is_counted, taken) = (opening.is_counted, self.gallery.change_view(opening, wish.at));
                if !is_counted && taken.is_ok() {
                    // the wish stays, and is asked for the count now
                    return;
                }
                taken
            }
            Answer::Counted(opening) => self.gallery.take_count(opening),
            Answer::Window(window) if wish.follow => self.gallery.show_top(window),
            Answer::Window(window) => self.show_in_time(window),
        };
        if taken.is_ok() {
            self.wish.set_value(None);
        }
    }

    fn is_shown(&self, wish: &Wish) -> bool {
        self.gallery.shown_view.with_untracked(|shown| *shown == wish.view)
    }

    /// What one has come to stays until one has come to the next.
    fn show_in_time(&self, window: Window) -> Result<(), TooOld> {
        let loaded = untrack(|| self.gallery.loaded());
        let is_early = |seen: &Range<u32>| common(&loaded, seen) == *seen && !has_all(&window, seen);
        if self.seen.with_value(|seen| seen.as_ref().is_some_and(is_early)) {
            self.ahead.set_value(Some(window));
            return Ok(());
        }
        self.show(window)
    }

    fn show(&self, window: Window) -> Result<(), TooOld> {
        self.ahead.set_value(None);
        self.gallery.show(window)
    }

    fn is_nearer(&self, wish: &Wish, window: &Window, newest: &Wish) -> bool {
        let middle = |places: &Range<u32>| (i64::from(places.start) + i64::from(places.end)) / 2;
        let far = |places: &Range<u32>| (middle(places) - middle(&newest.places)).abs();
        let came = window.places();
        let is_of_one = wish.view == newest.view && !wish.follow && !newest.follow && !self.gallery.is_changing_view();
        is_of_one && far(&came) < far(&untrack(|| self.gallery.loaded()))
    }

    /// Reads anew what is shown, where it is, after the feed began anew. Nothing is cleared meanwhile.
    pub async fn restart(&self) -> Result<Cursor, Failure> {
        let gallery = self.gallery;
        if !gallery.shown_view.with_untracked(Query::is_all) {
            return self.restart_found().await;
        }
        let (start, held) = (gallery.start.get_untracked(), gallery.held.get_untracked());
        let count = (gallery.order.with_untracked(Vec::len) as u32).clamp(Window::CARDS_FIRST, Window::CARDS_MAX);
        let top = start == 0 && held == 0;
        let anchor = if top { None } else { gallery.anchor() };
        let all = Query::default;
        let mut window = wait::for_answer(load_window(all(), anchor, start, count)).await?;
        let mut held = 0;
        match window.newest() {
            Some(first) if !top => {
                // What arrived meanwhile is newer than the anchor; the first card's place among all tells how much.
                let place = wait::for_answer(pictures::show_picture(all(), first)).await?.place;
                held = place.saturating_sub(1).saturating_sub(window.start);
            }
            None if !top => window = wait::for_answer(load_window(all(), None, 0, count)).await?,
            _ => {}
        }
        let at = window.at;
        self.ahead.set_value(None);
        match gallery.shown_view.with_untracked(Query::is_all) {
            true => gallery.restart(window, held),
            // gone on meanwhile: that window will be of the feed as it is now
            false => gallery.heard_at.set(at.seq),
        }
        Ok(at)
    }

    /// The place in the feed is that of all pictures, read before those that are found.
    async fn restart_found(&self) -> Result<Cursor, Failure> {
        let (gallery, view) = (self.gallery, self.gallery.shown_view.get_untracked());
        let (start, count) = (gallery.start.get_untracked(), gallery.order.with_untracked(Vec::len) as u32);
        let all = wait::for_answer(load_window(Query::default(), None, 0, 0)).await?;
        let count = count.clamp(Window::CARDS_FIRST, Window::CARDS_MAX);
        let window = wait::for_answer(load_window(view.clone(), None, start, count)).await?;
        self.ahead.set_value(None);
        match gallery.shown_view.with_untracked(|shown| *shown == view) {
            true => {
                gallery.restart_found(window, &all);
                // what is under way is of the feed before
                self.retry();
            }
            false => gallery.heard_at.set(all.at.seq),
        }
        Ok(all.at)
    }
}
