//! Uploads that may break off and be gone on with, over restarts too. Knows no header: `http::tus` speaks the protocol.
//!
//! So many bytes as are written down in the catalogue have arrived; what lies in the part file after them was told to nobody. The
//! last of them are written down only when the whole file is kept, so whoever is told that all is there can let go of it.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use futures::Stream;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Came, Kept,
    arrival::{self, Arrival, Ending, Hasher, Mark},
    keep, limits,
    turns::Having,
};
use crate::{
    folder::write::{Part, SafePath, remove_leftovers, remove_part},
    model::ImageId,
    server::{
        App, Error,
        background::in_background,
        db::{Pool, uploads},
        reconcile::Hash,
        root,
    },
};

/// A larger file that bears its name already takes too long to be found wrong.
const READ_AGAIN_MAX: u64 = 64 << 20;

/// What a sender wants to send.
pub struct Wish {
    pub path: SafePath,
    pub size: u64,
    /// As it was sent.
    pub metadata: String,
    /// Of the whole.
    pub hash: Option<Hash>,
    /// The picture that a sidecar is of, where its sender knows.
    pub beside: Option<ImageId>,
}

/// An upload as its sender sees it.
#[derive(Debug)]
pub struct Upload {
    pub id: Uuid,
    pub size: u64,
    pub received: u64,
    pub metadata: String,
    pub expires_at: OffsetDateTime,
    pub kept: Option<Kept>,
}

/// What a sender says that one request carries.
pub enum Sum {
    Sha256(Vec<u8>),
    Sha1(Vec<u8>),
}

pub async fn begin(app: &App, wish: Wish) -> Result<Upload, Error> {
    let limits = &app.uploads.limits;
    if wish.size > limits.file_bytes_max {
        return Err(limits.too_large());
    }
    root::check_mark(&app.managed)?;
    limits::check_room(app, wish.size).await?;
    let id = Uuid::now_v7();
    let new = uploads::New {
        id,
        project: app.project,
        path: &wish.path.to_string(),
        size: wish.size,
        metadata: &wish.metadata,
        wanted_hash: wish.hash.as_ref(),
        beside: wish.beside,
        hasher: &Hasher::default().state(),
        expires_at: expires_at(app),
    };
    uploads::insert(&app.pool, new).await?;
    if wish.size > 0 {
        return find(app, id).await;
    }
    // there is nothing to be sent
    append(app, id, 0, None, futures::stream::empty::<Result<Vec<u8>, Error>>()).await
}

/// How far it is. Whoever asks goes on with it, so a line that hangs is let go of.
pub async fn look(app: &App, id: Uuid) -> Result<Upload, Error> {
    let _turn = app.uploads.senders.interrupt(id).await;
    find(app, id).await
}

async fn find(app: &App, id: Uuid) -> Result<Upload, Error> {
    Ok(upload(uploads::find(&app.pool, app.project, id).await?.ok_or(Error::NotFound)?))
}

fn upload(row: uploads::Row) -> Upload {
    let kept = row.finished.then_some(Kept { image: row.image_id, already_here: row.already_here });
    Upload {
        id: row.id,
        size: row.size,
        received: row.received,
        metadata: row.metadata,
        expires_at: row.expires_at,
        kept,
    }
}

