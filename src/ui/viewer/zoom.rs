//! The zoom of a picture that is looked at: what wheel, fingers, keys and buttons do to it. Knows no element but the one that the
//! picture lies in.

use leptos::{
    ev::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent},
    html::{Div, Main},
    prelude::*,
};

use super::geometry::{Frame, Glide, Look, Point, View};
use crate::{
    browser::{clock, focus, viewport},
    model::Card,
};

/// Of one press of a key.
const STEP: f64 = 1.5;
/// How much of the stage one press of a key moves it by.
const KEY_PART: f64 = 0.2;
/// One notch of a mouse's wheel; a touchpad tells of less at once.
const NOTCH_PX: f64 = 50.0;
/// Of a wheel's pixels; a touchpad tells of two fingers as a wheel with Ctrl, and of far fewer pixels.
const WHEEL: f64 = 0.0016;
const WHEEL_OF_FINGERS: f64 = 0.01;
/// Some wheels count lines.
const LINE_PX: f64 = 32.0;
/// A pointer that moved less has not drawn anything.
const DRAW_MIN_PX: f64 = 3.0;
/// Of the speed that was measured last, as against before.
const NEWEST_PART: f64 = 0.6;
/// A finger that rests so long before it is lifted throws nothing.
const REST_MS: f64 = 60.0;

#[derive(Clone, Copy, Debug)]
struct Finger {
    pointer: i32,
    at: Point,
}

/// What one finger, or the mouse, does to a picture that is near.
#[derive(Clone, Copy, Debug, Default)]
struct Draw {
    begun_at: Point,
    /// It has gone far enough to mean it.
    is_drawn: bool,
    speed: Point,
    moved_ms: f64,
}

/// What the picture lies in.
#[derive(Clone, Copy)]
pub enum Ground {
    /// All of the page but what is told of the picture; a page that may scroll.
    Stage(NodeRef<Main>),
    /// One beside others.
    Seat(NodeRef<Div>),
}

impl Ground {
    fn size(self) -> Option<Point> {
        let (x, y) = match self {
            Ground::Stage(stage) => viewport::size(stage.try_get_untracked().flatten().as_ref()?),
            Ground::Seat(seat) => viewport::size(seat.try_get_untracked().flatten().as_deref()?),
        };
        Some(Point { x, y })
    }

    fn middle(self) -> Option<Point> {
        let (x, y) = match self {
            Ground::Stage(stage) => viewport::middle(stage.try_get_untracked().flatten().as_ref()?),
            Ground::Seat(seat) => viewport::middle(seat.try_get_untracked().flatten().as_deref()?),
        };
        Some(Point { x, y })
    }

    /// Whether the wheel is for the page.
    fn scrolls(self) -> bool {
        matches!(self, Ground::Stage(_)) && viewport::is_narrow()
    }
}

/// The pixels of a picture that can be shown.
pub fn pixels(card: &Card) -> Option<Point> {
    card.thumbhash.as_ref()?;
    Some(Point { x: card.width?.into(), y: card.height?.into() })
}

/// Told whenever somebody moved a picture, and whether it goes there or jumps.
pub type Follow = Box<dyn Fn(bool) + Send + Sync>;

#[derive(Clone, Copy)]
pub struct Zoom {
    ground: Ground,
    picture: Signal<Option<Point>>,
    follow: StoredValue<Option<Follow>>,
    /// None is fitted.
    view: RwSignal<Option<View>>,
    frame: RwSignal<Option<Frame>>,
    /// It goes there and does not jump.
    pub eased: RwSignal<bool>,
    fingers: StoredValue<Vec<Finger>>,
    draw: StoredValue<Draw>,
    /// A glide goes on as long as its number is this.
    glides: StoredValue<u32>,
}

impl Zoom {
    pub fn new(ground: Ground, picture: Signal<Option<Point>>) -> Zoom {
        Zoom {
            ground,
            picture,
            follow: StoredValue::new(None),
            view: RwSignal::new(None),
            frame: RwSignal::new(None),
            eased: RwSignal::new(false),
            fingers: StoredValue::new(Vec::new()),
            draw: StoredValue::new(Draw::default()),
            glides: StoredValue::new(0),
        }
    }

    /// Who else moves with it.
    pub fn tell(&self, follow: Follow) {
        self.follow.set_value(Some(follow));
    }

    pub fn is_near(&self) -> bool {
        self.view.with(Option::is_some)
    }

    pub fn transform(&self) -> Option<String> {
        Some(self.frame.get()?.transform(self.view.get()?))
    }

