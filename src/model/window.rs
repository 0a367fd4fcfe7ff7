//! A stretch of the gallery, in the order that was asked for. Knows nothing of pixels on a screen.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Card, Cursor, Folder, ImageId, Outline, View};

/// Read in one snapshot: nothing lies between `at` and the cards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    pub at: Cursor,
    /// All that are asked for at `at`, not only these.
    pub total: u32,
    /// The place of the first card in the order below the anchor that was asked for.
    pub start: u32,
    pub cards: Vec<Card>,
}

impl Window {
    /// The most cards that one request gets; more are cut off.
    pub const CARDS_MAX: u32 = 600;
    /// What a page is opened with, before anyone knows how large the screen is.
    pub const CARDS_FIRST: u32 = 120;
    /// So many of them are more than a hand holds.
    pub const CARDS_IN_HAND: u32 = 48;

    pub fn places(&self) -> Range<u32> {
        self.start..self.start.saturating_add(self.cards.len() as u32)
    }

    pub fn newest(&self) -> Option<ImageId> {
        self.cards.first().map(|card| card.id)
    }
}

/// What the gallery page is opened with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// From where on changes are still to be heard.
    pub at: Cursor,
    pub window: Window,
    /// How many of its cards stand in the page from the first, at most. The others follow once it is awake.
    pub drawn: u32,
    /// Else there are more than the window has, and its total and the outline are of its cards alone: to count all takes longer, and
    /// nobody should wait for that to see the first ones.
    pub is_counted: bool,
    /// The first of all images, which the window need not begin with.
    pub newest: Option<ImageId>,
    pub outline: Outline,
    /// How many there are, whatever is looked for.
    pub all: u32,
    pub folders: Vec<Folder>,
    pub views: Vec<View>,
    /// Pictures are still being sorted in: what is not found may be there all the same.
    pub getting_ready: bool,
}
