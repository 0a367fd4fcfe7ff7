//! The shape of a view, day by day. Knows no table.

use leptos::prelude::use_context;

use crate::{
    model::{Day, Outline, Stretch, outline::RATIO_UNKNOWN},
    server::db::spans::{self, QUARTER_MS, Span},
};

const QUARTERS_OF_DAY: i64 = 86_400_000 / QUARTER_MS;
const MINUTES_OF_QUARTER: i64 = QUARTER_MS / 60_000;

/// How far the reader's clock is before the one of Greenwich. Days of what happened here are the reader's days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    minutes: i64,
}

impl Zone {
    /// What no clock on Earth shows is taken for Greenwich's.
    pub fn of_minutes(minutes: i64) -> Zone {
        Zone { minutes: if minutes.abs() <= 14 * 60 { minutes } else { 0 } }
    }

    /// Of whoever asks; for server functions.
    pub fn here() -> Zone {
        use_context().unwrap_or_default()
    }

    pub fn day_of_quarter(self, quarter: i64) -> i64 {
        (quarter + self.minutes.div_euclid(MINUTES_OF_QUARTER)).div_euclid(QUARTERS_OF_DAY)
    }
}

/// Of quarters of an hour, in their order.
pub fn of_quarters(quarters: &[Span], zone: Zone) -> Outline {
    of_days(quarters.iter().map(|quarter| Span { span: zone.day_of_quarter(quarter.span), ..*quarter }))
}

/// Of days, in their order; what follows each other with one day is one.
pub fn of_days(spans: impl IntoIterator<Item = Span>) -> Outline {
    let mut days: Vec<Span> = Vec::new();
    for span in spans {
        match days.last_mut() {
            Some(day) if day.span == span.span => {
                day.total += span.total;
                day.ratio += span.ratio;
                day.known += span.known;
            }
            _ => days.push(span),
        }
    }
    let stretch = |day: &Span| Stretch {
        day: i32::try_from(day.span).ok().and_then(Day::of_number),
        count: u32::try_from(day.total).unwrap_or(0),
        ratio: ratio(day),
    };
    Outline { stretches: days.iter().map(stretch).collect() }
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

    fn check_days(minutes: i64, expect: &[(&str, u32)]) {
        // 2026-11-25 at 23:45, 23:30 and 12:00, and the day before at 23:45 in Greenwich
        let day = 20_782 * QUARTERS_OF_DAY;
        let quarters = [span(day + 95, 3), span(day + 94, 4), span(day + 48, 5), span(day - 1, 6)];
        let outline = of_quarters(&quarters, Zone::of_minutes(minutes));
        let days: Vec<(String, u32)> =
            outline.stretches.iter().map(|day| (day.day.expect("a day").to_string(), day.count)).collect();
        let expect: Vec<(String, u32)> = expect.iter().map(|(day, count)| ((*day).to_owned(), *count)).collect();
        assert_eq!(days, expect, "{minutes}");
    }

    #[test]
    fn days_are_the_readers() {
        check_days(0, &[("2026-11-25", 12), ("2026-11-24", 6)]);
        check_days(60, &[("2026-11-26", 7), ("2026-11-25", 11)]);
        check_days(15, &[("2026-11-26", 3), ("2026-11-25", 15)]);
        check_days(-13 * 60, &[("2026-11-25", 7), ("2026-11-24", 11)]);
        check_days(100_000, &[("2026-11-25", 12), ("2026-11-24", 6)]);
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