    /// None is fitted.
    pub fn percent(&self) -> Option<u32> {
        Some(self.frame.get()?.percent(self.view.get()?))
    }

    /// Another picture is shown, or this one in another stage.
    pub fn fit(&self) {
        self.stop();
        self.eased.set(false);
        self.view.set(None);
    }

    /// As another one does, which is told of nothing.
    pub fn show(&self, look: Option<Look>, eased: bool) {
        self.stop();
        self.eased.set(eased);
        match self.measure() {
            Some(frame) => self.put(frame, look.and_then(|look| frame.view(look))),
            None => self.view.set(None),
        }
    }

    /// What is seen of it, for another one to show the same.
    pub fn look(&self, before: Option<Look>) -> Option<Look> {
        self.frame.get_untracked()?.look(self.view.get_untracked(), before)
    }

    fn put(&self, frame: Frame, view: Option<View>) {
        self.frame.set(Some(frame));
        self.view.set(view);
    }

    fn set(&self, frame: Frame, view: Option<View>, eased: bool) {
        self.eased.set(eased);
        self.put(frame, view);
        self.say(eased);
    }

    fn say(&self, eased: bool) {
        self.follow.with_value(|follow| {
            if let Some(follow) = follow {
                follow(eased);
            }
        });
    }

    fn stop(&self) {
        self.glides.update_value(|number| *number = number.wrapping_add(1));
    }

    /// As it is now: the window may have changed since the last time.
    fn measure(&self) -> Option<Frame> {
        Frame::new(self.ground.size()?, self.picture.get_untracked()?, viewport::density())
    }

    /// The stage is another; the picture stays as near as it was.
    pub fn measure_again(&self) {
        let Some(view) = self.view.try_get_untracked().flatten() else { return };
        if let Some(frame) = self.measure() {
            self.set(frame, frame.scaled(Some(view), view.scale, Point::default()), false);
        }
    }

    /// Counted from the middle of the stage.
    fn place(&self, event: &MouseEvent) -> Option<Point> {
        let at = Point { x: f64::from(event.client_x()), y: f64::from(event.client_y()) };
        Some(self.ground.middle()?.to(at))
    }

    fn zoom(&self, factor: f64, at: Point, eased: bool) {
        self.stop();
        if let Some(frame) = self.measure() {
            self.set(frame, frame.zoomed(self.view.get_untracked(), factor, at), eased);
        }
    }

    /// Fitted, or each of its pixels on one of the screen's.
    pub fn toggle(&self, at: Point) {
        self.stop();
        let Some(frame) = self.measure() else { return };
        let view = match self.view.get_untracked() {
            Some(_) => None,
            None => frame.scaled(None, frame.whole(), at).or_else(|| frame.zoomed(None, 2.0, at)),
        };
        self.set(frame, view, true);
    }

    /// Whether the key is one of these.
    pub fn by_key(&self, event: &KeyboardEvent) -> bool {
        let middle = Point::default();
        match event.key().as_str() {
            "+" | "=" => self.zoom(STEP, middle, true),
            "-" | "_" => self.zoom(1.0 / STEP, middle, true),
            "0" => {
                self.fit();
                self.eased.set(true);
                self.say(true);
            }
            "1" | "z" => self.toggle(middle),
            "ArrowLeft" if event.shift_key() => return self.step(1.0, 0.0),
            "ArrowRight" if event.shift_key() => return self.step(-1.0, 0.0),
            "ArrowUp" if event.shift_key() => return self.step(0.0, 1.0),
            "ArrowDown" if event.shift_key() => return self.step(0.0, -1.0),
            _ => return false,
        }
        true
    }

    /// What lies that way comes in. False where all of it is seen.
    fn step(&self, right: f64, down: f64) -> bool {
        let (Some(view), Some(frame), Some(size)) = (self.view.get_untracked(), self.measure(), self.ground.size())
        else {
            return false;
        };
        self.stop();
        let by = Point { x: size.x * KEY_PART * right, y: size.y * KEY_PART * down };
        self.set(frame, Some(frame.moved(view, by)), true);
        true
    }

