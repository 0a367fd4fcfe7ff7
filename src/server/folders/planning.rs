//! What has to be done in a folder, without what is not whole yet. Does none of it.

use std::{
    collections::HashSet,
    path::PathBuf,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::{Error, keeper::Keeper};
use crate::{
    folder::Seen,
    server::{
        absence,
        db::files,
        reconcile::{self, Action, Difference},
    },
};

impl Keeper {
    /// What has to be done, without what is not whole yet.
    pub(super) async fn plan(
        &mut self,
        difference: Difference,
        whole: &HashSet<PathBuf>,
    ) -> Result<Vec<Action>, Error> {
        if difference.strangers.is_empty() && difference.changed.is_empty() {
            return Ok(Vec::new());
        }
        let has_number = |seen: &&Seen| seen.inode != Seen::NO_NUMBER;
        let strangers: Vec<&Seen> = difference.strangers.iter().filter(has_number).collect();
        let origins = match strangers.is_empty() {
            true => Vec::new(),
            false => files::known_as(&self.app.pool, self.folder.project, &strangers).await?,
        };
        let gone = absence::gone(&self.app, origins).await?;
        let mut actions = reconcile::plan(difference.changed, difference.strangers, gone, &self.rules);
        let (now, wall) = (Instant::now(), nanoseconds_since_1970());
        let rest = self.settling.rest();
        actions.retain(|action| {
            let seen = action.seen();
            let is_told = match action {
                // nobody writes it: it is as it was elsewhere
                Action::Move(..) => true,
                // its sidecar may still be written
                Action::ReadAgain(known, _) => seen.is_unchanged_since(&known.seen) && known.is_said_as(seen),
                Action::Add(_) => false,
            };
            self.settling.may_read(seen, is_told || whole.contains(&seen.path) || rests(seen, wall, rest), now)
        });
        Ok(actions)
    }
}

/// Last changed long enough ago that nobody is at it; a clock that runs ahead counts as resting.
fn rests(seen: &Seen, now_ns: i64, rest: Duration) -> bool {
    let newest = seen.mtime_ns.max(seen.ctime_ns).max(seen.sidecar_ns.unwrap_or(0));
    let rest = i64::try_from(rest.as_nanos()).unwrap_or(i64::MAX);
    now_ns.saturating_sub(newest) >= rest || newest > now_ns.saturating_add(rest)
}

fn nanoseconds_since_1970() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_nanos()).ok())
        .unwrap_or(0)
}
