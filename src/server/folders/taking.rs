//! Carries out what was planned for a folder: has files taken in, and says which are missing. Decides neither.

use std::{collections::HashSet, panic::AssertUnwindSafe, path::Path, time::Duration};

use futures::{FutureExt, StreamExt, stream};
use tokio::sync::mpsc;

use super::{App, Error, keeper::Keeper, scan::Trust};
use crate::{
    folder::{Rules, names::Names, scan::Blind, watch::Hint},
    model::{ImageId, State},
    server::{
        absence,
        background::in_background,
        db::{self, activity, files, jobs::Priority},
        ingest::{self, Door, Outcome, Read, Step},
        reconcile::{self, Action, Known},
        report::Report,
        root,
    },
};

/// A batch is written when it holds so much, however few they are: nobody waits long for the first of many large ones.
const BATCH_BYTES_MAX: i64 = 32 << 20;
/// While more files are ready than a batch has, so many batches are written as one.
const BATCHES_MAX: usize = 10;
/// Small files are read in groups, because handing each to a thread of its own costs more than reading it.
const GROUP_MAX: usize = 50;
const GROUP_BYTES_MAX: i64 = 1 << 20;
/// Records that are called missing in one transaction.
const MISSING_BATCH: usize = 500;
/// After the coarsest clock of a file system has ticked.
const AFTER_TICK: Duration = Duration::from_millis(2_100);

const GONE: &str = "The file is gone from its folder.";
const RULED_OUT: &str = "The file is there, but the rules of its folder (.pixelsyncignore) leave it out.";

/// What came of reading for an action.
type Answer = (Action, Result<Read, Error>);

/// Is told what came of each batch, and may say that enough was done.
pub(super) type Tell<'a> = &'a mut (dyn FnMut(Report, bool) -> Result<(), Error> + Send);

