//! What the grid knows of the screen: how large it is, how far it is scrolled, where everything is. Holds the reader's place
//! whatever comes above it. Fetches nothing.

mod going;
mod leading;

use std::{collections::HashMap, ops::Range, sync::Arc};

use leptos::{
    html::{Div, Main},
    prelude::*,
};

use super::{
    Gallery,
    drawn::{self, Ends},
    fold::{Fold, Room, Spot},
    layout::{DayPlace, Fit, Layout, px},
    look::Looks,
    pace::{Haste, Pace},
    sections::{Section, common, sections},
    shapes::Shapes,
};
use crate::{
    browser::{
        clock,
        viewport::{self, Measure},
    },
    model::{ImageId, Window},
};

/// Nearer to the top than this, arrivals are shown at once.
const TOP_PX: f64 = 24.0;
/// The line that stays above the grid, as `style/gallery.css` has it.
const BAR_PX: f64 = 54.0;
/// Less is not worth moving for: a browser scrolls by whole pixels.
const MOVED_PX: f64 = 1.0;

#[derive(Clone, Copy)]
pub struct Screen {
    pub scroller: NodeRef<Main>,
    pub content: NodeRef<Div>,
    pub measure: RwSignal<Measure>,
    /// None before the first measure.
    pub layout: Memo<Option<Arc<Layout>>>,
    pub sections: Memo<Vec<Section>>,
    /// Headings are of months, because days have few pictures.
    pub by_months: Memo<bool>,
    /// Of the cards that are there.
    pub places: Memo<Arc<HashMap<ImageId, u32>>>,
    /// A view that is too high to be scrolled lies folded in the content.
    pub fold: RwSignal<Fold>,
    /// How far the content itself is scrolled.
    unfolded_at: StoredValue<f64>,
    /// About where one is.
    near: Memo<f64>,
    /// The place whose cell gets the focus as soon as it is there.
    pub focus: StoredValue<Option<u32>>,
    /// Known here, because the element is gone before the page is.
    pub left_at: StoredValue<f64>,
    held: StoredValue<Option<Held>>,
    ends: RwSignal<Ends>,
    /// Which places stand in the page.
    drawn: Memo<Range<u32>>,
    pace: RwSignal<Pace>,
    /// Pictures fly by, and their thumbnails wait until one is slower.
    pub flies: Memo<bool>,
    pub haste: Memo<Haste>,
    /// The height that is gone to as soon as its pictures are there.
    bound: RwSignal<Option<f64>>,
}

/// A day is no element that is higher.
const FRAME_MAX_PX: f64 = 1_000_000.0;
/// The part of such a day that is drawn moves on by as much.
const NEAR_STEP_PX: f64 = 100_000.0;

/// Which part of the view an element stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    pub top: f64,
    pub height: f64,
}

/// The first picture that is seen, and how far below the upper edge it is.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Held {
    id: Option<ImageId>,
    place: u32,
    below: f64,
}

