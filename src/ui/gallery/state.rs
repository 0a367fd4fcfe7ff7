//! The gallery as the page holds it: order apart from contents, one signal for each card.
//! Lives above the routes, so that coming back finds everything as it was. Knows no element.

use std::collections::HashMap;

use leptos::prelude::*;

use super::shelf::{Shelf, TooOld, is_newer};
use crate::model::{Batch, Card, Folder, ImageId, Opening, Picture, State, Window};

#[derive(Clone, Copy)]
pub struct Gallery {
    /// What the scroll bar spans: all images but those held back.
    pub total: RwSignal<u32>,
    /// The place of the window's first card.
    pub start: RwSignal<u32>,
    /// The window; drives the grid.
    pub order: RwSignal<Vec<ImageId>>,
    /// Arrivals that wait for the reader to come back up.
    pub held: RwSignal<u32>,
    pub all: RwSignal<u32>,
    pub folders: RwSignal<Vec<Folder>>,
    /// Bumped when the window became stale.
    pub stale: RwSignal<u32>,
    /// Bumped when something that is still to be made came, or became so.
    pub pending: RwSignal<u32>,
    opened: RwSignal<bool>,
    cards: StoredValue<HashMap<ImageId, ArcRwSignal<Card>>>,
    shelf: StoredValue<Shelf>,
    at_top: StoredValue<bool>,
    place: StoredValue<Place>,
    followed: StoredValue<bool>,
}

/// Where the reader was.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    pub scroll_top: f64,
    /// The picture that was looked at, and where it stands.
    pub opened: Option<(ImageId, Option<u32>)>,
}

impl Gallery {
    #[expect(clippy::new_without_default, reason = "it makes signals, which is no default of anything")]
    pub fn new() -> Self {
        Gallery {
            total: RwSignal::new(0),
            start: RwSignal::new(0),
            order: RwSignal::new(Vec::new()),
            held: RwSignal::new(0),
            all: RwSignal::new(0),
            folders: RwSignal::new(Vec::new()),
            stale: RwSignal::new(0),
            pending: RwSignal::new(0),
            opened: RwSignal::new(false),
            cards: StoredValue::new(HashMap::new()),
            shelf: StoredValue::new(Shelf::default()),
            at_top: StoredValue::new(true),
            place: StoredValue::new(Place::default()),
            followed: StoredValue::new(false),
        }
    }

    pub fn is_open(&self) -> bool {
        self.opened.get_untracked()
    }

    pub fn open(&self, opening: Opening) {
        self.folders.set(opening.folders);
        self.shelf.set_value(Shelf::open(&opening.window, opening.newest));
        self.at_top.set_value(opening.window.start == 0);
        self.take_cards(opening.window.cards);
        self.publish();
        self.opened.set(true);
    }

    pub fn set_folders(&self, folders: Vec<Folder>) {
        if self.folders.with_untracked(|shown| *shown != folders) {
            self.folders.set(folders);
        }
    }

    /// The window should be read again where it is.
    pub fn is_stale(&self) -> bool {
        self.shelf.with_value(Shelf::is_stale)
    }

    pub fn anchor(&self) -> Option<ImageId> {
        self.shelf.with_value(Shelf::anchor)
    }

    /// The card's own signal. None when it has just left the window.
    pub fn card(&self, id: ImageId) -> Option<ArcRwSignal<Card>> {
        self.cards.with_value(|cards| cards.get(&id).cloned())
    }

    pub fn place_of(&self, id: ImageId) -> Option<u32> {
        self.shelf.with_value(|shelf| shelf.place_of(id))
    }

    pub fn at_place(&self, place: u32) -> Option<ImageId> {
        self.shelf.with_value(|shelf| shelf.at_place(place))
    }

    /// Takes the answer to a window that was asked for from the anchor, keeping what it shows already.
    pub fn show(&self, window: Window) -> Result<(), TooOld> {
        self.take(window, false)
    }

    /// Takes a window from the very top and with it all that was held back.
    pub fn show_top(&self, window: Window) -> Result<(), TooOld> {
        self.take(window, true)
    }

