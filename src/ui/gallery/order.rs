//! What the gallery shows and in which order: all pictures as they arrive, or a view of some of them.
//! Pure: says the same of both.

use super::{found::Found, shelf::Shelf};
use crate::model::{Batch, Card, ImageId, Opening, Query, Window};

#[derive(Debug)]
pub enum Order {
    Arrival(Shelf),
    Found(Found),
}

impl Order {
    pub fn open(view: &Query, opening: &Opening) -> Self {
        if view.is_all() {
            Order::Arrival(Shelf::open(&opening.window, opening.newest))
        } else {
            Order::Found(Found::open(&opening.window, opening.at.seq))
        }
    }

    /// The beginning of another view, of a page that has heard the feed up to `heard_at`.
    pub fn begin(view: &Query, window: &Window, heard_at: i64) -> Self {
        if view.is_all() {
            Order::Arrival(Shelf::open(window, window.newest()))
        } else {
            Order::Found(Found::open(window, heard_at))
        }
    }

    pub fn apply(&mut self, batch: &Batch, at_top: bool) {
        match self {
            Order::Arrival(shelf) => shelf.apply(batch.to, batch.total, &batch.changes, at_top),
            Order::Found(found) => found.apply(batch.to.seq, &batch.changes),
        }
    }

    /// All pictures, where they are counted here.
    pub fn all(&self) -> Option<u32> {
        match self {
            Order::Arrival(shelf) => Some(shelf.all()),
            Order::Found(_) => None,
        }
    }

    /// What the scroll bar spans.
    pub fn shown(&self) -> u32 {
        match self {
            Order::Arrival(shelf) => shelf.shown(),
            Order::Found(found) => found.total(),
        }
    }

    pub fn held(&self) -> u32 {
        match self {
            Order::Arrival(shelf) => shelf.held(),
            Order::Found(_) => 0,
        }
    }

    pub fn start(&self) -> u32 {
        match self {
            Order::Arrival(shelf) => shelf.start(),
            Order::Found(found) => found.start(),
        }
    }

    pub fn ids(&self) -> &[ImageId] {
        match self {
            Order::Arrival(shelf) => shelf.ids(),
            Order::Found(found) => found.ids(),
        }
    }

    pub fn is_stale(&self) -> bool {
        match self {
            Order::Arrival(shelf) => shelf.is_stale(),
            Order::Found(found) => found.is_stale(),
        }
    }

    /// Where what arrives is held back; other views have nothing of the kind.
    pub fn anchor(&self) -> Option<ImageId> {
        match self {
            Order::Arrival(shelf) => shelf.anchor(),
            Order::Found(_) => None,
        }
    }

    pub fn place_of(&self, id: ImageId) -> Option<u32> {
        match self {
            Order::Arrival(shelf) => shelf.place_of(id),
            Order::Found(found) => found.place_of(id),
        }
    }

    pub fn at_place(&self, place: u32) -> Option<ImageId> {
        match self {
            Order::Arrival(shelf) => shelf.at_place(place),
            Order::Found(found) => found.at_place(place),
        }
    }

    /// What was held back. None when it needs a window from the top.
    pub fn release(&mut self) -> Option<Vec<Card>> {
        match self {
            Order::Arrival(shelf) => shelf.release(),
            Order::Found(_) => Some(Vec::new()),
        }
    }
}

impl Default for Order {
    fn default() -> Self {
        Order::Arrival(Shelf::default())
    }
}
