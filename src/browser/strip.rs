//! Whether the strip of thumbnails is shown, remembered in this browser. Knows nothing of what is in it.

use leptos::prelude::document;

use super::{choices, viewport};

/// The head's script reads it too, before anything is drawn.
pub const STORAGE_KEY: &str = "pixelsync-strip";

/// Where nobody has chosen, there is none on a narrow page; the style sheet says the same.
pub fn is_open() -> bool {
    let root = document().document_element();
    match root.and_then(|root| root.get_attribute("data-strip")).as_deref() {
        Some("open") => true,
        Some(_) => false,
        None => !viewport::is_narrow(),
    }
}

pub fn set_open(open: bool) {
    let state = if open { "open" } else { "closed" };
    choices::remember(STORAGE_KEY, state);
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-strip", state);
    }
}
