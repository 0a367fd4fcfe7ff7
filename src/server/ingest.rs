//! The one way into the catalogue: reads files, and writes their records, their activity and the jobs of those that somebody
//! waits for, a batch in one transaction. Every door (watcher, scan, upload, crop) leads here. Decodes nothing, and decides nothing about
//! what is missing.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    App, Error, absence,
    background::in_background,
    content::Content,
    db::{
        self, DbError, Tx, activity, contents, files,
        folders::FolderRow,
        images::{self, Entry},
        jobs::{self, Priority},
    },
    reconcile::{self, Action, Decision, Hash, Known, Twin},
};
use crate::{
    folder::{Rules, Seen, scan::path_bytes, sidecar, uncached},
    model::{ImageId, State, card},
};

/// Larger files are no pictures of any camera; reading one whole would take the memory of many.
pub const FILE_BYTES_MAX: u64 = 1 << 30;
/// What is written within the same tick of the file system's clock looks the same. Linux ticks each 4 ms or 10 ms.
const GRAIN: Duration = Duration::from_millis(20);
/// Of file systems that know no fractions of a second; FAT counts in two.
const GRAIN_COARSE: Duration = Duration::from_secs(2);

pub const UNREADABLE: &str = "The file cannot be read: check its permissions.";
/// A file as it was read.
pub enum Read {
    Content(Box<Content>, IsRacy),
    /// Nobody can have written it since, as far as is asked.
    Trusted,
    /// It went before it could be read.
    Gone,
    /// It changed while it was being read: whoever writes it will be done sometime.
    Changing,
}

/// Whether it was read in the instant in which it was written.
type IsRacy = bool;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Added(ImageId, State),
    Updated(State),
    /// It is what it was.
    Same,
    /// It cannot be read, as before.
    StillUnread(State),
    Healed,
    Moved,
    /// Its bytes went bad.
    Rotten,
    /// Gone or still changing: looked at again when the next hint or scan says so.
    Later,
}

/// Through which door files come in.
#[derive(Clone, Copy)]
pub struct Door<'a> {
    pub folder: &'a FolderRow,
    /// Of developing them.
    pub priority: Priority,
    /// What is told of those that had no record.
    pub how: activity::Kind,
}

pub struct Step {
    pub action: Action,
    pub read: Read,
}

/// Waits until there is memory for the largest of these files, then reads one after the other and looks into each. Nothing is
/// decoded.
pub async fn read_all(app: &App, root: &Path, actions: &[Action]) -> Result<Vec<Read>, Error> {
    let is_suspect =
        |action: &&Action| matches!(action, Action::ReadAgain(known, seen) if reconcile::nobody_wrote(known, seen));
    let suspects: Vec<ImageId> =
        actions.iter().filter(is_suspect).filter_map(|action| Some(action.known()?.id)).collect();
    let records = match suspects.is_empty() {
        true => HashMap::new(),
        false => files::records(&mut *app.pool.acquire().await?, &suspects).await?,
    };
    let expected = |action: &Action| records.get(&action.known()?.id)?.hash;
    let wanted: Vec<(Seen, Option<Hash>)> =
        actions.iter().map(|action| (action.seen().clone(), expected(action))).collect();
    let largest = wanted.iter().map(|(seen, _)| seen.size.unsigned_abs()).max().unwrap_or(0);
    let memory = app.room.intake(largest).await?;
    let root = root.to_path_buf();
    let reading = in_background(move || {
        let _memory = memory;
        wanted.iter().map(|(seen, expected)| read_blocking(&root, seen, expected.as_ref())).collect()
    });
    reading.await
}

pub async fn read(app: &App, root: &Path, action: &Action) -> Result<Read, Error> {
    read_all(app, root, std::slice::from_ref(action)).await?.pop().ok_or(Error::Stopped)
}

