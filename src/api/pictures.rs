//! What is asked and done about pictures.

use leptos::prelude::*;
use server_fn::codec::Json;

use super::Failure;
use crate::model::{Card, ImageId, Past, Picture, Query, Region, Sights};

/// With its neighbours among what is asked for.
#[server(prefix = "/api", endpoint = "pictures/show", input = Json)]
pub async fn show_picture(query: Query, id: ImageId) -> Result<Picture, Failure> {
    let zone = crate::server::app::zone();
    Ok(crate::server::gallery::picture(&crate::server::App::here()?, &query, zone, id).await?)
}

/// Those that lie beside each other, at most four.
#[server(prefix = "/api", endpoint = "pictures/compare", input = Json)]
pub async fn compare(ids: Vec<ImageId>) -> Result<Sights, Failure> {
    Ok(crate::server::comparison::of(&crate::server::App::here()?, &ids).await?)
}

/// What happened to a picture's file. Asked where somebody looks at it, and again when it changed.
#[server(prefix = "/api", endpoint = "pictures/past", input = Json)]
pub async fn show_past(id: ImageId) -> Result<Past, Failure> {
    Ok(crate::server::past::of(&crate::server::App::here()?, id).await?)
}

/// These are in sight and not developed yet: they go before all others.
#[server(prefix = "/api", endpoint = "pictures/look_first", input = Json)]
pub async fn look_first(ids: Vec<ImageId>) -> Result<(), Failure> {
    Ok(crate::server::develop::look_first(&crate::server::App::here()?, &ids).await?)
}

/// What a person can do about a picture that is not well: one more attempt at one that was given up, and of one whose bytes
/// changed by themselves, to take what the file holds now for meant.
#[server(prefix = "/api", endpoint = "pictures/mend", input = Json)]
pub async fn mend(id: ImageId) -> Result<(), Failure> {
    Ok(crate::server::develop::mend(&crate::server::App::here()?, id).await?)
}

/// Cuts a piece out as a picture of its own, which is in the catalogue when this answers and is developed afterwards.
#[server(prefix = "/api", endpoint = "pictures/crop", input = Json)]
pub async fn crop_picture(id: ImageId, region: Region) -> Result<Card, Failure> {
    Ok(crate::server::crops::cut_out(&crate::server::App::here()?, id, region).await?)
}
