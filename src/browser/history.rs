//! The address that the browser shows. Goes nowhere.

use leptos::prelude::window;

/// Says where one is by now: as long as it is `page`, or a place in it, that the browser is at.
pub fn replace(page: &str, url: &str) {
    let (Ok(history), location) = (window().history(), window().location()) else { return };
    let (path, search) = (location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
    let now = path + &search;
    let is_here = now == page || now.strip_prefix(page).is_some_and(|rest| rest[1..].starts_with("at="));
    if is_here && now != url {
        let state = history.state().unwrap_or_default();
        let _ = history.replace_state_with_url(&state, "", Some(url));
    }
}
