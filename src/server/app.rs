//! What every part of the running server shares. Holds, does nothing.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use leptos::prelude::use_context;
use tokio_util::sync::CancellationToken;

use super::{
    calendar::Calendar,
    db::{Pool, folders::FolderRow},
    export::Exports,
    feed::Feed,
    finder::Finder,
    folders::Folders,
    jobs::Jobs,
    room::Room,
    shapes::Shapes,
    store::Store,
    uploads::Uploads,
};
use crate::{
    api::Failure,
    model::{ProjectId, Zone},
};

#[derive(Clone)]
pub struct App(Arc<Parts>);

/// How many records were written since the start.
#[derive(Default)]
pub struct Growth(AtomicU64);

impl Growth {
    const FIRST: u64 = 500;

    /// True when the catalogue may have become so much larger that its plans are out of date.
    pub fn add(&self, records: usize) -> bool {
        let before = self.0.fetch_add(records as u64, Ordering::Relaxed);
        let step = |records: u64| (records / Growth::FIRST).checked_ilog(4);
        step(before) != step(before + records as u64)
    }
}

pub struct Parts {
    pub pool: Pool,
    pub project: ProjectId,
    pub managed: FolderRow,
    /// The data folder, which nobody may add.
    pub data: PathBuf,
    pub feed: Feed,
    pub folders: Folders,
    pub store: Store,
    pub jobs: Jobs,
    pub growth: Growth,
    pub calendar: Calendar,
    pub shapes: Shapes,
    pub uploads: Uploads,
    pub exports: Exports,
    pub finder: Finder,
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

/// The clock of whoever asks; for server functions.
pub fn zone() -> Zone {
    use_context().unwrap_or_default()
}

/// Whoever asks has a screen that lies in a hand.
#[derive(Clone, Copy, Default)]
pub struct InHand(pub bool);

/// For server functions.
pub fn is_in_hand() -> bool {
    use_context::<InHand>().is_some_and(|InHand(is_so)| is_so)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_noticed_each_time_it_is_fourfold() {
        let growth = Growth::default();
        let noticed: Vec<u64> =
            (1..=400).filter(|_| growth.add(100)).map(|_| growth.0.load(Ordering::Relaxed)).collect();
        assert_eq!(noticed, [500, 2_000, 8_000, 32_000]);
    }
}