    fn take(&self, window: Window, follow: bool) -> Result<(), TooOld> {
        let since = self.shelf.try_update_value(|shelf| shelf.show(&window, follow)).unwrap_or(Err(TooOld))?;
        self.take_cards(window.cards);
        self.take_cards(since);
        self.publish();
        Ok(())
    }

    /// Everything anew after the feed began anew, in place. `held` is how many images are newer than the anchor.
    pub fn restart(&self, window: Window, held: u32) {
        let anchor = if window.start == 0 && held == 0 { window.newest() } else { self.anchor() };
        let mut shelf = Shelf::open(&window, anchor);
        shelf.set_held(held);
        self.shelf.set_value(shelf);
        self.take_cards(window.cards);
        self.publish();
    }

    pub fn apply(&self, batch: &Batch) {
        if !self.is_open() {
            return;
        }
        let top = self.at_top.get_value();
        self.shelf.update_value(|shelf| shelf.apply(batch.to, batch.total, &batch.changes, top));
        let shown = batch.changes.iter().filter_map(|change| change.card.clone());
        self.take_cards(shown.collect());
        self.publish();
        if batch.changes.iter().filter_map(|change| change.card.as_ref()).any(|card| card.state == State::Pending) {
            self.pending.update(|times| *times += 1);
        }
    }

    /// The reader reached the top or left it.
    pub fn set_at_top(&self, at_top: bool) {
        self.at_top.set_value(at_top);
    }

    /// Shows what was held back. False when that needs a window from the top.
    pub fn release(&self) -> bool {
        if self.held.get_untracked() == 0 {
            return true;
        }
        let Some(cards) = self.shelf.try_update_value(Shelf::release).flatten() else { return false };
        self.take_cards(cards);
        self.publish();
        true
    }

    pub fn place(&self) -> Place {
        self.place.get_value()
    }

    pub fn remember_scroll(&self, scroll_top: f64) {
        self.place.update_value(|place| place.scroll_top = scroll_top);
    }

    /// The picture that is looked at now: where the reader comes back to.
    pub fn remember_picture(&self, picture: &Picture) {
        let held = self.held.get_untracked();
        let place = picture.place.checked_sub(held + 1);
        self.place.update_value(|remembered| remembered.opened = Some((picture.card.id, place)));
    }

    pub fn forget_picture(&self) {
        self.place.update_value(|place| place.opened = None);
    }

    /// The reader goes from here to the page of a picture.
    pub fn set_followed(&self) {
        self.followed.set_value(true);
    }

    /// Whether the page that opens now was gone to from here. Asked once: a later visit may come another way.
    pub fn take_followed(&self) -> bool {
        self.followed.try_update_value(std::mem::take).unwrap_or(false)
    }

    /// Each card to its own signal; a new signal for those that just came into the window.
    fn take_cards(&self, fresh: Vec<Card>) {
        self.cards.update_value(|cards| {
            for card in fresh {
                match cards.get(&card.id) {
                    Some(shown) if is_newer(card.rev, shown.read_untracked().rev) => shown.set(card),
                    Some(_) => {}
                    None => {
                        cards.insert(card.id, ArcRwSignal::new(card));
                    }
                }
            }
        });
    }

    /// Tells the page what changed, and only that.
    fn publish(&self) {
        let mut stale = false;
        self.shelf.with_value(|shelf| {
            set_if_other(self.total, shelf.shown());
            set_if_other(self.all, shelf.all());
            set_if_other(self.held, shelf.held());
            set_if_other(self.start, shelf.start());
            stale = shelf.is_stale();
            if self.order.with_untracked(|order| order != shelf.ids()) {
                self.order.set(shelf.ids().to_vec());
            }
        });
        self.order.with_untracked(|order| {
            self.cards.update_value(|cards| {
                if cards.len() > order.len() {
                    let shown = order.iter().filter_map(|id| Some((*id, cards.remove(id)?))).collect();
                    *cards = shown;
                }
            });
        });
        if stale {
            self.stale.update(|times| *times += 1);
        }
    }
}

fn set_if_other(signal: RwSignal<u32>, value: u32) {
    if signal.get_untracked() != value {
        signal.set(value);
    }
}
