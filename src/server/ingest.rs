//! The one way into the catalogue: reads a file, and writes its record, its activity and the job of developing it in one
//! transaction. Every door (watcher, scan, upload, crop) leads here. Decodes nothing, and decides nothing about what is missing.

use std::{io, path::Path};

use uuid::Uuid;

use super::{
    App, Error,
    background::in_background,
    content::Content,
    db::{
        self, DbError, activity, contents,
        folders::FolderRow,
        images,
        jobs::{self, Priority},
    },
    reconcile::Known,
};
use crate::{
    folder::{Seen, scan::path_bytes},
    model::{ImageId, State},
};

/// Larger files are no pictures of any camera; reading one whole would take the memory of many.
const FILE_BYTES_MAX: i64 = 1 << 30;
const SIDECAR_BYTES_MAX: u64 = 8 << 20;

pub const UNREADABLE: &str = "The file cannot be read: check its permissions.";

/// A file as it was read.
pub enum Read {
    Content(Box<Content>),
    /// It went before it could be read.
    Gone,
    /// It changed while it was being read: whoever writes it will be done sometime.
    Changing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Added(ImageId, State),
    Updated(State),
    Healed,
    Moved,
    /// Gone or still changing: looked at again when the next hint or scan says so.
    Later,
}

/// Through which door a file comes in.
#[derive(Clone, Copy)]
pub struct Door<'a> {
    pub folder: &'a FolderRow,
    /// Of developing it.
    pub priority: Priority,
}

/// Waits until there is memory for the file, then reads it and looks into it. Nothing is decoded.
pub async fn read(app: &App, root: &Path, seen: &Seen) -> Result<Read, Error> {
    let memory = app.room.intake(seen.size.unsigned_abs()).await?;
    let (root, seen) = (root.to_path_buf(), seen.clone());
    let reading = in_background(move || {
        let _memory = memory;
        read_blocking(&root, &seen)
    });
    reading.await
}

fn read_blocking(root: &Path, seen: &Seen) -> Read {
    let path = root.join(&seen.path);
    let unread = |state, reason| Read::Content(Box::new(Content::unread(state, reason)));
    if seen.size > FILE_BYTES_MAX {
        return unread(State::Unsupported, "The file is larger than 1 GiB, more than is taken in.");
    }
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Read::Gone,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a file cannot be read");
            return unread(State::Unreadable, UNREADABLE);
        }
    };
    match path.symlink_metadata() {
        Ok(meta) if Seen::new(seen.path.clone(), &meta).same_file(seen) => {}
        Ok(_) => return Read::Changing,
        Err(_) => return Read::Gone,
    }
    Read::Content(Box::new(Content::of(&bytes, sidecar(&path).as_deref())))
}

/// The XMP file that other programs lay beside a picture, under either of two names.
fn sidecar(picture: &Path) -> Option<Vec<u8>> {
    let mut longer = picture.as_os_str().to_owned();
    longer.push(".xmp");
    [picture.with_extension("xmp"), picture.with_extension("XMP"), longer.into()].iter().find_map(|path| {
        let is_sane = path.metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= SIDECAR_BYTES_MAX);
        if is_sane { std::fs::read(path).ok() } else { None }
    })
}

/// A file that had no record.
pub async fn add(app: &App, door: Door<'_>, seen: &Seen, read: Read, how: activity::Kind) -> Result<Outcome, Error> {
    let Read::Content(mut content) = read else { return Ok(Outcome::Later) };
    // drawn when the record is written: the order of ids is the order in which records appear
    let id = ImageId(Uuid::now_v7());
    match write(app, door, id, seen, &mut content, how).await {
        Err(error) if db::is_taken(&error, images::PATH_TAKEN) => {
            // another door was faster with the same file
            let id = images::id_at(&app.pool, door.folder.id, path_bytes(&seen.path)).await?;
            Ok(id.map_or(Outcome::Later, |id| Outcome::Added(id, content.state)))
        }
        written => written.map(|()| Outcome::Added(id, content.state)).map_err(Error::from),
    }
}

