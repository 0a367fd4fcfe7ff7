//! Where each picture of a view is, from its outline and the room there is. Pure arithmetic; knows no element.
//!
//! A view is cut into parts: a day's heading stands over its parts, a part is rows. Of squares a day is one part. Of rows that
//! keep the shapes of pictures it has many, each as high as it really is once its shapes are known, and guessed before.

use std::ops::Range;

use super::shapes::Shapes;
use crate::model::{Day, Outline};

/// Between two pictures.
pub const GAP_PX: f64 = 4.0;
/// `style/day.css` says the same.
pub const HEAD_PX: f64 = 44.0;
/// Below a day.
const REST_PX: f64 = 12.0;
/// Pictures of a part in rows: its last row is full, so it should have many.
const PART_CARDS: u32 = 60;
/// A row of too few for it leaves room at its end where it is the only one, and would else be much higher than those of other days.
const STRETCH_ALONE_MAX: f64 = 1.25;
/// Among others a row is full, whatever a wide picture beside it leaves over.
const STRETCH_MAX: f64 = 2.0;

fn stretch_max(rows: u32) -> f64 {
    if rows > 1 { STRETCH_MAX } else { STRETCH_ALONE_MAX }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    /// Pictures fill squares.
    #[default]
    Squares,
    /// Pictures keep their shapes and fill rows.
    Rows,
}

/// How pictures are laid out, and how wide the room is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    pub fit: Fit,
    pub width: f64,
    /// Of squares, and how many estimated pictures a row has.
    pub columns: u32,
    /// The edge of a square, and about how high a row is.
    pub edge: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    pub look: Look,
    days: Vec<DayPlace>,
    parts: Vec<Part>,
    height: f64,
    total: u32,
}

/// A day, or all of an order that knows no days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayPlace {
    pub day: Option<Day>,
    pub first: u32,
    pub count: u32,
    /// From the top of its heading to the top of the next one.
    pub top: f64,
    pub height: f64,
}

