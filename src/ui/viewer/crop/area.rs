//! A rectangle of a picture as it is seen, in whole pixels: how it is moved, pulled and kept in shape. Pure.

use super::shape::Ratio;
use crate::{
    model::Region,
    ui::{parts::words, viewer::geometry::Point},
};

/// Pixels across and down, of each at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: i32,
    pub height: i32,
}

impl Size {
    pub fn new(width: i32, height: i32) -> Option<Size> {
        (width > 0 && height > 0).then_some(Size { width, height })
    }

    /// Higher than wide.
    pub fn stands(self) -> bool {
        self.height > self.width
    }

    /// `1,200 × 800`.
    pub fn words(self) -> String {
        let edge = |pixels: i32| words::thousands(pixels.unsigned_abs());
        format!("{} × {}", edge(self.width), edge(self.height))
    }
}

/// What of one direction is held, while the rest of it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    Start,
    Neither,
    End,
}

impl Held {
    /// Whether a step this way makes it longer, as a sign.
    fn sign(self) -> i32 {
        match self {
            Held::Start => -1,
            Held::Neither => 0,
            Held::End => 1,
        }
    }
}

/// An edge or a corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    pub across: Held,
    pub down: Held,
}

impl Handle {
    /// Round the area, from its upper left corner on.
    pub const ALL: [Handle; 8] = [
        Handle { across: Held::Start, down: Held::Start },
        Handle { across: Held::Neither, down: Held::Start },
        Handle { across: Held::End, down: Held::Start },
        Handle { across: Held::End, down: Held::Neither },
        Handle::LAST,
        Handle { across: Held::Neither, down: Held::End },
        Handle { across: Held::Start, down: Held::End },
        Handle { across: Held::Start, down: Held::Neither },
    ];

    /// The lower right corner, which is held where nobody says what is.
    pub const LAST: Handle = Handle { across: Held::End, down: Held::End };

    const MIDDLE: Handle = Handle { across: Held::Neither, down: Held::Neither };

    /// The corner that a pointer draws that goes this way.
    pub fn towards(way: Point) -> Handle {
        let held = |part: f64| if part < 0.0 { Held::Start } else { Held::End };
        Handle { across: held(way.x), down: held(way.y) }
    }
}

/// One direction of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    start: i32,
    length: i32,
}

impl Span {
    fn end(self) -> i32 {
        self.start + self.length
    }

    fn between(start: i32, end: i32) -> Span {
        Span { start, length: end - start }
    }

    fn moved(self, by: i32, edge: i32) -> Span {
        Span { start: self.start.saturating_add(by).clamp(0, edge - self.length), ..self }
    }

    fn pulled(self, held: Held, by: i32, edge: i32) -> Span {
        match held {
            Held::Start => Span::between(self.start.saturating_add(by).clamp(0, self.end() - 1), self.end()),
            Held::Neither => self,
            Held::End => Span::between(self.start, self.end().saturating_add(by).clamp(self.start + 1, edge)),
        }
    }

    /// How long it may get, when what is not held stays. Where nothing is held it gives way at both ends.
    fn room(self, held: Held, edge: i32) -> i32 {
        match held {
            Held::Start => self.end(),
            Held::Neither => edge,
            Held::End => edge - self.start,
        }
    }

    fn set_length(self, held: Held, length: i32, edge: i32) -> Span {
        let length = length.clamp(1, self.room(held, edge));
        let start = match held {
            Held::Start => self.end() - length,
            Held::Neither => (self.start + (self.length - length) / 2).clamp(0, edge - length),
            Held::End => self.start,
        };
        Span { start, length }
    }
}

/// Lies within its picture and is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

impl Area {
    /// Large, and with room to all sides.
    pub fn first(picture: Size, ratio: Option<Ratio>) -> Area {
        let most = |edge: i32| (f64::from(edge) * 0.8).round().max(1.0) as i32;
        let (width, height) = (most(picture.width), most(picture.height));
        let Size { width, height } = match ratio {
            Some(ratio) => ratio.sized(f64::INFINITY, Size { width, height }),
            None => Size { width, height },
        };
        Area { x: (picture.width - width) / 2, y: (picture.height - height) / 2, width, height }
    }

    /// The one pixel there.
    pub fn dot(at: Point, picture: Size) -> Area {
        let place = |at: f64, edge: i32| (at.floor() as i32).clamp(0, edge - 1);
        Area { x: place(at.x, picture.width), y: place(at.y, picture.height), width: 1, height: 1 }
    }

