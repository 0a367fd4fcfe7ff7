//! What keys do to the region. Those of the page are asleep while there is one.

use leptos::{ev::KeyboardEvent, prelude::*};

use super::{Crop, area::Handle, state::Cut};
use crate::browser::focus;

const STEP: i32 = 1;
const STEP_SHIFTED: i32 = 10;

impl Crop {
    /// Whether the key is for nobody else.
    pub fn by_key(&self, event: &KeyboardEvent) -> bool {
        let with_others = event.ctrl_key() || event.meta_key() || event.alt_key();
        let plain = !with_others && !event.shift_key() && !focus::is_typing();
        let key = event.key();
        let letter = |letter: &str| plain && key.eq_ignore_ascii_case(letter);
        if !self.is_open_now() {
            let asked = letter("c");
            if asked {
                event.prevent_default();
                self.begin();
            }
            return asked;
        }
        let done = match key.as_str() {
            "Escape" => {
                self.leave();
                true
            }
            "Enter" if plain && !focus::is_pressed_by("Enter") => {
                self.save();
                true
            }
            _ if letter("x") => {
                self.turn();
                true
            }
            key => arrow(key).is_some_and(|way| self.step(event, way)),
        };
        if done {
            event.prevent_default();
        }
        true
    }

    /// What is held is pulled; else the region is moved, or with Ctrl or Alt its lower right corner.
    fn step(&self, event: &KeyboardEvent, way: (i32, i32)) -> bool {
        if event.meta_key() || focus::is_typing() {
            return false;
        }
        let length = if event.shift_key() { STEP_SHIFTED } else { STEP };
        let by = (way.0 * length, way.1 * length);
        let pulls = event.ctrl_key() || event.alt_key();
        let handle = self.held.get_value().or(pulls.then_some(Handle::LAST));
        self.change(|cut| {
            let area = match handle {
                Some(handle) => cut.area.stepped(handle, by, cut.picture, cut.ratio()),
                None => cut.area.moved(by, cut.picture),
            };
            Cut { area, ..cut }
        });
        true
    }
}

fn arrow(key: &str) -> Option<(i32, i32)> {
    match key {
        "ArrowLeft" => Some((-1, 0)),
        "ArrowRight" => Some((1, 0)),
        "ArrowUp" => Some((0, -1)),
        "ArrowDown" => Some((0, 1)),
        _ => None,
    }
}