/// `expected` is the hash of a file that nobody wrote: another one is believed only when the disk itself says so.
fn read_blocking(root: &Path, seen: &Seen, expected: Option<&Hash>) -> Read {
    let path = root.join(&seen.path);
    let unread = |state, reason| Read::Content(Box::new(Content::unread(state, reason)), false);
    if seen.size.unsigned_abs() > FILE_BYTES_MAX {
        return unread(State::Unsupported, "The file is larger than 1 GiB, more than is taken in.");
    }
    let racy = is_racy(seen, SystemTime::now());
    let is_other = |bytes: &[u8]| expected.is_some_and(|expected| Sha256::digest(bytes)[..] != *expected);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) if is_other(&bytes) => uncached::read(&path),
        read => read,
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Read::Gone,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a file cannot be read");
            return unread(State::Unreadable, UNREADABLE);
        }
    };
    match path.symlink_metadata() {
        Ok(meta) if Seen::new(seen.path.clone(), &meta).same_file(seen) && bytes.len() as i64 == seen.size => {}
        Ok(_) => return Read::Changing,
        Err(_) => return Read::Gone,
    }
    let sidecar = seen.sidecar_ns.and_then(|_| sidecar::read(&path));
    Read::Content(Box::new(Content::of(&bytes, sidecar.as_deref())), racy)
}

fn is_racy(seen: &Seen, now: SystemTime) -> IsRacy {
    let newest = seen.mtime_ns.max(seen.ctime_ns).max(seen.sidecar_ns.unwrap_or(0));
    let grain = if seen.mtime_ns % 1_000_000_000 == 0 { GRAIN_COARSE } else { GRAIN };
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let age = i128::try_from(now).unwrap_or(i128::MAX) - i128::from(newest);
    // a clock that runs ahead tells nothing, and would have the file read for ever
    (0..i128::try_from(grain.as_nanos()).unwrap_or(0)).contains(&age)
}

/// One file that was just written here. With `hash`, it is refused when it is not what was meant to be written.
pub async fn add(app: &App, door: Door<'_>, seen: Seen, hash: Option<&Hash>) -> Result<Option<ImageId>, Error> {
    let path = path_bytes(&seen.path).to_vec();
    let sidecar_ns = sidecar::written(&door.folder.root, &seen.path, &Rules::default());
    let seen = Seen { sidecar_ns, ..seen };
    // the record of a file that is missing has its place there
    let rows = files::known_at(&app.pool, door.folder.id, std::slice::from_ref(&path)).await?;
    let action = match rows.into_iter().find(|row| row.seen.path == seen.path) {
        // another door was faster
        Some(known) if known.is_as(&seen) && holds(app, &known, hash).await? => return Ok(Some(known.id)),
        Some(known) => Action::ReadAgain(known, seen),
        None => Action::Add(seen),
    };
    let read = match read(app, &door.folder.root, &action).await? {
        Read::Content(content, _) if hash.is_some_and(|hash| content.hash != Some(*hash)) => {
            return Err(Error::NotAsSent);
        }
        // nobody else knows of it yet
        Read::Content(content, _) => Read::Content(content, false),
        other => other,
    };
    match take_in(app, door, &mut [Step { action, read }]).await?.first() {
        Some(Outcome::Added(id, _)) => Ok(Some(*id)),
        // it has the record of a file that had been moved away, or the watcher was faster
        _ => Ok(files::id_at(&app.pool, door.folder.id, &path).await?),
    }
}

/// Whether the record is of these bytes, where it is asked for any.
async fn holds(app: &App, known: &Known, hash: Option<&Hash>) -> Result<bool, Error> {
    let Some(hash) = hash else { return Ok(true) };
    Ok(images::hash_of(&app.pool, known.id).await?.is_some_and(|known| known == hash[..]))
}

/// What became of each, in their order. Nothing is written when it fails. Of several the one to blame is not known.
pub async fn take_in(app: &App, door: Door<'_>, steps: &mut [Step]) -> Result<Vec<Outcome>, Error> {
    match take_in_together(app, door, steps).await {
        // another door was faster with the same file
        Err(Error::Database(error)) if steps.len() == 1 && db::is_taken(&error, images::PATH_TAKEN) => {
            Ok(vec![Outcome::Same])
        }
        taken => taken,
    }
}

async fn take_in_together(app: &App, door: Door<'_>, steps: &mut [Step]) -> Result<Vec<Outcome>, Error> {
    let twins = twins(app, door, steps).await?;
    let mut tx = db::begin(&app.pool).await?;
    if door.priority == Priority::Backlog {
        // the files are on the disk, and whoever loses this moment finds them again
        db::commit_lazily(&mut tx).await?;
    }
    let decisions = decide(&mut tx, steps, twins).await?;
    let mut outcomes = vec![Outcome::Later; steps.len()];
    settle_or_queue(&mut tx, door, steps, &decisions).await?;
    let mut written = Written::default();
    for (index, (step, decision)) in steps.iter().zip(&decisions).enumerate() {
        let Some(decision) = decision else { continue };
        outcomes[index] = written.add(door, step, *decision);
    }
    if written.is_nothing() {
        return Ok(outcomes);
    }
    let records = written.entries.len();
    written.put(&mut tx, door).await?;
    tx.commit().await?;
    app.feed.committed();
    if app.growth.add(records)
        && let Err(error) = images::analyze(&app.pool).await
    {
        tracing::warn!(%error, "the database was not told how much there is");
    }
    match door.priority {
        Priority::Arrival => app.jobs.queued(),
        Priority::Backlog => app.jobs.backlog_grew(),
    }
    Ok(outcomes)
}

