//! How a picture lies in the stage: fitted, or as near as one wants, never further away than it fits. Pure.

/// CSS pixels across and down.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    pub fn to(self, other: Point) -> Point {
        Point { x: other.x - self.x, y: other.y - self.y }
    }

    pub fn length(self) -> f64 {
        self.x.hypot(self.y)
    }

    pub fn times(self, factor: f64) -> Point {
        Point { x: self.x * factor, y: self.y * factor }
    }

    pub fn middle(self, other: Point) -> Point {
        Point { x: (self.x + other.x) / 2.0, y: (self.y + other.y) / 2.0 }
    }
}

/// Pixels of a picture's own on one of the screen, beyond which nothing more is seen.
const NEAREST: f64 = 8.0;
/// Of what fits, for pictures of few pixels.
const NEAREST_OF_FITTED: f64 = 4.0;

/// A picture and the stage that it lies in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// In CSS pixels.
    stage: Point,
    /// In its own.
    picture: Point,
    /// Pixels of the screen in one of CSS.
    density: f64,
}

/// What is seen of a picture, in terms that every picture has: how near, in times of what fits, and which point lies in the
/// middle, counted from the picture's own in parts of its edges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    pub nearness: f64,
    pub centre: Point,
}

/// How near a picture is: CSS pixels for each of its own, and how far its middle is from the stage's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    pub scale: f64,
    pub at: Point,
}

impl Frame {
    /// None where nothing can be seen.
    pub fn new(stage: Point, picture: Point, density: f64) -> Option<Frame> {
        let is_something = [stage.x, stage.y, picture.x, picture.y, density].iter().all(|length| *length > 0.0);
        is_something.then_some(Frame { stage, picture, density })
    }

    fn fitted(&self) -> f64 {
        (self.stage.x / self.picture.x).min(self.stage.y / self.picture.y)
    }

    /// One pixel of the picture on one of the screen.
    pub fn whole(&self) -> f64 {
        1.0 / self.density
    }

    fn nearest(&self) -> f64 {
        (self.whole() * NEAREST).max(self.fitted() * NEAREST_OF_FITTED)
    }

    /// What lies at `at`, counted from the middle of the stage, stays there, as far as the picture's edges let it. Without a
    /// view the picture is fitted.
    pub fn scaled(&self, view: Option<View>, scale: f64, at: Point) -> Option<View> {
        let from = view.unwrap_or(View { scale: self.fitted(), at: Point::default() });
        // what is nearer already, because it follows a picture of more pixels, does not spring back
        let scale = scale.min(self.nearest().max(from.scale));
        if scale <= self.fitted() {
            return None;
        }
        let factor = scale / from.scale;
        let kept = Point { x: at.x - (at.x - from.at.x) * factor, y: at.y - (at.y - from.at.y) * factor };
        Some(self.inside(View { scale, at: kept }))
    }

    pub fn zoomed(&self, view: Option<View>, factor: f64, at: Point) -> Option<View> {
        let scale = view.map_or(self.fitted(), |view| view.scale);
        self.scaled(view, scale * factor, at)
    }

    pub fn moved(&self, view: View, by: Point) -> View {
        self.inside(View { at: Point { x: view.at.x + by.x, y: view.at.y + by.y }, ..view })
    }

    /// No edge of the picture comes further in than it has to.
    fn inside(&self, view: View) -> View {
        let room = self.room(view.scale);
        let at = Point { x: view.at.x.clamp(-room.x, room.x), y: view.at.y.clamp(-room.y, room.y) };
        View { at, ..view }
    }

    /// What is seen of it. Where all of it is seen across or down, its middle says nothing, and what was looked at before stays.
    pub fn look(&self, view: Option<View>, before: Option<Look>) -> Option<Look> {
        let view = view?;
        let kept = before.map_or(Point::default(), |look| look.centre);
        let centre =
            |at: f64, room: f64, edge: f64, kept: f64| if room > 0.0 { -at / (edge * view.scale) } else { kept };
        let room = self.room(view.scale);
        let x = centre(view.at.x, room.x, self.picture.x, kept.x);
        let y = centre(view.at.y, room.y, self.picture.y, kept.y);
        Some(Look { nearness: view.scale / self.fitted(), centre: Point { x, y } })
    }

    /// The same of this picture, as far as its edges let it.
    pub fn view(&self, look: Look) -> Option<View> {
        let scale = self.fitted() * look.nearness;
        let at = Point { x: -look.centre.x * self.picture.x * scale, y: -look.centre.y * self.picture.y * scale };
        (look.nearness > 1.0).then(|| self.inside(View { scale, at }))
    }

    /// How far its middle may be from the stage's.
    fn room(&self, scale: f64) -> Point {
        let room = |picture: f64, stage: f64| ((picture * scale - stage) / 2.0).max(0.0);
        Point { x: room(self.picture.x, self.stage.x), y: room(self.picture.y, self.stage.y) }
    }

    /// For a picture that CSS has fitted.
    pub fn transform(&self, view: View) -> String {
        let Point { x, y } = view.at;
        format!("translate({x:.2}px, {y:.2}px) scale({:.5})", view.scale / self.fitted())
    }

    /// Of its own pixels on the screen's.
    pub fn percent(&self, view: View) -> u32 {
        (view.scale * self.density * 100.0).round() as u32
    }
}

/// In this time a picture that was let go of loses most of its speed.
const GLIDE_MS: f64 = 160.0;
/// Pixels in a millisecond that nobody sees.
const REST_SPEED: f64 = 0.02;

/// A picture that was let go of while it moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glide {
    /// CSS pixels in a millisecond.
    pub speed: Point,
}

