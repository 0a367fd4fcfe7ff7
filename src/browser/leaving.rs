//! Whether the page may be left without a word. Knows nothing that could be lost.

use js_sys::Reflect;
use leptos::prelude::window;

use super::listen::Listener;

/// As long as it is kept, the browser asks the person who leaves while something would be lost.
pub fn ask_while(something_is_lost: impl Fn() -> bool + 'static) -> Listener {
    Listener::new(&window(), "beforeunload", move |event| {
        if something_is_lost() {
            event.prevent_default();
            // older browsers go by this
            let _ = Reflect::set(&event, &"returnValue".into(), &true.into());
        }
    })
}
