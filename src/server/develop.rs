//! What is done to a content: judged, made small, or made whole for browsers that cannot show it. Reads the file of any image
//! that has it, and believes no file whose hash is another by now.

use std::{
    io::{self, Read},
    path::Path,
    time::Duration,
};

use sha2::{Digest, Sha256};

use super::{
    App, Error,
    background::in_background,
    content::judged,
    db::{
        self, Tx, activity,
        contents::{self, Judgement},
        derivatives::{self, Kind},
        images::{self, Source},
        jobs::{self, Fate, Job, Priority},
    },
    ingest,
    jobs::ATTEMPTS_MAX,
    room::Turn,
    root,
    store::Store,
};
use crate::{
    folder::scan::{path_bytes, path_from_bytes},
    imaging::{self, Developed, Encoded, Format, Limits, Purpose},
    model::{ImageId, State, Window},
};

/// A decoder that does not ask for the time is left alone this much after it was over.
const GRACE: Duration = Duration::from_secs(15);
/// Who asks for something that is still to be made waits so long for it.
pub const PROVIDE_MAX: Duration = Duration::from_secs(20);

/// Writes what comes of it together with the job's end.
pub async fn perform(app: &App, job: &Job) -> Result<(), Error> {
    match job.kind {
        jobs::Kind::Develop => develop(app, job).await,
        jobs::Kind::Full => make_whole(app, job).await,
    }
}

/// What waits since the server was last here: what was given up, and what was beyond the machine and is not any more.
pub async fn resume(app: &App) -> Result<(), Error> {
    let mut tx = db::begin(&app.pool).await?;
    jobs::revive(&mut tx, ATTEMPTS_MAX).await?;
    tx.commit().await?;
    for content in contents::beyond_machine(&app.pool).await? {
        let Some(format) = Format::of_mime(&content.mime) else { continue };
        let needed = memory_needed(Some(format), content.size, content.bytes, Purpose::Develop);
        if imaging::has_decoder(format) && app.room.refuse(needed).is_none() {
            ask_anew(app, &content.hash, Priority::Backlog).await?;
        }
    }
    app.feed.committed();
    app.jobs.queued();
    Ok(())
}

/// What could not be decoded is judged once more.
async fn ask_anew(app: &App, hash: &[u8], priority: Priority) -> Result<(), Error> {
    let mut tx = db::begin(&app.pool).await?;
    jobs::queue(&mut tx, jobs::Kind::Develop, hash, priority).await?;
    contents::forget_undecoded(&mut tx, hash).await?;
    images::await_again(&mut tx, hash).await?;
    tx.commit().await?;
    app.feed.committed();
    app.jobs.queued();
    Ok(())
}

/// What a person can do about a picture that is not well.
pub async fn mend(app: &App, id: ImageId) -> Result<(), Error> {
    let mut tx = db::begin(&app.pool).await?;
    let Some((folder, path)) = images::accept(&mut tx, id).await? else { return try_again(app, id).await };
    activity::record(&mut tx, activity::Kind::Accepted, &[id]).await?;
    tx.commit().await?;
    app.folders.look(folder, path_from_bytes(&path));
    Ok(())
}

/// Somebody asks for one more attempt at what was given up.
pub async fn try_again(app: &App, id: ImageId) -> Result<(), Error> {
    let hash = images::hash_of(&app.pool, id).await?.ok_or(Error::NotFound)?;
    ask_anew(app, &hash, Priority::Arrival).await?;
    look_first(app, &[id]).await
}

/// These are seen and not developed yet.
pub async fn look_first(app: &App, ids: &[ImageId]) -> Result<(), Error> {
    if ids.len() > Window::CARDS_MAX as usize {
        return Err(Error::Refused(format!("Nobody sees more than {} pictures at once.", Window::CARDS_MAX)));
    }
    if jobs::look_at_images(&app.pool, ids).await? {
        app.jobs.queued();
    }
    Ok(())
}