    pub fn by_wheel(&self, event: &WheelEvent) {
        // where the page scrolls, the wheel is for that, until the picture is near
        let scrolls = self.ground.scrolls() && !event.ctrl_key() && !self.view.with_untracked(Option::is_some);
        let Some(at) = self.place(event).filter(|_| !scrolls) else { return };
        event.prevent_default();
        let pixels = if event.delta_mode() == WheelEvent::DOM_DELTA_PIXEL { 1.0 } else { LINE_PX };
        let strength = if event.ctrl_key() { WHEEL_OF_FINGERS } else { WHEEL };
        // fingers are followed; a notch is a jump, and is gone over smoothly
        let is_notch = !event.ctrl_key() && (event.delta_y() * pixels).abs() >= NOTCH_PX;
        self.zoom((-event.delta_y() * pixels * strength).exp(), at, is_notch);
    }

    pub fn by_double_click(&self, event: &MouseEvent) {
        if let Some(at) = self.place(event).filter(|_| !focus::is_of_control(event)) {
            self.toggle(at);
        }
    }

    pub fn finger_down(&self, event: &PointerEvent) {
        let Some(at) = self.place(event).filter(|_| event.button() == 0) else { return };
        self.stop();
        self.fingers.update_value(|fingers| {
            fingers.retain(|finger| finger.pointer != event.pointer_id());
            fingers.push(Finger { pointer: event.pointer_id(), at });
        });
        self.draw.set_value(Draw { begun_at: at, moved_ms: clock::now_ms(), ..Draw::default() });
    }

    pub fn finger_moved(&self, event: &PointerEvent) {
        let (Some(to), pointer) = (self.place(event), event.pointer_id()) else { return };
        let mut fingers = self.fingers.get_value();
        let count = fingers.len();
        let Some(finger) = fingers.iter_mut().find(|finger| finger.pointer == pointer) else { return };
        let from = std::mem::replace(&mut finger.at, to);
        let other = fingers.iter().find(|finger| finger.pointer != pointer).map(|finger| finger.at);
        match other {
            None => self.draw(event, from, to),
            Some(other) if count == 2 => self.pinch(other, from, to),
            Some(_) => {}
        }
        self.fingers.set_value(fingers);
    }

    fn draw(&self, event: &PointerEvent, from: Point, to: Point) {
        let (Some(view), Some(frame)) = (self.view.get_untracked(), self.measure()) else { return };
        let mut draw = self.draw.get_value();
        if !draw.is_drawn && draw.begun_at.to(to).length() < DRAW_MIN_PX {
            return;
        }
        if !draw.is_drawn {
            // from here on it is heard of wherever it goes, and is no press of what lies below it
            viewport::capture(event);
        }
        let now = clock::now_ms();
        let speed = from.to(to).times(1.0 / (now - draw.moved_ms).max(1.0));
        let (new, old) = (speed.times(NEWEST_PART), draw.speed.times(1.0 - NEWEST_PART));
        draw = Draw { is_drawn: true, speed: Point { x: new.x + old.x, y: new.y + old.y }, moved_ms: now, ..draw };
        self.draw.set_value(draw);
        self.set(frame, Some(frame.moved(view, from.to(to))), false);
    }

    fn pinch(&self, other: Point, from: Point, to: Point) {
        let Some(frame) = self.measure() else { return };
        let factor = other.to(to).length() / other.to(from).length().max(1.0);
        let (was, is) = (other.middle(from), other.middle(to));
        let view = frame.zoomed(self.view.get_untracked(), factor, was);
        self.set(frame, view.map(|view| frame.moved(view, was.to(is))), false);
    }

    pub fn finger_up(&self, event: &PointerEvent) {
        let was_one = self.fingers.with_value(Vec::len) == 1;
        self.fingers.update_value(|fingers| fingers.retain(|finger| finger.pointer != event.pointer_id()));
        let draw = self.draw.get_value();
        // the finger that is left begins anew
        self.draw.set_value(Draw::default());
        if was_one && draw.is_drawn && clock::now_ms() - draw.moved_ms < REST_MS && !viewport::is_calm() {
            self.stop();
            self.glide(Glide { speed: draw.speed }, clock::now_ms(), self.glides.get_value());
        }
    }

    fn glide(self, mut glide: Glide, since_ms: f64, number: u32) {
        request_animation_frame(move || {
            let now = clock::now_ms();
            let (view, frame) = (self.view.try_get_untracked().flatten(), self.frame.try_get_untracked().flatten());
            let (Some(view), Some(frame)) = (view, frame) else { return };
            if self.glides.try_get_value() != Some(number) {
                return;
            }
            if let Some(way) = glide.step(now - since_ms) {
                let moved = frame.moved(view, way);
                self.view.set(Some(moved));
                self.say(false);
                if moved != view {
                    self.glide(glide, now, number);
                }
            }
        });
    }
}
