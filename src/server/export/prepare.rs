//! Looks at each file of an export, makes what is to be made, and notes sizes and sums. Sends nothing.

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, Read},
    os::unix::{
        ffi::OsStrExt,
        fs::{MetadataExt, OpenOptionsExt},
    },
    path::Path,
    time::Duration,
};

use crc32fast::Hasher as Crc32;
use futures::{StreamExt, stream};
use rustix::fs::OFlags;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::spool;
use crate::{
    folder::scan::path_from_bytes,
    imaging::{self, Limits, Purpose},
    model::{ImageId, export::What},
    server::{
        App, Error,
        background::in_background,
        db::{
            contents,
            derivatives::Kind,
            exports::{self, FileState, Ready, Source},
            images,
        },
        develop,
        uploads::limits,
    },
};

/// Looked at together, and then written down.
const FILES_AT_ONCE: i64 = 256;
/// At once; what is made takes a core and its memory besides.
const TOGETHER: usize = 4;
/// Until the database is asked again when it is away.
const PAUSE: Duration = Duration::from_secs(2);

/// Until it is ready or cannot become so. Goes on where a former run ended.
pub(super) async fn run(app: App, id: Uuid) {
    loop {
        let prepared = app.stop.run_until_cancelled(prepare(&app, id)).await;
        let error = match prepared {
            None | Some(Ok(())) => return,
            // nobody wants it any more
            Some(Err(Error::NotFound)) => return drop_spool(&app, id).await,
            Some(Err(error)) => error,
        };
        if !matches!(error, Error::Away(_) | Error::NotReady) {
            tracing::error!(error = &error as &dyn std::error::Error, export = %id, "an export failed");
            drop_spool(&app, id).await;
            match exports::fail(&app.pool, id, &error.sentence()).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, "that an export failed is written down later"),
            }
        }
        if app.stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_none() {
            return;
        }
    }
}

/// What was made for it is of no use.
async fn drop_spool(app: &App, id: Uuid) {
    let spool = spool(app, id);
    // what stays goes at the next start
    let _ = in_background(move || super::remove(&spool)).await;
}

async fn prepare(app: &App, id: Uuid) -> Result<(), Error> {
    let _turn = app.exports.preparing.acquire().await.map_err(|_| Error::Stopped)?;
    let Some(mut from) = exports::first_unprepared(&app.pool, id).await? else { return finish(app, id).await };
    loop {
        let export = super::row(app, id).await?;
        if export.what == What::Jpeg.name() {
            limits::check_room(app, 0).await?;
        }
        let files = exports::files(&app.pool, id, from, FILES_AT_ONCE).await?;
        let Some(last) = files.last() else { return finish(app, id).await };
        from = last.position + 1;
        let images: Vec<Uuid> = files.iter().map(|file| file.image.0).collect();
        let sources = exports::sources(&app.pool, &images).await?;
        let sources: HashMap<ImageId, Source> = sources.into_iter().map(|source| (source.id, source)).collect();
        let looks = files.into_iter().filter(|file| file.ready.state.is_none()).map(|file| {
            let (export, source) = (&export, sources.get(&file.image));
            async move { Ok((file.position, look(app, export, &file, source).await?)) }
        });
        let ready: Vec<Result<(i32, Ready), Error>> = stream::iter(looks).buffered(TOGETHER).collect().await;
        let ready = ready.into_iter().collect::<Result<Vec<_>, _>>()?;
        exports::set_ready(&app.pool, id, &ready).await?;
    }
}

async fn finish(app: &App, id: Uuid) -> Result<(), Error> {
    let export = super::row(app, id).await?;
    let length = app.exports.layouts.of(app, &export).await?.archive.len();
    Ok(exports::finish(&app.pool, id, length).await?)
}

async fn look(app: &App, export: &exports::Row, file: &exports::File, source: Option<&Source>) -> Result<Ready, Error> {
    if let Some(body) = &file.body {
        return Ok(of_text(body, export));
    }
    let Some(source) = source else { return Ok(absent()) };
    let looked = match export.what.as_str() {
        "originals" => of_original(app, source).await,
        "previews" => of_preview(app, source).await,
        _ => of_jpeg(app, export, file, source).await,
    };
    match looked {
        Ok(ready) => Ok(ready.unwrap_or_else(absent)),
        // one that breaks takes no other with it
        Err(error @ (Error::Disk { .. } | Error::Refused(_) | Error::NotFound | Error::Stopped))
            if !app.stop.is_cancelled() =>
        {
            tracing::info!(%error, "a file is left out of an export");
            Ok(absent())
        }
        Err(error) => Err(error),
    }
}

fn absent() -> Ready {
    Ready { state: Some(FileState::Absent), ..Ready::default() }
}

fn of_text(body: &str, export: &exports::Row) -> Ready {
    Ready {
        source: None,
        size: body.len() as u64,
        mtime_ns: i64::try_from(export.created_at.unix_timestamp_nanos()).unwrap_or_default(),
        crc32: crc32fast::hash(body.as_bytes()),
        hash: Some(Sha256::digest(body).into()),
        state: Some(FileState::Whole),
    }
}

