//! Which images the gallery shows and in which order, and what a window or a change of the feed does to that.
//! Pure: knows no signal, no screen and nothing of a card but its id and its age.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Range,
};

use crate::model::{Card, Change, Cursor, ImageId, Op, Window};

/// Ids in the window beyond which it is cut back to [`IDS_KEPT`]; only arrivals at the top make it grow.
const IDS_MAX: usize = 450;
const IDS_KEPT: usize = 300;
/// Arrivals that are kept while they are held back. With more, the window is read anew instead.
const ARRIVALS_MAX: usize = 200;
/// Changes that are kept to be played over a window that was read before them.
const RECENT_MAX: usize = 1_000;

/// An out-of-date change must not undo a newer one.
pub fn is_newer(rev: i64, shown: i64) -> bool {
    rev > shown
}

#[derive(Debug, Default)]
pub struct Shelf {
    /// The newest image that is shown. What is newer is held back; `None` holds nothing.
    anchor: Option<ImageId>,
    /// All images, with those that are held back.
    all: u32,
    /// Those up to the anchor: what the places count.
    shown: u32,
    start: u32,
    /// The window, newest first.
    ids: Vec<ImageId>,
    arrivals: BTreeMap<ImageId, Card>,
    arrivals_lost: bool,
    /// The numbers hold the feed up to here, the window up to there.
    counted_at: i64,
    window_at: i64,
    recent: VecDeque<Change>,
    /// Every change after this one is in `recent`.
    recent_after: i64,
    /// The window may no longer be what the server would answer.
    stale: bool,
}

/// Why a window was not taken.
#[derive(Debug, PartialEq, Eq)]
pub struct TooOld;

impl Shelf {
    /// The page's first window. `newest` is the first of all, which the window need not begin with.
    pub fn open(window: &Window, newest: Option<ImageId>) -> Self {
        Shelf {
            anchor: newest,
            all: window.total,
            shown: window.total,
            start: window.start,
            ids: ids_of(window),
            counted_at: window.at.seq,
            window_at: window.at.seq,
            recent_after: window.at.seq,
            ..Shelf::default()
        }
    }

    pub fn anchor(&self) -> Option<ImageId> {
        self.anchor
    }

    pub fn all(&self) -> u32 {
        self.all
    }

    /// What the scroll bar spans.
    pub fn shown(&self) -> u32 {
        self.shown
    }

    pub fn held(&self) -> u32 {
        self.all.saturating_sub(self.shown)
    }

    pub fn start(&self) -> u32 {
        self.start
    }

    pub fn ids(&self) -> &[ImageId] {
        &self.ids
    }

    pub fn loaded(&self) -> Range<u32> {
        self.start..self.start + self.ids.len() as u32
    }

    pub fn is_stale(&self) -> bool {
        self.stale
    }

    pub fn place_of(&self, id: ImageId) -> Option<u32> {
        let at = self.ids.iter().position(|other| *other == id)?;
        Some(self.start + at as u32)
    }

    pub fn at_place(&self, place: u32) -> Option<ImageId> {
        self.ids.get(place.checked_sub(self.start)? as usize).copied()
    }

    /// Takes a window that was read from the anchor, or one from the very top to `follow` it.
    /// One that is older than what has been applied since has those changes played over it; their cards are answered.
    pub fn show(&mut self, window: &Window, follow: bool) -> Result<Vec<Card>, TooOld> {
        if window.at.seq < self.recent_after {
            return Err(TooOld);
        }
        self.start = window.start;
        self.ids = ids_of(window);
        self.window_at = window.at.seq;
        self.stale = false;
        if follow {
            if window.at.seq >= self.counted_at {
                self.all = window.total;
                self.counted_at = window.at.seq;
            }
            self.anchor = window.newest();
            self.shown = self.all;
            self.arrivals.clear();
            self.arrivals_lost = false;
        }
        let missed: Vec<Change> = self.recent.iter().filter(|change| change.seq > window.at.seq).cloned().collect();
        for change in &missed {
            self.change(change, follow);
        }
        Ok(missed.into_iter().filter_map(|change| change.card).collect())
    }

