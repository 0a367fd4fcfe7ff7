//! Saved views: all of them, saved, changed, taken away. What became of it all tabs hear by the feed.

use leptos::prelude::*;
use server_fn::codec::Json;

use super::Failure;
use crate::model::{View, ViewDraft, ViewEdit, ViewId, Views};

#[server(prefix = "/api", endpoint = "views/list", input = Json)]
pub async fn list_views() -> Result<Views, Failure> {
    Ok(crate::server::views::list(&crate::server::App::here()?).await?)
}

#[server(prefix = "/api", endpoint = "views/save", input = Json)]
pub async fn save_view(draft: ViewDraft) -> Result<View, Failure> {
    Ok(crate::server::views::save(&crate::server::App::here()?, draft).await?)
}

#[server(prefix = "/api", endpoint = "views/edit", input = Json)]
pub async fn edit_view(id: ViewId, edit: ViewEdit) -> Result<View, Failure> {
    Ok(crate::server::views::edit(&crate::server::App::here()?, id, edit).await?)
}

#[server(prefix = "/api", endpoint = "views/delete", input = Json)]
pub async fn delete_view(id: ViewId) -> Result<(), Failure> {
    Ok(crate::server::views::delete(&crate::server::App::here()?, id).await?)
}
