//! The shapes of pictures that the page has seen, by their places. Knows nothing of where they are drawn.

use std::{collections::BTreeMap, ops::Range};

use crate::model::Card;

/// Pictures whose shapes are remembered; with more, all but the newest are forgotten.
const SHAPES_MAX: usize = 100_000;
/// What a row of pictures bears. Wider and higher ones are cut at their ends.
const RATIO_MIN: f64 = 0.4;
const RATIO_MAX: f64 = 3.0;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shapes(BTreeMap<u32, f64>);

/// A picture that nobody has looked into yet is a square until then.
pub fn ratio(card: &Card) -> f64 {
    match (card.width, card.height) {
        (Some(width), Some(height)) if width > 0 && height > 0 => {
            (f64::from(width) / f64::from(height)).clamp(RATIO_MIN, RATIO_MAX)
        }
        _ => 1.0,
    }
}

impl Shapes {
    /// None unless all of them are known.
    pub fn of(&self, places: Range<u32>) -> Option<Vec<f64>> {
        let known: Vec<f64> = self.0.range(places.clone()).map(|(_, ratio)| *ratio).collect();
        (known.len() == places.len()).then_some(known)
    }

    /// True when something new became known.
    pub fn learn(&mut self, first: u32, ratios: impl IntoIterator<Item = f64>) -> bool {
        if self.0.len() > SHAPES_MAX {
            self.0.clear();
        }
        let mut is_new = false;
        for (place, ratio) in (first..).zip(ratios) {
            is_new |= self.0.insert(place, ratio) != Some(ratio);
        }
        is_new
    }

    /// A picture came to a place, and those behind it move on.
    pub fn insert(&mut self, place: u32, ratio: f64) {
        let behind = self.0.split_off(&place);
        self.0.extend(behind.into_iter().map(|(place, ratio)| (place + 1, ratio)));
        self.0.insert(place, ratio);
    }

    /// The picture at a place went.
    pub fn remove(&mut self, place: u32) {
        let mut behind = self.0.split_off(&place);
        behind.remove(&place);
        self.0.extend(behind.into_iter().map(|(place, ratio)| (place - 1, ratio)));
    }

    pub fn forget(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_move_with_their_pictures() {
        let mut shapes = Shapes::default();
        assert!(shapes.learn(4, [1.5, 0.7, 1.0]));
        assert!(!shapes.learn(4, [1.5]));
        assert_eq!(shapes.of(4..6), Some(vec![1.5, 0.7]));
        assert_eq!(shapes.of(3..6), None);
        shapes.insert(5, 2.0);
        assert_eq!(shapes.of(4..8), Some(vec![1.5, 2.0, 0.7, 1.0]));
        shapes.remove(4);
        assert_eq!(shapes.of(4..7), Some(vec![2.0, 0.7, 1.0]));
    }
}
