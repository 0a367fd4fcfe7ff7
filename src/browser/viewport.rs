//! How large things are on the screen and how far they are scrolled. Decides nothing with it.

use js_sys::{Object, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{HtmlElement, PointerEvent, ResizeObserver};

use super::ask::ask;

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

/// Whether the page is looked at and the element with this id is drawn on it.
pub fn is_seen(id: &str) -> bool {
    let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok());
    !document().hidden() && element.is_some_and(|element| element.offset_width() > 0)
}

/// Width and height of an element as it lies on the screen.
pub fn size(element: &HtmlElement) -> (f64, f64) {
    let rect = element.get_bounding_client_rect();
    (rect.width(), rect.height())
}

/// Of an element, counted from the window's corner.
pub fn middle(element: &HtmlElement) -> (f64, f64) {
    let rect = element.get_bounding_client_rect();
    (rect.left() + rect.width() / 2.0, rect.top() + rect.height() / 2.0)
}

/// A point of the window, counted from the element's corner.
pub fn point_in(element: &HtmlElement, x: f64, y: f64) -> (f64, f64) {
    let rect = element.get_bounding_client_rect();
    (x - rect.left(), y - rect.top())
}

/// The upper and the lower edge of an element, counted from the window's.
pub fn edges(element: &HtmlElement) -> (f64, f64) {
    let rect = element.get_bounding_client_rect();
    (rect.top(), rect.bottom())
}

/// Pixels of the screen in one of CSS.
pub fn density() -> f64 {
    window().device_pixel_ratio()
}

/// Whether the reader wants less to move by itself.
pub fn is_calm() -> bool {
    is_so("(prefers-reduced-motion: reduce)")
}

/// As the style sheets mean it.
pub fn is_narrow() -> bool {
    is_so("(width < 760px)")
}

/// Whether the page lies in a tab that nobody sees.
pub fn is_hidden() -> bool {
    document().hidden()
}

fn is_so(question: &str) -> bool {
    window().match_media(question).ok().flatten().is_some_and(|answer| answer.matches())
}

/// The element that is told of a pointer now is told of it until it is lifted, wherever it goes.
pub fn capture(event: &PointerEvent) {
    if let Some(element) = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
        let _ = element.set_pointer_capture(event.pointer_id());
    }
}

pub fn scroll_top(scroller: &HtmlElement) -> f64 {
    f64::from(scroller.scroll_top())
}

pub fn scroll_to(scroller: &HtmlElement, top: f64) {
    scroller.set_scroll_top(top.round() as i32);
}

/// How far an element is scrolled across, and how wide it is.
pub fn across(scroller: &HtmlElement) -> (f64, f64) {
    (f64::from(scroller.scroll_left()), f64::from(scroller.client_width()))
}

/// Gliding, or at once.
pub fn scroll_across(scroller: &HtmlElement, left: f64, glide: bool) {
    let options = Object::new();
    let say = |name: &str, value: JsValue| _ = Reflect::set(&options, &name.into(), &value);
    say("left", left.round().into());
    say("behavior", if glide { "smooth" } else { "instant" }.into());
    ask(scroller, "scrollTo", &[options.into()]);
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
