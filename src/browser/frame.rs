//! Doing things once per drawn frame. Knows nothing of what is done.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::prelude::{request_animation_frame, set_timeout};

/// A hidden tab draws no frames; what waits for one is done this much later instead.
const HIDDEN_MS: u64 = 250;

/// Gathers any number of calls into one piece of work at the next frame.
#[derive(Clone)]
pub struct OncePerFrame {
    work: Rc<dyn Fn()>,
    asked: Rc<Cell<bool>>,
}

impl OncePerFrame {
    pub fn new(work: impl Fn() + 'static) -> Self {
        OncePerFrame { work: Rc::new(work), asked: Rc::default() }
    }

    pub fn ask(&self) {
        if self.asked.replace(true) {
            return;
        }
        let (frame, late) = (self.clone(), self.clone());
        request_animation_frame(move || frame.run());
        set_timeout(move || late.run(), Duration::from_millis(HIDDEN_MS));
    }

    fn run(&self) {
        if self.asked.replace(false) {
            (self.work)();
        }
    }
}
