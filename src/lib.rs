//! PixelSync: picture folders on disk, a PostgreSQL catalogue and every open browser tab in step, live.
//!
//! The modules stand in reading order. This is the only file that knows which of them the browser gets.

// Leptos' nested view types run deep.
#![recursion_limit = "256"]

pub mod model;

#[cfg(feature = "ssr")]
pub mod folder;
#[cfg(feature = "ssr")]
pub use pixelsync_imaging as imaging;
#[cfg(feature = "ssr")]
pub mod server;

pub mod api;
pub mod browser;
pub mod ui;

#[cfg(feature = "ssr")]
pub mod agent;
#[cfg(feature = "ssr")]
pub mod client;

/// Wakes the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() -> Result<(), wasm_bindgen::JsError> {
    console_error_panic_hook::set_once();
    ui::later::load_what_is_shown().await?;
    leptos::mount::hydrate_body(ui::App);
    Ok(())
}
