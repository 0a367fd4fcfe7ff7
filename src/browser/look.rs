//! How pictures are laid out, remembered in this browser. Knows no layout.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{choices, number};

/// The head's script reads them too, before anything is drawn.
pub const FIT_KEY: &str = "pixelsync-fit";
pub const SIZE_KEY: &str = "pixelsync-size";

fn root() -> Option<HtmlElement> {
    document().document_element()?.dyn_into().ok()
}

pub fn fit() -> Option<String> {
    choices::recall(FIT_KEY)
}

pub fn set_fit(fit: &str) {
    choices::remember(FIT_KEY, fit);
    if let Some(root) = root() {
        let _ = root.set_attribute("data-fit", fit);
    }
}

/// How many times as large as usual.
pub fn size() -> Option<f64> {
    number::read(&choices::recall(SIZE_KEY)?)
}

pub fn set_size(size: f64) {
    choices::remember(SIZE_KEY, &size.to_string());
    if let Some(root) = root() {
        let _ = root.style().set_property("--size", &size.to_string());
    }
}
