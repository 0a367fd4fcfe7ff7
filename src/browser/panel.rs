//! Whether the panel beside a picture is open, remembered in this browser. Knows nothing that stands in it.

use leptos::prelude::document;

use super::choices;

/// The head's script reads it too, before anything is drawn.
pub const STORAGE_KEY: &str = "pixelsync-panel";

const CLOSED: &str = "closed";

/// As the page is drawn, whether or not the browser remembers it.
pub fn is_open() -> bool {
    let root = document().document_element();
    root.and_then(|root| root.get_attribute("data-panel")).as_deref() != Some(CLOSED)
}

pub fn set_open(open: bool) {
    let state = if open { "open" } else { CLOSED };
    choices::remember(STORAGE_KEY, state);
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-panel", state);
    }
}
