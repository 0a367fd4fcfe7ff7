//! What has the keyboard, and giving it to another. Knows a cell only by its `data-id`.

use leptos::prelude::{document, request_animation_frame};
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement, MouseEvent};

use crate::model::ImageId;

fn cell(id: ImageId) -> Option<HtmlElement> {
    document().query_selector(&format!("[data-id=\"{id}\"]")).ok().flatten()?.dyn_into().ok()
}

pub fn focused_cell() -> Option<ImageId> {
    let cell = document().active_element()?.closest("[data-id]").ok().flatten()?;
    cell.get_attribute("data-id")?.parse().ok()
}

/// The cell that something happened in.
pub fn cell_of(event: &MouseEvent) -> Option<ImageId> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    target.closest("[data-id]").ok().flatten()?.get_attribute("data-id")?.parse().ok()
}

/// Whether it happened in an element that is so, or in one within it.
pub fn is_within(event: &MouseEvent, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.closest(selector).ok().flatten().is_some())
}

/// Whether a click follows a cell's link in this tab.
pub fn follows_cell(event: &MouseEvent) -> bool {
    let elsewhere = event.button() != 0 || event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    let clicked = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    !elsewhere && clicked.is_some_and(|clicked| clicked.closest("[data-id]").ok().flatten().is_some())
}

/// Whether a press is of a link or a button.
pub fn is_of_control(event: &MouseEvent) -> bool {
    let pressed = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    pressed.is_some_and(|pressed| pressed.closest("a, button").ok().flatten().is_some())
}

/// Whether the key presses what has the keyboard. The space bar presses no link.
pub fn is_pressed_by(key: &str) -> bool {
    let pressed = if key == " " { "button, summary" } else { "a, button, summary" };
    document().active_element().is_some_and(|element| element.matches(pressed).unwrap_or(false))
}

/// Gives the keyboard to the element of that id once it is drawn. It does not scroll.
pub fn move_to(id: &'static str) {
    request_animation_frame(move || {
        let element = by_id(id);
        if let Some(element) = element {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = element.focus_with_options(&options);
        }
    });
}

/// Whether a press is of a link.
pub fn is_of_link(event: &MouseEvent) -> bool {
    let pressed = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    pressed.is_some_and(|pressed| pressed.closest("a").ok().flatten().is_some())
}

/// False when there is no such cell (yet). It does not scroll: the grid knows better where to.
pub fn focus_cell(id: ImageId) -> bool {
    let Some(cell) = cell(id) else { return false };
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    cell.focus_with_options(&options).is_ok()
}

/// Whether something in the element of that id has the keyboard.
pub fn has_within(id: &str) -> bool {
    let active = document().active_element();
    active.is_some_and(|element| element.closest(&format!("#{id}")).ok().flatten().is_some())
}

/// Whether nothing on the page has the keyboard, as when what had it has gone.
pub fn is_nowhere() -> bool {
    document().active_element().is_none_or(|element| element.matches("body").unwrap_or(false))
}

/// The same once it is drawn.
pub fn move_to_cell(id: ImageId) {
    request_animation_frame(move || _ = focus_cell(id));
}

/// Whether a key or a paste belongs to a field that is being typed in. A field for files takes neither.
pub fn is_typing() -> bool {
    let active = document().active_element();
    active.is_some_and(|element| element.matches("input:not([type=file]), textarea, select").unwrap_or(false))
}

/// To the element with this id, if it can be seen.
pub fn give(id: &str) {
    if let Some(element) = by_id(id) {
        let _ = element.focus();
    }
}

/// Whether an element that is a popover is open.
pub fn is_open(element: &HtmlElement) -> bool {
    element.matches(":popover-open").unwrap_or(false)
}

/// Closes an element that was opened as a popover; where that is unknown there is nothing to close.
pub fn close_popover(element: &HtmlElement) {
    if is_open(element) {
        let _ = element.hide_popover();
    }
}

/// As a click does, if it is there.
pub fn press(id: &str) {
    if let Some(element) = by_id(id) {
        element.click();
    }
}

fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Back to the page that the reader came from.
pub fn go_back() {
    if let Ok(history) = leptos::prelude::window().history() {
        let _ = history.back();
    }
}