    /// Takes a batch of the feed. At the `top` arrivals are shown, further down they are held back.
    pub fn apply(&mut self, to: Cursor, total: u32, changes: &[Change], top: bool) {
        let follows = top && self.start == 0 && self.held() == 0;
        for change in changes {
            self.change(change, follows);
            self.remember(change);
        }
        if to.seq >= self.counted_at {
            self.all = total;
            self.counted_at = to.seq;
            if follows || self.anchor.is_none() {
                self.shown = total;
            }
        }
        self.shown = self.shown.min(self.all);
        self.window_at = self.window_at.max(to.seq);
        if follows && self.ids.len() > IDS_MAX {
            self.ids.truncate(IDS_KEPT);
        }
    }

    /// Shows what was held back. False when it is too much to be kept here: then a window from the top is needed.
    pub fn release(&mut self) -> Option<Vec<Card>> {
        if self.start > 0 || self.arrivals_lost || self.arrivals.len() as u32 != self.held() {
            return None;
        }
        let cards: Vec<Card> = std::mem::take(&mut self.arrivals).into_values().rev().collect();
        self.ids.splice(0..0, cards.iter().map(|card| card.id));
        self.anchor = self.ids.first().copied().max(self.anchor);
        self.shown = self.all;
        Some(cards)
    }

    /// Sets how many of all are held back, where that could not be followed change by change.
    pub fn set_held(&mut self, held: u32) {
        self.shown = self.all.saturating_sub(held);
        self.arrivals_lost = held > 0;
    }

    fn remember(&mut self, change: &Change) {
        self.recent.push_back(change.clone());
        if self.recent.len() > RECENT_MAX
            && let Some(oldest) = self.recent.pop_front()
        {
            self.recent_after = oldest.seq;
        }
    }

    fn change(&mut self, change: &Change, follows: bool) {
        let arrived = self.anchor.is_none_or(|anchor| change.id > anchor);
        match (&change.card, change.op) {
            (None, _) | (_, Op::Delete) => self.remove(change, arrived),
            (Some(card), _) if arrived => self.arrive(card, change.seq, follows),
            (Some(_), op) => self.insert(change, op),
        }
    }

    fn remove(&mut self, change: &Change, arrived: bool) {
        if self.arrivals.remove(&change.id).is_some() || arrived {
            return;
        }
        if change.seq > self.counted_at {
            self.shown = self.shown.saturating_sub(1);
        }
        if change.seq <= self.window_at {
            return;
        }
        match self.find(change.id) {
            Ok(at) => {
                self.ids.remove(at);
            }
            Err(0) if self.start > 0 => {
                self.start -= 1;
                self.stale = true;
            }
            Err(_) => {}
        }
    }

    fn arrive(&mut self, card: &Card, seq: i64, follows: bool) {
        if !follows {
            self.arrivals.insert(card.id, card.clone());
            if self.arrivals.len() > ARRIVALS_MAX {
                self.arrivals.clear();
                self.arrivals_lost = true;
            }
            return;
        }
        if seq > self.window_at
            && let Err(at) = self.find(card.id)
        {
            self.ids.insert(at, card.id);
        }
        self.anchor = self.anchor.max(Some(card.id));
    }

    /// An image below the anchor that may be new: one that was slow to arrive.
    fn insert(&mut self, change: &Change, op: Op) {
        let known = self.find(change.id);
        if op == Op::Insert && known.is_err() && change.seq > self.counted_at {
            self.shown += 1;
        }
        let Err(at) = known else { return };
        if change.seq <= self.window_at {
            return;
        }
        let above = at == 0 && self.start > 0;
        let below =
            at == self.ids.len() && self.start + (at as u32) < self.shown.saturating_sub(u32::from(op == Op::Insert));
        if above && op == Op::Insert {
            self.start += 1;
            self.stale = true;
        } else if !above && !below && (op == Op::Insert || at < self.ids.len()) {
            self.ids.insert(at, change.id);
        }
    }

    /// Where an id is in the window, or where it would be.
    fn find(&self, id: ImageId) -> Result<usize, usize> {
        self.ids.binary_search_by(|other| id.cmp(other))
    }
}

fn ids_of(window: &Window) -> Vec<ImageId> {
    window.cards.iter().map(|card| card.id).collect()
}

