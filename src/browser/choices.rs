//! Small choices of a reader, remembered in this browser. Knows no choice in particular.

use leptos::prelude::window;
use web_sys::Storage;

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

pub fn recall(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Where storage is forbidden it lasts as long as whoever chose keeps it.
pub fn remember(key: &str, choice: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(key, choice);
    }
}
