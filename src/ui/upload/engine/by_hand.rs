//! What a person does with what is being sent: pauses it, tries it again, takes it out.

use std::rc::Rc;

use leptos::task::spawn_local;

use super::Engine;
use crate::{
    browser::{
        held::{self, FileKey},
        kept, tus,
    },
    ui::upload::queue::{Entry, Step},
};

impl Engine {
    /// Pauses, or goes on.
    pub fn turn(self: &Rc<Self>) {
        if self.is_paused.get() { self.go_on() } else { self.pause() }
    }

    fn pause(self: &Rc<Self>) {
        self.is_paused.set(true);
        for (key, stop) in self.under_way.take() {
            stop.abort();
            self.change(key, |entry| entry.step = Step::Waiting);
        }
        self.pace.borrow_mut().rest();
        self.tell();
    }

    fn go_on(self: &Rc<Self>) {
        self.is_paused.set(false);
        self.failures.set(0);
        self.resume();
        self.work();
    }

    pub fn retry(self: &Rc<Self>, key: FileKey) {
        self.retry_those(|entry| entry.key == key);
    }

    pub fn retry_failed(self: &Rc<Self>) {
        self.retry_those(|entry| matches!(entry.step, Step::Failed(_)));
    }

    fn retry_those(self: &Rc<Self>, is_meant: impl Fn(&Entry) -> bool) {
        self.queue.borrow_mut().change(|entry| {
            if is_meant(entry) {
                (entry.step, entry.tries) = (Step::Waiting, 0);
                kept::keep(entry.key, &entry.facts, entry.url.as_deref());
            }
        });
        self.go_on();
    }

    pub fn cancel(self: &Rc<Self>, key: FileKey) {
        self.cancel_those(|entry| entry.key == key);
    }

    pub fn cancel_all(self: &Rc<Self>) {
        self.is_paused.set(false);
        self.cancel_those(|entry| !entry.is_settled() && !entry.is_left_behind());
    }

    pub fn forget_left_behind(self: &Rc<Self>) {
        self.cancel_those(Entry::is_left_behind);
    }

    fn cancel_those(self: &Rc<Self>, is_meant: impl Fn(&Entry) -> bool) {
        let meant = self.queue.borrow_mut().take_out(is_meant);
        for entry in meant {
            if let Some(stop) = self.under_way.borrow_mut().remove(&entry.key) {
                stop.abort();
            }
            if let Some(url) = entry.url {
                spawn_local(tus::end(url));
            }
            self.let_go(entry.key);
        }
        self.work();
    }

    /// Asks for leave to read what was left behind; to be called while a button is pressed.
    pub fn unlock(self: &Rc<Self>) {
        let locked: Vec<FileKey> = {
            let queue = self.queue.borrow();
            queue.entries().iter().filter(|entry| entry.step == Step::Locked).map(|entry| entry.key).collect()
        };
        let engine = Rc::clone(self);
        spawn_local(async move {
            for key in held::ask_to_read(locked).await {
                engine.change(key, |entry| entry.step = Step::Waiting);
            }
            engine.work();
        });
    }

    /// All that is settled goes from the list.
    pub fn close(&self) {
        let settled = self.queue.borrow_mut().take_out(Entry::is_settled);
        settled.iter().for_each(|entry| self.let_go(entry.key));
        self.left_out.set(0);
        self.told();
    }
}
