//! Where the pictures of the strip are, and which of them are needed. Pure arithmetic; knows no element.

use std::ops::Range;

/// From one picture to the next. `style/strip.css` says the same.
pub const PITCH_PX: f64 = 72.0;
/// Pictures that are kept beyond what can be seen, on each side.
const SPARE: u32 = 24;
/// The strip is no longer than browsers can scroll; of more pictures it holds those around the one that is shown.
const REACH_MAX: u32 = 200_000;

/// How far to scroll for a place of the reach to be in the middle: there is half a strip before the first and after the last.
pub fn centred(place: u32, reach: &Range<u32>) -> f64 {
    f64::from(place.saturating_sub(reach.start)) * PITCH_PX
}

/// The places that can be seen.
pub fn seen(scrolled: f64, width: f64, reach: &Range<u32>) -> Range<u32> {
    let count = f64::from(reach.end.saturating_sub(reach.start));
    let half = (width.max(PITCH_PX) - PITCH_PX) / 2.0;
    let first = ((scrolled - half) / PITCH_PX).floor().clamp(0.0, (count - 1.0).max(0.0));
    let last = ((scrolled + half) / PITCH_PX).ceil() + 1.0;
    let end = last.clamp((first + 1.0).min(count), count);
    reach.start + first as u32..reach.start + end as u32
}

/// What to hold for that.
pub fn around(seen: &Range<u32>, total: u32) -> Range<u32> {
    seen.start.saturating_sub(SPARE)..seen.end.saturating_add(SPARE).min(total)
}

/// Whether what is held reaches far enough past what can be seen, or to the ends.
pub fn is_enough(seen: &Range<u32>, held: &Range<u32>, total: u32) -> bool {
    let ahead = SPARE / 2;
    let before = held.start == 0 || held.start + ahead <= seen.start;
    let after = held.end >= total || held.end >= seen.end.saturating_add(ahead);
    before && after
}

/// Which places can be scrolled to: all of them, or as many as may be. They stay until the picture that is shown comes near an end.
pub fn reach(place: u32, total: u32, before: &Range<u32>) -> Range<u32> {
    if total <= REACH_MAX {
        return 0..total;
    }
    let near = REACH_MAX / 8;
    let is_far_in = (before.start == 0 || before.start + near <= place)
        && (before.end >= total || place + near <= before.end)
        && before.contains(&place)
        && before.end - before.start == REACH_MAX;
    let start = if is_far_in { before.start } else { place.saturating_sub(REACH_MAX / 2) };
    let start = start.min(total - REACH_MAX);
    start..start + REACH_MAX
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_can_be_seen_is_around_the_middle() {
        let check = |scrolled: f64, total: u32, expect: Range<u32>| {
            assert_eq!(seen(scrolled, 5.0 * PITCH_PX, &(0..total)), expect, "{scrolled}");
        };
        check(0.0, 100, 0..3);
        check(10.0 * PITCH_PX, 100, 8..13);
        check(10.5 * PITCH_PX, 100, 8..14);
        check(99.0 * PITCH_PX, 100, 97..100);
        check(1e9, 100, 99..100);
        check(0.0, 1, 0..1);
        check(0.0, 0, 0..0);
    }

    proptest! {
        #[test]
        fn a_centred_picture_is_seen_and_what_is_held_is_enough(
            place in 0..1_000_000u32, more in 0..1_000_000u32, width in 50.0..4_000.0f64, before in 0..1_000_000u32,
        ) {
            let total = place + more + 1;
            let reach = reach(place, total, &(before..before + REACH_MAX));
            prop_assert!(reach.contains(&place) && reach.end <= total && reach.end - reach.start == total.min(REACH_MAX));
            let seen = seen(centred(place, &reach), width, &reach);
            prop_assert!(seen.contains(&place) && reach.start <= seen.start && seen.end <= reach.end);
            prop_assert!(f64::from(seen.end - seen.start) <= width / PITCH_PX + 3.0);
            let held = around(&seen, total);
            prop_assert!(held.end <= total && is_enough(&seen, &held, total));
        }

        #[test]
        fn a_turn_moves_no_end(place in 0..2_000_000u32, steps in proptest::collection::vec(-3..4i32, 1..50)) {
            let (total, mut at) = (2_000_000, place);
            let first = reach(place, total, &(0..0));
            let mut now = first.clone();
            for step in steps {
                at = at.saturating_add_signed(step).min(total - 1);
                now = reach(at, total, &now);
            }
            prop_assert_eq!(now, first);
        }
    }
}