/// Records of the same contents as those that have none, whose own files are gone.
async fn twins(app: &App, door: Door<'_>, steps: &[Step]) -> Result<Vec<Twin>, Error> {
    let hashes: Vec<Vec<u8>> = steps
        .iter()
        .filter(|step| !matches!(step.action, Action::ReadAgain(..)))
        .filter_map(|step| Some(step.hash()?.to_vec()))
        .collect();
    if hashes.is_empty() {
        return Ok(Vec::new());
    }
    let rows = files::known_of(&app.pool, door.folder.project, &hashes).await?;
    let of: HashMap<ImageId, Hash> = rows.iter().map(|(row, hash)| (row.id, *hash)).collect();
    let gone = absence::gone(app, rows.into_iter().map(|(row, _)| row).collect()).await?;
    let twin = |row: Known| Some(Twin { id: row.id, hash: *of.get(&row.id)?, name: row.seen.name() });
    Ok(gone.into_iter().filter_map(twin).collect())
}

async fn decide(tx: &mut Tx<'_>, steps: &[Step], mut twins: Vec<Twin>) -> Result<Vec<Option<Decision>>, Error> {
    let ids: Vec<ImageId> = steps.iter().filter_map(|step| Some(step.action.known()?.id)).collect();
    let mut records = if ids.is_empty() { HashMap::new() } else { files::records(tx, &ids).await? };
    // who is moved by what its inode says is no twin for another
    let moved: HashSet<ImageId> = ids.into_iter().collect();
    twins.retain(|twin| !moved.contains(&twin.id));
    let mut decisions = Vec::with_capacity(steps.len());
    for Step { action, read } in steps {
        let record = action.known().and_then(|known| records.get(&known.id));
        let is_in_place = |known: &Known| record.is_some_and(|record| record.is_where(known));
        let decision = match (read, action) {
            (Read::Gone | Read::Changing, _) => None,
            // a person removed it meanwhile, or it was moved
            (_, Action::ReadAgain(known, _)) if !is_in_place(known) => None,
            (Read::Trusted, _) => record.map(|record| Decision::Keep(record.id)),
            (Read::Content(content, _), _) => Some(reconcile::decide(action, record, content.hash.as_ref(), &twins)),
        };
        if let Some(Decision::Move(id) | Decision::Rot(id) | Decision::Mark(id)) = decision {
            // it has its place by now
            records.remove(&id);
            twins.retain(|twin| twin.id != id);
        }
        decisions.push(decision);
    }
    Ok(decisions)
}

/// Settles what was developed before; the others wait for it, what just arrived with a job already.
async fn settle_or_queue(
    tx: &mut Tx<'_>,
    door: Door<'_>,
    steps: &mut [Step],
    decisions: &[Option<Decision>],
) -> Result<(), DbError> {
    let is_written = |decision: &Option<Decision>| {
        matches!(decision, Some(Decision::Insert | Decision::Replace(_) | Decision::Move(_) | Decision::Heal(_)))
    };
    let mut pending: Vec<(&mut Content, Hash)> = Vec::new();
    for (step, _) in steps.iter_mut().zip(decisions).filter(|(_, decision)| is_written(decision)) {
        if let Read::Content(content, _) = &mut step.read
            && let (Some(hash), State::Pending) = (content.hash, content.state)
        {
            pending.push((content, hash));
        }
    }
    let hashes: Vec<Vec<u8>> = pending.iter().map(|(_, hash)| hash.to_vec()).collect();
    if hashes.is_empty() {
        return Ok(());
    }
    let judged = contents::find_all(tx, &hashes).await?;
    let mut keys = Vec::new();
    for (content, hash) in pending {
        match judged.get(&hash[..]) {
            Some(before) => content.settle(before.clone()),
            None => keys.push(hex::encode(hash)),
        }
    }
    match door.priority {
        Priority::Arrival if !keys.is_empty() => {
            jobs::queue_all(tx, jobs::Kind::Develop, keys, Priority::Arrival).await
        }
        // what is pending is queued when it is its turn
        _ => Ok(()),
    }
}

