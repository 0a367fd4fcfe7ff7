//! What is seen of what is being sent, told a few times a second; and whether whoever leaves would lose any of it.

use std::{rc::Rc, time::Duration};

use leptos::prelude::*;

use super::Engine;
use crate::{
    browser::{clock, kept, leaving},
    ui::upload::queue::{Entry, Tally},
};

const TELL_MS: u64 = 150;
/// How often it is told that nothing moves.
const TELL_STILL_MS: u64 = 1_000;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    pub tally: Tally,
    pub listed: Vec<Entry>,
    pub is_paused: bool,
    /// Nothing is sent until the server takes something again.
    pub is_held: bool,
    pub bytes_per_s: Option<u64>,
    pub seconds: Option<u64>,
    /// How many files did not fit in the queue.
    pub left_out: usize,
}

impl Engine {
    pub(super) fn tell(self: &Rc<Self>) {
        self.tell_after(TELL_MS);
    }

    fn tell_after(self: &Rc<Self>, ms: u64) {
        if self.telling.get().is_some() {
            return;
        }
        let engine = Rc::clone(self);
        let due = move || {
            engine.telling.set(None);
            engine.told();
            if !engine.under_way.borrow().is_empty() {
                engine.tell_after(TELL_STILL_MS);
            }
            engine.guard();
        };
        self.telling.set(set_timeout_with_handle(due, Duration::from_millis(ms)).ok());
    }

    pub(super) fn told(&self) {
        let queue = self.queue.borrow();
        let tally = queue.tally();
        let mut pace = self.pace.borrow_mut();
        if self.under_way.borrow().is_empty() {
            pace.rest();
        } else {
            pace.look(clock::now_ms(), self.sent.get());
        }
        let view = View {
            tally,
            listed: queue.listed(),
            is_paused: self.is_paused.get(),
            is_held: self.failures.get() > 0 && !self.moves.get(),
            bytes_per_s: pace.bytes_per_s(),
            seconds: pace.seconds_for(tally.bytes.saturating_sub(tally.bytes_over)),
            left_out: self.left_out.get(),
        };
        drop(queue);
        self.view.maybe_update(|shown| {
            let is_new = *shown != view;
            *shown = view;
            is_new
        });
    }

    /// Whoever leaves is asked only where files would have to be chosen again.
    fn guard(self: &Rc<Self>) {
        let tally = self.queue.borrow().tally();
        let is_busy = !tally.is_over();
        let mut leaving = self.leaving.borrow_mut();
        if is_busy && leaving.is_none() {
            let engine = Rc::downgrade(self);
            *leaving = Some(leaving::ask_while(move || engine.upgrade().is_some_and(|engine| engine.would_lose())));
        } else if !is_busy {
            *leaving = None;
            if tally.left_behind() == 0 {
                kept::forget_sources();
            }
        }
    }

    fn would_lose(&self) -> bool {
        let is_lost = |entry: &Entry| {
            let is_going_on = !entry.is_settled() && !entry.is_left_behind();
            is_going_on && !kept::outlives(entry.key, entry.facts.size)
        };
        self.queue.borrow().entries().iter().any(is_lost)
    }
}
