//! Where the cells of the grid are and which of them can be seen. Pure arithmetic; knows no element.

use std::ops::Range;

/// Between two cells.
pub const GAP_PX: f64 = 4.0;
// A cell is a fifth of the grid's width within these bounds, and grows to fill its row.
// `style/grid.css` says the same for the page before its first measure.
const CELL_MIN_PX: f64 = 104.0;
const CELL_MAX_PX: f64 = 180.0;
const CELL_SHARE: f64 = 0.2;

/// How many cards are kept around what can be seen.
pub const WINDOW_CARDS: u32 = 300;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry {
    pub columns: u32,
    /// From the upper edge of one row to that of the next.
    pub row_height: f64,
}

impl Geometry {
    /// None for a width that nothing can be laid out in.
    pub fn of(width: f64) -> Option<Self> {
        if !(width.is_finite() && width >= 1.0) {
            return None;
        }
        let least = (width * CELL_SHARE).clamp(CELL_MIN_PX, CELL_MAX_PX);
        let columns = ((width + GAP_PX) / (least + GAP_PX)).floor().max(1.0);
        let cell = (width - GAP_PX * (columns - 1.0)) / columns;
        Some(Geometry { columns: columns as u32, row_height: cell + GAP_PX })
    }

    pub fn rows(&self, total: u32) -> u32 {
        total.div_ceil(self.columns)
    }

    /// Of the whole grid.
    pub fn height(&self, total: u32) -> f64 {
        (f64::from(self.rows(total)) * self.row_height - GAP_PX).max(0.0)
    }

    /// The upper edge of the row that `place` is in.
    pub fn top_of(&self, place: u32) -> f64 {
        f64::from(place / self.columns) * self.row_height
    }

    /// Where to scroll so that the row of `place` can be seen, moving no further than needed; None when it can be.
    pub fn scroll_to_see(&self, place: u32, scrolled: f64, viewport: f64) -> Option<f64> {
        let (top, bottom) = (self.top_of(place), self.top_of(place) + self.row_height);
        if top < scrolled {
            Some(top)
        } else if bottom > scrolled + viewport {
            Some((bottom - viewport).max(0.0))
        } else {
            None
        }
    }
}

/// A length in CSS. A hundredth of a pixel is finer than any screen.
pub fn px(length: f64) -> String {
    format!("{length:.2}px")
}

/// The places that can be seen, whole rows, `total` at most.
pub fn visible(scroll_top: f64, viewport: f64, columns: u32, row_height: f64, total: u32) -> Range<u32> {
    if columns == 0 || row_height <= 0.0 || total == 0 {
        return 0..0;
    }
    let rows = total.div_ceil(columns);
    let top = scroll_top.max(0.0);
    let first = ((top / row_height) as u32).min(rows - 1);
    let bottom = (scroll_top + viewport.max(0.0)).max(0.0);
    let last = ((bottom / row_height).ceil() as u32).clamp(first + 1, rows);
    (first * columns)..last.saturating_mul(columns).min(total)
}

/// How many cards are kept beyond what can be seen, above as below.
fn spare(seen: &Range<u32>) -> u32 {
    WINDOW_CARDS.saturating_sub(seen.end - seen.start) / 2
}

/// The window to hold around what can be seen: whole rows, as many above as below.
pub fn window_around(seen: &Range<u32>, columns: u32, total: u32) -> Range<u32> {
    let columns = columns.max(1);
    let count = WINDOW_CARDS.max(seen.end - seen.start).div_ceil(columns) * columns;
    let latest = total.saturating_sub(count).div_ceil(columns) * columns;
    let start = (seen.start.saturating_sub(spare(seen)) / columns * columns).min(latest);
    start..start.saturating_add(count).min(total)
}

/// Whether what is loaded reaches far enough past what can be seen, or to the ends. When half of what is spare is used
/// up, it does not: a window that moves often moves by little, and no frame has to draw many new cells.
pub fn is_enough(seen: &Range<u32>, loaded: &Range<u32>, columns: u32, total: u32) -> bool {
    let columns = columns.max(1);
    let ahead = spare(seen) / 2 / columns * columns;
    let above = loaded.start == 0 || loaded.start + ahead <= seen.start;
    let below = loaded.end >= total || loaded.end >= seen.end.saturating_add(ahead);
    above && below
}

