//! Keeps the screen lit while nobody touches it, where the browser can. Knows no reason for it.

use std::cell::{Cell, RefCell};

use leptos::prelude::window;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use super::ask::{ask, kept, let_be, part};

thread_local! {
    static WANTED: Cell<bool> = const { Cell::new(false) };
    static HELD: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

pub fn keep(lit: bool) {
    if WANTED.replace(lit) == lit {
        return;
    }
    if !lit {
        return release();
    }
    let Some(lock) = part(&window().navigator(), "wakeLock") else { return };
    let asked = ask(&lock, "request", &["screen".into()]);
    spawn_local(async move {
        let held = kept(asked).await;
        // one that was held before would otherwise stay for good
        release();
        HELD.set(held);
        // it may not be wanted any more
        if !WANTED.get() {
            release();
        }
    });
}

fn release() {
    if let Some(held) = HELD.take() {
        let_be(ask(&held, "release", &[]));
    }
}
