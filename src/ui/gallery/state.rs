//! The gallery as the page holds it: order apart from contents, one signal for each card.
//! Lives above the routes, so that coming back finds everything as it was. Knows no element.

use std::{collections::HashMap, ops::Range, time::Duration};

use leptos::prelude::*;

use super::{
    order::Order,
    shapes::{Shapes, ratio},
    shelf::{Shelf, TooOld, is_newer},
};
use crate::{
    browser::clock,
    model::{Batch, By, Card, Day, Folder, FolderId, FolderState, ImageId, Opening, Outline, Query, State, Window},
};

#[derive(Clone, Copy)]
pub struct Gallery {
    /// What is asked for. What is shown may still be the view before, until the first window of this one is there.
    pub view: RwSignal<Query>,
    /// What is shown.
    pub shown_view: RwSignal<Query>,
    /// What the scroll bar spans: all images but those held back.
    pub total: RwSignal<u32>,
    /// There are more than `total`, and how many is still to be said.
    pub counting: RwSignal<bool>,
    /// The place of the window's first card.
    pub start: RwSignal<u32>,
    /// The window; drives the grid.
    pub order: RwSignal<Vec<ImageId>>,
    /// The days of all of them, of `total` pictures at any time.
    pub outline: RwSignal<Outline>,
    /// What the page has seen of their shapes.
    pub shapes: RwSignal<Shapes>,
    /// Bumped when the outline may not be the server's any more.
    pub outgrown: RwSignal<u32>,
    /// Arrivals that wait for the reader to come back up.
    pub held: RwSignal<u32>,
    /// All pictures, whatever is asked for.
    pub all: RwSignal<u32>,
    pub folders: RwSignal<Vec<Folder>>,
    /// Those whose pictures cannot be opened now.
    pub offline: Memo<Vec<FolderId>>,
    /// Bumped when the window became stale.
    pub stale: RwSignal<u32>,
    /// Bumped when something that is still to be made came, or became so.
    pub pending: RwSignal<u32>,
    /// Up to where the page has heard the feed.
    pub heard_at: RwSignal<i64>,
    opened: RwSignal<bool>,
    cards: StoredValue<HashMap<ImageId, ArcRwSignal<Card>>>,
    content: StoredValue<Order>,
    /// As the feed said last.
    all_of_feed: StoredValue<u32>,
    at_top: StoredValue<bool>,
    place: StoredValue<Place>,
    followed: StoredValue<bool>,
    /// How many of the pictures stand in a page from the server.
    pub drawn_at_most: StoredValue<u32>,
}

/// Where the reader was.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    pub scroll_top: f64,
    /// The picture that is seen first, as an address said.
    pub at: Option<ImageId>,
    /// The picture that was looked at, and where it stands.
    pub opened: Option<(ImageId, Option<u32>)>,
}

impl Gallery {
    #[expect(clippy::new_without_default, reason = "it makes signals, which is no default of anything")]
    pub fn new() -> Self {
        let folders = RwSignal::new(Vec::<Folder>::new());
        let offline = Memo::new(move |_| {
            let is_away = |folder: &&Folder| folder.state == FolderState::Offline;
            folders.with(|folders| folders.iter().filter(is_away).map(|folder| folder.id).collect())
        });
        Gallery {
            view: RwSignal::new(Query::default()),
            shown_view: RwSignal::new(Query::default()),
            total: RwSignal::new(0),
            counting: RwSignal::new(false),
            start: RwSignal::new(0),
            order: RwSignal::new(Vec::new()),
            outline: RwSignal::new(Outline::default()),
            shapes: RwSignal::new(Shapes::default()),
            outgrown: RwSignal::new(0),
            held: RwSignal::new(0),
            all: RwSignal::new(0),
            folders,
            offline,
            stale: RwSignal::new(0),
            pending: RwSignal::new(0),
            heard_at: RwSignal::new(0),
            opened: RwSignal::new(false),
            cards: StoredValue::new(HashMap::new()),
            content: StoredValue::new(Order::default()),
            all_of_feed: StoredValue::new(0),
            at_top: StoredValue::new(true),
            place: StoredValue::new(Place::default()),
            followed: StoredValue::new(false),
            drawn_at_most: StoredValue::new(0),
        }
    }

    pub fn is_open(&self) -> bool {
        self.opened.get_untracked()
    }

    /// `at` is the picture that the page begins at.
    pub fn open(&self, view: Query, opening: Opening, at: Option<ImageId>) {
        self.place.update_value(|place| place.at = at);
        self.content.set_value(Order::open(&view, &opening));
        self.outline.set(opening.outline);
        self.view.set(view.clone());
        self.shown_view.set(view);
        self.folders.set(opening.folders);
        self.all_of_feed.set_value(opening.all);
        self.heard_at.set(opening.at.seq);
        self.at_top.set_value(opening.window.start == 0);
        self.counting.set(!opening.is_counted);
        self.drawn_at_most.set_value(opening.drawn);
        self.take_cards(opening.window.cards);
        self.publish();
        self.opened.set(true);
    }

