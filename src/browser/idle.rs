//! Waiting until the browser has nothing more urgent to do. Knows nothing of what waits.

use std::time::Duration;

use futures::channel::oneshot;
use js_sys::{Object, Reflect};
use leptos::prelude::window;
use wasm_bindgen::closure::Closure;

use super::{
    ask::{ask, part},
    wait,
};

/// A page that is never idle gets it done all the same.
const IDLE_MAX_MS: u32 = 2_000;
/// Where the browser cannot tell.
const UNTOLD: Duration = Duration::from_millis(120);

pub async fn idle() {
    if part(&window(), "requestIdleCallback").is_none() {
        return wait::pause(UNTOLD).await;
    }
    let (done, come) = oneshot::channel();
    let rest = Closure::once_into_js(move || _ = done.send(()));
    let options = Object::new();
    let _ = Reflect::set(&options, &"timeout".into(), &IDLE_MAX_MS.into());
    if ask(&window(), "requestIdleCallback", &[rest, options.into()]).is_some() {
        let _ = come.await;
    }
}
