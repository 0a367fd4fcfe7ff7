//! Which pictures a view shows that is not simply all of them: a window as the server found it, and when to ask again.
//! Pure: knows no signal, no screen and no query.

use std::time::Duration;

use crate::model::{Change, ImageId, Op, Window};

/// What changed is asked for after this long, so that many changes are one request.
const REFRESH_MS: u64 = 300;
/// As long as the server has not got further, it is asked ever less often, up to this.
const REFRESH_MAX_MS: u64 = 2_400;

#[derive(Debug, Default)]
pub struct Found {
    /// All that match, not only those of the window.
    total: u32,
    start: u32,
    /// In the view's own order.
    ids: Vec<ImageId>,
    /// Up to where the window holds the feed, and up to where the page has heard it.
    read_at: i64,
    heard_at: i64,
    /// Windows that came since and were no newer.
    in_vain: u32,
}

impl Found {
    pub fn open(window: &Window, heard_at: i64) -> Self {
        let ids = ids_of(window);
        Found { total: window.total, start: window.start, ids, read_at: window.at.seq, heard_at, in_vain: 0 }
    }

    pub fn total(&self) -> u32 {
        self.total
    }

    pub fn start(&self) -> u32 {
        self.start
    }

    pub fn ids(&self) -> &[ImageId] {
        &self.ids
    }

    /// Something changed that the window does not hold yet.
    pub fn is_stale(&self) -> bool {
        self.heard_at > self.read_at
    }

    /// How long to wait before the window is asked for where it is already.
    pub fn pause(&self) -> Duration {
        Duration::from_millis((REFRESH_MS << self.in_vain.min(8)).min(REFRESH_MAX_MS))
    }

    pub fn place_of(&self, id: ImageId) -> Option<u32> {
        let at = self.ids.iter().position(|other| *other == id)?;
        Some(self.start + at as u32)
    }

    pub fn at_place(&self, place: u32) -> Option<ImageId> {
        self.ids.get(place.checked_sub(self.start)? as usize).copied()
    }

    /// Takes a window as it is: of its order nothing is known here. One that is older than what is shown brings nobody back
    /// who has gone.
    pub fn show(&mut self, window: &Window) {
        let is_newer = window.at.seq > self.read_at;
        self.in_vain = if is_newer || !self.is_stale() { 0 } else { self.in_vain + 1 };
        self.total = window.total;
        self.start = window.start;
        self.ids = ids_of(window);
        self.read_at = window.at.seq;
    }

    /// Who was removed leaves at once; whatever else happened is asked for.
    pub fn apply(&mut self, to: i64, changes: &[Change]) {
        for change in changes.iter().filter(|change| change.op == Op::Delete && change.seq > self.read_at) {
            if let Some(at) = self.ids.iter().position(|id| *id == change.id) {
                self.ids.remove(at);
                self.total = self.total.saturating_sub(1);
            }
        }
        if !changes.is_empty() {
            self.heard_at = self.heard_at.max(to);
        }
    }
}

fn ids_of(window: &Window) -> Vec<ImageId> {
    window.cards.iter().map(|card| card.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::gallery::shelf::tests::{card, change, cursor, id};

    fn window(seq: i64, numbers: &[u128], start: u32, total: u32) -> Window {
        Window { at: cursor(seq), total, start, cards: numbers.iter().map(|number| card(*number)).collect() }
    }

    fn numbers(found: &Found) -> Vec<u128> {
        found.ids().iter().map(|id| id.0.as_u128()).collect()
    }

    #[test]
    fn a_window_is_shown_in_its_own_order() {
        let found = Found::open(&window(10, &[3, 9, 1], 6, 20), 10);
        assert_eq!((numbers(&found), found.start(), found.total(), found.is_stale()), (vec![3, 9, 1], 6, 20, false));
        assert_eq!((found.place_of(id(9)), found.at_place(8), found.at_place(5)), (Some(7), Some(id(1)), None));
    }

    #[test]
    fn who_is_removed_leaves_at_once() {
        let mut found = Found::open(&window(10, &[3, 9, 1], 0, 3), 10);
        found.apply(11, &[change(11, Op::Delete, 9)]);
        assert_eq!((numbers(&found), found.total(), found.is_stale()), (vec![3, 1], 2, true));
        // somebody else's end changes no number that is not known to be wrong
        found.apply(12, &[change(12, Op::Delete, 77)]);
        assert_eq!((numbers(&found), found.total()), (vec![3, 1], 2));
    }

    #[test]
    fn a_change_is_asked_for_until_the_server_has_it() {
        let mut found = Found::open(&window(10, &[3], 0, 1), 10);
        found.apply(12, &[change(12, Op::Insert, 4)]);
        assert!(found.is_stale());
        assert_eq!(found.pause(), Duration::from_millis(300));
        found.show(&window(10, &[3], 0, 1));
        assert!(found.is_stale(), "the server had not heard of it yet");
        assert_eq!(found.pause(), Duration::from_millis(600));
        found.show(&window(12, &[4, 3], 0, 2));
        assert_eq!((numbers(&found), found.is_stale(), found.pause().as_millis()), (vec![4, 3], false, 300));
    }

    #[test]
    fn whoever_asks_in_vain_asks_ever_less_often() {
        let mut found = Found::open(&window(0, &[], 0, 0), 500);
        for _ in 0..100 {
            found.show(&window(0, &[], 0, 0));
        }
        assert_eq!(found.pause(), Duration::from_millis(REFRESH_MAX_MS));
    }

    #[test]
    fn a_batch_without_pictures_asks_for_nothing() {
        let mut found = Found::open(&window(10, &[3], 0, 1), 10);
        found.apply(14, &[]);
        assert!(!found.is_stale());
    }
}
