//! Fetches and decodes pictures that will be wanted next. Shows none.

use std::{cell::RefCell, collections::VecDeque};

use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlImageElement;

/// Decoded pictures are large: only the neighbours and where one came from.
const KEPT_MAX: usize = 4;

thread_local! {
    // A picture that nobody holds may be thrown away before it is shown.
    static KEPT: RefCell<VecDeque<(String, HtmlImageElement)>> = const { RefCell::new(VecDeque::new()) };
}

pub fn preload(url: String) {
    let known = KEPT.with_borrow(|kept| kept.iter().any(|(address, _)| *address == url));
    if known {
        return;
    }
    let Ok(image) = HtmlImageElement::new() else { return };
    image.set_src(&url);
    let decoded = image.decode();
    spawn_local(async move {
        // A picture that cannot be decoded says so where it is shown.
        let _ = JsFuture::from(decoded).await;
    });
    KEPT.with_borrow_mut(|kept| {
        kept.push_back((url, image));
        if kept.len() > KEPT_MAX {
            kept.pop_front();
        }
    });
}

/// Whether an image with this address is drawn at once, because it was fetched before.
pub fn is_there(url: &str) -> bool {
    HtmlImageElement::new().is_ok_and(|image| {
        image.set_src(url);
        image.complete()
    })
}

/// Ends when it can be shown at once, or cannot be shown at all.
pub async fn until_decoded(url: String) {
    preload(url.clone());
    let kept = |kept: &mut VecDeque<(String, HtmlImageElement)>| {
        kept.iter().find(|(address, _)| *address == url).map(|(_, image)| image.decode())
    };
    if let Some(decoded) = KEPT.with_borrow_mut(kept) {
        let _ = JsFuture::from(decoded).await;
    }
}