/// Waits until the image is developed, or the patience is over; its state then.
pub async fn settled(app: &App, id: ImageId, patience: Duration) -> Result<State, Error> {
    let hash = images::hash_of(&app.pool, id).await?.unwrap_or_default();
    let mut ends = app.jobs.ends(&hash, patience);
    look_first(app, &[id]).await?;
    loop {
        let state = images::state_of(&app.pool, id).await?.ok_or(Error::NotFound)?;
        if state != State::Pending || !ends.next().await {
            return Ok(state);
        }
    }
}

/// Waits until the derivative lies in the store, and sees to it that it will.
pub async fn provide(app: &App, id: ImageId, hash: &[u8], kind: Kind) -> Result<(), Error> {
    let job = if kind == Kind::Full { jobs::Kind::Full } else { jobs::Kind::Develop };
    if let Fate::GivenUp(reason) = jobs::fate(&app.pool, job, hash).await? {
        return Err(Error::Refused(reason));
    }
    let is_pending = images::state_of(&app.pool, id).await? == Some(State::Pending);
    // of what cannot be decoded there never was one, and asking again makes none
    if kind != Kind::Full && !is_pending && !derivatives::is_known(&app.pool, hash, kind).await? {
        return Err(Error::NotFound);
    }
    let mut tx = db::begin(&app.pool).await?;
    jobs::queue(&mut tx, job, hash, Priority::Arrival).await?;
    jobs::look_at(&mut tx, job, hash).await?;
    tx.commit().await?;
    app.jobs.queued();
    let (path, mut ends) = (app.store.path(hash, kind), app.jobs.ends(hash, PROVIDE_MAX));
    loop {
        // asked before the store is, where it lies when the job is done
        let fate = jobs::fate(&app.pool, job, hash).await?;
        if tokio::fs::try_exists(&path).await.unwrap_or(false) {
            return Ok(());
        }
        match fate {
            Fate::Done => return Err(Error::NotFound),
            Fate::GivenUp(reason) => return Err(Error::Refused(reason)),
            Fate::Waiting if !ends.next().await => return Err(Error::NotReady),
            Fate::Waiting => {}
        }
    }
}

async fn develop(app: &App, job: &Job) -> Result<(), Error> {
    let before = contents::find(&mut *app.pool.acquire().await?, &job.hash).await?;
    let is_done = |before: &Judgement| before.thumbhash.is_none() || app.store.has_small_ones(&job.hash);
    if let Some(before) = before.as_ref().filter(|before| is_done(before)) {
        // whoever came with the same content meanwhile waits for no more than this
        let Some(mut tx) = begin_end(app, job).await? else { return Ok(()) };
        if contents::find(&mut tx, &job.hash).await?.as_ref() != Some(before) {
            return Err(Error::Refused("What is known of it changed meanwhile.".into()));
        }
        images::settle(&mut tx, &job.hash, before).await?;
        return end(app, job, tx).await;
    }
    let (mime, judgement, derived, crc32) = match open(app, &job.hash, Purpose::Develop).await? {
        Opened::Nobody => return end_of_nothing(app, job).await,
        Opened::TooLarge(source, reason) => (source.mime.clone(), beyond_machine(&source, reason), None, None),
        Opened::File(file) => {
            let (source, there, hash) = (file.source.clone(), app.clone(), job.hash.clone());
            let (developed, crc32) = in_time(move || develop_file(&there, &hash, &file)).await??;
            if developed.is_out_of_time {
                // a machine that sleeps or swaps says nothing of the picture
                return Err(out_of_time());
            }
            (source.mime.clone(), judgement_of(&source, &developed), developed.derived, Some(crc32))
        }
    };
    if let (Some(before), None) = (before, &derived) {
        // small pictures were thrown away and cannot be made here any more: what was known of it stays known
        let mut tx = db::begin(&app.pool).await?;
        jobs::bury(&mut tx, job.id, app.jobs.owner(), &judgement.reason.unwrap_or_default()).await?;
        images::settle(&mut tx, &job.hash, &before).await?;
        return end(app, job, tx).await;
    }
    let Some(mut tx) = begin_end(app, job).await? else { return Ok(()) };
    contents::put(&mut tx, &job.hash, mime.as_deref().unwrap_or_default(), &judgement, crc32).await?;
    if let Some(derived) = &derived {
        derivatives::put(&mut tx, &job.hash, Kind::Thumbnail, &derived.thumbnail).await?;
        derivatives::put(&mut tx, &job.hash, Kind::Preview, &derived.preview).await?;
    }
    images::settle(&mut tx, &job.hash, &judgement).await?;
    end(app, job, tx).await
}