#[cfg(test)]
pub mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::{FolderId, State};

    pub(crate) fn id(number: u128) -> ImageId {
        ImageId(Uuid::from_u128(number))
    }

    pub(crate) fn cursor(seq: i64) -> Cursor {
        Cursor { epoch: Uuid::from_u128(1), seq }
    }

    pub(crate) fn card(number: u128) -> Card {
        Card {
            id: id(number),
            rev: 1,
            name: format!("{number}.jpg"),
            state: State::Ok,
            reason: None,
            version: None,
            mime: None,
            size: 0,
            width: None,
            height: None,
            thumbhash: None,
            taken_ms: None,
            added_ms: 0,
            rating: None,
            flag: None,
            label: None,
            parent: None,
            parent_changed: false,
            animated: false,
            folder: FolderId(Uuid::nil()),
        }
    }

    pub(crate) fn change(seq: i64, op: Op, number: u128) -> Change {
        let card = (op != Op::Delete).then(|| card(number));
        Change { seq, id: id(number), rev: seq, op, card }
    }

    /// Images 1 to `total`, `count` of them from place `start`, read at 100.
    fn window(total: u128, start: u128, count: u128) -> Window {
        let newest = total - start;
        let cards = (0..count.min(newest)).map(|down| card(newest - down)).collect();
        Window { at: cursor(100), total: total as u32, start: start as u32, cards }
    }

    fn shelf(total: u128, start: u128, count: u128) -> Shelf {
        Shelf::open(&window(total, start, count), Some(id(total)))
    }

    fn numbers(shelf: &Shelf) -> Vec<u128> {
        shelf.ids().iter().map(|id| id.0.as_u128()).collect()
    }

    struct Expect {
        ids: Vec<u128>,
        start: u32,
        shown: u32,
        held: u32,
    }

    fn check(mut shelf: Shelf, top: bool, total: u32, changes: &[(Op, u128)], expect: Expect) {
        let changes: Vec<Change> =
            changes.iter().zip(101..).map(|((op, number), seq)| change(seq, *op, *number)).collect();
        shelf.apply(cursor(100 + changes.len() as i64), total, &changes, top);
        let got = (numbers(&shelf), shelf.start(), shelf.shown(), shelf.held());
        assert_eq!(got, (expect.ids, expect.start, expect.shown, expect.held));
    }

    #[test]
    fn arrivals_come_first_at_the_top() {
        let expect = Expect { ids: vec![6, 5, 4, 3], start: 0, shown: 6, held: 0 };
        check(shelf(5, 0, 3), true, 6, &[(Op::Insert, 6)], expect);
        let expect = Expect { ids: vec![1], start: 0, shown: 1, held: 0 };
        check(shelf(0, 0, 3), true, 1, &[(Op::Insert, 1)], expect);
    }

    #[test]
    fn arrivals_out_of_order_get_their_place() {
        let expect = Expect { ids: vec![9, 7, 5, 4, 3], start: 0, shown: 7, held: 0 };
        check(shelf(5, 0, 3), true, 7, &[(Op::Insert, 9), (Op::Insert, 7)], expect);
    }

    #[test]
    fn arrivals_are_held_back_further_down() {
        let expect = Expect { ids: vec![3, 2], start: 2, shown: 5, held: 2 };
        check(shelf(5, 2, 2), false, 7, &[(Op::Insert, 6), (Op::Update, 7)], expect);
        let expect = Expect { ids: vec![5, 4], start: 0, shown: 5, held: 0 };
        check(shelf(5, 0, 2), false, 5, &[(Op::Insert, 6), (Op::Delete, 6)], expect);
    }

    #[test]
    fn removed_ones_leave() {
        let expect = Expect { ids: vec![5, 3], start: 0, shown: 4, held: 0 };
        check(shelf(5, 0, 3), true, 4, &[(Op::Delete, 4)], expect);
        let expect = Expect { ids: vec![5, 4, 3], start: 0, shown: 4, held: 0 };
        check(shelf(5, 0, 3), true, 4, &[(Op::Delete, 1)], expect);
        let expect = Expect { ids: vec![3, 2], start: 1, shown: 4, held: 0 };
        check(shelf(5, 2, 2), false, 4, &[(Op::Delete, 5)], expect);
    }

    #[test]
    fn late_ones_get_their_place_in_the_window_only() {
        let cards = [9, 7, 5].map(card).to_vec();
        let window = Window { at: cursor(100), total: 5, start: 0, cards };
        let open = || Shelf::open(&window, Some(id(9)));
        let expect = Expect { ids: vec![9, 8, 7, 5], start: 0, shown: 6, held: 0 };
        check(open(), false, 6, &[(Op::Insert, 8)], expect);
        let expect = Expect { ids: vec![9, 7, 5], start: 0, shown: 6, held: 0 };
        check(open(), false, 6, &[(Op::Insert, 2)], expect);
        let expect = Expect { ids: vec![9, 7, 5], start: 0, shown: 5, held: 0 };
        check(open(), false, 5, &[(Op::Update, 2)], expect);
    }

    #[test]
    fn a_full_window_takes_what_comes_at_its_end() {
        let cards = [9, 7].map(card).to_vec();
        let window = Window { at: cursor(100), total: 2, start: 0, cards };
        let expect = Expect { ids: vec![9, 7, 2], start: 0, shown: 3, held: 0 };
        check(Shelf::open(&window, Some(id(9))), true, 3, &[(Op::Insert, 2)], expect);
    }

    #[test]
    fn what_was_held_is_released_at_once() {
        let mut shelf = shelf(5, 0, 3);
        shelf.apply(cursor(102), 7, &[change(101, Op::Insert, 6), change(102, Op::Insert, 7)], false);
        assert_eq!(shelf.release().map(|cards| cards.len()), Some(2));
        assert_eq!((numbers(&shelf), shelf.shown(), shelf.held()), (vec![7, 6, 5, 4, 3], 7, 0));
        assert_eq!(shelf.anchor(), Some(id(7)));
    }

    #[test]
    fn what_was_held_is_fetched_when_the_window_is_elsewhere() {
        let mut shelf = shelf(5, 2, 2);
        shelf.apply(cursor(101), 6, &[change(101, Op::Insert, 6)], false);
        assert!(shelf.release().is_none());
        let mut top = window(6, 0, 3);
        top.at = cursor(101);
        assert!(shelf.show(&top, true).is_ok());
        assert_eq!((numbers(&shelf), shelf.shown(), shelf.held()), (vec![6, 5, 4], 6, 0));
    }

    #[test]
    fn a_window_read_before_a_change_gets_it_played_over() {
        let mut shelf = shelf(9, 0, 3);
        shelf.apply(cursor(102), 8, &[change(101, Op::Delete, 5), change(102, Op::Insert, 10)], false);
        assert_eq!(shelf.show(&window(9, 3, 3), false).map(|cards| cards.len()), Ok(1));
        assert_eq!((numbers(&shelf), shelf.shown(), shelf.held()), (vec![6, 4], 8, 0));
    }

    #[test]
    fn a_window_read_after_a_change_is_not_changed_again() {
        let mut shelf = shelf(5, 0, 3);
        let mut ahead = window(6, 0, 3);
        ahead.at = cursor(101);
        assert!(shelf.show(&ahead, true).is_ok());
        shelf.apply(cursor(101), 6, &[change(101, Op::Insert, 6)], true);
        assert_eq!((numbers(&shelf), shelf.shown(), shelf.held()), (vec![6, 5, 4], 6, 0));
    }

    #[test]
    fn a_window_from_before_memory_is_refused() {
        let mut shelf = shelf(5, 0, 3);
        let many: Vec<Change> = (0..=RECENT_MAX as i64).map(|seq| change(101 + seq, Op::Update, 5)).collect();
        shelf.apply(cursor(101 + RECENT_MAX as i64), 5, &many, true);
        assert_eq!(shelf.show(&window(5, 0, 3), false), Err(TooOld));
    }

    #[test]
    fn arrivals_without_end_do_not_grow_the_window_without_end() {
        let mut shelf = shelf(5, 0, 3);
        let changes: Vec<Change> = (0..500).map(|n| change(101 + n, Op::Insert, 6 + n as u128)).collect();
        shelf.apply(cursor(600), 505, &changes, true);
        assert_eq!((shelf.ids().len(), shelf.shown(), shelf.ids()[0]), (IDS_KEPT, 505, id(505)));
    }
}