/// What a batch writes.
#[derive(Default)]
struct Written<'a> {
    entries: Vec<Entry<'a>>,
    kept: Vec<(ImageId, &'a Seen, IsRacy)>,
    marked: Vec<(ImageId, &'a Content)>,
    rotten: Vec<(ImageId, Hash)>,
    told: BTreeMap<activity::Kind, Vec<ImageId>>,
}

impl<'a> Written<'a> {
    fn is_nothing(&self) -> bool {
        self.entries.is_empty() && self.kept.is_empty()
    }

    fn add(&mut self, door: Door<'a>, step: &'a Step, decision: Decision) -> Outcome {
        let seen = step.action.seen();
        let (content, racy) = match &step.read {
            Read::Content(content, racy) => (content, *racy),
            _ => {
                if let Decision::Keep(id) = decision {
                    self.kept.push((id, seen, false));
                }
                return Outcome::Same;
            }
        };
        let mut entry = |id, is_new| self.entries.push(Entry { id, is_new, seen, racy, content });
        match decision {
            Decision::Insert => {
                // drawn when the record is written: the order of ids is the order in which records appear
                let id = ImageId(Uuid::now_v7());
                entry(id, true);
                self.tell(door.how, id);
                Outcome::Added(id, content.state)
            }
            Decision::Replace(id) => {
                entry(id, false);
                let was_away = step.action.known().is_some_and(Known::is_away);
                self.tell(if was_away { activity::Kind::Healed } else { activity::Kind::Changed }, id);
                Outcome::Updated(content.state)
            }
            Decision::Move(id) => {
                entry(id, false);
                self.tell(activity::Kind::Moved, id);
                Outcome::Moved
            }
            Decision::Heal(id) => {
                entry(id, false);
                self.tell(activity::Kind::Healed, id);
                Outcome::Healed
            }
            Decision::Keep(id) => {
                self.kept.push((id, seen, racy));
                Outcome::Same
            }
            Decision::Mark(id) => {
                // what somebody wrote there is not taken for what it was, once it can be read
                let was_written = step.action.known().is_some_and(|known| !reconcile::nobody_wrote(known, seen));
                self.kept.push((id, seen, racy || was_written));
                if step.action.known().is_some_and(|known| known.state == content.state) {
                    return Outcome::StillUnread(content.state);
                }
                self.marked.push((id, content));
                self.tell(activity::Kind::Changed, id);
                Outcome::Updated(content.state)
            }
            Decision::Leave => Outcome::Same,
            Decision::Rot(id) => {
                self.kept.push((id, seen, racy));
                self.rotten.extend(content.hash.map(|hash| (id, hash)));
                self.tell(activity::Kind::Decayed, id);
                Outcome::Rotten
            }
        }
    }

    fn tell(&mut self, kind: activity::Kind, id: ImageId) {
        self.told.entry(kind).or_default().push(id);
    }

    async fn put(mut self, tx: &mut Tx<'_>, door: Door<'_>) -> Result<(), DbError> {
        for (id, seen, racy) in &self.kept {
            images::relocate(tx, *id, door.folder.id, seen, *racy).await?;
        }
        for (id, content) in &self.marked {
            images::set_state(tx, *id, content.state, content.reason.as_deref()).await?;
        }
        for (id, found) in &self.rotten {
            images::call_rotten(tx, *id, found, card::DECAYED).await?;
        }
        if !self.entries.is_empty() {
            // whoever locks several records does it in one order; new ids come after all others, in their own
            self.entries.sort_by_key(|entry| entry.id);
            images::put(tx, door.folder, &self.entries).await?;
            let hashes: Vec<(ImageId, Hash)> =
                self.entries.iter().filter_map(|entry| Some((entry.id, entry.content.hash?))).collect();
            db::crops::fulfil(tx, &hashes).await?;
        }
        for (kind, ids) in self.told {
            activity::record(tx, kind, &ids).await?;
        }
        Ok(())
    }
}

impl Step {
    pub fn is_unread(&self) -> bool {
        matches!(&self.read, Read::Content(content, _) if content.state == State::Unreadable)
    }

    fn hash(&self) -> Option<Hash> {
        match &self.read {
            Read::Content(content, _) => content.hash,
            _ => None,
        }
    }
}
