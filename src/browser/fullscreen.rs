//! The whole screen for the page, where the browser gives it. Knows nothing of what fills it.

use leptos::prelude::document;

use super::ask::{ask, let_be};

/// Told on the window when it was given or taken, by whomever.
pub const CHANGE: &str = "fullscreenchange";

/// No iPhone gives it to a page.
pub fn is_possible() -> bool {
    document().fullscreen_enabled()
}

pub fn is_on() -> bool {
    document().fullscreen_element().is_some()
}

/// All of the page, so that dialogs and notices are seen as well.
pub fn enter() {
    if let Some(root) = document().document_element() {
        let_be(ask(&root, "requestFullscreen", &[]));
    }
}

pub fn leave() {
    if is_on() {
        let_be(ask(&document(), "exitFullscreen", &[]));
    }
}