/// And the checksum that archives want. Whoever waits for the thumbnail gets it while the rest is made.
fn develop_file(app: &App, hash: &[u8], file: &File) -> Result<(Developed, u32), Error> {
    let mut shown = Ok(());
    let developed = imaging::develop_with(&file.bytes, &Limits::default(), |thumbnail| {
        shown = put(&app.store, hash, Kind::Thumbnail, thumbnail);
        app.jobs.told(hash);
    });
    shown?;
    if let Some(derived) = &developed.derived {
        put(&app.store, hash, Kind::Preview, &derived.preview)?;
    }
    Ok((developed, crc32fast::hash(&file.bytes)))
}

fn judgement_of(source: &Source, developed: &Developed) -> Judgement {
    let (state, reason) = judged(developed.verdict.clone());
    let derived = developed.derived.as_ref();
    Judgement {
        state,
        reason,
        size: derived.map(|derived| (derived.width, derived.height)).or(source.size),
        thumbhash: derived.map(|derived| derived.thumbhash.clone()),
        beyond_machine: source.format().is_some_and(|format| !imaging::has_decoder(format)),
    }
}

fn beyond_machine(source: &Source, reason: String) -> Judgement {
    Judgement {
        state: State::Unsupported,
        reason: Some(reason),
        size: source.size,
        thumbhash: None,
        beyond_machine: true,
    }
}

async fn make_whole(app: &App, job: &Job) -> Result<(), Error> {
    let made = match open(app, &job.hash, Purpose::Whole).await? {
        Opened::Nobody => return end_of_nothing(app, job).await,
        Opened::TooLarge(_, reason) => Err(reason),
        Opened::File(file) => {
            let (store, hash) = (app.store.clone(), job.hash.clone());
            in_time(move || whole_file(&store, &hash, &file)).await??
        }
    };
    match made {
        Ok(whole) => {
            let Some(mut tx) = begin_end(app, job).await? else { return Ok(()) };
            derivatives::put(&mut tx, &job.hash, Kind::Full, &whole).await?;
            end(app, job, tx).await
        }
        // trying again would give the same
        Err(reason) => {
            let mut tx = db::begin(&app.pool).await?;
            jobs::bury(&mut tx, job.id, app.jobs.owner(), &reason).await?;
            end(app, job, tx).await
        }
    }
}

/// The inner error is a sentence about the picture.
fn whole_file(store: &Store, hash: &[u8], file: &File) -> Result<Result<Encoded, String>, Error> {
    let whole = imaging::full(&file.bytes, &Limits::default());
    if let Ok(whole) = &whole {
        put(store, hash, Kind::Full, whole)?;
    }
    Ok(whole)
}

fn put(store: &Store, hash: &[u8], kind: Kind, made: &Encoded) -> Result<(), Error> {
    store.put(hash, kind, &made.bytes).map_err(|source| match Error::disk(store.path(hash, kind))(source) {
        Error::Disk { path, source } => Error::Store { path, source },
        full => full,
    })
}

/// For what came of the job, unless it is another's by now. The job is locked first, as whoever queues it does: who comes
/// with the same content waits for this end, or this end sees him.
async fn begin_end(app: &App, job: &Job) -> Result<Option<Tx<'static>>, Error> {
    let mut tx = db::begin(&app.pool).await?;
    let is_ours = jobs::finish(&mut tx, job.id, app.jobs.owner()).await?;
    Ok(is_ours.then_some(tx))
}

async fn end(app: &App, job: &Job, tx: Tx<'static>) -> Result<(), Error> {
    tx.commit().await?;
    app.feed.committed();
    app.jobs.told(&job.hash);
    Ok(())
}

/// Nothing came of it, and nobody waits for it.
async fn end_of_nothing(app: &App, job: &Job) -> Result<(), Error> {
    let Some(mut tx) = begin_end(app, job).await? else { return Ok(()) };
    if images::is_awaited(&mut tx, &job.hash).await? {
        // the folder's next look says what became of the file
        return Err(Error::Refused("The file changed or went while it was looked at.".into()));
    }
    end(app, job, tx).await
}