impl Glide {
    /// How far it comes in this time. None when it rests.
    pub fn step(&mut self, ms: f64) -> Option<Point> {
        if self.speed.length() < REST_SPEED {
            return None;
        }
        let left = (-ms.max(0.0) / GLIDE_MS).exp();
        let way = self.speed.times(GLIDE_MS * (1.0 - left));
        self.speed = self.speed.times(left);
        Some(way)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(length: std::ops::Range<f64>) -> impl Strategy<Value = Point> {
        (length.clone(), length).prop_map(|(x, y)| Point { x, y })
    }

    fn frame() -> impl Strategy<Value = Frame> {
        let frame = (point(50.0..4_000.0), point(1.0..20_000.0), 0.5..4.0);
        frame.prop_map(|(stage, picture, density)| Frame { stage, picture, density })
    }

    fn steps() -> impl Strategy<Value = Vec<(f64, Point)>> {
        prop::collection::vec((0.2..5.0, point(-2_000.0..2_000.0)), 1..20)
    }

    /// Where a point of the stage lies in the picture, in the picture's pixels from its middle.
    fn below(view: View, at: Point) -> Point {
        view.at.to(at).times(1.0 / view.scale)
    }

    proptest! {
        #[test]
        fn what_is_under_the_pointer_stays_there_where_no_edge_comes_in(frame in frame(), steps in steps()) {
            let mut view = None;
            for (factor, at) in steps {
                let before = view.unwrap_or(View { scale: frame.fitted(), at: Point::default() });
                view = frame.zoomed(view, factor, at);
                let Some(now) = view else { continue };
                let free = View { scale: now.scale, at: Point {
                    x: at.x - (at.x - before.at.x) * now.scale / before.scale,
                    y: at.y - (at.y - before.at.y) * now.scale / before.scale,
                } };
                if frame.inside(free) == free {
                    let moved = below(before, at).to(below(now, at)).length() * now.scale;
                    prop_assert!(moved < 0.01, "{moved} px");
                }
            }
        }

        #[test]
        fn the_picture_fills_what_it_can_of_the_stage(frame in frame(), steps in steps()) {
            let mut view = None;
            for (factor, by) in steps {
                view = frame.zoomed(view, factor, by).map(|view| frame.moved(view, by));
                let Some(View { scale, at }) = view else { continue };
                prop_assert!(frame.fitted() < scale && scale <= frame.nearest() * 1.000_001);
                for (at, picture, stage) in [(at.x, frame.picture.x, frame.stage.x), (at.y, frame.picture.y, frame.stage.y)] {
                    let (near, far) = (at - picture * scale / 2.0, at + picture * scale / 2.0);
                    let covers = near <= -stage / 2.0 + 0.01 && far >= stage / 2.0 - 0.01;
                    let is_centred = at.abs() < 0.01;
                    prop_assert!(covers || is_centred && picture * scale <= stage + 0.01, "{near} to {far} of {stage}");
                }
            }
        }

        #[test]
        fn linked_pictures_show_the_same_region(led in frame(), other in frame(), steps in steps()) {
            let (mut view, mut look) = (None, None);
            for (factor, by) in steps {
                view = led.zoomed(view, factor, by).map(|view| led.moved(view, by));
                look = led.look(view, look);
                let (Some(now), Some(shared)) = (view, look) else {
                    prop_assert_eq!((view, look), (None, None));
                    continue;
                };
                // whoever leads is led back to where it is
                let again = led.view(shared).expect("it is near");
                prop_assert!(again.at.to(now.at).length() < 0.01 && (again.scale / now.scale - 1.0).abs() < 1e-9);
                let follows = other.view(shared).expect("it is near as well");
                prop_assert!((follows.scale / other.fitted() - shared.nearness).abs() < 1e-6);
                let seen = other.look(Some(follows), Some(shared)).expect("a look");
                let room = other.room(follows.scale);
                let lengths = [
                    (seen.centre.x, shared.centre.x, room.x, other.picture.x, follows.at.x),
                    (seen.centre.y, shared.centre.y, room.y, other.picture.y, follows.at.y),
                ];
                for (seen, shared, room, edge, at) in lengths {
                    let is_same = (seen - shared).abs() * edge * follows.scale < 0.01;
                    prop_assert!(is_same || (at.abs() - room).abs() < 0.01, "{seen} for {shared}, {at} of {room}");
                    prop_assert!(at.abs() <= room + 0.01);
                }
            }
        }

        #[test]
        fn what_was_let_go_of_comes_to_rest_where_no_frame_counts(speed in point(-5.0..5.0), parts in prop::collection::vec(4.0..40.0, 400)) {
            let (mut glide, mut way) = (Glide { speed }, Point::default());
            for ms in parts {
                let Some(step) = glide.step(ms) else { break };
                way = Point { x: way.x + step.x, y: way.y + step.y };
            }
            prop_assert_eq!(glide.step(1.0), None);
            prop_assert!(speed.times(GLIDE_MS).to(way).length() <= REST_SPEED * GLIDE_MS + 0.01);
        }
    }

    #[test]
    fn far_enough_out_it_is_fitted() {
        let frame = Frame::new(Point { x: 600.0, y: 400.0 }, Point { x: 6_000.0, y: 4_000.0 }, 2.0).expect("a frame");
        let near = frame.scaled(None, frame.whole(), Point::default()).expect("a view");
        assert_eq!(
            (frame.percent(near), frame.transform(near).as_str()),
            (100, "translate(0.00px, 0.00px) scale(5.00000)")
        );
        assert_eq!(frame.zoomed(Some(near), 0.1, Point::default()), None);
        assert_eq!(Frame::new(Point::default(), Point { x: 1.0, y: 1.0 }, 1.0), None);
    }
}