impl Keeper {
    /// Reads some at once and writes them in batches, in their order, while the next ones are read. A file that fails keeps no
    /// other from being taken in.
    pub(super) async fn take_in(
        &mut self,
        actions: Vec<Action>,
        priority: Priority,
        tell: Tell<'_>,
    ) -> Result<(), Error> {
        if actions.is_empty() {
            return Ok(());
        }
        let batch_max = self.app.folders.looking().batch;
        let mut reading = self.read_ahead(actions);
        let (mut batch, mut bytes) = (Vec::new(), 0);
        loop {
            let next = reading.recv().await;
            let is_last = next.is_none();
            for (action, read) in next.unwrap_or_default() {
                match read {
                    Ok(read) => {
                        bytes += action.seen().size;
                        batch.push(Step { action, read });
                    }
                    Err(error) => tell(self.failed_on(&action, error)?, false)?,
                }
            }
            let are_many = batch.len() >= batch_max;
            let is_full =
                bytes >= BATCH_BYTES_MAX || are_many && (reading.is_empty() || batch.len() >= batch_max * BATCHES_MAX);
            if !batch.is_empty() && (is_last || is_full) {
                bytes = 0;
                let report = self.write(std::mem::take(&mut batch), priority).await?;
                tell(report, true)?;
                if priority == Priority::Backlog {
                    if are_many {
                        self.app.jobs.rush();
                    }
                    self.drain_meanwhile().await?;
                }
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// In their order, in a task of its own, which ends when nobody waits for more.
    fn read_ahead(&self, actions: Vec<Action>) -> mpsc::Receiver<Vec<Answer>> {
        let looking = self.app.folders.looking();
        let (hashes, concurrency, group_max) = (looking.hashes, looking.concurrency, GROUP_MAX.min(looking.batch));
        let (sender, receiver) = mpsc::channel((looking.batch * BATCHES_MAX).div_ceil(group_max));
        let (app, root) = (self.app.clone(), self.folder.root.clone());
        tokio::spawn(async move {
            // each in a task of its own: what holds memory goes on although nobody waits for what it reads just now
            let read = |group| {
                let (app, root) = (app.clone(), root.clone());
                tokio::spawn(async move { read(&app, &root, group, hashes).await })
            };
            let mut reading = stream::iter(groups(actions, group_max)).map(read).buffered(concurrency);
            while let Some(Ok(next)) = reading.next().await {
                if sender.send(next).await.is_err() {
                    return;
                }
            }
        });
        receiver
    }

    /// What is one file's own trouble is counted; what is everybody's ends it.
    pub(super) fn failed_on(&self, action: &Action, error: Error) -> Result<Report, Error> {
        if error.is_passing() {
            return Err(error);
        }
        let path = self.folder.root.join(&action.seen().path);
        tracing::error!(error = &error as &dyn std::error::Error, path = %path.display(), "a file could not be taken in");
        Ok(Report { failed: 1, ..Report::default() })
    }

    pub(super) async fn write(&mut self, mut steps: Vec<Step>, priority: Priority) -> Result<Report, Error> {
        let mut report = Report::default();
        if steps.iter().any(Step::is_unread) {
            // a disk that was pulled out makes no file unreadable
            let folder = self.folder.clone();
            in_background(move || root::check_mark(&folder)).await??;
        }
        match self.write_together(&mut steps, priority).await {
            Ok(outcomes) => self.note(&steps, &outcomes, &mut report),
            Err(error) if error.is_passing() => return Err(error),
            // one of them is to blame, and not the others
            Err(_) => {
                for step in steps {
                    let mut alone = [step];
                    match self.write_together(&mut alone, priority).await {
                        Ok(outcomes) => self.note(&alone, &outcomes, &mut report),
                        Err(error) => report.merge(self.failed_on(&alone[0].action, error)?),
                    }
                }
            }
        }
        Ok(report)
    }

    pub(super) async fn write_together(&self, steps: &mut [Step], priority: Priority) -> Result<Vec<Outcome>, Error> {
        let door = Door { folder: &self.folder, priority, how: activity::Kind::Arrived };
        let taking = AssertUnwindSafe(ingest::take_in(&self.app, door, steps)).catch_unwind();
        taking.await.unwrap_or(Err(Error::Stopped))
    }

    pub(super) fn note(&self, steps: &[Step], outcomes: &[Outcome], report: &mut Report) {
        let (mut racy, mut changing) = (Vec::new(), Vec::new());
        for (step, outcome) in steps.iter().zip(outcomes) {
            report.add(*outcome);
            let path = &step.action.seen().path;
            match &step.read {
                Read::Content(_, true) => racy.push(path.clone()),
                // it changed under the reader
                Read::Changing => changing.push(path.clone()),
                _ => {}
            }
        }
        self.mark_later(racy, AFTER_TICK, Hint::default());
        self.mark_later(changing, self.settling.rest(), Hint::default());
    }

    /// Calls missing what is, unless so much is that nobody would believe it.
    pub(super) async fn take_away(
        &mut self,
        mut absent: Vec<Known>,
        blind: &[Blind],
        report: &mut Report,
        trust: Trust,
    ) -> Result<(), Error> {
        // what could not be looked at is not absent
        absent.retain(|row| {
            row.state != State::Missing && !blind.iter().any(|blind| row.seen.path.starts_with(&blind.path))
        });
        if absent.is_empty() {
            return Ok(());
        }
        self.learn_mounts().await?;
        absent.retain(|row| !self.is_on_disk_away(&row.seen.path));
        let mut absent = self.without_moved(absent).await?;
        if trust == Trust::Nobody && absent.len() > reconcile::VANISHED_ALWAYS_BELIEVED {
            let (explained, vanished) = self.explained(absent).await?;
            report.held_back = self.hold_back(vanished.len()).await?;
            absent = explained;
            if report.held_back.is_none() {
                absent.extend(vanished);
            }
        }
        for batch in absent.chunks(MISSING_BATCH) {
            self.take_away_batch(batch.to_vec(), report).await?;
        }
        Ok(())
    }

    /// Those of which it is known why they are not where they were, and those that vanished.
    async fn explained(&self, absent: Vec<Known>) -> Result<(Vec<Known>, Vec<Known>), Error> {
        let rules = self.rules();
        let mut heirs = HashSet::new();
        for batch in absent.chunks(MISSING_BATCH) {
            let ids: Vec<ImageId> = batch.iter().map(|row| row.id).collect();
            let pairs = files::heirs(&mut *self.app.pool.acquire().await?, &ids).await?;
            heirs.extend(pairs.into_iter().map(|(old, _)| old));
        }
        let is_explained = |row: &Known| heirs.contains(&row.id) || rules.ignores_path(&row.seen.path, false);
        Ok(absent.into_iter().partition(is_explained))
    }

    /// A move was found by its other end.
    pub(super) async fn without_moved(&self, absent: Vec<Known>) -> Result<Vec<Known>, Error> {
        let mut left = Vec::with_capacity(absent.len());
        for batch in absent.chunks(MISSING_BATCH) {
            let there = files::still_at(&self.app.pool, batch).await?;
            left.extend(batch.iter().filter(|row| there.contains(&row.id)).cloned());
        }
        Ok(left)
    }

    pub(super) fn note_blind(&self, blind: &[Blind], report: &mut Report) {
        for blind in blind {
            tracing::warn!(path = %self.folder.root.join(&blind.path).display(), error = %blind.error, "this could not be looked at");
        }
        report.found.unreadable += count(blind.len());
    }

    /// Says, for people, why what is absent is not called missing.
    pub(super) async fn hold_back(&self, vanished: usize) -> Result<Option<String>, Error> {
        if vanished <= reconcile::VANISHED_ALWAYS_BELIEVED {
            return Ok(None);
        }
        let all = usize::try_from(files::count_present(&self.app.pool, self.folder.id).await?).unwrap_or(0);
        if reconcile::is_believable(vanished, all) {
            return Ok(None);
        }
        let sentence = format!(
            "{vanished} of {all} files vanished from {} at once. They were not called missing: if they are really gone, scan by hand.",
            self.folder.root.display()
        );
        tracing::warn!("{sentence}");
        Ok(Some(sentence))
    }

    /// Each is looked for once more: it may have come back since.
    pub(super) async fn take_away_batch(&mut self, batch: Vec<Known>, report: &mut Report) -> Result<(), Error> {
        let gone = absence::gone(&self.app, batch.clone()).await?;
        let ids: HashSet<ImageId> = gone.iter().map(|row| row.id).collect();
        let there: Vec<Known> = batch.into_iter().filter(|row| !ids.contains(&row.id)).collect();
        let ruled_out = self.ruled_out(&there).await?;
        let (moved, missing) = call_missing(&self.app, &gone, &ruled_out).await?;
        report.found.moved += count(moved);
        report.found.missing += count(missing);
        Ok(())
    }

    /// Of those that are there and were not seen, those that rules hide; the others are looked at again.
    pub(super) async fn ruled_out(&self, there: &[Known]) -> Result<Vec<Known>, Error> {
        if there.is_empty() {
            return Ok(Vec::new());
        }
        let (root, rules, rows) = (self.folder.root.clone(), self.rules(), there.to_vec());
        let (out, back) = in_background(move || split_ruled_out(&root, &rules, rows)).await?;
        back.iter().for_each(|row| self.marks.mark(&row.seen.path, Hint::default()));
        Ok(out)
    }
}

fn split_ruled_out(root: &Path, rules: &Rules, rows: Vec<Known>) -> (Vec<Known>, Vec<Known>) {
    let mut names = Names::of(root);
    let is_there = |row: &Known| !absence::is_empty(root, &row.seen.path, &mut names);
    rows.into_iter().filter(is_there).partition(|row| rules.ignores_path(&row.seen.path, false))
}

/// What was copied elsewhere first goes on there. How many did, and how many are missing.
async fn call_missing(app: &App, gone: &[Known], ruled_out: &[Known]) -> Result<(usize, usize), Error> {
    let mut tx = db::begin(&app.pool).await?;
    let ids: Vec<ImageId> = gone.iter().map(|row| row.id).collect();
    let pairs = if ids.is_empty() { Vec::new() } else { files::heirs(&mut tx, &ids).await? };
    if !pairs.is_empty() {
        files::inherit(&mut tx, &pairs).await?;
        let moved: Vec<ImageId> = pairs.iter().map(|(old, _)| *old).collect();
        activity::record(&mut tx, activity::Kind::Moved, &moved).await?;
    }
    let rest: Vec<&Known> = gone.iter().filter(|row| pairs.iter().all(|(old, _)| *old != row.id)).collect();
    let mut missing = files::call_missing(&mut tx, &rest, GONE).await?;
    let ruled_out: Vec<&Known> = ruled_out.iter().collect();
    missing.extend(files::call_missing(&mut tx, &ruled_out, RULED_OUT).await?);
    activity::record(&mut tx, activity::Kind::Missing, &missing).await?;
    tx.commit().await?;
    app.feed.committed();
    Ok((pairs.len(), missing.len()))
}

/// As many small files in turn as are read together, or one that is large.
fn groups(actions: Vec<Action>, files_max: usize) -> Vec<Vec<Action>> {
    let mut groups: Vec<Vec<Action>> = Vec::new();
    let mut bytes = 0;
    for action in actions {
        bytes += action.seen().size;
        match groups.last_mut() {
            Some(group) if group.len() < files_max && bytes <= GROUP_BYTES_MAX => group.push(action),
            _ => {
                bytes = action.seen().size;
                groups.push(vec![action]);
            }
        }
    }
    groups
}

/// A file that fails keeps no other of its group from being read.
async fn read(app: &App, root: &Path, group: Vec<Action>, hashes: bool) -> Vec<Answer> {
    let (trusted, group): (Vec<Action>, Vec<Action>) =
        group.into_iter().partition(|action| !hashes && is_as_it_was(action));
    let mut answers: Vec<Answer> = trusted.into_iter().map(|action| (action, Ok(Read::Trusted))).collect();
    match ingest::read_all(app, root, &group).await {
        Ok(reads) => answers.extend(group.into_iter().zip(reads.into_iter().map(Ok))),
        Err(_) => {
            for action in group {
                let read = ingest::read(app, root, &action).await;
                answers.push((action, read));
            }
        }
    }
    answers
}

/// By its size and time; all that is asked where hashes are off.
fn is_as_it_was(action: &Action) -> bool {
    let Action::ReadAgain(known, seen) = action else { return false };
    !known.is_away()
        && !known.racy
        && known.is_said_as(seen)
        && (known.seen.size, known.seen.mtime_ns) == (seen.size, seen.mtime_ns)
}

pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
