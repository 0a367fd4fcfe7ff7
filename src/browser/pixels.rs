//! The pixels of a picture, small. Decoding is left to the browser's own threads. Counts nothing.

use js_sys::{Object, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap};

use super::ask::{ask, kept, part};

/// Four bytes for each of them, and no edge longer than that. None where the picture cannot be had or read.
pub async fn sample(url: &str, edge_max: u32) -> Option<Vec<u8>> {
    let response = kept(ask(&window(), "fetch", &[url.into()])).await?;
    part(&response, "ok").filter(JsValue::is_truthy)?;
    let file = kept(ask(&response, "blob", &[])).await?;
    let picture: ImageBitmap = kept(ask(&window(), "createImageBitmap", &[file])).await?.dyn_into().ok()?;
    let pixels = draw(&picture, edge_max);
    picture.close();
    pixels
}

fn draw(picture: &ImageBitmap, edge_max: u32) -> Option<Vec<u8>> {
    let (width, height) = fitted(picture.width(), picture.height(), edge_max);
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(width);
    canvas.set_height(height);
    let canvas: CanvasRenderingContext2d =
        canvas.get_context_with_context_options("2d", &read_often()).ok()??.dyn_into().ok()?;
    let (across, down) = (f64::from(width), f64::from(height));
    canvas.draw_image_with_image_bitmap_and_dw_and_dh(picture, 0.0, 0.0, across, down).ok()?;
    Some(canvas.get_image_data(0.0, 0.0, across, down).ok()?.data().0)
}

/// Where pixels are read, a canvas that lies on the graphics card is slow.
fn read_often() -> JsValue {
    let options = Object::new();
    let _ = Reflect::set(&options, &"willReadFrequently".into(), &true.into());
    options.into()
}

/// As large as the edge lets it, and never larger than it is.
fn fitted(width: u32, height: u32, edge_max: u32) -> (u32, u32) {
    let longest = width.max(height).max(1);
    let part = |edge: u32| u64::from(edge) * u64::from(edge_max.min(longest)) / u64::from(longest);
    let at_least_one = |edge: u64| u32::try_from(edge).unwrap_or(edge_max).max(1);
    (at_least_one(part(width)), at_least_one(part(height)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_keeps_the_shape_and_has_a_pixel_at_least() {
        let check = |size: (u32, u32), expect: (u32, u32)| assert_eq!(fitted(size.0, size.1, 256), expect);
        check((1_600, 1_067), (256, 170));
        check((100, 50), (100, 50));
        check((50_000, 3), (256, 1));
        check((0, 0), (1, 1));
    }
}
