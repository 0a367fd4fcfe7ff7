//! The shape of a view, day by day. Knows no table.

use crate::{
    model::{Day, Outline, Stretch, outline::RATIO_UNKNOWN},
    server::db::spans::{self, Span},
};

/// Of days, in their order.
pub fn of_days(days: impl IntoIterator<Item = Span>) -> Outline {
    let stretch = |day: Span| Stretch {
        day: i32::try_from(day.span).ok().and_then(Day::of_number),
        count: u32::try_from(day.total).unwrap_or(0),
        ratio: ratio(&day),
    };
    Outline { stretches: days.into_iter().map(stretch).collect() }
}

/// Of an order that knows no days.
pub fn flat(spans: &[Span]) -> Outline {
    let sum = |read: fn(&Span) -> i64| spans.iter().map(read).sum();
    let all =
        Span { span: 0, total: spans::total(spans), ratio: sum(|span| span.ratio), known: sum(|span| span.known) };
    let mut outline = Outline::flat(u32::try_from(all.total).unwrap_or(0));
    outline.stretches.iter_mut().for_each(|stretch| stretch.ratio = ratio(&all));
    outline
}

/// Of days and how many each has, newest first, with what is known of the shapes of days, in the same order.
pub fn with_shapes(days: &[(i64, i64)], shapes: &[Span]) -> Outline {
    let mut shapes = shapes.iter().peekable();
    of_days(days.iter().map(|(day, total)| {
        while shapes.next_if(|shape| shape.span > *day).is_some() {}
        let shape = shapes.peek().filter(|shape| shape.span == *day);
        let (ratio, known) = shape.map_or((0, 0), |shape| (shape.ratio, shape.known));
        Span { span: *day, total: *total, ratio, known }
    }))
}

fn ratio(span: &Span) -> u32 {
    let mean = span.ratio.checked_div(span.known).and_then(|mean| u32::try_from(mean).ok());
    mean.filter(|mean| *mean > 0).unwrap_or(RATIO_UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(span: i64, total: i64) -> Span {
        Span { span, total, ratio: total * 150, known: total }
    }

    #[test]
    fn days_have_the_shapes_that_are_known_of_them() {
        let outline = with_shapes(&[(9, 3), (7, 4), (6, 1)], &[span(8, 1), span(7, 2), span(5, 1)]);
        let ratios: Vec<_> = outline.stretches.iter().map(|day| (day.count, day.ratio)).collect();
        assert_eq!(ratios, [(3, RATIO_UNKNOWN), (4, 150), (1, RATIO_UNKNOWN)]);
    }

    #[test]
    fn shapes_that_nobody_knows_are_taken_for_usual_ones() {
        let outline = of_days([span(5, 2), Span { known: 0, ratio: 0, ..span(4, 2) }]);
        assert_eq!(outline.stretches.iter().map(|day| day.ratio).collect::<Vec<_>>(), [150, RATIO_UNKNOWN]);
    }
}