/// A file that was read, with the memory that working on it takes.
pub struct File {
    source: Source,
    pub bytes: Vec<u8>,
    _memory: Turn,
}

enum Opened {
    File(File),
    /// It needs more memory than there is, with the reason as a sentence.
    TooLarge(Source, String),
    /// No image has the content, or none whose file is there.
    Nobody,
}

/// With the file itself.
fn memory_needed(format: Option<Format>, size: Option<(u32, u32)>, bytes: i64, purpose: Purpose) -> u64 {
    let decoding = format.zip(size).map(|(format, size)| imaging::memory_needed(format, size, purpose));
    bytes.unsigned_abs() + decoding.unwrap_or_default()
}

async fn open(app: &App, hash: &[u8], purpose: Purpose) -> Result<Opened, Error> {
    for source in images::sources(&app.pool, hash).await? {
        match open_one(app, &source, purpose).await? {
            Ok(file) if Sha256::digest(&file.bytes)[..] == *hash => return Ok(Opened::File(file)),
            Ok(_) => {}
            Err(NotOpened::TooLarge(reason)) => return Ok(Opened::TooLarge(source, reason)),
            Err(NotOpened::Gone) => check_root(app, &source).await?,
            Err(NotOpened::Forbidden) => {
                images::call_unreadable(&app.pool, source.id, hash, ingest::UNREADABLE).await?;
                app.feed.committed();
            }
        }
    }
    Ok(Opened::Nobody)
}

/// A disk that is away says nothing of its pictures.
async fn check_root(app: &App, source: &Source) -> Result<(), Error> {
    let folder = app.folders.rows().into_iter().find(|folder| path_bytes(&folder.root) == source.root);
    match folder {
        Some(folder) => {
            let id = folder.id;
            let checked = in_background(move || root::check_mark(&folder)).await?;
            checked.map(|_| ()).inspect_err(|_| app.folders.miss(id))
        }
        None => Ok(()),
    }
}

/// Why a file is not there to be worked on.
pub enum NotOpened {
    /// With the reason as a sentence.
    TooLarge(String),
    /// Or it is another by now.
    Gone,
    Forbidden,
}

/// Waits for memory, then reads the file, as far as it is as long as was noted.
pub async fn open_one(app: &App, source: &Source, purpose: Purpose) -> Result<Result<File, NotOpened>, Error> {
    let needed = memory_needed(source.format(), source.size, source.bytes, purpose);
    if let Some(reason) = app.room.refuse(needed) {
        return Ok(Err(NotOpened::TooLarge(reason)));
    }
    let memory = app.room.memory(needed).await?;
    let path = path_from_bytes(&source.root).join(path_from_bytes(&source.path));
    let length = source.bytes.unsigned_abs();
    let read = {
        let path = path.clone();
        in_time(move || read(&path, length)).await?
    };
    match read {
        Ok(Some(bytes)) => Ok(Ok(File { source: source.clone(), bytes, _memory: memory })),
        Ok(None) => Ok(Err(NotOpened::Gone)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(Err(NotOpened::Gone)),
            io::ErrorKind::PermissionDenied => {
                tracing::warn!(path = %path.display(), %error, "a file cannot be read");
                Ok(Err(NotOpened::Forbidden))
            }
            _ => Err(Error::disk(path)(error)),
        },
    }
}

/// None when something else lies there by now. No more is read than memory was taken for.
fn read(path: &Path, length: u64) -> io::Result<Option<Vec<u8>>> {
    let meta = path.metadata()?;
    if !meta.is_file() || meta.len() != length {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    std::fs::File::open(path)?.take(length).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// A decoder that does not ask for the time goes on alone when it is over, and its memory stays taken until it ends.
async fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let working = in_background(work);
    tokio::time::timeout(Limits::default().time_max + GRACE, working).await.unwrap_or_else(|_| Err(out_of_time()))
}

fn out_of_time() -> Error {
    Error::Refused(Limits::default().deadline().sentence())
}
