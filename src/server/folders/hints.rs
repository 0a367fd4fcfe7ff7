//! Follows hints: looks at the paths that were marked, and at no others.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use super::{Error, keeper::Keeper, look, scan::Trust, taking::count};
use crate::{
    folder::{
        Seen,
        scan::path_bytes,
        watch::{Dirty, Hint},
    },
    model::{SyncKind, SyncSummary},
    server::{
        db::{files, jobs::Priority, operations},
        reconcile,
        report::Report,
    },
};

/// When hints have not been heard for so long, what they led to is one sync operation.
const QUIET: Duration = Duration::from_secs(5);

/// What single hints led to, one after the other.
pub(super) struct Burst {
    pub(super) report: Report,
    started: SystemTime,
    pub(super) ends_at: Instant,
}

impl Keeper {
    pub(super) async fn drain(&mut self) {
        match self.marks.take() {
            // what fails sees to it that it is tried again
            Dirty::Everything => drop(self.scan(SyncKind::Realtime, Trust::Nobody).await),
            Dirty::Paths(paths) => {
                if let Err(error) = self.look_at(paths.hints).await {
                    self.failed(&error);
                }
            }
        }
    }

    /// Between two steps of a long scan: what happens meanwhile is not waited with.
    pub(super) async fn drain_meanwhile(&mut self) -> Result<(), Error> {
        match self.marks.take_paths() {
            Some(paths) => Box::pin(self.look_at(paths.hints)).await,
            None => Ok(()),
        }
    }

    pub(super) async fn look_at(&mut self, hints: HashMap<PathBuf, Hint>) -> Result<(), Error> {
        let hints = look::with_pictures(&self.folder, hints).await?;
        let bytes: Vec<Vec<u8>> = hints.keys().map(|path| path_bytes(path).to_vec()).collect();
        let glance = look::at(&self.folder, &self.rules, self.watch.as_ref(), &hints).await?;
        if glance.look.is_too_much() {
            // a look at everything has no more than a stretch in memory
            self.marks.mark_everything();
            return Ok(());
        }
        let known = files::known_at(&self.app.pool, self.folder.id, &bytes).await?;
        self.forget_absent(&glance.look.files, &hints);
        self.look_again_later(&glance.look.trees, &hints);
        let looked_at = count(glance.look.files.len());
        let difference = reconcile::compare(glance.look.files, known);
        let absent = difference.absent.clone();
        let todo = self.plan(difference, &glance.whole).await?;
        let mut report = Report::default();
        report.found.scanned = looked_at;
        self.note_blind(&glance.look.blind, &mut report);
        self.take_in(todo, Priority::Arrival, &mut |more, _| {
            report.merge(more);
            Ok(())
        })
        .await?;
        self.take_away(absent, &glance.look.blind, &mut report, Trust::Nobody).await?;
        if report.held_back.is_some() {
            // only a look at everything leaves a word of it
            self.marks.mark_everything();
        }
        self.add_to_burst(report);
        self.note_watch_failure();
        Ok(())
    }

    /// The watches do not suffice any more: then the clock tells as well.
    fn note_watch_failure(&mut self) {
        if self.by_clock.is_none() {
            self.show_watch_failure();
            if self.by_clock.is_some() {
                self.show_state(None);
                self.look_at = self.look_at.min(Instant::now() + self.pause());
            }
        }
    }

    pub(super) fn forget_absent(&mut self, files: &[Seen], hints: &HashMap<PathBuf, Hint>) {
        let present: HashSet<&Path> = files.iter().map(|seen| seen.path.as_path()).collect();
        for path in hints.keys().filter(|path| !present.contains(path.as_path())) {
            self.settling.forget(path);
        }
    }

    /// Some watchers miss what is put into a new folder before their own watch stands there: a second look finds it.
    pub(super) fn look_again_later(&self, trees: &[PathBuf], hints: &HashMap<PathBuf, Hint>) {
        let new = trees.iter().filter(|tree| hints.get(*tree).is_some_and(|hint| !hint.again));
        self.mark_later(new.cloned().collect(), self.settling.rest(), Hint::AGAIN);
    }

    pub(super) fn mark_later(&self, paths: Vec<PathBuf>, after: Duration, hint: Hint) {
        if paths.is_empty() {
            return;
        }
        let marks = self.marks.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            paths.iter().for_each(|path| marks.mark(path, hint));
        });
    }

    pub(super) fn add_to_burst(&mut self, report: Report) {
        let nothing = SyncSummary { scanned: report.found.scanned, ..SyncSummary::default() };
        if report.found == nothing && report.undone().is_none() {
            return;
        }
        let new = || Burst { report: Report::default(), started: SystemTime::now(), ends_at: Instant::now() };
        let burst = self.burst.get_or_insert_with(new);
        burst.report.merge(report);
        burst.ends_at = Instant::now() + QUIET;
    }

    /// It is one operation in the history.
    pub(super) async fn end_burst(&mut self) {
        let Some(burst) = self.burst.take() else { return };
        let error = burst.report.undone();
        let (pool, id) = (&self.app.pool, self.folder.id);
        match operations::record(pool, id, SyncKind::Realtime, burst.started, &burst.report.found, error.as_deref())
            .await
        {
            Ok(ended) => ended.into_iter().for_each(|ended| self.app.folders.set_last(id, ended)),
            Err(error) => tracing::warn!(%error, "what was done is not in the history"),
        }
    }
}