/// Goes on with it from `offset`. What came until a line broke stays.
pub async fn append<Chunk, Break>(
    app: &App,
    id: Uuid,
    offset: u64,
    sum: Option<Sum>,
    chunks: impl Stream<Item = Result<Chunk, Break>>,
) -> Result<Upload, Error>
where
    Chunk: AsRef<[u8]> + Send + 'static,
{
    let _line = app.uploads.line()?;
    let turn = app.uploads.senders.interrupt(id).await;
    let row = uploads::find(&app.pool, app.project, id).await?.ok_or(Error::NotFound)?;
    if row.received != offset {
        return Err(Error::Conflict(format!("{} bytes have arrived: go on from there.", row.received)));
    }
    if row.finished {
        return Ok(upload(row));
    }
    root::check_mark(&app.managed)?;
    // whoever sends slowly is not given up meanwhile
    let begun = Mark { received: row.received, hasher: row.hasher.clone() };
    write_down(app, id, begun).await?;
    let part = match open(app, &row).await {
        Err(Error::NotFound) => {
            // somebody removed what had come, or it has its name already; it is begun anew
            forget(app, id).await?;
            return Err(Error::NotFound);
        }
        part => part?,
    };
    // of what is read again in a moment the sender's word is compared with that alone
    let is_hashed = row.wanted_hash.is_none() || row.size > READ_AGAIN_MAX;
    let hasher = is_hashed.then(|| Hasher::of_state(&row.hasher).ok_or(Error::NotFound)).transpose()?;
    let arrival = Arrival { part, hasher, received: offset };
    let (mut arrival, ending) = take(app, &row, arrival, sum.is_none(), chunks, &turn).await?;
    match (sum, ending) {
        (_, Ending::TooMuch) => {
            return Err(Error::TooLarge(format!("More came than the {} bytes that were announced.", row.size)));
        }
        (Some(sum), Ending::Said) => arrival = check(app, &row, arrival, sum).await?,
        (Some(_), Ending::Interrupted) => return Err(Error::Stopped),
        (Some(_), _) => return Err(Error::OtherSum("The piece broke off before its end; nothing of it was kept.")),
        (None, _) => {}
    }
    if arrival.received == row.size {
        return finish(app, row, arrival).await;
    }
    write_down(app, id, arrival.mark()).await?;
    match ending {
        Ending::Interrupted if app.stop.is_cancelled() => Err(Error::Stopped),
        _ => find(app, id).await,
    }
}

async fn open(app: &App, row: &uploads::Row) -> Result<Part, Error> {
    let (root, id, after) = (app.managed.root.clone(), row.id, row.received);
    let part = in_background(move || Part::go_on(&root, id, after)).await?;
    part.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof => Error::NotFound,
        _ => Error::disk(&app.managed.root)(error),
    })
}

/// What came is there, whatever ended it. `goes_on`: it may be written down on the way, because nothing of it is checked afterwards.
async fn take<Chunk, Break>(
    app: &App,
    row: &uploads::Row,
    arrival: Arrival,
    goes_on: bool,
    chunks: impl Stream<Item = Result<Chunk, Break>>,
    turn: &Having,
) -> Result<(Arrival, Ending), Error>
where
    Chunk: AsRef<[u8]> + Send + 'static,
{
    let ends = turn.interrupted.child_token();
    let on_stop = async { app.stop.cancelled().await };
    let (size, id) = (row.size, row.id);
    let mark = |mark: Mark| {
        let app = app.clone();
        async move {
            match goes_on && mark.received < size {
                true => write_down(&app, id, mark).await,
                false => Ok(()),
            }
        }
    };
    let taking = arrival::take(arrival, chunks, row.size, &ends, mark);
    tokio::pin!(taking);
    let taken = tokio::select! {
        taken = &mut taking => taken,
        () = on_stop => {
            ends.cancel();
            taking.await
        }
    };
    let (arrival, written, ending) = taken?;
    if let Err(error) = written {
        // what the disk took before it refused is still good, as far as nothing of it is to be checked
        if goes_on {
            write_down(app, row.id, arrival.mark()).await?;
        }
        return Err(Error::disk(&app.managed.root)(error));
    }
    Ok((arrival, ending))
}

/// What a sum is of is kept whole or not at all.
async fn check(app: &App, row: &uploads::Row, arrival: Arrival, sum: Sum) -> Result<Arrival, Error> {
    let (root, id, from) = (app.managed.root.clone(), row.id, row.received);
    let checked = in_background(move || {
        let is_so = sum.fits(&Part::path(&root, id), from)?;
        io::Result::Ok((arrival, is_so))
    });
    match checked.await?.map_err(Error::disk(&app.managed.root))? {
        (arrival, true) => Ok(arrival),
        (_, false) => Err(Error::OtherSum("The checksum is another; nothing of this piece was kept.")),
    }
}

