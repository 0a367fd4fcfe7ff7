//! The gallery's queries.

use leptos::prelude::*;
use server_fn::codec::Json;

use super::Failure;
use crate::model::{ImageId, Opening, Window};

/// What the gallery page is opened with: `count` cards from place `start` on, the newest of all, the total, the folders.
#[server(prefix = "/api", endpoint = "gallery/open", input = Json)]
pub async fn open_gallery(start: u32, count: u32) -> Result<Opening, Failure> {
    Ok(crate::server::gallery::open(&crate::server::App::here()?, start, count).await?)
}

/// `count` cards from place `start` of the order that begins at `anchor` (without one: at the newest).
/// A page that holds arrivals back while its reader is further down keeps asking from the same anchor, and nothing shifts.
#[server(prefix = "/api", endpoint = "gallery/window", input = Json)]
pub async fn load_window(anchor: Option<ImageId>, start: u32, count: u32) -> Result<Window, Failure> {
    Ok(crate::server::gallery::window(&crate::server::App::here()?, anchor, start, count).await?)
}
