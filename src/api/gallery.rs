//! The gallery's queries.

use leptos::prelude::*;
use server_fn::codec::Json;

use super::Failure;
use crate::model::{Counts, Facet, ImageId, Opening, Outlined, Query, Window};

/// What the gallery page is opened with: `count` cards from place `start` on, or around the picture `at` where it is among them;
/// the newest of all, the shape, the totals, the folders. Whoever asks in a hurry may get it before all are counted.
#[server(prefix = "/api", endpoint = "gallery/open", input = Json)]
pub async fn open_gallery(
    query: Query,
    at: Option<ImageId>,
    start: u32,
    count: u32,
    in_a_hurry: bool,
) -> Result<Opening, Failure> {
    let (app, zone) = (crate::server::App::here()?, crate::server::app::zone());
    // while it waits for the database, nobody is there to be asked
    let in_hand = crate::server::app::is_in_hand();
    let mut opening = crate::server::gallery::open(&app, &query, zone, at, start, count, in_a_hurry).await?;
    if at.is_none() && in_hand {
        opening.drawn = Window::CARDS_IN_HAND;
    }
    Ok(opening)
}

/// The shape of what is asked for: its days, from the anchor on where there is one.
#[server(prefix = "/api", endpoint = "gallery/outline", input = Json)]
pub async fn load_outline(query: Query, anchor: Option<ImageId>) -> Result<Outlined, Failure> {
    let zone = crate::server::app::zone();
    Ok(crate::server::gallery::outline(&crate::server::App::here()?, &query, zone, anchor).await?)
}

/// `count` cards from place `start` of what is asked for. Of all pictures as they are added the order begins at `anchor`
/// (without one: at the newest): a page that holds arrivals back while its reader is further down keeps asking from the same
/// anchor, and nothing shifts.
#[server(prefix = "/api", endpoint = "gallery/window", input = Json)]
pub async fn load_window(query: Query, anchor: Option<ImageId>, start: u32, count: u32) -> Result<Window, Failure> {
    let zone = crate::server::app::zone();
    Ok(crate::server::gallery::window(&crate::server::App::here()?, &query, zone, anchor, start, count).await?)
}

/// The ids of a stretch, however long, of what is asked for: whoever selects it need not see it. Up to 10,000 at once.
#[server(prefix = "/api", endpoint = "gallery/ids", input = Json)]
pub async fn list_ids(query: Query, anchor: Option<ImageId>, start: u32, count: u32) -> Result<Vec<ImageId>, Failure> {
    let zone = crate::server::app::zone();
    Ok(crate::server::gallery::ids(&crate::server::App::here()?, &query, zone, anchor, start, count).await?)
}

/// How many there are of each kind among what is asked for.
#[server(prefix = "/api", endpoint = "gallery/facets", input = Json)]
pub async fn count_facets(query: Query) -> Result<Vec<Facet>, Failure> {
    Ok(crate::server::gallery::facets(&crate::server::App::here()?, &query).await?)
}

/// Values of the side `key` in whose names these words are.
#[server(prefix = "/api", endpoint = "gallery/values", input = Json)]
pub async fn find_values(query: Query, key: String, called: String) -> Result<Facet, Failure> {
    Ok(crate::server::gallery::values(&crate::server::App::here()?, &query, &key, &called).await?)
}

/// How many each of these finds, for what stands in the sidebar.
#[server(prefix = "/api", endpoint = "gallery/counts", input = Json)]
pub async fn count_each(queries: Vec<Query>) -> Result<Counts, Failure> {
    Ok(crate::server::gallery::counts(&crate::server::App::here()?, &queries).await?)
}

/// Whether pictures are still being sorted in, so that what is not found may be there all the same.
#[server(prefix = "/api", endpoint = "gallery/getting_ready", input = Json)]
pub async fn is_getting_ready() -> Result<bool, Failure> {
    Ok(crate::server::gallery::is_getting_ready(&crate::server::App::here()?).await?)
}
