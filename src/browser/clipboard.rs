//! Putting a text where it can be pasted from. Reads nothing from there.

use leptos::prelude::window;

use super::ask::{ask, kept, part};

/// False where the browser does not allow it.
pub async fn copy(text: &str) -> bool {
    let Some(clipboard) = part(&window().navigator(), "clipboard") else { return false };
    kept(ask(&clipboard, "writeText", &[text.into()])).await.is_some()
}
