//! Dialogs that keep the rest of the page from being used. Knows one only by its id.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

fn find(id: &str) -> Option<HtmlDialogElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// The keyboard goes to what in it has `autofocus`, and back to where it was when it closes. One that asks something else now
/// is opened anew.
pub fn open(id: &str) {
    if let Some(dialog) = find(id) {
        dialog.close();
        let _ = dialog.show_modal();
    }
}

pub fn is_open(id: &str) -> bool {
    find(id).is_some_and(|dialog| dialog.open())
}

pub fn close(id: &str) {
    if let Some(dialog) = find(id) {
        dialog.close();
    }
}

/// Keys belong to a dialog that is open, and to nothing behind it.
pub fn is_any_open() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}
