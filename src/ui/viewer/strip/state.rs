//! The strip as the page holds it: order apart from contents, one signal for each card, one request at a time.
//! Knows no element.

use std::{collections::HashMap, ops::Range};

use leptos::{prelude::*, task::spawn_local};

use super::{
    film::Film,
    geometry::{around, is_enough, reach},
};
use crate::{
    api::gallery::load_window,
    browser::wait,
    model::{Batch, Card, ImageId, Query, Window},
    ui::parts::retry::Again,
};

/// Where a picture was before, and where it is now, so that it can be kept where one sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shift {
    pub from: u32,
    pub to: u32,
}

#[derive(Clone, Copy)]
pub struct Strip {
    /// What is held; drives the frames.
    pub order: RwSignal<Vec<ImageId>>,
    /// The place of the first of them.
    pub start: RwSignal<u32>,
    /// The places that can be scrolled to.
    pub reach: RwSignal<Range<u32>>,
    /// The one that is shown, a moment after it is shown.
    pub marked: RwSignal<Option<ImageId>>,
    /// Something became of what is held that asks for another window.
    pub stale: RwSignal<u32>,
    /// The picture that is looked at has another place than before.
    pub shift: RwSignal<Shift>,
    view: StoredValue<Query>,
    film: StoredValue<Film>,
    cards: StoredValue<HashMap<ImageId, ArcRwSignal<Card>>>,
    wish: StoredValue<Option<Range<u32>>>,
    busy: StoredValue<bool>,
    /// Answers to requests from before it was last raised are of another view.
    round: StoredValue<u32>,
    again: Again,
    rest: Again,
}

impl Strip {
    #[expect(clippy::new_without_default, reason = "it makes signals, which is no default of anything")]
    pub fn new() -> Self {
        Strip {
            order: RwSignal::new(Vec::new()),
            start: RwSignal::new(0),
            reach: RwSignal::new(0..0),
            marked: RwSignal::new(None),
            stale: RwSignal::new(0),
            shift: RwSignal::new(Shift::default()),
            view: StoredValue::new(Query::default()),
            film: StoredValue::new(Film::default()),
            cards: StoredValue::new(HashMap::new()),
            wish: StoredValue::new(None),
            busy: StoredValue::new(false),
            round: StoredValue::new(0),
            again: Again::new(),
            rest: Again::new(),
        }
    }

    pub fn card(&self, id: ImageId) -> Option<ArcRwSignal<Card>> {
        self.cards.with_value(|cards| cards.get(&id).cloned())
    }

    pub fn place_of(&self, id: ImageId) -> Option<u32> {
        self.film.with_value(|film| film.place_of(id))
    }

    fn is_empty(&self) -> bool {
        self.film.with_value(|film| film.ids().is_empty())
    }

    /// Nothing is held any more: the page is left, or shows another view.
    pub fn clear(&self) {
        self.round.update_value(|round| *round = round.wrapping_add(1));
        self.busy.set_value(false);
        self.wish.set_value(None);
        self.again.cancel();
        self.rest.cancel();
        self.film.set_value(Film::default());
        self.reach.set(0..0);
        self.marked.set(None);
        self.publish();
    }

    /// This one is shown, and has this place as far as the page knows.
    pub fn mark(&self, view: Query, id: ImageId, place: Option<u32>, total: u32) {
        if self.view.with_value(|before| *before != view) {
            self.clear();
            self.view.set_value(view);
        }
        if self.marked.get_untracked() != Some(id) {
            self.marked.set(Some(id));
        }
        if self.place_of(id).is_none() && (place.is_some() || self.is_empty()) {
            // so far away, or so early, that nothing is known of its neighbours here
            let place = place.unwrap_or(0);
            self.reach_for(place, total);
            self.ask(around(&(place..place + 1), total));
        }
    }

    fn reach_for(&self, place: u32, total: u32) {
        let now = reach(place, total, &self.reach.get_untracked());
        if self.reach.with_untracked(|before| *before != now) {
            self.reach.set(now);
        }
    }

