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
        let scale = scale.min(self.nearest());
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
        let keep = |at: f64, picture: f64, stage: f64| {
            let room = ((picture * view.scale - stage) / 2.0).max(0.0);
            at.clamp(-room, room)
        };
        let x = keep(view.at.x, self.picture.x, self.stage.x);
        let y = keep(view.at.y, self.picture.y, self.stage.y);
        View { at: Point { x, y }, ..view }
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
