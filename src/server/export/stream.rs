//! Any stretch of an archive as bytes, read from the files as it is sent, on a thread of its own. A file that is not what it was has
//! zeros in its place and in the list of hashes: what was promised keeps its length, and the check fails for exactly that file.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    time::Duration,
};

use crc32fast::Hasher as Crc32;
use futures::Stream;
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, mpsc},
};
use uuid::Uuid;

use super::{Layout, archive::Piece, prepare::Stat};
use crate::{
    folder::scan::path_from_bytes,
    model::export::ExportState,
    server::{
        App, Error,
        db::exports::{self, FileState},
    },
};

/// Read and sent at once.
const BUFFER_BYTES: usize = 512 << 10;
/// Whoever takes nothing for so long has gone.
const SILENCE_MAX: Duration = Duration::from_secs(60);
/// Read ahead of the line.
const BUFFERS_AHEAD: usize = 4;

/// An archive that can be fetched.
pub struct Opened {
    id: Uuid,
    pub name: String,
    pub bytes: u64,
    /// Another one when the same bytes would not be sent again.
    pub version: String,
    layout: Layout,
    _line: OwnedSemaphorePermit,
}

/// Whoever fetches it keeps it for another day.
pub async fn open(app: &App, id: Uuid) -> Result<Opened, Error> {
    let row = super::row(app, id).await?;
    match row.state {
        ExportState::Preparing => return Err(Error::NotReady),
        ExportState::Failed => return Err(Error::Refused(row.error.unwrap_or_default())),
        ExportState::Ready => {}
    }
    let line = app.exports.lines.clone().try_acquire_owned().map_err(|_| Error::Busy)?;
    exports::prolong(&app.pool, id, super::expires_at()).await?;
    let layout = super::layout(app, &row).await?;
    let version = format!("{id}-{}", row.broken);
    Ok(Opened { id, name: row.name, bytes: layout.archive.len(), version, layout, _line: line })
}

/// Ends early only when the database goes, and then so that whoever fetches it notices.
pub fn send(app: App, opened: Opened, range: Range<u64>) -> impl Stream<Item = Result<Vec<u8>, Error>> {
    let (sender, receiver) = mpsc::channel(BUFFERS_AHEAD);
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let broken =
            opened.layout.files.iter().enumerate().filter(|(_, file)| file.ready.state == Some(FileState::Broken));
        let broken = broken.map(|(entry, _)| entry).collect();
        let mut sending = Sending { app, opened, broken, list: None, sender, runtime };
        if let Err(End::Failed(error)) = sending.all(range) {
            // whoever fetches it may have gone
            let _ = sending.sender.try_send(Err(error));
        }
    });
    futures::stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)))
}

struct Sending {
    app: App,
    opened: Opened,
    /// Entries that are not what they were.
    broken: HashSet<usize>,
    /// The list of hashes, once everything before it was sent.
    list: Option<String>,
    sender: mpsc::Sender<Result<Vec<u8>, Error>>,
    runtime: Handle,
}

enum End {
    /// Nobody fetches any more.
    Left,
    Failed(Error),
}

impl From<Error> for End {
    fn from(error: Error) -> End {
        End::Failed(error)
    }
}

impl Sending {
    fn all(&mut self, range: Range<u64>) -> Result<(), End> {
        let mut at = range.start;
        loop {
            if at >= self.opened.layout.archive.begin_of(self.opened.layout.files.len()) {
                self.settle_list()?;
            }
            let Some(piece) = self.opened.layout.archive.piece(at, range.end) else { return Ok(()) };
            at += piece.length();
            match piece {
                Piece::Bytes(bytes) => self.put(bytes)?,
                Piece::File { entry, from, length } => self.file(entry, from, length)?,
            }
        }
    }

    fn put(&self, bytes: Vec<u8>) -> Result<(), End> {
        let sending = tokio::time::timeout(SILENCE_MAX, self.sender.send(Ok(bytes)));
        match self.runtime.block_on(sending) {
            Ok(Ok(())) => Ok(()),
            _ => Err(End::Left),
        }
    }

    fn file(&mut self, entry: usize, from: u64, length: u64) -> Result<(), End> {
        let text = match self.opened.layout.files.get(entry) {
            None => self.list.as_ref(),
            Some(file) => file.body.as_ref(),
        };
        if let Some(text) = text {
            let (from, length) = (from as usize, length as usize);
            return self.put(text.as_bytes()[from..from + length].to_vec());
        }
        let sent = if self.broken.contains(&entry) { 0 } else { self.whole(entry, from, length)? };
        self.zeros(length - sent)
    }

    /// How much of the file was sent; what it lacks is told of.
    fn whole(&mut self, entry: usize, from: u64, length: u64) -> Result<u64, End> {
        let mut sent = 0;
        let mut crc32 = Crc32::new();
        match self.open(entry, from) {
            Ok(mut file) => {
                while sent < length {
                    let mut buffer = vec![0; BUFFER_BYTES.min((length - sent) as usize)];
                    let read = match file.read(&mut buffer) {
                        Ok(0) | Err(_) => break,
                        Ok(read) => read,
                    };
                    buffer.truncate(read);
                    crc32.update(&buffer);
                    sent += read as u64;
                    self.put(buffer)?;
                }
            }
            Err(error) => tracing::info!(%error, "a file of an export is not what it was"),
        }
        let ready = &self.opened.layout.files[entry].ready;
        let is_other = from == 0 && length == ready.size && crc32.finalize() != ready.crc32;
        if sent < length || is_other {
            self.call_broken(entry)?;
        }
        Ok(sent)
    }

    fn open(&self, entry: usize, from: u64) -> io::Result<File> {
        let ready = &self.opened.layout.files[entry].ready;
        let mut file = File::open(path_from_bytes(ready.source.as_deref().unwrap_or_default()))?;
        if Stat::of_meta(&file.metadata()?) != (Stat { size: ready.size, mtime_ns: ready.mtime_ns }) {
            return Err(io::Error::other("it was changed"));
        }
        file.seek(SeekFrom::Start(from))?;
        Ok(file)
    }

    fn zeros(&self, mut length: u64) -> Result<(), End> {
        while length > 0 {
            let next = length.min(BUFFER_BYTES as u64);
            self.put(vec![0; next as usize])?;
            length -= next;
        }
        Ok(())
    }

    fn call_broken(&mut self, entry: usize) -> Result<(), End> {
        let position = self.opened.layout.files[entry].position;
        self.broken.insert(entry);
        let noting = exports::set_broken(&self.app.pool, self.opened.id, position);
        Ok(self.runtime.block_on(noting).map_err(Error::from)?)
    }

    /// Once all before it was sent, be it by this stream or by others.
    fn settle_list(&mut self) -> Result<(), End> {
        if self.list.is_some() {
            return Ok(());
        }
        let positions = exports::broken(&self.app.pool, self.opened.id);
        let positions: HashSet<i32> = self.runtime.block_on(positions).map_err(Error::from)?.into_iter().collect();
        let layout = &mut self.opened.layout;
        self.broken.extend(
            layout
                .files
                .iter()
                .enumerate()
                .filter(|(_, file)| positions.contains(&file.position))
                .map(|(entry, _)| entry),
        );
        let list = layout.list(&self.broken);
        layout.archive.set_crc32(layout.files.len(), crc32fast::hash(list.as_bytes()));
        self.list = Some(list);
        Ok(())
    }
}