impl Screen {
    pub fn new(gallery: Gallery) -> Self {
        let (measure, looks) = (RwSignal::new(Measure::default()), expect_context::<Looks>());
        let pace = RwSignal::new(Pace::default());
        let haste = Memo::new(move |_| pace.with(Pace::haste));
        let look = Memo::new(move |_| looks.of(measure.with(|measure| measure.width)));
        let by_months =
            Memo::new(move |was: Option<&bool>| gallery.outline.with(|outline| outline.is_sparse(was.copied())));
        let outline = Memo::new(move |_| {
            let outline = gallery.outline.read();
            Arc::new(if by_months.get() { outline.by_months() } else { outline.clone() })
        });
        let layout = Memo::new(move |_| {
            let look = look.get()?;
            let of = |shapes: &Shapes| outline.with(|outline| Arc::new(Layout::of(outline, shapes, look)));
            Some(if look.fit == Fit::Rows { gallery.shapes.with(of) } else { of(&Shapes::default()) })
        });
        // as in the page from the server; whoever comes back to more begins with none and draws a few at a time
        let (loaded, first) = untrack(move || (gallery.loaded(), gallery.drawn_first()));
        let is_much = loaded.end - loaded.start > Window::CARDS_FIRST;
        let first = if is_much { loaded.start..loaded.start } else { first };
        let ends = RwSignal::new(Ends::of(first, |place| gallery.at_place(place)));
        let seen = Memo::new(move |_| {
            let Measure { height, scrolled, .. } = measure.get();
            layout.with(|layout| layout.as_ref().map_or(0..0, |layout| layout.visible(scrolled, height)))
        });
        let places = Memo::new(move |_| {
            let start = gallery.start.get();
            Arc::new(gallery.order.with(|order| order.iter().copied().zip(start..).collect::<HashMap<_, _>>()))
        });
        let drawn = Memo::new(move |_| {
            let loaded = gallery.loaded();
            let now = places.with(|places| ends.with(|ends| ends.places(|id| places.get(&id).copied())));
            // of what takes the place of all that was drawn, the first is there at once
            let anew = || seen.with(|seen| drawn::next(&(loaded.start..loaded.start), seen, &loaded, Haste::Scrolls));
            now.map(|now| common(&now, &loaded)).filter(|now| !now.is_empty()).unwrap_or_else(anew)
        });
        let sections = Memo::new(move |_| {
            let (outline, drawn, seen) = (outline.read(), drawn.read(), seen.read());
            sections(&outline, &drawn, &seen)
        });
        Screen {
            scroller: NodeRef::new(),
            content: NodeRef::new(),
            measure,
            layout,
            sections,
            by_months,
            places,
            fold: RwSignal::new(Fold::default()),
            unfolded_at: StoredValue::new(0.0),
            near: Memo::new(move |_| measure.with(|measure| (measure.scrolled / NEAR_STEP_PX).floor() * NEAR_STEP_PX)),
            focus: StoredValue::new(None),
            left_at: StoredValue::new(0.0),
            held: StoredValue::new(None),
            ends,
            drawn,
            pace,
            flies: Memo::new(move |_| haste.get() == Haste::Flies),
            haste,
            bound: RwSignal::new(None),
        }
    }

    /// What of a day is drawn: all of it, unless it is too high for that.
    pub fn frame_of(&self, day: &DayPlace) -> Frame {
        if day.height <= FRAME_MAX_PX {
            return Frame { top: day.top, height: day.height };
        }
        let near = self.near.get();
        let (top, bottom) =
            (day.top.max(near - FRAME_MAX_PX / 2.0), (day.top + day.height).min(near + FRAME_MAX_PX / 2.0));
        Frame { top: top.min(day.top + day.height), height: (bottom - top).max(0.0) }
    }

    pub fn with_layout<T>(&self, read: impl FnOnce(&Layout) -> T) -> Option<T> {
        self.layout.with_untracked(|layout| layout.as_deref().map(read))
    }

    /// One has scrolled, and sees something else.
    pub fn scrolled(&self, gallery: Gallery) {
        self.measure_now(gallery);
        if let Some(at) = self.measure.try_with_untracked(|measure| measure.scrolled) {
            self.pace.update(|pace| pace.seen(at, clock::now_ms()));
        }
        // in the same frame: in the next one one may be a screen further
        self.draw_next(gallery);
    }

    /// A frame that was asked for may come after the page has gone.
    pub fn measure_now(&self, gallery: Gallery) {
        let (scroller, content) = (self.scroller.try_get_untracked(), self.content.try_get_untracked());
        if let (Some(scroller), Some(content)) = (scroller.flatten(), content.flatten()) {
            let now = viewport::measure(&scroller, &content);
            let above = viewport::scroll_top(&scroller) - now.scrolled;
            let before = self.unfolded_at.get_value();
            let spot = self.fold.get_untracked().scrolled(before, now.scrolled, self.room(now.height));
            self.unfolded_at.set_value(spot.scroll.unwrap_or(now.scrolled));
            if let Some(scroll) = spot.scroll {
                viewport::scroll_to(&scroller, scroll + above);
            }
            self.left_at.set_value(spot.at + above);
            self.take(spot, Measure { scrolled: spot.at, ..now });
            self.hold(gallery);
        }
    }

    fn room(&self, window: f64) -> Room {
        Room { whole: self.with_layout(Layout::height).unwrap_or(0.0), window }
    }