    pub fn size(self) -> Size {
        Size { width: self.width, height: self.height }
    }

    fn across(self) -> Span {
        Span { start: self.x, length: self.width }
    }

    fn down(self) -> Span {
        Span { start: self.y, length: self.height }
    }

    fn of(across: Span, down: Span) -> Area {
        Area { x: across.start, y: down.start, width: across.length, height: down.length }
    }

    pub fn moved(self, (x, y): (i32, i32), picture: Size) -> Area {
        Area::of(self.across().moved(x, picture.width), self.down().moved(y, picture.height))
    }

    /// By a pointer. With a ratio a corner goes where on its own way the pointer is next.
    pub fn pulled(self, handle: Handle, by: Point, picture: Size, ratio: Option<Ratio>) -> Area {
        let Some(ratio) = ratio else {
            let across = self.across().pulled(handle.across, by.x.round() as i32, picture.width);
            return Area::of(across, self.down().pulled(handle.down, by.y.round() as i32, picture.height));
        };
        let width = f64::from(self.width) + by.x * f64::from(handle.across.sign());
        let height = f64::from(self.height) + by.y * f64::from(handle.down.sign());
        let scale = match (handle.across, handle.down) {
            (_, Held::Neither) => width / ratio.across(),
            (Held::Neither, _) => height / ratio.down(),
            _ => {
                let along = width * ratio.across() + height * ratio.down();
                along / (ratio.across().powi(2) + ratio.down().powi(2))
            }
        };
        self.scaled(handle, scale, picture, ratio)
    }

    /// By a key, which is heard however coarse the shape is: the longer side takes the step.
    pub fn stepped(self, handle: Handle, (x, y): (i32, i32), picture: Size, ratio: Option<Ratio>) -> Area {
        let Some(ratio) = ratio else {
            return self.pulled(handle, Point { x: x.into(), y: y.into() }, picture, None);
        };
        let longer = f64::from(x * handle.across.sign() + y * handle.down.sign());
        let scale = if ratio.across() >= ratio.down() {
            (f64::from(self.width) + longer) / ratio.across()
        } else {
            (f64::from(self.height) + longer) / ratio.down()
        };
        if longer == 0.0 { self } else { self.scaled(handle, scale, picture, ratio) }
    }

    fn scaled(self, handle: Handle, scale: f64, picture: Size, ratio: Ratio) -> Area {
        let (across, down) = (self.across(), self.down());
        let most =
            Size { width: across.room(handle.across, picture.width), height: down.room(handle.down, picture.height) };
        let Size { width, height } = ratio.sized(scale, most);
        let across = across.set_length(handle.across, width, picture.width);
        Area::of(across, down.set_length(handle.down, height, picture.height))
    }

    /// As large as it was, about its middle, as far as the picture lets it.
    pub fn shaped(self, ratio: Ratio, picture: Size) -> Area {
        let covered = f64::from(self.width) * f64::from(self.height);
        self.scaled(Handle::MIDDLE, (covered / (ratio.across() * ratio.down())).sqrt(), picture, ratio)
    }

    /// Its width is its height and the other way round, as far as the picture lets it.
    pub fn turned(self, picture: Size) -> Area {
        self.scaled(Handle::MIDDLE, 1.0, picture, Ratio::new(self.height, self.width))
    }

    pub fn with_width(self, width: i32, picture: Size, ratio: Option<Ratio>) -> Area {
        match ratio {
            Some(ratio) => self.scaled(Handle::LAST, f64::from(width) / ratio.across(), picture, ratio),
            None => Area::of(self.across().set_length(Held::End, width, picture.width), self.down()),
        }
    }

    pub fn with_height(self, height: i32, picture: Size, ratio: Option<Ratio>) -> Area {
        match ratio {
            Some(ratio) => self.scaled(Handle::LAST, f64::from(height) / ratio.down(), picture, ratio),
            None => Area::of(self.across(), self.down().set_length(Held::End, height, picture.height)),
        }
    }

    /// The same place in fractions, which the server makes whole pixels of again.
    pub fn region(self, picture: Size) -> Region {
        let (across, down) = (f64::from(picture.width), f64::from(picture.height));
        Region {
            x: f64::from(self.x) / across,
            y: f64::from(self.y) / down,
            width: f64::from(self.width) / across,
            height: f64::from(self.height) / down,
        }
    }