    /// Of those that a page from the server holds.
    pub fn drawn_first(&self) -> Range<u32> {
        let loaded = self.loaded();
        loaded.start..loaded.end.min(loaded.start.saturating_add(self.drawn_at_most.get_value()))
    }

    pub fn set_folders(&self, folders: Vec<Folder>) {
        if self.folders.with_untracked(|shown| *shown != folders) {
            self.folders.set(folders);
        }
    }

    /// The window should be read again where it is.
    pub fn is_stale(&self) -> bool {
        self.content.with_value(Order::is_stale)
    }

    /// Where what arrives is held back, of the view that is shown.
    pub fn anchor(&self) -> Option<ImageId> {
        self.content.with_value(Order::anchor)
    }

    /// What is shown is not what is asked for yet.
    pub fn is_changing_view(&self) -> bool {
        self.view.with_untracked(|view| self.shown_view.with_untracked(|shown| view != shown))
    }

    /// How long to wait before the window that is there is asked for again; None where that is done at once.
    pub fn pause(&self) -> Option<Duration> {
        self.content.with_value(|content| match content {
            Order::Arrival(_) => None,
            Order::Found(found) => Some(found.pause()),
        })
    }

    /// The places of the cards that are there.
    pub fn loaded(&self) -> Range<u32> {
        let start = self.start.get();
        start..start + self.order.with(Vec::len) as u32
    }

    /// The card's own signal. None when it has just left the window.
    pub fn card(&self, id: ImageId) -> Option<ArcRwSignal<Card>> {
        self.cards.with_value(|cards| cards.get(&id).cloned())
    }

    pub fn place_of(&self, id: ImageId) -> Option<u32> {
        self.content.with_value(|content| content.place_of(id))
    }

    pub fn at_place(&self, place: u32) -> Option<ImageId> {
        self.content.with_value(|content| content.at_place(place))
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
        let show = |content: &mut Order| match content {
            Order::Arrival(shelf) => shelf.show(&window, follow),
            Order::Found(found) => {
                found.show(&window);
                Ok(Vec::new())
            }
        };
        let since = self.content.try_update_value(show).unwrap_or(Err(TooOld))?;
        self.take_cards(window.cards);
        self.take_cards(since);
        self.publish();
        Ok(())
    }

    /// The first window of the view that is asked for takes the place of what was shown. All pictures are counted change by
    /// change, so a window of them has to know what was heard.
    pub fn change_view(&self, opening: Opening, at: Option<ImageId>) -> Result<(), TooOld> {
        let window = opening.window;
        let (view, heard_at) = (self.view.get_untracked(), self.heard_at.get_untracked());
        if view.is_all() && window.at.seq < heard_at {
            return Err(TooOld);
        }
        self.content.set_value(Order::begin(&view, &window, heard_at));
        self.outline.set(opening.outline);
        self.shapes.update(Shapes::forget);
        self.counting.set(!opening.is_counted);
        self.total.set(window.total);
        self.at_top.set_value(window.start == 0);
        self.place.set_value(Place { at, ..Place::default() });
        self.take_cards(window.cards);
        self.shown_view.set(view);
        self.publish();
        Ok(())
    }

    /// The same view once more, counted. What is shown of it stays where it is.
    pub fn take_count(&self, opening: Opening) -> Result<(), TooOld> {
        self.outline.set(opening.outline);
        self.total.set(opening.window.total);
        self.counting.set(false);
        self.show(opening.window)
    }

    /// Everything anew after the feed began anew, in place. `held` is how many images are newer than the anchor.
    pub fn restart(&self, window: Window, held: u32) {
        let anchor = if window.start == 0 && held == 0 { window.newest() } else { self.anchor() };
        let mut shelf = Shelf::open(&window, anchor);
        shelf.set_held(held);
        self.heard_at.set(window.at.seq);
        self.all_of_feed.set_value(window.total);
        self.content.set_value(Order::Arrival(shelf));
        self.take_cards(window.cards);
        self.publish();
    }

    /// The same for a view of some, of which `all` tells where the feed is and how many there are of all.
    pub fn restart_found(&self, window: Window, all: &Window) {
        self.heard_at.set(all.at.seq);
        self.all_of_feed.set_value(all.total);
        self.content.set_value(Order::begin(&self.shown_view.get_untracked(), &window, all.at.seq));
        self.counting.set(false);
        self.take_cards(window.cards);
        self.publish();
    }