/// As it was when it was read last, its sums are known; otherwise it is read.
async fn of_original(app: &App, source: &Source) -> Result<Option<Ready>, Error> {
    let path = path_from_bytes(&source.root).join(path_from_bytes(&source.path));
    let known = source.hash.as_ref().and_then(|hash| hash.as_slice().try_into().ok()).zip(source.crc32);
    let noted = (source.size, source.mtime_ns);
    let looked = in_background(move || -> io::Result<(Ready, bool)> {
        let seen = Stat::of(&path)?;
        match known.filter(|_| (seen.size.cast_signed(), seen.mtime_ns) == noted) {
            Some((hash, crc32)) => Ok((seen.ready(&path, crc32.cast_unsigned(), hash), true)),
            None => Ok((read(&path)?, false)),
        }
    });
    let Some((ready, was_known)) = there(looked.await?)? else { return Ok(None) };
    if let (false, Some(hash)) = (was_known, ready.hash) {
        contents::set_crc32(&app.pool, &hash, ready.crc32).await?;
    }
    Ok(Some(ready))
}

async fn of_preview(app: &App, source: &Source) -> Result<Option<Ready>, Error> {
    let Some(hash) = &source.hash else { return Ok(None) };
    let path = app.store.path(hash, Kind::Preview);
    if !tokio::fs::try_exists(&path).await.unwrap_or(false)
        && !is_made(develop::provide(app, source.id, hash, Kind::Preview).await)?
    {
        return Ok(None);
    }
    there(in_background(move || read(&path)).await?)
}

async fn of_jpeg(
    app: &App,
    export: &exports::Row,
    file: &exports::File,
    source: &Source,
) -> Result<Option<Ready>, Error> {
    let Some(original) = images::original(&app.pool, source.id).await? else { return Ok(None) };
    let core = app.room.core().await?;
    let Ok(opened) = develop::open_one(app, &original.source, Purpose::Whole).await? else { return Ok(None) };
    let (folder, edge, quality) = (spool(app, export.id), export.edge, export.quality);
    let path = folder.join(format!("{}.jpg", file.position));
    let at = path.clone();
    let made = in_background(move || -> io::Result<Option<Ready>> {
        let _core = core;
        let Ok(jpeg) = imaging::jpeg(&opened.bytes, edge, quality, &Limits::default()) else { return Ok(None) };
        std::fs::create_dir_all(&folder)?;
        std::fs::write(&path, &jpeg.bytes)?;
        read(&path).map(Some)
    });
    made.await?.map_err(Error::disk(at))
}

/// Of what cannot be decoded nothing is made; what is away or full is another matter.
fn is_made(provided: Result<(), Error>) -> Result<bool, Error> {
    match provided {
        Ok(()) => Ok(true),
        Err(Error::NotFound | Error::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What cannot be read is not there for an export.
fn there<T>(looked: io::Result<T>) -> Result<Option<T>, Error> {
    match looked {
        Ok(looked) => Ok(Some(looked)),
        Err(error) => {
            tracing::info!(%error, "a file is left out of an export");
            Ok(None)
        }
    }
}

/// As far as a file can be told from another without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) size: u64,
    pub(super) mtime_ns: i64,
}

impl Stat {
    fn of(path: &Path) -> io::Result<Stat> {
        // a link leads elsewhere
        let meta = path.symlink_metadata()?;
        if !meta.is_file() {
            return Err(io::Error::other("no file"));
        }
        Ok(Stat::of_meta(&meta))
    }

    pub(super) fn of_meta(meta: &std::fs::Metadata) -> Stat {
        let mtime_ns = meta.mtime().saturating_mul(1_000_000_000).saturating_add(meta.mtime_nsec());
        Stat { size: meta.len(), mtime_ns }
    }

    fn ready(self, path: &Path, crc32: u32, hash: [u8; 32]) -> Ready {
        Ready {
            source: Some(path.as_os_str().as_bytes().to_vec()),
            size: self.size,
            mtime_ns: self.mtime_ns,
            crc32,
            hash: Some(hash),
            state: Some(FileState::Whole),
        }
    }
}

/// Never what a link leads to.
pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(OFlags::NOFOLLOW.bits().cast_signed()).open(path)
}

/// Reads all of it for its sums. One that is written meanwhile is not there yet.
fn read(path: &Path) -> io::Result<Ready> {
    let seen = Stat::of(path)?;
    let (mut file, mut buffer) = (open(path)?, vec![0; 1 << 20]);
    let (mut crc32, mut hash, mut length) = (Crc32::new(), Sha256::new(), 0);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        crc32.update(&buffer[..read]);
        hash.update(&buffer[..read]);
        length += read as u64;
    }
    if Stat::of(path)? != seen || length != seen.size {
        return Err(io::Error::other("it is being written"));
    }
    Ok(seen.ready(path, crc32.finalize(), hash.finalize().into()))
}