    /// These can be seen.
    pub fn see(&self, seen: &Range<u32>) {
        let (held, total, is_stale) = self.film.with_value(|film| (film.held(), film.total(), film.is_stale()));
        if total > 0 && !is_enough(seen, &held, total) {
            self.ask(around(seen, total));
        } else if is_stale {
            let (strip, wanted) = (*self, around(seen, total.max(1)));
            let pause = self.film.with_value(Film::pause);
            self.rest.after(pause, move || strip.ask(wanted));
        }
    }

    fn ask(&self, places: Range<u32>) {
        self.wish.set_value(Some(places));
        self.work();
    }

    fn work(&self) {
        if self.busy.get_value() || self.again.is_waiting() || self.wish.with_value(Option::is_none) {
            return;
        }
        self.busy.set_value(true);
        let (strip, round) = (*self, self.round.get_value());
        spawn_local(async move { strip.serve(round).await });
    }

    /// The newest wish, until there is none. What cannot be had is not complained of: the picture itself is there.
    async fn serve(self, round: u32) {
        while let Some(places) = self.wish.get_value() {
            let (view, count) = (self.view.get_value(), places.end.saturating_sub(places.start));
            let asked = load_window(view, None, places.start, count.clamp(1, Window::CARDS_MAX));
            let answer = wait::for_answer(asked).await;
            if self.round.get_value() != round {
                return;
            }
            let is_newest = self.wish.with_value(|wish| wish.as_ref() == Some(&places));
            match answer {
                Ok(window) if is_newest => {
                    self.wish.set_value(None);
                    self.take(window);
                }
                Ok(_) => {}
                Err(failure) => {
                    if failure.is_passing() {
                        self.again.later(move || self.work());
                    } else {
                        self.wish.set_value(None);
                    }
                    break;
                }
            }
        }
        self.busy.set_value(false);
    }

    fn take(&self, window: Window) {
        let marked = self.marked.get_untracked();
        let place = marked.and_then(|id| self.place_of(id)).unwrap_or(window.start);
        let shared = self.film.with_value(|film| film.shared(&window, place));
        let from = shared.and_then(|id| self.place_of(id));
        self.film.update_value(|film| film.show(&window));
        let total = window.total;
        self.cards.update_value(|cards| {
            for card in window.cards {
                let is_newer = cards.get(&card.id).map(|shown| shown.with_untracked(|shown| card.rev > shown.rev));
                match (is_newer, cards.get(&card.id)) {
                    (Some(true), Some(shown)) => shown.set(card),
                    (Some(_), _) => {}
                    (None, _) => _ = cards.insert(card.id, ArcRwSignal::new(card)),
                }
            }
        });
        let place = marked.and_then(|id| self.place_of(id)).unwrap_or(place);
        self.reach_for(place, total);
        self.publish();
        if let Some((from, to)) = from.zip(shared.and_then(|id| self.place_of(id))).filter(|(from, to)| from != to) {
            self.shift.set(Shift { from, to });
        }
        self.tell_if_stale();
    }

    /// Tells the page what changed, and only that.
    fn publish(&self) {
        self.film.with_value(|film| {
            if self.start.get_untracked() != film.start() {
                self.start.set(film.start());
            }
            if self.order.with_untracked(|order| order != film.ids()) {
                self.order.set(film.ids().to_vec());
            }
            self.cards.update_value(|cards| cards.retain(|id, _| film.place_of(*id).is_some()));
        });
    }

    pub fn apply(&self, batch: &Batch) {
        if self.is_empty() {
            return;
        }
        let is_narrow = self.view.with_value(|view| !view.is_all());
        for card in batch.changes.iter().filter_map(|change| change.card.as_ref()) {
            let shown = self.card(card.id).filter(|shown| shown.with_untracked(|shown| card.rev > shown.rev));
            if let Some(shown) = shown {
                shown.set(card.clone());
            }
        }
        self.film.update_value(|film| film.apply(&batch.changes, is_narrow));
        self.publish();
        self.tell_if_stale();
    }

    fn tell_if_stale(&self) {
        if self.film.with_value(Film::is_stale) {
            self.stale.update(|times| *times += 1);
        }
    }

    /// After the feed began anew: what is held is asked for again, where it is.
    pub fn restart(&self) {
        let held = self.film.with_value(Film::held);
        if !held.is_empty() {
            self.film.update_value(Film::forget_feed);
            self.ask(held);
        }
    }
}
