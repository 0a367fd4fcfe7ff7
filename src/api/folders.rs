//! Folders: added, changed, removed, looked at again.

use leptos::prelude::*;
use server_fn::codec::Json;

use super::Failure;
use crate::model::{Folder, FolderDraft, FolderEdit, FolderId, FolderList, Operation, Records, SyncSummary};

#[server(prefix = "/api", endpoint = "folders/list", input = Json)]
pub async fn list_folders() -> Result<FolderList, Failure> {
    Ok(crate::server::App::here()?.folders.list())
}

#[server(prefix = "/api", endpoint = "folders/add", input = Json)]
pub async fn add_folder(draft: FolderDraft) -> Result<Folder, Failure> {
    Ok(crate::server::folders::add(&crate::server::App::here()?, draft).await?)
}

#[server(prefix = "/api", endpoint = "folders/edit", input = Json)]
pub async fn edit_folder(id: FolderId, edit: FolderEdit) -> Result<Folder, Failure> {
    Ok(crate::server::folders::edit(&crate::server::App::here()?, id, edit).await?)
}

#[server(prefix = "/api", endpoint = "folders/remove", input = Json)]
pub async fn remove_folder(id: FolderId, records: Records) -> Result<(), Failure> {
    Ok(crate::server::folders::remove(&crate::server::App::here()?, id, records).await?)
}

/// Compares a folder, or without an id every one, with the catalogue and answers when both agree.
#[server(prefix = "/api", endpoint = "folders/scan", input = Json)]
pub async fn scan_folder(id: Option<FolderId>) -> Result<SyncSummary, Failure> {
    Ok(crate::server::App::here()?.folders.scan(id).await?)
}

/// Begins to read and hash every file again; what comes of it is told live.
#[server(prefix = "/api", endpoint = "folders/verify", input = Json)]
pub async fn verify_folder(id: FolderId) -> Result<(), Failure> {
    Ok(crate::server::App::here()?.folders.verify(id)?)
}

/// Ends what runs over the folder now. What was done until then stays done.
#[server(prefix = "/api", endpoint = "folders/cancel", input = Json)]
pub async fn cancel_operation(id: FolderId) -> Result<(), Failure> {
    Ok(crate::server::App::here()?.folders.cancel(id)?)
}

/// The newest first; `before` is the id of the last one that is known already.
#[server(prefix = "/api", endpoint = "folders/history", input = Json)]
pub async fn list_operations(id: FolderId, before: Option<i64>) -> Result<Vec<Operation>, Failure> {
    Ok(crate::server::folders::history(&crate::server::App::here()?, id, before).await?)
}
