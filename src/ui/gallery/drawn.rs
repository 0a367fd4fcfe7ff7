//! Which of the cards that are there stand in the page as cells: a few more with each frame, so that no frame has much to do; first
//! those that are seen, at last all of them. Pure: knows places, not pixels.

use std::ops::Range;

use super::{pace::Haste, sections::common};
use crate::model::ImageId;

/// New cells of one frame: of those that are seen, and beyond them.
const SEEN_A_FRAME: u32 = 48;
const SPARE_A_FRAME: u32 = 24;
/// Beyond them, while nobody waits for it.
const RESTING_A_FRAME: u32 = 8;
/// While one scrolls, as many are drawn beyond what is seen at least, above as below.
const SPARE_MIN: u32 = 24;

/// Who rests has what was drawn go on from there if it is no further away from what is seen.
const GAP_MAX: u32 = 64;

/// What is drawn, by the pictures at its ends: when others come or go, what is there already is not drawn anew.
#[derive(Clone, Debug, PartialEq)]
pub struct Ends {
    places: Range<u32>,
    first: Option<ImageId>,
    last: Option<ImageId>,
}

impl Ends {
    pub fn of(places: Range<u32>, at: impl Fn(u32) -> Option<ImageId>) -> Ends {
        let (first, last) = (at(places.start), places.end.checked_sub(1).and_then(at));
        Ends { places, first, last }
    }

    /// The places between them now. None when both are gone.
    pub fn places(&self, place_of: impl Fn(ImageId) -> Option<u32>) -> Option<Range<u32>> {
        match (self.first.and_then(&place_of), self.last.and_then(&place_of)) {
            (None, None) => None,
            (first, last) => Some(first.unwrap_or(self.places.start)..last.map_or(self.places.end, |last| last + 1)),
        }
    }
}

/// What is drawn next; the same as before when nothing is to be done. Who rests has time for what lies further away, and who flies
/// for nothing but what is seen.
pub fn next(drawn: &Range<u32>, seen: &Range<u32>, loaded: &Range<u32>, haste: Haste) -> Range<u32> {
    let kept = common(drawn, loaded);
    let first = common(seen, loaded);
    if first.is_empty() {
        return kept;
    }
    let screen = SPARE_MIN.max(seen.end - seen.start);
    let (spare, kept_around, gap) = match haste {
        // what came between is soon filled in, and nothing that was there is drawn anew
        Haste::Rests => (loaded.end, loaded.end, GAP_MAX),
        Haste::Scrolls => (screen, 2 * screen, 0),
        Haste::Flies => (0, screen, 0),
    };
    let around = |spare: u32| common(&(seen.start.saturating_sub(spare)..seen.end.saturating_add(spare)), loaded);
    let (wanted, kept) = (around(spare), common(&kept, &around(kept_around)));
    let is_near = !kept.is_empty() && kept.start <= first.end + gap && first.start <= kept.end + gap;
    let mut next = if is_near { kept } else { first.start..first.start };
    let mut drawn_now = 0;
    let spare_a_frame = if haste == Haste::Rests { RESTING_A_FRAME } else { SPARE_A_FRAME };
    for (upto, most) in [(&first, SEEN_A_FRAME), (&wanted, spare_a_frame)] {
        let mut left = most.saturating_sub(drawn_now);
        let below = upto.end.saturating_sub(next.end).min(left);
        next.end += below;
        left -= below;
        let above = next.start.saturating_sub(upto.start).min(left);
        next.start -= above;
        drawn_now += below + above;
    }
    next
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_drawn_is_so_wherever_it_stands() {
        let id = |number: u32| ImageId(uuid::Uuid::from_u128(number.into()));
        let ends = Ends::of(10..20, |place| Some(id(place)));
        let shifted = |by: u32, gone: u32| {
            ends.places(|other| (10..20).find(|place| id(*place) == other && *place != gone).map(|place| place + by))
        };
        assert_eq!([shifted(0, 0), shifted(3, 0), shifted(3, 10)], [Some(10..20), Some(13..23), Some(10..23)]);
        assert_eq!(ends.places(|_| None), None);
    }

    #[test]
    fn what_is_seen_comes_first_and_what_lies_around_it_afterwards() {
        let (seen, loaded) = (130..170, 0..300);
        let steps: Vec<Range<u32>> =
            std::iter::successors(Some(0..20), |drawn| Some(next(drawn, &seen, &loaded, Haste::Scrolls)))
                .take(6)
                .collect();
        assert_eq!(steps, [0..20, 130..170, 130..194, 122..210, 98..210, 90..210].map(|range: Range<u32>| range));
    }

    #[test]
    fn nothing_goes_while_nothing_of_what_is_seen_is_there() {
        assert_eq!(next(&(10..60), &(900..940), &(0..300), Haste::Rests), 10..60);
        assert_eq!(next(&(10..60), &(900..940), &(40..300), Haste::Flies), 40..60);
    }

    proptest! {
        #[test]
        fn it_comes_to_rest_with_all_that_is_seen(
            start in 0..2_000u32, count in 1..300u32, at in 0..2_000u32, long in 1..200u32, from in 0..2_000u32, drawn in 0..300u32, haste in 0..3usize,
        ) {
            let haste = [Haste::Rests, Haste::Scrolls, Haste::Flies][haste];
            let (loaded, seen) = (start..start + count, at..at + long);
            let mut drawn = common(&(from..from + drawn), &loaded);
            for _ in 0..80 {
                let after = next(&drawn, &seen, &loaded, haste);
                let fresh = (after.clone()).filter(|place| !drawn.contains(place)).count();
                prop_assert!(fresh <= SEEN_A_FRAME as usize, "{drawn:?} {after:?}");
                prop_assert!(after.is_empty() || (after.start >= loaded.start && after.end <= loaded.end));
                drawn = after;
            }
            prop_assert_eq!(next(&drawn, &seen, &loaded, haste), drawn.clone());
            let first = common(&seen, &loaded);
            prop_assert!(haste != Haste::Rests || first.is_empty() || drawn == loaded, "{drawn:?}");
            prop_assert!(first.is_empty() || (drawn.start <= first.start && drawn.end >= first.end), "{drawn:?}");
        }
    }
}
