//! Looking at the folders again, by hand.

use leptos::prelude::*;
use server_fn::codec::Json;

use super::Failure;
use crate::model::SyncSummary;

/// Compares every folder with the catalogue and answers when both agree.
#[server(prefix = "/api", endpoint = "sync/rescan", input = Json)]
pub async fn rescan() -> Result<SyncSummary, Failure> {
    Ok(crate::server::App::here()?.folders.rescan().await?)
}
