//! Images that did not come: hidden, so that what stands below them is seen and no broken sign, until they are asked for once more.

use wasm_bindgen::JsCast;
use web_sys::{Document, Event, HtmlImageElement};

use super::listen::Listener;

const MARK: &str = "data-failed";

/// As long as it is kept. What failed before the page was awake is found, too.
pub fn hide_failed() -> Option<[Listener; 2]> {
    let document = web_sys::window()?.document()?;
    each(&document, "img[src]", |image| {
        if image.complete() && image.natural_width() == 0 {
            mark(&image);
        }
    });
    let failed = |event: Event| image_of(&event).iter().for_each(mark);
    // the same element may show another picture by now
    let came = |event: Event| image_of(&event).iter().for_each(unmark);
    Some([Listener::capturing(&document, "error", failed), Listener::capturing(&document, "load", came)])
}

fn image_of(event: &Event) -> Option<HtmlImageElement> {
    event.target()?.dyn_into().ok()
}

/// The line is back.
pub fn ask_again_for_failed() {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    each(&document, "img[data-failed]", |image| {
        unmark(&image);
        image.set_src(&image.src());
    });
}

fn mark(image: &HtmlImageElement) {
    // it fails for no name that is one
    let _ = image.set_attribute(MARK, "");
}

fn unmark(image: &HtmlImageElement) {
    let _ = image.remove_attribute(MARK);
}

fn each(document: &Document, selector: &str, act: impl Fn(HtmlImageElement)) {
    let Ok(images) = document.query_selector_all(selector) else { return };
    let images = (0..images.length()).filter_map(|at| images.item(at)?.dyn_into().ok());
    images.for_each(act);
}
