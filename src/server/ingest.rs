//! The one way into the catalogue: reads a file, judges it, and writes record, derivatives and activity in one transaction.
//! Every door (watcher, scan, upload) leads here. Decides nothing about what is missing: that is `reconcile`'s.

use std::{io, path::Path};

use uuid::Uuid;

use super::{
    App, Error,
    content::Content,
    db::{self, DbError, activity, derivatives::Kind, folders::FolderRow, images},
    reconcile::Known,
    store::Store,
};
use crate::{
    folder::{
        Seen,
        scan::{path_bytes, path_from_bytes},
    },
    model::{ImageId, State},
};

/// Larger files are no pictures of any camera; reading one whole would take the memory of many.
const FILE_BYTES_MAX: i64 = 1 << 30;
const SIDECAR_BYTES_MAX: u64 = 8 << 20;

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

/// Waits for a decoder, then reads, judges, and stores what it made.
pub async fn read(app: &App, root: &Path, seen: &Seen) -> Result<Read, Error> {
    let _turn = app.decoders.acquire().await.map_err(|_| Error::Stopped)?;
    let (store, root, seen) = (app.store.clone(), root.to_path_buf(), seen.clone());
    tokio::task::spawn_blocking(move || read_blocking(&store, &root, &seen)).await.map_err(|_| Error::Stopped)?
}

/// Makes the derivatives of a record again, from its file; for when somebody threw them away.
pub async fn make_again(app: &App, id: ImageId) -> Result<(), Error> {
    let file = images::original(&app.pool, id).await?.ok_or(Error::NotFound)?;
    let (root, path) = (path_from_bytes(&file.root), path_from_bytes(&file.path));
    let meta = root.join(&path).symlink_metadata().map_err(|_| Error::NotFound)?;
    read(app, &root, &Seen::new(path, &meta)).await.map(|_| ())
}

fn read_blocking(store: &Store, root: &Path, seen: &Seen) -> Result<Read, Error> {
    let path = root.join(&seen.path);
    if seen.size > FILE_BYTES_MAX {
        return Ok(Read::Content(Box::new(Content::unread(
            State::Unsupported,
            "The file is larger than 1 GiB, more than is taken in.",
        ))));
    }
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Read::Gone),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a file cannot be read");
            return Ok(Read::Content(Box::new(Content::unread(
                State::Unreadable,
                "The file cannot be read: check its permissions.",
            ))));
        }
    };
    match path.symlink_metadata() {
        Ok(meta) if Seen::new(seen.path.clone(), &meta).same_file(seen) => {}
        Ok(_) => return Ok(Read::Changing),
        Err(_) => return Ok(Read::Gone),
    }
    let content = Content::of(&bytes, sidecar(&path).as_deref());
    if let (Some(hash), Some(derived)) = (&content.hash, &content.derived) {
        for (kind, made) in [(Kind::Thumbnail, &derived.thumbnail), (Kind::Preview, &derived.preview)] {
            store.put(hash, kind, &made.bytes).map_err(Error::disk(store.path(hash, kind)))?;
        }
    }
    Ok(Read::Content(Box::new(content)))
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
pub async fn add(
    app: &App,
    folder: &FolderRow,
    seen: &Seen,
    read: Read,
    how: activity::Kind,
) -> Result<Outcome, Error> {
    let Read::Content(content) = read else { return Ok(Outcome::Later) };
    // drawn when the record is written: the order of ids is the order in which records appear
    let id = ImageId(Uuid::now_v7());
    match write(app, folder, id, seen, &content, how).await {
        Err(error) if db::is_taken(&error, images::PATH_TAKEN) => {
            // another door was faster with the same file
            let id = images::id_at(&app.pool, folder.id, path_bytes(&seen.path)).await?;
            Ok(id.map_or(Outcome::Later, |id| Outcome::Added(id, content.state)))
        }
        written => written.map(|()| Outcome::Added(id, content.state)).map_err(Error::from),
    }
}

/// A file whose record says something else: it changed, came back, or only its times did.
pub async fn update(app: &App, folder: &FolderRow, known: &Known, seen: &Seen, read: Read) -> Result<Outcome, Error> {
    let Read::Content(content) = read else { return Ok(Outcome::Later) };
    if content.hash.is_none() {
        // what is known of the content stays known
        return mark(app, folder, known, &content, seen).await.map(|()| Outcome::Updated(content.state));
    }
    let was_away = matches!(known.state, State::Missing | State::Unreadable);
    let is_same = has_content(app, known, &content).await?;
    let how = if was_away { activity::Kind::Healed } else { activity::Kind::Changed };
    if is_same && !was_away {
        images::relocate(&mut *app.pool.acquire().await?, known.id, seen).await?;
        return Ok(Outcome::Updated(content.state));
    }
    write(app, folder, known.id, seen, &content, how).await?;
    Ok(if was_away && is_same { Outcome::Healed } else { Outcome::Updated(content.state) })
}

/// A file that was found under another path. Its hash decides whether it is the same; if not, it is a new one.
pub async fn relocate(app: &App, folder: &FolderRow, known: &Known, seen: &Seen, read: Read) -> Result<Outcome, Error> {
    let Read::Content(content) = &read else { return Ok(Outcome::Later) };
    if content.hash.is_none() {
        // too large or not readable just now: what is not known of it is no reason to forget what is
        return mark(app, folder, known, content, seen).await.map(|()| Outcome::Moved);
    }
    if !has_content(app, known, content).await? {
        mark_missing(app, folder, known).await?;
        return add(app, folder, seen, read, activity::Kind::Arrived).await;
    }
    write(app, folder, known.id, seen, content, activity::Kind::Moved).await?;
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

async fn write(
    app: &App,
    folder: &FolderRow,
    id: ImageId,
    seen: &Seen,
    content: &Content,
    how: activity::Kind,
) -> Result<(), DbError> {
    let mut tx = db::begin(&app.pool).await?;
    images::put(&mut tx, id, folder, seen, content).await?;
    if let (Some(hash), Some(derived)) = (&content.hash, &content.derived) {
        db::derivatives::put(&mut tx, hash, Kind::Thumbnail, &derived.thumbnail).await?;
        db::derivatives::put(&mut tx, hash, Kind::Preview, &derived.preview).await?;
    }
    if let Some(hash) = &content.hash {
        db::crops::fulfil(&mut tx, hash, id).await?;
    }
    activity::record(&mut tx, folder.project, how, id).await?;
    tx.commit().await?;
    app.feed.committed();
    Ok(())
}
