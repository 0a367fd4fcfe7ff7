//! Which days stand in the page: those that are seen, and those of which pictures are drawn. Pure.

use std::ops::Range;

use crate::model::{Day, Outline};

/// A day, or all pictures of an order that knows no days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub day: Option<Day>,
    /// Of all its pictures.
    pub places: Range<u32>,
    /// Of those that are drawn; empty where none is.
    pub drawn: Range<u32>,
}

pub fn sections(outline: &Outline, drawn: &Range<u32>, seen: &Range<u32>) -> Vec<Section> {
    let mut first = 0;
    let mut sections = Vec::new();
    for stretch in &outline.stretches {
        let places = first..first + stretch.count;
        first = places.end;
        let (here, is_seen) = (common(&places, drawn), !common(&places, seen).is_empty());
        if !here.is_empty() || is_seen {
            sections.push(Section { day: stretch.day, places, drawn: here });
        }
    }
    sections
}

pub fn common(one: &Range<u32>, other: &Range<u32>) -> Range<u32> {
    let start = one.start.max(other.start);
    start..one.end.min(other.end).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Stretch;

    #[test]
    fn days_are_there_that_are_seen_or_drawn() {
        let stretch = |number, count| Stretch { day: Day::of_number(number), count, ratio: 133 };
        let outline = Outline { stretches: vec![stretch(9, 10), stretch(8, 10), stretch(7, 10), stretch(6, 10)] };
        let check = |drawn: Range<u32>, seen: Range<u32>, expect: &[(u32, Range<u32>)]| {
            let found: Vec<(u32, Range<u32>)> = sections(&outline, &drawn, &seen)
                .into_iter()
                .map(|section| (section.places.start, section.drawn))
                .collect();
            assert_eq!(found, expect, "{drawn:?} {seen:?}");
        };
        check(0..12, 0..4, &[(0, 0..10), (10, 10..12)]);
        check(5..8, 25..31, &[(0, 5..8), (20, 20..20), (30, 30..30)]);
        check(0..0, 0..0, &[]);
    }
}
