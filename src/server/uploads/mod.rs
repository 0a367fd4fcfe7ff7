//! Files that people send: written safely into the managed folder, then taken in by the one ingest path. Parses no requests but the
//! form's.

pub mod answers;
mod arrival;
mod beside;
mod here;
pub mod limits;
pub mod resumable;
mod turns;

use std::{
    collections::HashSet,
    io,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use futures::Stream;
use server_fn::codec::MultipartData;
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use self::{
    arrival::{Arrival, Ending},
    turns::Turns,
};
pub use self::{beside::Pictures, here::known, limits::Limits};
use super::{
    App, Error,
    background::in_background,
    db::{activity, images, jobs::Priority},
    ingest::{self, Door},
    reconcile::Hash,
    root,
};
use crate::{
    folder::{
        Seen, sidecar,
        write::{Part, Published, SafePath},
    },
    model::{Card, ImageId, Uploaded, upload::Refused},
};

/// More do not come at once: threads are there for others, too.
const LINES_MAX: usize = 200;
/// More files in one form than anyone chooses by hand.
pub const FILES_MAX: usize = 10_000;

/// What uploads share as long as the server runs.
pub struct Uploads {
    pub limits: Limits,
    /// One sends at a time, the newest.
    senders: Turns<Uuid>,
    /// The same content twice at once is taken in once.
    contents: Turns<Hash>,
    /// Each takes a thread as long as its file comes.
    lines: Arc<Semaphore>,
    /// Keys whose requests are being carried out.
    answering: Mutex<HashSet<String>>,
    run: Uuid,
}

impl Uploads {
    pub fn new(limits: Limits) -> Uploads {
        Uploads {
            limits,
            senders: Turns::default(),
            contents: Turns::default(),
            lines: Arc::new(Semaphore::new(LINES_MAX)),
            answering: Mutex::default(),
            run: Uuid::now_v7(),
        }
    }
}

impl Uploads {
    fn line(&self) -> Result<OwnedSemaphorePermit, Error> {
        self.lines.clone().try_acquire_owned().map_err(|_| Error::Busy)
    }
}

/// On the disk, fsynced, in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// None of a sidecar, which is a part of its picture.
    pub image: Option<ImageId>,
    /// The same content lay in the project before, and nothing was added.
    pub already_here: bool,
}

/// The page's form. Each file stands for itself; a form of which no file could be taken is refused as a whole.
pub async fn receive_form(app: &App, form: MultipartData) -> Result<Uploaded, Error> {
    let mut form = form.into_inner().ok_or(Error::Stopped)?;
    let mut uploaded = Uploaded::default();
    let (mut files, mut first_error, mut pictures) = (0, None, Pictures::default());
    while let Some(field) = form.next_field().await.map_err(|_| broken_off())? {
        let Some(name) = field.file_name().map(str::to_owned).filter(|name| !name.is_empty()) else { continue };
        files += 1;
        if files > FILES_MAX {
            return Err(too_many());
        }
        match receive(app, &name, &mut pictures, field).await {
            Ok(Kept { image: Some(id), .. }) => uploaded.images.extend(card(app, id).await?),
            Ok(_) => uploaded.sidecars += 1,
            Err(error) if error.is_passing() => return Err(error),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "an upload was refused");
                uploaded.refused.push(Refused { name, reason: error.sentence() });
                first_error.get_or_insert(error);
            }
        }
    }
    if uploaded.images.is_empty() && uploaded.sidecars == 0 {
        let none = || Error::Refused("Choose a file first: the form had none.".into());
        return Err(first_error.unwrap_or_else(none));
    }
    // a plain form's answer is the gallery, which counts what the feed has
    if let Err(error) = app.feed.seal().await {
        tracing::warn!(error = &error as &dyn std::error::Error, "the feed is sealed later");
    }
    Ok(uploaded)
}

async fn card(app: &App, id: ImageId) -> Result<Option<Card>, Error> {
    Ok(images::card(&mut *app.pool.acquire().await?, id).await?)
}