impl Sum {
    /// Whether it is that of the file from there on.
    fn fits(self, path: &Path, from: u64) -> io::Result<bool> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        match self {
            Sum::Sha256(sum) => Ok(digest::<Sha256>(file)? == sum),
            Sum::Sha1(sum) => Ok(digest::<Sha1>(file)? == sum),
        }
    }
}

fn digest<Kind: Digest>(mut file: File) -> io::Result<Vec<u8>> {
    let (mut digest, mut buffer) = (Kind::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(digest.finalize().to_vec()),
            read => digest.update(&buffer[..read]),
        }
    }
}

async fn write_down(app: &App, id: Uuid, mark: Mark) -> Result<(), Error> {
    Ok(uploads::set_received(&app.pool, id, mark.received, &mark.hasher, expires_at(app)).await?)
}

/// All of it is there. As long as it is not kept, so much is not written down.
async fn finish(app: &App, row: uploads::Row, arrival: Arrival) -> Result<Upload, Error> {
    let came = match (arrival.hasher.map(Hasher::hash), row.wanted_hash) {
        (Some(hash), Some(announced)) if hash != announced => return not_announced(app, row.id, arrival.part).await,
        (Some(hash), _) => Came::Wire(hash),
        (None, announced) => Came::Announced(announced.ok_or(Error::NotFound)?),
    };
    match keep(app, arrival.part, &SafePath::of_path(&row.path), row.beside, came).await {
        Ok(kept) => uploads::finish(&app.pool, row.id, kept.image, kept.already_here, expires_at(app)).await?,
        Err(Error::NotAsSent) if matches!(came, Came::Announced(_)) => return not_announced(app, row.id, None).await,
        Err(error) => return Err(error),
    }
    find(app, row.id).await
}

/// The part goes, where it has no name yet.
async fn not_announced(app: &App, id: Uuid, part: impl Into<Option<Part>>) -> Result<Upload, Error> {
    uploads::delete(&app.pool, id).await?;
    if let Some(part) = part.into() {
        in_background(move || part.discard()).await?;
    }
    Err(Error::OtherSum("The file is not what was announced: its SHA-256 is another. Nothing of it was kept."))
}

/// Nobody goes on with it.
pub async fn give_up(app: &App, id: Uuid) -> Result<(), Error> {
    let _turn = app.uploads.senders.interrupt(id).await;
    if forget(app, id).await? { Ok(()) } else { Err(Error::NotFound) }
}

/// The part first: what has no record is found by nobody.
async fn forget(app: &App, id: Uuid) -> Result<bool, Error> {
    remove(app, id).await?;
    Ok(uploads::delete(&app.pool, id).await?)
}

async fn remove(app: &App, id: Uuid) -> Result<(), Error> {
    let root = app.managed.root.clone();
    in_background(move || remove_part(&root, id)).await?.map_err(Error::disk(&app.managed.root)).map(drop)
}

fn expires_at(app: &App) -> OffsetDateTime {
    OffsetDateTime::now_utc() + app.uploads.limits.expire_after
}

/// Before anybody sends: removes part files that nobody can go on with.
pub async fn clear(pool: &Pool, root: &Path) -> Result<(), Error> {
    let under_way: HashSet<Uuid> = uploads::under_way(pool).await?.into_iter().collect();
    let folder = root.to_path_buf();
    in_background(move || remove_leftovers(&folder, &under_way)).await?.map_err(Error::disk(root))
}

/// What expired until now.
pub async fn sweep(app: &App) -> Result<(), Error> {
    for id in uploads::expired(&app.pool).await? {
        // somebody may have gone on with it in this moment
        let _turn = app.uploads.senders.wait(id).await;
        if uploads::delete_expired(&app.pool, id).await? {
            remove(app, id).await?;
        }
    }
    Ok(())
}
