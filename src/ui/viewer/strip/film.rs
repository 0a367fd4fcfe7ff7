//! Which pictures the strip holds, as the server found them, and when to ask again. Pure: knows no signal and no query.

use std::{ops::Range, time::Duration};

use crate::model::{Change, ImageId, Op, Window};

/// What changed is asked for after this long, so that many changes are one request.
const REFRESH_MS: u64 = 600;
/// As long as the server has not got further, it is asked ever less often, up to this.
const REFRESH_MAX_MS: u64 = 4_800;

#[derive(Debug, Default)]
pub struct Film {
    total: u32,
    start: u32,
    ids: Vec<ImageId>,
    /// Up to where the window holds the feed, and up to where something has changed since.
    read_at: i64,
    heard_at: i64,
    in_vain: u32,
}

impl Film {
    pub fn total(&self) -> u32 {
        self.total
    }

    pub fn start(&self) -> u32 {
        self.start
    }

    pub fn ids(&self) -> &[ImageId] {
        &self.ids
    }

    pub fn held(&self) -> Range<u32> {
        self.start..self.start + self.ids.len() as u32
    }

    pub fn place_of(&self, id: ImageId) -> Option<u32> {
        let at = self.ids.iter().position(|other| *other == id)?;
        Some(self.start + at as u32)
    }

    /// Who is held before and after this window, for nothing to move that is looked at: the one that is nearest to `place`.
    pub fn shared(&self, window: &Window, place: u32) -> Option<ImageId> {
        let is_there = |id: &&ImageId| window.cards.iter().any(|card| card.id == **id);
        let distance = |id: &&ImageId| self.place_of(**id).map_or(u32::MAX, |at| at.abs_diff(place));
        self.ids.iter().filter(is_there).min_by_key(distance).copied()
    }

    pub fn show(&mut self, window: &Window) {
        let is_newer = window.at.seq > self.read_at;
        self.in_vain = if is_newer || !self.is_stale() { 0 } else { self.in_vain + 1 };
        self.total = window.total;
        self.start = window.start;
        self.ids = window.cards.iter().map(|card| card.id).collect();
        self.read_at = window.at.seq;
    }

    /// Who was removed leaves at once. Of all pictures, one that changed stays where it is; of what is looked for, it may have
    /// come or gone.
    pub fn apply(&mut self, changes: &[Change], is_narrow: bool) {
        for change in changes.iter().filter(|change| change.seq > self.read_at) {
            if change.op == Op::Delete
                && let Some(at) = self.ids.iter().position(|id| *id == change.id)
            {
                self.ids.remove(at);
                self.total = self.total.saturating_sub(1);
            }
            if is_narrow || change.op != Op::Update {
                self.heard_at = self.heard_at.max(change.seq);
            }
        }
    }

    /// Places in the feed are of another epoch.
    pub fn forget_feed(&mut self) {
        (self.read_at, self.heard_at) = (0, 0);
    }

    pub fn is_stale(&self) -> bool {
        self.heard_at > self.read_at
    }

    /// How long to wait before it is asked for again where it is.
    pub fn pause(&self) -> Duration {
        Duration::from_millis((REFRESH_MS << self.in_vain.min(8)).min(REFRESH_MAX_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::gallery::shelf::tests::{card, change, cursor, id};

    fn window(seq: i64, numbers: &[u128], start: u32, total: u32) -> Window {
        Window { at: cursor(seq), total, start, cards: numbers.iter().map(|number| card(*number)).collect() }
    }

    fn film() -> Film {
        let mut film = Film::default();
        film.show(&window(10, &[9, 8, 7, 6], 20, 40));
        film
    }

    #[test]
    fn an_arrival_is_asked_for_and_a_change_of_all_is_not() {
        let mut film = film();
        film.apply(&[change(11, Op::Update, 8)], false);
        assert!(!film.is_stale());
        film.apply(&[change(12, Op::Update, 8)], true);
        assert!(film.is_stale());
        film.show(&window(12, &[9, 8], 20, 40));
        film.apply(&[change(13, Op::Insert, 99)], false);
        assert!(film.is_stale());
        assert_eq!(film.pause(), Duration::from_millis(REFRESH_MS));
        film.show(&window(12, &[9, 8], 20, 40));
        assert!(film.pause() > Duration::from_millis(REFRESH_MS), "the server had not heard of it yet");
    }

    #[test]
    fn who_is_removed_leaves_at_once() {
        let mut film = film();
        film.apply(&[change(9, Op::Delete, 7), change(11, Op::Delete, 8)], false);
        assert_eq!((film.ids(), film.total(), film.held()), (&[id(9), id(7), id(6)][..], 39, 20..23));
    }

    #[test]
    fn what_is_looked_at_is_found_again() {
        let film = film();
        let after = window(11, &[8, 7, 6, 5], 22, 41);
        assert_eq!(film.shared(&after, 20), Some(id(8)));
        assert_eq!(film.shared(&after, 23), Some(id(6)));
        assert_eq!(film.shared(&window(11, &[1], 30, 41), 20), None);
    }
}