    fn take(&self, spot: Spot, measure: Measure) {
        if self.fold.get_untracked() != spot.fold {
            self.fold.set(spot.fold);
        }
        if self.measure.get_untracked() != measure {
            self.measure.set(measure);
        }
    }

    fn hold(&self, gallery: Gallery) {
        let Measure { height, scrolled, .. } = self.measure.get_untracked();
        let held = self.with_layout(|layout| {
            let place = layout.visible(scrolled, height).start;
            Held { id: gallery.at_place(place), place, below: layout.top_of(place) - scrolled }
        });
        self.held.set_value(held.filter(|_| !self.is_at_top()));
    }

    /// Something is laid out anew: the picture that was seen first stays where it was.
    pub fn keep_steady(&self, gallery: Gallery) {
        let Some(held) = self.held.get_value() else { return };
        let place = held.id.and_then(|id| gallery.place_of(id)).unwrap_or(held.place);
        let Some(top) = self.with_layout(|layout| layout.top_of(place)) else { return };
        let moved = top - held.below - self.measure.with_untracked(|measure| measure.scrolled);
        if moved.abs() >= MOVED_PX {
            self.stretch();
            let pace = self.pace.get_untracked();
            self.scroll_to(self.left_at.get_value() + moved, gallery);
            // who scrolls goes on from there
            self.pace.set(pace.shifted(moved));
        }
    }

    /// The style follows later, and nothing can be scrolled to before.
    fn stretch(&self) {
        if let Some(content) = self.content.get_untracked() {
            viewport::set_height(&content, &px(self.room(0.0).height()));
        }
    }

    pub fn seen(&self) -> Option<Range<u32>> {
        let Measure { height, scrolled, .. } = self.measure.get();
        self.layout.with(|layout| layout.as_deref().map(|layout| layout.visible(scrolled, height)))
    }

    /// False as long as one scrolls.
    pub fn rests(&self) -> bool {
        self.pace.try_update(|pace| pace.rests(clock::now_ms())).unwrap_or(true)
    }

    /// Draws a little more of what is there, where something is missing.
    pub fn draw_next(&self, gallery: Gallery) {
        if let Some(Some(next)) = self.drawn.try_with_untracked(|_| untrack(|| self.to_draw(gallery))) {
            self.ends.set(Ends::of(next, |place| gallery.at_place(place)));
        }
    }

    /// None when nothing is missing.
    pub fn to_draw(&self, gallery: Gallery) -> Option<Range<u32>> {
        let (drawn, haste) = (self.drawn.get(), self.haste.get());
        let next = drawn::next(&drawn, &self.seen()?, &gallery.loaded(), haste);
        (next != drawn).then_some(next)
    }

    /// As far as the scroller would be scrolled if nothing were folded.
    pub fn scroll_to(&self, top: f64, gallery: Gallery) {
        let (Some(scroller), Some(content)) = (self.scroller.get_untracked(), self.content.get_untracked()) else {
            return;
        };
        let now = viewport::measure(&scroller, &content);
        let above = viewport::scroll_top(&scroller) - now.scrolled;
        let spot = self.fold.get_untracked().go_to(top - above, self.room(now.height));
        let scroll = spot.scroll.unwrap_or(top - above);
        viewport::scroll_to(&scroller, scroll + above);
        self.fold.set(spot.fold);
        self.unfolded_at.set_value(viewport::scroll_top(&scroller) - above);
        self.measure_now(gallery);
        let at = self.measure.with_untracked(|measure| measure.scrolled);
        self.pace.update(|pace| pace.placed(at, clock::now_ms()));
    }

    pub fn scroll_by(&self, step: f64, gallery: Gallery) {
        self.scroll_to((self.left_at.get_value() + step).max(0.0), gallery);
    }

    /// So that what lies at a height of the content is seen first.
    pub fn scroll_to_height(&self, height: f64, gallery: Gallery) {
        let above = self.left_at.get_value() - self.measure.with_untracked(|measure| measure.scrolled);
        self.scroll_to((height + above - BAR_PX).max(0.0), gallery);
    }

    pub fn is_at_top(&self) -> bool {
        self.left_at.try_get_value().is_none_or(|top| top < TOP_PX)
    }
}
