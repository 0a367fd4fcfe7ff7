//! What was typed and ticked in a form. Knows a field only by its id.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

fn find(id: &str) -> Option<HtmlInputElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

pub fn text(id: &str) -> String {
    find(id).map(|field| field.value()).unwrap_or_default()
}

pub fn set_text(id: &str, text: &str) {
    if let Some(field) = find(id) {
        field.set_value(text);
    }
}

/// All of what is written, so that the next letter replaces it.
pub fn select(id: &str) {
    if let Some(field) = find(id) {
        field.select();
    }
}

pub fn is_ticked(id: &str) -> bool {
    find(id).is_some_and(|field| field.checked())
}
