//! Files that people send: written safely into the managed folder, then taken in by the one ingest path. Parses no requests but the form's.

use futures::{Stream, StreamExt, pin_mut};
use server_fn::codec::MultipartData;

use super::{
    App, Error,
    background::in_background,
    db::{activity, images, jobs::Priority},
    ingest::{self, Door},
    root,
};
use crate::{
    folder::{Seen, write},
    model::{Card, ImageId, Uploaded, upload::Refused},
};

/// More files in one form than anyone chooses by hand.
const FILES_MAX: usize = 10_000;
/// One file; what is larger is no picture, and the disk is everybody's.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// The page's form. Each file stands for itself; a form of which no file could be taken is refused as a whole.
pub async fn receive_form(app: &App, form: MultipartData) -> Result<Uploaded, Error> {
    let mut form = form.into_inner().ok_or(Error::Stopped)?;
    let mut uploaded = Uploaded::default();
    let (mut files, mut first_error) = (0, None);
    while let Some(field) = form.next_field().await.map_err(|_| broken_off())? {
        let Some(name) = field.file_name().map(str::to_owned).filter(|name| !name.is_empty()) else { continue };
        files += 1;
        if files > FILES_MAX {
            return Err(Error::Refused(format!("Upload at most {FILES_MAX} files at once.")));
        }
        match receive(app, &name, field).await {
            Ok(id) => uploaded.images.extend(card(app, id).await?),
            Err(error) if error.is_passing() => return Err(error),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "an upload was refused");
                uploaded.refused.push(Refused { name, reason: error.sentence() });
                first_error.get_or_insert(error);
            }
        }
    }
    if uploaded.images.is_empty() {
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

/// One file from any door. It has its name only when all of it is on the disk, and this returns only when it has its record.
/// The same file sent again under the same name is kept once: whoever sends it cannot know whether the first time arrived.
pub async fn receive<Chunk, Break>(
    app: &App,
    name: &str,
    chunks: impl Stream<Item = Result<Chunk, Break>>,
) -> Result<ImageId, Error>
where
    Chunk: AsRef<[u8]> + Send + 'static,
{
    let folder = &app.managed;
    let at_root = || Error::disk(&folder.root);
    root::check_mark(folder)?;
    pin_mut!(chunks);
    let mut part = in_background({
        let root = folder.root.clone();
        move || write::Part::create(&root)
    })
    .await?
    .map_err(at_root())?;
    let mut bytes = 0;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| broken_off())?;
        bytes += chunk.as_ref().len() as u64;
        if bytes > FILE_BYTES_MAX {
            return Err(Error::Refused("A file may have 1 GiB at most.".into()));
        }
        part = in_background(move || part.write(chunk.as_ref()).map(|()| part)).await?.map_err(at_root())?;
    }
    let wanted = write::safe_name(name);
    let published = in_background(move || part.publish(&wanted)).await?.map_err(at_root())?;
    let meta = folder.root.join(&published).symlink_metadata().map_err(at_root())?;
    let seen = Seen::new(published, &meta);
    let door = Door { folder, priority: Priority::Arrival, how: activity::Kind::Uploaded };
    // None when somebody took it out of the folder in the same moment
    ingest::add(app, door, seen).await?.ok_or(Error::NotFound)
}

fn broken_off() -> Error {
    Error::Refused("The upload broke off before its end; nothing of this file was kept. Upload it again.".into())
}
