//! How large things are on the screen and how far they are scrolled. Decides nothing with it.

use js_sys::Reflect;
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{HtmlElement, ResizeObserver};

/// Two fingers that meant nothing leave a little.
const ZOOMED_MIN: f64 = 1.01;

/// A scrolling element and the content in it that is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measure {
    pub width: f64,
    pub height: f64,
    /// How much of the content is above the upper edge.
    pub scrolled: f64,
}

pub fn measure(scroller: &HtmlElement, content: &HtmlElement) -> Measure {
    let above = f64::from(content.offset_top());
    Measure {
        width: content.get_bounding_client_rect().width(),
        height: f64::from(scroller.client_height()),
        scrolled: f64::from(scroller.scroll_top()) - above,
    }
}

/// Whether the reader has drawn the page larger with two fingers.
pub fn is_zoomed() -> bool {
    let read = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).ok();
    let scale = read(&window(), "visualViewport").and_then(|viewport| read(&viewport, "scale")?.as_f64());
    scale.is_some_and(|scale| scale > ZOOMED_MIN)
}

pub fn scroll_top(scroller: &HtmlElement) -> f64 {
    f64::from(scroller.scroll_top())
}

pub fn scroll_to(scroller: &HtmlElement, top: f64) {
    scroller.set_scroll_top(top.round() as i32);
}

pub fn set_height(element: &HtmlElement, height: &str) {
    let _ = element.style().set_property("height", height);
}

/// Calls back when one of the elements changes its size, until it is dropped.
pub struct SizeWatch {
    observer: ResizeObserver,
    _seen: Closure<dyn FnMut()>,
}

impl SizeWatch {
    pub fn new(elements: &[&HtmlElement], seen: impl FnMut() + 'static) -> Option<Self> {
        let seen: Closure<dyn FnMut()> = Closure::new(seen);
        let observer = ResizeObserver::new(seen.as_ref().unchecked_ref()).ok()?;
        for element in elements {
            observer.observe(element);
        }
        Some(SizeWatch { observer, _seen: seen })
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
