//! The window of cards around what can be seen. Pure: knows places, not pixels.

use std::ops::Range;

/// How many cards are kept around what can be seen.
pub const WINDOW_CARDS: u32 = 300;
/// Whoever flies is soon somewhere else, and not quite where one thought. With whole parts around it no more than one gets.
pub const FLIGHT_CARDS: u32 = 440;

/// How many cards are kept beyond what can be seen, above as below.
fn spare(cards: u32, seen: &Range<u32>) -> u32 {
    cards.saturating_sub(seen.end - seen.start) / 2
}

/// The window to hold around what can be seen, as much above as below.
pub fn window_around(cards: u32, seen: &Range<u32>, total: u32) -> Range<u32> {
    let count = cards.max(seen.end - seen.start);
    let start = seen.start.saturating_sub(spare(cards, seen)).min(total.saturating_sub(count));
    start..start.saturating_add(count).min(total)
}

/// Whether what is loaded reaches far enough past what can be seen, or to the ends. When half of what is spare is used
/// up, it does not: a window that moves often moves by little, and no frame has to draw many new cells.
pub fn is_enough(cards: u32, seen: &Range<u32>, loaded: &Range<u32>, total: u32) -> bool {
    let ahead = spare(cards, seen) / 2;
    let above = loaded.start == 0 || loaded.start + ahead <= seen.start;
    let below = loaded.end >= total || loaded.end >= seen.end.saturating_add(ahead);
    above && below
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        model::{Day, Outline, Stretch},
        ui::gallery::{
            layout::{Fit, Layout, Look},
            shapes::Shapes,
        },
    };

    fn outline(counts: &[u32]) -> Outline {
        let stretch =
            |(count, number): (&u32, i32)| Stretch { day: Day::of_number(20_000 - number), count: *count, ratio: 140 };
        Outline { stretches: counts.iter().zip(0..).map(stretch).collect() }
    }

    proptest! {
        #[test]
        fn a_window_holds_enough_of_what_is_seen(
            counts in prop::collection::vec(1..3_000u32, 1..30), scrolled in 0.0..1.0f64, viewport in 0.0..1_500.0f64, rows: bool, many in 0..3usize,
        ) {
            let cards = [crate::model::Window::CARDS_FIRST, WINDOW_CARDS, FLIGHT_CARDS][many];
            let fit = if rows { Fit::Rows } else { Fit::Squares };
            let look = Look::of(fit, 1_000.0, 180.0).expect("a width");
            let layout = Layout::of(&outline(&counts), &Shapes::default(), look);
            let seen = layout.visible(layout.height() * scrolled, viewport);
            let window = layout.whole(window_around(cards, &seen, layout.total()));
            prop_assert!(window.start <= seen.start && window.end >= seen.end && window.end <= layout.total());
            prop_assert!(window.end - window.start <= crate::model::Window::CARDS_MAX, "{window:?}");
            prop_assert!(is_enough(cards, &seen, &window, layout.total()), "{seen:?} {window:?}");
        }
    }
}