/// One file in one go, from any door. It has its name only when all of it is on the disk, and this returns only when it has its
/// record. The same file sent again is kept once: whoever sends it cannot know whether the first time arrived. `pictures` are those
/// that came with it.
pub async fn receive<Chunk, Break>(
    app: &App,
    name: &str,
    pictures: &mut Pictures,
    chunks: impl Stream<Item = Result<Chunk, Break>>,
) -> Result<Kept, Error>
where
    Chunk: AsRef<[u8]> + Send + 'static,
{
    let _line = app.uploads.line()?;
    root::check_mark(&app.managed)?;
    limits::check_room(app, 0).await?;
    let at_root = || Error::disk(&app.managed.root);
    let root = app.managed.root.clone();
    let part = in_background(move || Part::create(&root)).await?.map_err(at_root())?;
    let most = app.uploads.limits.file_bytes_max;
    let taken = arrival::take(Arrival::new(part), chunks, most, &app.stop, async |_| Ok(())).await?;
    match taken {
        (_, Err(error), _) => Err(at_root()(error)),
        (Arrival { part, hasher, .. }, _, Ending::Said) => {
            let (wanted, came) = (SafePath::of_name(name), Came::Wire(hasher.unwrap_or_default().hash()));
            let kept = keep(app, part, &wanted, pictures.of(name), came).await?;
            kept.image.into_iter().for_each(|image| pictures.note(name, image));
            Ok(kept)
        }
        (.., Ending::TooMuch) => Err(app.uploads.limits.too_large()),
        (.., Ending::Interrupted) => Err(Error::Stopped),
        (.., Ending::BrokenOff) => Err(broken_off()),
    }
}

/// The SHA-256 that what lies on the disk must have.
#[derive(Clone, Copy)]
enum Came {
    /// Of what came over the wire.
    Wire(Hash),
    /// What its sender said; what came was not hashed besides.
    Announced(Hash),
}

impl Came {
    fn hash(self) -> Hash {
        match self {
            Came::Wire(hash) | Came::Announced(hash) => hash,
        }
    }
}

/// The end of every way in. `beside` is the picture that a sidecar is of.
async fn keep(app: &App, part: Part, wanted: &SafePath, beside: Option<ImageId>, came: Came) -> Result<Kept, Error> {
    let (folder, hash) = (&app.managed, came.hash());
    if sidecar::is_sidecar(wanted.name.as_ref()) {
        let wanted = beside::place(app, wanted, beside).await?;
        compare(publish(app, part, &wanted).await?, hash).await?;
        return Ok(Kept { image: None, already_here: false });
    }
    let _turn = app.uploads.contents.wait(hash).await;
    if let Some(image) = here::find(app, &[hash]).await?.remove(&hash) {
        let is_other = in_background(move || {
            let is_other = matches!(came, Came::Announced(_)) && part.sha256()? != hash;
            part.discard();
            io::Result::Ok(is_other)
        });
        if is_other.await?.map_err(Error::disk(&folder.root))? {
            return Err(Error::NotAsSent);
        }
        return Ok(Kept { image: Some(image), already_here: true });
    }
    let Lying { seen, path, is_new } = publish(app, part, wanted).await?;
    let door = Door { folder, priority: Priority::Arrival, how: activity::Kind::Uploaded };
    match ingest::add(app, door, seen, Some(&hash)).await {
        // None when somebody took it out of the folder in the same moment
        Ok(image) => Ok(Kept { image: Some(image.ok_or(Error::NotFound)?), already_here: false }),
        Err(Error::NotAsSent) if is_new => {
            take_back(path).await;
            Err(Error::NotAsSent)
        }
        Err(error) => Err(error),
    }
}

/// What is no picture is not taken in, and compared here.
async fn compare(Lying { path, is_new, .. }: Lying, hash: Hash) -> Result<(), Error> {
    let read = {
        let path = path.clone();
        in_background(move || std::fs::read(path)).await?
    };
    match read {
        Ok(bytes) if Sha256::digest(&bytes)[..] == hash => Ok(()),
        Ok(_) => {
            if is_new {
                take_back(path).await;
            }
            Err(Error::NotAsSent)
        }
        Err(error) => Err(Error::disk(path)(error)),
    }
}

/// It bears the name of what was sent and is not that; the error before this one is what counts.
async fn take_back(path: PathBuf) {
    let _ = in_background(move || std::fs::remove_file(path)).await;
}

/// A file that bears its name.
struct Lying {
    seen: Seen,
    path: PathBuf,
    /// Otherwise the same lay there before, and is nobody's to take away.
    is_new: bool,
}

async fn publish(app: &App, part: Part, wanted: &SafePath) -> Result<Lying, Error> {
    let (root, wanted) = (app.managed.root.clone(), wanted.clone());
    let published = in_background(move || {
        let Published { path: below, is_new } = part.publish(&wanted)?;
        let path = root.join(&below);
        let seen = Seen::new(below, &path.symlink_metadata()?);
        Ok(Lying { seen, path, is_new })
    });
    published.await?.map_err(Error::disk(&app.managed.root))
}

pub fn too_many() -> Error {
    Error::TooLarge(format!("Upload at most {FILES_MAX} files at once."))
}

fn broken_off() -> Error {
    Error::Refused("The upload broke off before its end; nothing of this file was kept. Upload it again.".into())
}