    pub fn apply(&self, batch: &Batch) {
        if !self.is_open() {
            return;
        }
        let top = self.at_top.get_value();
        self.content.update_value(|content| content.apply(batch, top));
        self.follow_in_outline(batch);
        if batch.to.seq >= self.heard_at.get_untracked() {
            self.heard_at.set(batch.to.seq);
            self.all_of_feed.set_value(batch.total);
        }
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
        let Some(cards) = self.content.try_update_value(Order::release).flatten() else { return false };
        self.take_cards(cards);
        self.publish();
        true
    }

    pub fn place(&self) -> Place {
        self.place.get_value()
    }

    /// Gone to once.
    pub fn take_at(&self) -> Option<ImageId> {
        self.place.try_update_value(|place| place.at.take()).flatten()
    }

    pub fn remember_scroll(&self, scroll_top: f64) {
        self.place.update_value(|place| place.scroll_top = scroll_top);
    }

    /// The picture that is looked at now: where the reader comes back to. Its place is one among all pictures.
    pub fn remember_picture(&self, id: ImageId, place: u32) {
        let held = self.held.get_untracked();
        let is_place = self.shown_view.with_untracked(Query::is_all);
        let place = place.checked_sub(held + 1).filter(|_| is_place);
        self.place.update_value(|remembered| remembered.opened = Some((id, place)));
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

    /// The server's outline, unless there are others by now.
    pub fn take_outline(&self, outline: Outline) {
        let (total, mut outline) = (self.content.with_value(Order::shown), outline);
        let is_it = outline.total() == total;
        outline.settle(total);
        if self.outline.with_untracked(|shown| *shown != outline) {
            self.outline.set(outline);
        }
        if !is_it {
            self.outgrown.update(|times| *times += 1);
        }
    }

    /// What came and went in the window did so in days that are known.
    fn follow_in_outline(&self, batch: &Batch) {
        let changed = |id: &ImageId| batch.changes.iter().any(|change| change.id == *id);
        let (before, first) = (self.order.get_untracked(), self.start.get_untracked());
        let (after, start) = self.content.with_value(|content| (content.ids().to_vec(), content.start()));
        let gone = (first..).zip(&before).filter(|(_, id)| changed(id) && !after.contains(id)).map(|(place, _)| place);
        let come = (start..).zip(&after).filter(|(_, id)| changed(id) && !before.contains(id));
        let (gone, come): (Vec<u32>, Vec<_>) = (gone.collect(), come.collect());
        if gone.is_empty() && come.is_empty() {
            return;
        }
        let knows_days = self.shown_view.with_untracked(|view| view.sort.by == By::Added);
        let ratio_of = |id: &ImageId| {
            let card = batch.changes.iter().filter(|change| change.id == *id).find_map(|change| change.card.as_ref());
            card.map_or(1.0, ratio)
        };
        self.outline.update(|outline| {
            gone.iter().rev().for_each(|place| outline.remove(*place));
            come.iter().filter(|_| knows_days).for_each(|(place, id)| outline.insert(*place, day_of(**id)));
        });
        self.shapes.update(|shapes| {
            gone.iter().rev().for_each(|place| shapes.remove(*place));
            come.iter().for_each(|(place, id)| shapes.insert(*place, ratio_of(id)));
        });
    }

    /// Of the window as it is now.
    fn learn_shapes(&self) {
        let (start, order) = (self.start.get_untracked(), self.order.get_untracked());
        let of = |id: &ImageId| self.card(*id).map_or(1.0, |card| card.with_untracked(ratio));
        let ratios: Vec<f64> = order.iter().map(of).collect();
        let mut is_new = false;
        self.shapes.update_untracked(|shapes| is_new = shapes.learn(start, ratios));
        if is_new {
            self.shapes.notify();
        }
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
        let total = self.content.with_value(Order::shown);
        if self.outline.with_untracked(|outline| outline.total() != total) {
            self.outline.update(|outline| outline.settle(total));
            self.outgrown.update(|times| *times += 1);
        } else if self.total.get_untracked() != total {
            self.outgrown.update(|times| *times += 1);
        }
        self.content.with_value(|content| {
            set_if_other(self.all, content.all().unwrap_or_else(|| self.all_of_feed.get_value()));
            set_if_other(self.total, content.shown());
            set_if_other(self.held, content.held());
            set_if_other(self.start, content.start());
            stale = content.is_stale();
            if self.order.with_untracked(|order| order != content.ids()) {
                self.order.set(content.ids().to_vec());
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
        self.learn_shapes();
        if stale {
            self.stale.update(|times| *times += 1);
        }
    }
}

/// When a picture was added is in its id; the day is that of the reader's clock.
fn day_of(id: ImageId) -> Option<Day> {
    let ms = id.added_ms();
    let day = (ms + clock::zone_offset_ms(ms)).div_euclid(86_400_000);
    Day::of_number(i32::try_from(day).ok()?)
}

fn set_if_other(signal: RwSignal<u32>, value: u32) {
    if signal.get_untracked() != value {
        signal.set(value);
    }
}
