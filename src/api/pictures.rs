//! The query behind a picture's page.

use leptos::prelude::*;
use server_fn::codec::Json;

use super::Failure;
use crate::model::{ImageId, Picture};

#[server(prefix = "/api", endpoint = "pictures/show", input = Json)]
pub async fn show_picture(id: ImageId) -> Result<Picture, Failure> {
    Ok(crate::server::gallery::picture(&crate::server::App::here()?, id).await?)
}
