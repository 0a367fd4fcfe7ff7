//! What every part of the running server shares. Holds, does nothing.

use std::sync::Arc;

use leptos::prelude::use_context;
use tokio_util::sync::CancellationToken;

use super::{
    db::{Pool, folders::FolderRow},
    feed::Feed,
    folders::Folders,
    jobs::Jobs,
    room::Room,
    store::Store,
};
use crate::{api::Failure, model::ProjectId};

#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    pub pool: Pool,
    pub project: ProjectId,
    pub managed: FolderRow,
    pub feed: Feed,
    pub folders: Folders,
    pub store: Store,
    pub jobs: Jobs,
    /// Decoding is all processor and much memory, and both are bounded.
    pub room: Room,
    /// Cancelled when the server is to end: loops stop and streams close.
    pub stop: CancellationToken,
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    pub fn new(parts: Parts) -> App {
        App(Arc::new(parts))
    }

    /// The app of the request that is being answered; for server functions.
    pub fn here() -> Result<App, Failure> {
        use_context::<App>().ok_or(Failure::Broken)
    }
}
