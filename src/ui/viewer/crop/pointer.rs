//! What mouse, pen and finger do to the region. One pointer at a time; a second one is not heard.

use leptos::{ev::PointerEvent, prelude::*};

use super::{
    Crop,
    area::{Area, Handle},
    state::Cut,
};
use crate::{browser::viewport, ui::viewer::geometry::Point};

/// Who moved less outside the region has not drawn another.
const DRAW_MIN_PX: f64 = 4.0;

/// What the pointer came down on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Grip {
    Inside,
    Handle(Handle),
    /// A new region begins there.
    Outside,
}

#[derive(Clone, Copy, Debug)]
pub struct Drag {
    pointer: i32,
    /// In the window's pixels.
    begun_at: Point,
    grip: Grip,
    /// As it was then. Where it is now is always counted from there, so that nothing adds up.
    from: Area,
}

impl Crop {
    pub fn press(&self, event: &PointerEvent, grip: Grip) {
        // neither the zoom nor what lies below this one is meant
        event.stop_propagation();
        let Some(cut) = self.now().filter(|_| event.button() == 0 && self.drag.get_value().is_none()) else { return };
        viewport::capture(event);
        let drag = Drag { pointer: event.pointer_id(), begun_at: place(event), grip, from: cut.area };
        self.drag.set_value(Some(drag));
    }

    pub fn draw(&self, event: &PointerEvent) {
        let Some(drag) = self.drag.get_value().filter(|drag| drag.pointer == event.pointer_id()) else { return };
        let Some(field) = self.field.get_untracked() else { return };
        let (size, middle) = (viewport::size(&field), viewport::middle(&field));
        if size.0 <= 0.0 || size.1 <= 0.0 {
            return;
        }
        let way = drag.begun_at.to(place(event));
        self.change(|cut| {
            let scale = (f64::from(cut.picture.width) / size.0, f64::from(cut.picture.height) / size.1);
            let in_picture = |at: Point| Point { x: at.x * scale.0, y: at.y * scale.1 };
            let corner = Point { x: middle.0 - size.0 / 2.0, y: middle.1 - size.1 / 2.0 };
            let begun_at = in_picture(corner.to(drag.begun_at));
            match drag.grip {
                Grip::Outside if way.length() < DRAW_MIN_PX => Cut { area: drag.from, ..cut },
                Grip::Outside => drawn(cut, begun_at, in_picture(way)),
                Grip::Inside => moved(cut, drag.from, in_picture(way)),
                Grip::Handle(handle) => pulled(cut, drag.from, handle, in_picture(way)),
            }
        });
    }

    pub fn release(&self, event: &PointerEvent) {
        if self.drag.get_value().is_some_and(|drag| drag.pointer == event.pointer_id()) {
            self.drag.set_value(None);
        }
    }
}

fn place(event: &PointerEvent) -> Point {
    Point { x: event.client_x().into(), y: event.client_y().into() }
}

fn moved(cut: Cut, from: Area, way: Point) -> Cut {
    Cut { area: from.moved((way.x.round() as i32, way.y.round() as i32), cut.picture), ..cut }
}

fn pulled(cut: Cut, from: Area, handle: Handle, way: Point) -> Cut {
    Cut { area: from.pulled(handle, way, cut.picture, cut.ratio()), ..cut }
}

fn drawn(cut: Cut, begun_at: Point, way: Point) -> Cut {
    pulled(cut, Area::dot(begun_at, cut.picture), Handle::towards(way), way)
}
