//! One sync operation under way: begun, told of, ended. Finds nothing itself.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::{
    App, Error,
    board::{Lane, status_of},
};
use crate::{
    model::{FolderId, SyncKind, SyncSummary},
    server::{db::operations, report::Report},
};

/// How often a page hears how far it is.
const TELL_EVERY: Duration = Duration::from_millis(300);

pub(super) struct Run {
    app: App,
    folder: FolderId,
    lane: Lane,
    operation: i64,
    cancel: CancellationToken,
    told_at: Instant,
    pub(super) report: Report,
}

impl Run {
    /// `expected` is how many files it will be, as far as is known.
    pub(super) async fn begin(
        app: &App,
        folder: FolderId,
        kind: SyncKind,
        expected: Option<u32>,
    ) -> Result<Run, Error> {
        let lane = if kind == SyncKind::Verify { Lane::Verify } else { Lane::Scan };
        let operation = operations::begin(&app.pool, folder, kind, expected).await?;
        let (id, cancel) = (operation.id, CancellationToken::new());
        app.folders.begin(folder, lane, operation, cancel.clone());
        Ok(Run {
            app: app.clone(),
            folder,
            lane,
            operation: id,
            cancel,
            told_at: Instant::now(),
            report: Report::default(),
        })
    }

    /// Told between two steps, each of which is whole.
    pub(super) fn step(&mut self) -> Result<(), Error> {
        if self.told_at.elapsed() >= TELL_EVERY {
            self.told_at = Instant::now();
            self.app.folders.tell(self.folder, self.lane, &self.report.found);
        }
        if self.cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    pub(super) async fn end(self, done: Result<(), Error>) -> Result<SyncSummary, Error> {
        let found = self.report.found;
        let error = done.as_ref().err().map(Error::sentence).or_else(|| self.report.undone());
        let status = status_of(done.is_err() && self.cancel.is_cancelled(), error.as_deref());
        let ended = operations::end(&self.app.pool, self.operation, status, &found, error.as_deref()).await;
        self.app.folders.end(self.folder, self.lane, ended.as_ref().ok().cloned().flatten());
        done?;
        ended?;
        Ok(found)
    }
}