impl DayPlace {
    /// The height of its heading.
    pub fn head(&self) -> f64 {
        if self.day.is_some() { HEAD_PX } else { 0.0 }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Part {
    first: u32,
    count: u32,
    top: f64,
    rows: Rows,
}

#[derive(Clone, Debug, PartialEq)]
enum Rows {
    Even { columns: u32, pitch: f64 },
    Fitted(Vec<Row>),
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    /// Counted from the part's first.
    first: u32,
    /// Counted from the part's top.
    top: f64,
    height: f64,
    /// The left edge of each, and the right edge of the last.
    edges: Vec<f64>,
}

impl Part {
    fn end(&self) -> u32 {
        self.first + self.count
    }

    fn rows(&self) -> u32 {
        match &self.rows {
            Rows::Even { columns, .. } => self.count.div_ceil(*columns),
            Rows::Fitted(rows) => rows.len() as u32,
        }
    }

    /// With the gap below its last row.
    fn height(&self) -> f64 {
        match &self.rows {
            Rows::Even { pitch, .. } => f64::from(self.rows()) * pitch,
            Rows::Fitted(rows) => rows.last().map_or(0.0, |row| row.top + row.height + GAP_PX),
        }
    }

    fn row_of(&self, place: u32) -> u32 {
        let at = place.saturating_sub(self.first);
        match &self.rows {
            Rows::Even { columns, .. } => at / columns,
            Rows::Fitted(rows) => rows.partition_point(|row| row.first <= at).saturating_sub(1) as u32,
        }
    }

    /// Its upper edge in the whole, and its height without the gap.
    fn row(&self, row: u32) -> (f64, f64) {
        match &self.rows {
            Rows::Even { pitch, .. } => (self.top + f64::from(row) * pitch, pitch - GAP_PX),
            Rows::Fitted(rows) => {
                rows.get(row as usize).map_or((self.top, 0.0), |row| (self.top + row.top, row.height))
            }
        }
    }

    fn places_of_row(&self, row: u32) -> Range<u32> {
        let at = match &self.rows {
            Rows::Even { columns, .. } => (row * columns).min(self.count)..((row + 1) * columns).min(self.count),
            Rows::Fitted(rows) => {
                let first = |row: u32| rows.get(row as usize).map_or(self.count, |row| row.first);
                first(row)..first(row + 1)
            }
        };
        self.first + at.start..self.first + at.end
    }

    /// The row that a height in the whole is in.
    fn row_at(&self, top: f64) -> u32 {
        let (into, last) = ((top - self.top).max(0.0), self.rows().saturating_sub(1));
        match &self.rows {
            Rows::Even { pitch, .. } => ((into / pitch) as u32).min(last),
            Rows::Fitted(rows) => rows.partition_point(|row| row.top <= into).saturating_sub(1) as u32,
        }
    }

    fn rect(&self, place: u32, look: Look) -> Rect {
        let row = self.row_of(place);
        let (top, height) = self.row(row);
        let at = place.saturating_sub(self.first);
        match &self.rows {
            Rows::Even { columns, .. } => {
                let width = (look.width - GAP_PX * f64::from(columns - 1)) / f64::from(*columns);
                Rect { left: f64::from(at % columns) * (width + GAP_PX), top, width, height }
            }
            Rows::Fitted(rows) => {
                let edges = rows.get(row as usize).map_or(&[][..], |row| &row.edges);
                let at = (at - rows.get(row as usize).map_or(0, |row| row.first)) as usize;
                let (left, right) = (edges.get(at).copied(), edges.get(at + 1).copied());
                let left = left.unwrap_or(0.0);
                let gap = if at + 2 < edges.len() { GAP_PX } else { 0.0 };
                Rect { left, top, width: (right.unwrap_or(left) - left - gap).max(0.0), height }
            }
        }
    }
}

impl Layout {
    pub fn of(outline: &Outline, shapes: &Shapes, look: Look) -> Layout {
        let mut layout = Layout { look, days: Vec::new(), parts: Vec::new(), height: 0.0, total: 0 };
        for stretch in &outline.stretches {
            let (top, first) = (layout.height, layout.total);
            layout.days.push(DayPlace { day: stretch.day, first, count: stretch.count, top, height: 0.0 });
            layout.height += if stretch.day.is_some() { HEAD_PX } else { 0.0 };
            let each = if look.fit == Fit::Squares { stretch.count } else { PART_CARDS };
            while layout.total < first + stretch.count {
                let count = each.min(first + stretch.count - layout.total);
                let known = shapes.of(layout.total..layout.total + count);
                layout.push(count, known, stretch.ratio);
            }
            layout.height += if stretch.day.is_some() { REST_PX } else { 0.0 };
            if let Some(day) = layout.days.last_mut() {
                day.height = layout.height - day.top;
            }
        }
        layout
    }

    fn push(&mut self, count: u32, known: Option<Vec<f64>>, ratio: u32) {
        let rows = match known.filter(|_| self.look.fit == Fit::Rows) {
            Some(ratios) => Rows::Fitted(fit(&ratios, self.look)),
            None => self.look.even(count, f64::from(ratio) / 100.0),
        };
        let part = Part { first: self.total, count, top: self.height, rows };
        self.height += part.height();
        self.total += count;
        self.parts.push(part);
    }

    pub fn total(&self) -> u32 {
        self.total
    }

    pub fn height(&self) -> f64 {
        self.height
    }

    pub fn has_days(&self) -> bool {
        self.days.first().is_some_and(|day| day.day.is_some())
    }

    /// From one row to the next where nothing is known of it.
    pub fn pitch(&self) -> f64 {
        self.look.edge + GAP_PX
    }

    pub fn days(&self) -> &[DayPlace] {
        &self.days
    }

    /// The day that a place is in.
    pub fn day_of(&self, place: u32) -> Option<&DayPlace> {
        self.days.get(self.days.partition_point(|day| day.first <= place).checked_sub(1)?)
    }

    /// The day whose pictures or heading lie at a height.
    pub fn day_at(&self, top: f64) -> Option<&DayPlace> {
        let above = self.days.partition_point(|day| day.top <= top);
        self.days.get(above.saturating_sub(1))
    }

    fn part_of(&self, place: u32) -> Option<(usize, &Part)> {
        let at = self.parts.partition_point(|part| part.first <= place).checked_sub(1)?;
        Some((at, self.parts.get(at).filter(|part| place < part.end())?))
    }

    pub fn rect(&self, place: u32) -> Option<Rect> {
        self.part_of(place).map(|(_, part)| part.rect(place, self.look))
    }

    /// The upper edge of the row that a place is in; the end of all for one beyond it.
    pub fn top_of(&self, place: u32) -> f64 {
        self.part_of(place).map_or(self.height, |(_, part)| part.row(part.row_of(place)).0)
    }

    /// The same, so that the heading of its day, which stays in sight, covers nothing of it.
    pub fn row_with_head(&self, place: u32) -> f64 {
        self.top_of(place) - if self.has_days() { HEAD_PX } else { 0.0 }
    }

    /// The places that can be seen: whole rows.
    pub fn visible(&self, scrolled: f64, viewport: f64) -> Range<u32> {
        let (top, bottom) = (scrolled.max(0.0), (scrolled + viewport.max(0.0)).max(0.0));
        let at = |height: f64| {
            let at = self.parts.partition_point(|part| part.top <= height).saturating_sub(1);
            self.parts.get(at).map(|part| part.places_of_row(part.row_at(height)))
        };
        match (at(top), at(bottom)) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..0,
        }
    }

    /// The same with everything around it of which only a part would be there, so that rows fit as soon as they are.
    pub fn whole(&self, places: Range<u32>) -> Range<u32> {
        if self.look.fit == Fit::Squares {
            let start =
                self.part_of(places.start).map_or(0, |(_, part)| part.places_of_row(part.row_of(places.start)).start);
            return start..places.end;
        }
        let start = self.part_of(places.start).map_or(places.start, |(_, part)| part.first);
        let end = self.part_of(places.end.saturating_sub(1)).map_or(places.end, |(_, part)| part.end());
        start..end.max(places.end)
    }

    /// Where to scroll so that the row of `place` can be seen, moving no further than needed; None when it can be.
    pub fn scroll_to_see(&self, place: u32, scrolled: f64, viewport: f64) -> Option<f64> {
        let (_, part) = self.part_of(place)?;
        let (top, height) = part.row(part.row_of(place));
        if top < scrolled {
            Some(top)
        } else if top + height + GAP_PX > scrolled + viewport {
            Some((top + height + GAP_PX - viewport).max(0.0))
        } else {
            None
        }
    }

    /// The place a key leads to from `place`. None for other keys and where there is nothing further.
    pub fn step(&self, key: &str, place: u32) -> Option<u32> {
        let last = self.total.checked_sub(1)?;
        let to = match key {
            "ArrowLeft" => place.checked_sub(1)?,
            "ArrowRight" => place + 1,
            "ArrowUp" => self.beside_row(place, false)?,
            "ArrowDown" => self.beside_row(place, true)?,
            "Home" => 0,
            "End" => last,
            _ => return None,
        };
        (to <= last && to != place).then_some(to)
    }

    /// The picture above or below, by where its middle is.
    fn beside_row(&self, place: u32, below: bool) -> Option<u32> {
        let (at, part) = self.part_of(place)?;
        let row = part.row_of(place);
        let (part, row) = match below {
            true if row + 1 < part.rows() => (part, row + 1),
            true => (self.parts.get(at + 1)?, 0),
            false if row > 0 => (part, row - 1),
            false => {
                let above = self.parts.get(at.checked_sub(1)?)?;
                (above, above.rows().saturating_sub(1))
            }
        };
        let middle = |place: u32| self.rect(place).map_or(0.0, |rect| rect.left + rect.width / 2.0);
        let from = middle(place);
        part.places_of_row(row).min_by(|a, b| (middle(*a) - from).abs().total_cmp(&(middle(*b) - from).abs()))
    }

    /// The pictures that a frame on the page touches.
    pub fn touched(&self, frame: Rect) -> Vec<u32> {
        let touches = |rect: Rect| {
            rect.left < frame.left + frame.width
                && rect.left + rect.width > frame.left
                && rect.top < frame.top + frame.height
                && rect.top + rect.height > frame.top
        };
        self.visible(frame.top, frame.height).filter(|place| self.rect(*place).is_some_and(touches)).collect()
    }
}

impl Look {
    /// None for a width that nothing can be laid out in. `edge` is what the reader wishes, in pixels.
    pub fn of(fit: Fit, width: f64, edge: f64) -> Option<Look> {
        if !(width.is_finite() && width >= 1.0) {
            return None;
        }
        let columns = ((width + GAP_PX) / (edge.clamp(1.0, width) + GAP_PX)).floor().max(1.0);
        let square = (width - GAP_PX * (columns - 1.0)) / columns;
        Some(Look {
            fit,
            width,
            columns: columns as u32,
            edge: if fit == Fit::Squares { square } else { edge.min(width) },
        })
    }