/// A file whose record says something else: it changed, came back, or only its times did.
pub async fn update(app: &App, door: Door<'_>, known: &Known, seen: &Seen, read: Read) -> Result<Outcome, Error> {
    let Read::Content(mut content) = read else { return Ok(Outcome::Later) };
    if content.hash.is_none() {
        // what is known of the content stays known
        return mark(app, door.folder, known, &content, seen).await.map(|()| Outcome::Updated(content.state));
    }
    let was_away = matches!(known.state, State::Missing | State::Unreadable);
    let is_same = has_content(app, known, &content).await?;
    let how = if was_away { activity::Kind::Healed } else { activity::Kind::Changed };
    // what was once too large to be read is judged by what it is now
    if is_same && !was_away && known.state != State::Unsupported {
        images::relocate(&mut *app.pool.acquire().await?, known.id, seen).await?;
        return Ok(Outcome::Updated(content.state));
    }
    write(app, door, known.id, seen, &mut content, how).await?;
    Ok(if was_away && is_same { Outcome::Healed } else { Outcome::Updated(content.state) })
}

/// A file that was found under another path. Its hash decides whether it is the same; if not, it is a new one.
pub async fn relocate(app: &App, door: Door<'_>, known: &Known, seen: &Seen, mut read: Read) -> Result<Outcome, Error> {
    let Read::Content(content) = &mut read else { return Ok(Outcome::Later) };
    if content.hash.is_none() {
        // too large or not readable just now: what is not known of it is no reason to forget what is
        return mark(app, door.folder, known, content, seen).await.map(|()| Outcome::Moved);
    }
    if !has_content(app, known, content).await? {
        mark_missing(app, door.folder, known).await?;
        return add(app, door, seen, read, activity::Kind::Arrived).await;
    }
    write(app, door, known.id, seen, content, activity::Kind::Moved).await?;
    Ok(Outcome::Moved)
}

pub async fn mark_missing(app: &App, folder: &FolderRow, known: &Known) -> Result<(), Error> {
    let mut tx = db::begin(&app.pool).await?;
    images::set_state(&mut tx, known.id, State::Missing, Some("The file is gone from its folder.")).await?;
    activity::record(&mut tx, folder.project, activity::Kind::Missing, known.id).await?;
    tx.commit().await?;
    app.feed.committed();
    Ok(())
}

async fn mark(app: &App, folder: &FolderRow, known: &Known, content: &Content, seen: &Seen) -> Result<(), Error> {
    let mut tx = db::begin(&app.pool).await?;
    images::relocate(&mut tx, known.id, seen).await?;
    images::set_state(&mut tx, known.id, content.state, content.reason.as_deref()).await?;
    activity::record(&mut tx, folder.project, activity::Kind::Changed, known.id).await?;
    tx.commit().await?;
    app.feed.committed();
    Ok(())
}

async fn has_content(app: &App, known: &Known, content: &Content) -> Result<bool, Error> {
    let hash = images::hash_of(&app.pool, known.id).await?;
    Ok(content.hash.is_some() && hash.as_deref() == content.hash.as_ref().map(|hash| &hash[..]))
}

/// Settles the content where the same bytes were developed before; else they wait for it, with their job.
async fn write(
    app: &App,
    door: Door<'_>,
    id: ImageId,
    seen: &Seen,
    content: &mut Content,
    how: activity::Kind,
) -> Result<(), DbError> {
    let mut tx = db::begin(&app.pool).await?;
    if let (Some(hash), State::Pending) = (&content.hash, content.state) {
        match contents::find(&mut tx, hash).await? {
            Some(before) => content.settle(before),
            None => jobs::queue(&mut tx, jobs::Kind::Develop, hash, door.priority).await?,
        }
    }
    images::put(&mut tx, id, door.folder, seen, content).await?;
    if let Some(hash) = &content.hash {
        db::crops::fulfil(&mut tx, hash, id).await?;
    }
    activity::record(&mut tx, door.folder.project, how, id).await?;
    tx.commit().await?;
    app.feed.committed();
    app.jobs.queued();
    Ok(())
}