    /// The nearest whole pixels, of each direction at least one.
    pub fn of_region(region: Region, picture: Size) -> Area {
        let span = |start: f64, length: f64, edge: i32| {
            let at = |fraction: f64| ((fraction * f64::from(edge)).round() as i32).clamp(0, edge);
            let first = at(start).min(edge - 1);
            Span::between(first, at(start + length).max(first + 1))
        };
        let across = span(region.x, region.width, picture.width);
        Area::of(across, span(region.y, region.height, picture.height))
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Copy, Debug)]
    enum Act {
        Move(i32, i32),
        Pull(Handle, Point),
        Step(Handle, i32, i32),
        Shape(Ratio),
        Turn,
        Width(i32),
        Height(i32),
    }

    impl Act {
        fn done(self, area: Area, picture: Size, ratio: Option<Ratio>) -> Area {
            match self {
                Act::Move(x, y) => area.moved((x, y), picture),
                Act::Pull(handle, by) => area.pulled(handle, by, picture, ratio),
                Act::Step(handle, x, y) => area.stepped(handle, (x, y), picture, ratio),
                Act::Shape(ratio) => area.shaped(ratio, picture),
                Act::Turn => area.turned(picture),
                Act::Width(width) => area.with_width(width, picture, ratio),
                Act::Height(height) => area.with_height(height, picture, ratio),
            }
        }
    }

    fn size() -> impl Strategy<Value = Size> {
        let edge = || prop_oneof![1..20, 20..60_000];
        (edge(), edge()).prop_map(|(width, height)| Size { width, height })
    }

    fn ratio() -> impl Strategy<Value = Ratio> {
        let known =
            prop::sample::select(vec![(1, 1), (4, 3), (3, 4), (3, 2), (16, 9), (9, 16), (5, 4), (6_000, 4_000)]);
        prop_oneof![known, (1..20_000, 1..20_000)].prop_map(|(width, height)| Ratio::new(width, height))
    }

    fn handle() -> impl Strategy<Value = Handle> {
        prop::sample::select(Handle::ALL.to_vec())
    }

    fn way() -> impl Strategy<Value = Point> {
        let part = || prop_oneof![-40.0..40.0, -1e5..1e5, Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(f64::MAX)];
        (part(), part()).prop_map(|(x, y)| Point { x, y })
    }

    fn act() -> impl Strategy<Value = Act> {
        let step = || prop_oneof![Just(-10), Just(-1), Just(0), Just(1), Just(10)];
        prop_oneof![
            (any::<i32>(), any::<i32>()).prop_map(|(x, y)| Act::Move(x, y)),
            (handle(), way()).prop_map(|(handle, by)| Act::Pull(handle, by)),
            (handle(), step(), step()).prop_map(|(handle, x, y)| Act::Step(handle, x, y)),
            ratio().prop_map(Act::Shape),
            Just(Act::Turn),
            any::<i32>().prop_map(Act::Width),
            any::<i32>().prop_map(Act::Height),
        ]
    }

    /// A picture, and an area somewhere in it.
    fn within() -> impl Strategy<Value = (Size, Area)> {
        (size(), any::<[u16; 4]>()).prop_map(|(picture, at)| {
            let [x, y, right, below] = at.map(|part| f64::from(part) / 65_535.0);
            let (width, height) = ((1.0 - x) * right, (1.0 - y) * below);
            (picture, Area::of_region(Region { x, y, width, height }, picture))
        })
    }

    fn lies_within(area: Area, picture: Size) -> bool {
        area.x >= 0
            && area.y >= 0
            && area.width > 0
            && area.height > 0
            && area.x + area.width <= picture.width
            && area.y + area.height <= picture.height
    }

    /// Each side is less than a pixel from the shape, unless it is as short as a side can be.
    fn is_of(area: Area, ratio: Ratio) -> bool {
        let (width, height) = (f64::from(area.width), f64::from(area.height));
        let off = (width * ratio.down() - height * ratio.across()).abs();
        off <= (ratio.across() + ratio.down()) / 2.0 + 1e-3 || area.width == 1 || area.height == 1
    }

    fn edges(area: Area) -> [i32; 4] {
        [area.x, area.x + area.width, area.y, area.y + area.height]
    }

    /// Whether the edges stand that the handle does not hold.
    fn keeps_opposite(handle: Handle, before: Area, after: Area) -> bool {
        let ([left, right, top, bottom], now) = (edges(before), edges(after));
        let stays = |held: Held, start: (i32, i32), end: (i32, i32)| match held {
            Held::Start => end.0 == end.1,
            Held::Neither => true,
            Held::End => start.0 == start.1,
        };
        stays(handle.across, (left, now[0]), (right, now[1])) && stays(handle.down, (top, now[2]), (bottom, now[3]))
    }

    proptest! {
        #[test]
        fn whatever_is_done_it_lies_in_the_picture_and_is_not_empty(
            (picture, mut area) in within(), ratio in prop::option::of(ratio()), acts in prop::collection::vec(act(), 1..20),
        ) {
            prop_assert!(lies_within(area, picture));
            prop_assert!(lies_within(Area::first(picture, ratio), picture));
            for act in acts {
                let now = act.done(area, picture, ratio);
                prop_assert!(lies_within(now, picture), "{act:?} made {now:?} of {area:?} in {picture:?}");
                area = now;
            }
        }

        #[test]
        fn a_shape_is_kept_whatever_is_pulled(
            (picture, area) in within(), ratio in ratio(), acts in prop::collection::vec((handle(), way(), -10..10), 1..20),
        ) {
            let mut area = area.shaped(ratio, picture);
            prop_assert!(is_of(area, ratio), "{area:?}");
            prop_assert!(is_of(Area::first(picture, Some(ratio)), ratio));
            for (handle, by, step) in acts {
                area = area.pulled(handle, by, picture, Some(ratio));
                prop_assert!(is_of(area, ratio), "{area:?} after {by:?} at {handle:?}");
                area = area.stepped(handle, (step, 0), picture, Some(ratio)).moved((step, -step), picture);
                prop_assert!(is_of(area, ratio), "{area:?} after {step} at {handle:?}");
            }
        }

        #[test]
        fn what_is_not_held_stays(
            (picture, area) in within(), handle in handle(), by in way(), step in -10..10, ratio in prop::option::of(ratio()),
        ) {
            for after in [
                area.pulled(handle, by, picture, ratio),
                area.stepped(handle, (step, step), picture, ratio),
            ] {
                prop_assert!(keeps_opposite(handle, area, after), "{handle:?} made {after:?} of {area:?}");
            }
        }

        #[test]
        fn a_free_handle_is_under_the_pointer_or_at_an_edge((picture, area) in within(), by in way()) {
            let after = area.pulled(Handle::LAST, by, picture, None);
            let wanted = f64::from(area.x + area.width) + by.x;
            let expect = wanted.round().clamp(f64::from(area.x + 1), f64::from(picture.width));
            prop_assert!((f64::from(after.x + after.width) - expect).abs() <= 1.0);
        }

        #[test]
        fn pixels_become_fractions_and_the_same_pixels((picture, area) in within()) {
            prop_assert_eq!(Area::of_region(area.region(picture), picture), area);
        }

        #[test]
        fn a_key_is_heard_and_taken_back((picture, area) in within(), ratio in prop::option::of(ratio())) {
            let area = ratio.map_or(area, |ratio| area.shaped(ratio, picture));
            let longer = area.stepped(Handle::LAST, (1, 0), picture, ratio);
            let at_edge = area.x + area.width == picture.width || area.y + area.height == picture.height;
            prop_assert!(at_edge || longer != area, "{area:?} did not grow");
            if ratio.is_none() && !at_edge {
                prop_assert_eq!(longer.stepped(Handle::LAST, (-1, 0), picture, ratio), area);
            }
        }

        #[test]
        fn turned_twice_it_is_as_large_as_before_where_there_is_room((picture, area) in within()) {
            let once = area.turned(picture);
            if (once.width, once.height) == (area.height, area.width) {
                let twice = once.turned(picture);
                prop_assert_eq!((twice.width, twice.height), (area.width, area.height));
            }
        }
    }

    #[test]
    fn a_corner_in_shape_follows_the_pointer() {
        let (picture, ratio) = (Size { width: 6_000, height: 4_000 }, Some(Ratio::new(4, 3)));
        let area = Area { x: 1_000, y: 1_000, width: 800, height: 600 };
        let check = |handle: Handle, x: f64, y: f64, expect: [i32; 4]| {
            let Area { x, y, width, height } = area.pulled(handle, Point { x, y }, picture, ratio);
            assert_eq!([x, y, width, height], expect);
        };
        check(Handle::LAST, 400.0, 300.0, [1_000, 1_000, 1_200, 900]);
        check(Handle::ALL[0], 400.0, 300.0, [1_400, 1_300, 400, 300]);
        check(Handle::ALL[3], 80.0, 999.0, [1_000, 970, 880, 660]);
        check(Handle::LAST, 1e9, 1e9, [1_000, 1_000, 4_000, 3_000]);
    }
}
