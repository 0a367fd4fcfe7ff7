//! Pictures on their way out. The archive itself is fetched from its address.

use leptos::prelude::*;
use server_fn::codec::Json;
use uuid::Uuid;

use super::Failure;
use crate::model::export::{Export, ExportDraft};

/// Answers at once; the archive is prepared meanwhile.
#[server(prefix = "/api", endpoint = "exports/begin", input = Json)]
pub async fn begin_export(draft: ExportDraft) -> Result<Export, Failure> {
    let zone = crate::server::app::zone();
    Ok(crate::server::export::begin(&crate::server::App::here()?, &draft, zone).await?)
}

/// How far it is.
#[server(prefix = "/api", endpoint = "exports/find", input = Json)]
pub async fn find_export(id: Uuid) -> Result<Export, Failure> {
    Ok(crate::server::export::find(&crate::server::App::here()?, id).await?)
}