    /// Rows of which nothing is known but how wide a picture is usually.
    fn even(self, count: u32, ratio: f64) -> Rows {
        match self.fit {
            Fit::Squares => Rows::Even { columns: self.columns, pitch: self.edge + GAP_PX },
            Fit::Rows => {
                let rows = rows_for(f64::from(count) * ratio, self);
                let columns = count.div_ceil(rows).max(1);
                let full = self.width / (ratio * f64::from(count) / f64::from(rows));
                let height = full.min(self.edge * stretch_max(rows));
                Rows::Even { columns, pitch: height + GAP_PX }
            }
        }
    }
}

fn rows_for(sum: f64, look: Look) -> u32 {
    (sum * look.edge / look.width).round().max(1.0) as u32
}

/// As many rows as make them about as high as they should be, each as wide as the others; each picture in its own shape.
fn fit(ratios: &[f64], look: Look) -> Vec<Row> {
    let sum: f64 = ratios.iter().sum();
    let wanted = rows_for(sum, look);
    let mut rows: Vec<Row> = Vec::new();
    let (mut first, mut before, mut top) = (0, 0.0, 0.0);
    while first < ratios.len() {
        // each row ends where its share of the whole does, as nearly as pictures allow
        let share = sum * f64::from(rows.len() as u32 + 1) / f64::from(wanted);
        let (mut end, mut upto) = (first + 1, before + ratios[first]);
        while end < ratios.len() && upto + ratios[end] / 2.0 <= share {
            upto += ratios[end];
            end += 1;
        }
        let height_max = look.edge * stretch_max(wanted);
        let row = row(first, top, &ratios[first..end], upto - before, look.width, height_max);
        top += row.height + GAP_PX;
        rows.push(row);
        (first, before) = (end, upto);
    }
    rows
}

fn row(first: usize, top: f64, ratios: &[f64], sum: f64, width: f64, height_max: f64) -> Row {
    let gaps = GAP_PX * (ratios.len() - 1) as f64;
    let height = ((width - gaps).max(1.0) / sum).min(height_max);
    let mut edges = Vec::with_capacity(ratios.len() + 1);
    let mut left = 0.0;
    for (at, ratio) in ratios.iter().enumerate() {
        edges.push(left);
        left += ratio * height + if at + 1 < ratios.len() { GAP_PX } else { 0.0 };
    }
    edges.push(left);
    Row { first: first as u32, top, height, edges }
}

/// A length in CSS. A hundredth of a pixel is finer than any screen.
pub fn px(length: f64) -> String {
    format!("{length:.2}px")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Stretch;

    fn outline(counts: &[u32]) -> Outline {
        let stretch =
            |(count, number): (&u32, i32)| Stretch { day: Day::of_number(20_000 - number), count: *count, ratio: 140 };
        Outline { stretches: counts.iter().zip(0..).map(stretch).collect() }
    }

    fn look(fit: Fit, width: f64, edge: f64) -> Look {
        Look::of(fit, width, edge).expect("a width")
    }

    fn squares(counts: &[u32]) -> Layout {
        Layout::of(&outline(counts), &Shapes::default(), look(Fit::Squares, 412.0, 100.0))
    }

    #[test]
    fn columns_follow_the_width() {
        let check = |width: f64, edge: f64, columns: u32| {
            assert_eq!(Look::of(Fit::Squares, width, edge).map(|look| look.columns), Some(columns), "{width} {edge}");
        };
        check(1.0, 104.0, 1);
        check(366.0, 104.0, 3);
        check(428.0, 104.0, 4);
        check(1_656.0, 180.0, 9);
        assert_eq!(Look::of(Fit::Rows, 0.0, 104.0), None);
        assert_eq!(Look::of(Fit::Rows, f64::NAN, 104.0), None);
    }

    #[test]
    fn days_stand_below_each_other() {
        let layout = squares(&[5, 3]);
        let pitch = 104.0;
        assert_eq!(layout.height(), 2.0 * (HEAD_PX + REST_PX) + 3.0 * pitch);
        assert_eq!(layout.rect(0), Some(Rect { left: 0.0, top: HEAD_PX, width: 100.0, height: 100.0 }));
        assert_eq!(layout.rect(5).map(|rect| rect.top), Some(2.0 * HEAD_PX + REST_PX + 2.0 * pitch));
        assert_eq!(layout.rect(8), None);
        assert_eq!(layout.day_of(4).map(|day| day.count), Some(5));
        assert_eq!(layout.day_at(layout.height() - 1.0).map(|day| day.count), Some(3));
    }

    #[test]
    fn keys_lead_to_neighbours_across_days() {
        let layout = squares(&[5, 3, 1]);
        let check =
            |key: &str, place: u32, expect: Option<u32>| assert_eq!(layout.step(key, place), expect, "{key} {place}");
        check("ArrowLeft", 0, None);
        check("ArrowRight", 4, Some(5));
        check("ArrowRight", 8, None);
        check("ArrowDown", 0, Some(4));
        check("ArrowDown", 3, Some(4));
        check("ArrowDown", 4, Some(5));
        check("ArrowUp", 7, Some(4));
        check("ArrowDown", 7, Some(8));
        check("ArrowDown", 8, None);
        check("ArrowUp", 2, None);
        check("Home", 7, Some(0));
        check("End", 7, Some(8));
        check("a", 7, None);
    }

    #[test]
    fn what_can_be_seen_is_whole_rows() {
        let layout = squares(&[40]);
        let check =
            |scrolled: f64, expect: Range<u32>| assert_eq!(layout.visible(scrolled, 300.0), expect, "{scrolled}");
        check(0.0, 0..12);
        check(-200.0, 0..4);
        check(HEAD_PX + 50.0, 0..16);
        check(1e9, 36..40);
        assert_eq!(squares(&[]).visible(0.0, 300.0), 0..0);
    }

    #[test]
    fn a_frame_touches_what_lies_in_it() {
        let layout = squares(&[5, 3]);
        let frame = |left, top, width, height| layout.touched(Rect { left, top, width, height });
        assert_eq!(frame(50.0, HEAD_PX + 50.0, 100.0, 10.0), [0, 1]);
        assert_eq!(frame(50.0, HEAD_PX + 50.0, 10.0, 400.0), [0, 4, 5]);
        assert_eq!(frame(101.0, HEAD_PX + 1.0, 2.0, 2.0), Vec::<u32>::new());
    }

    fn known(counts: &[u32], ratios: &[f64]) -> Shapes {
        let total: u32 = counts.iter().sum();
        let mut shapes = Shapes::default();
        shapes.learn(0, (0..total as usize).map(|at| ratios[at % ratios.len()]));
        shapes
    }

    proptest! {
        #[test]
        fn every_picture_has_its_own_room(
            counts in prop::collection::vec(1..150u32, 1..6), width in 200.0..2_400.0f64, edge in 60.0..400.0f64,
            ratios in prop::collection::vec(0.4..3.0f64, 1..40), rows: bool, seen: bool,
        ) {
            let look = look(if rows { Fit::Rows } else { Fit::Squares }, width, edge);
            let shapes = if seen { known(&counts, &ratios) } else { Shapes::default() };
            let layout = Layout::of(&outline(&counts), &shapes, look);
            let mut before = Rect::default();
            for place in 0..layout.total() {
                let rect = layout.rect(place).expect("a place");
                prop_assert!(rect.left >= -0.01 && rect.left + rect.width <= width + 0.01, "{place} {rect:?}");
                prop_assert!(rect.width > 0.0 && rect.height > 0.0, "{place} {rect:?}");
                let is_right = rect.top == before.top && rect.left >= before.left + before.width + GAP_PX - 0.01;
                prop_assert!(place == 0 || is_right || rect.top >= before.top + before.height + GAP_PX - 0.01, "{place}");
                prop_assert!(rect.top + rect.height <= layout.height());
                if rows && seen {
                    let ratio = ratios[place as usize % ratios.len()];
                    let cut = GAP_PX * f64::from(layout.total());
                    prop_assert!((rect.width / rect.height - ratio).abs() < 0.01, "{place} {rect:?} {ratio} {cut}");
                }
                before = rect;
            }
        }

        #[test]
        fn what_is_seen_is_what_lies_there(
            counts in prop::collection::vec(1..300u32, 1..8), scrolled in 0.0..1.0f64, viewport in 10.0..2_000.0f64, rows: bool,
        ) {
            let look = look(if rows { Fit::Rows } else { Fit::Squares }, 1_000.0, 180.0);
            let layout = Layout::of(&outline(&counts), &Shapes::default(), look);
            let top = layout.height() * scrolled;
            let seen = layout.visible(top, viewport);
            prop_assert!(seen.start < seen.end && seen.end <= layout.total());
            for place in 0..layout.total() {
                let rect = layout.rect(place).expect("a place");
                let is_seen = rect.top < top + viewport && rect.top + rect.height > top;
                prop_assert!(!is_seen || seen.contains(&place), "{place} {rect:?} {seen:?}");
            }
        }

        #[test]
        fn a_place_that_was_scrolled_to_is_seen(
            counts in prop::collection::vec(1..300u32, 1..8), place in 0.0..1.0f64, scrolled in 0.0..1.0f64,
        ) {
            let layout = squares(&counts);
            let place = (f64::from(layout.total() - 1) * place) as u32;
            let scrolled = layout.height() * scrolled;
            let top = layout.scroll_to_see(place, scrolled, 800.0).unwrap_or(scrolled);
            let rect = layout.rect(place).expect("a place");
            prop_assert!(rect.top >= top - 0.01 && rect.top + rect.height <= top + 800.01);
        }

        #[test]
        fn down_and_up_again_is_not_far(counts in prop::collection::vec(1..60u32, 1..6), place in 0.0..1.0f64) {
            let layout = squares(&counts);
            let place = (f64::from(layout.total() - 1) * place) as u32;
            if let Some(below) = layout.step("ArrowDown", place) {
                prop_assert!(below > place);
                prop_assert!(layout.step("ArrowUp", below).is_some_and(|above| above < below));
            }
        }
    }
}