/// The place a key leads to from `place`. None for other keys and where there is nothing further.
pub fn step(key: &str, place: u32, columns: u32, total: u32) -> Option<u32> {
    let last = total.checked_sub(1)?;
    let to = match key {
        "ArrowLeft" => place.checked_sub(1)?,
        "ArrowRight" => place + 1,
        "ArrowUp" => place.checked_sub(columns)?,
        "ArrowDown" if place / columns < last / columns => (place + columns).min(last),
        "Home" => 0,
        "End" => last,
        _ => return None,
    };
    (to <= last && to != place).then_some(to)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check_columns(width: f64, expect: u32) {
        assert_eq!(Geometry::of(width).map(|geometry| geometry.columns), Some(expect), "{width}");
    }

    #[test]
    fn columns_follow_the_width() {
        check_columns(1.0, 1);
        check_columns(366.0, 3);
        check_columns(428.0, 4);
        check_columns(740.0, 4);
        check_columns(1_176.0, 6);
        check_columns(1_656.0, 9);
        assert_eq!(Geometry::of(0.0), None);
        assert_eq!(Geometry::of(f64::NAN), None);
    }

    fn check_visible(scroll_top: f64, expect: Range<u32>) {
        assert_eq!(visible(scroll_top, 300.0, 4, 100.0, 42), expect, "{scroll_top}");
    }

    #[test]
    fn what_can_be_seen_is_whole_rows() {
        check_visible(0.0, 0..12);
        check_visible(-200.0, 0..4);
        check_visible(50.0, 0..16);
        check_visible(100.0, 4..16);
        check_visible(900.0, 36..42);
        check_visible(1e9, 40..42);
        assert_eq!(visible(0.0, 300.0, 4, 100.0, 0), 0..0);
    }

    fn check_step(key: &str, place: u32, expect: Option<u32>) {
        assert_eq!(step(key, place, 4, 10), expect, "{key} {place}");
    }

    #[test]
    fn keys_lead_to_neighbours() {
        check_step("ArrowLeft", 0, None);
        check_step("ArrowRight", 3, Some(4));
        check_step("ArrowRight", 9, None);
        check_step("ArrowUp", 3, None);
        check_step("ArrowUp", 5, Some(1));
        check_step("ArrowDown", 7, Some(9));
        check_step("ArrowDown", 8, None);
        check_step("Home", 7, Some(0));
        check_step("End", 7, Some(9));
        check_step("a", 7, None);
        assert_eq!(step("Home", 0, 4, 0), None);
    }

    proptest! {
        #[test]
        fn a_window_holds_enough_of_what_is_seen(
            width in 1.0..4_000.0f64, viewport in 0.0..3_000.0f64, scrolled in 0.0..1.0f64, total in 0..2_000_000u32,
        ) {
            let Some(geometry) = Geometry::of(width) else { return Ok(()) };
            let Geometry { columns, row_height } = geometry;
            let top = geometry.height(total) * scrolled;
            let seen = visible(top, viewport, columns, row_height, total);
            prop_assert!(seen.end <= total && (total == 0 || seen.start < seen.end));
            let window = window_around(&seen, columns, total);
            prop_assert!(window.start <= seen.start && window.end >= seen.end && window.end <= total);
            prop_assert_eq!(window.start % columns, 0);
            prop_assert!(is_enough(&seen, &window, columns, total), "{:?} {:?}", seen, window);
        }

        #[test]
        fn a_place_that_was_scrolled_to_is_seen(place in 0..100_000u32, scrolled in 0.0..1e6f64, width in 300.0..3_000.0f64) {
            let Some(geometry) = Geometry::of(width) else { return Ok(()) };
            let top = geometry.scroll_to_see(place, scrolled, 800.0).unwrap_or(scrolled);
            let seen = visible(top, 800.0, geometry.columns, geometry.row_height, 100_000);
            prop_assert!(seen.contains(&place));
        }
    }
}
