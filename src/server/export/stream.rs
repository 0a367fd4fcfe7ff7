//! Any stretch of an archive as bytes, read from the files as it is sent, on a thread of its own. A file that is not what it was
//! has zeros in its place and in the list of hashes: what was promised keeps its length, and the check fails for exactly that file.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    sync::Arc,
    time::Duration,
};

use crc32fast::Hasher as Crc32;
use futures::Stream;
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, mpsc},
};
use uuid::Uuid;

use super::{
    archive::{Entry, Piece},
    layout::{Files, Layout},
    prepare::{Stat, open},
};
use crate::{
    folder::scan::path_from_bytes,
    model::export::ExportState,
    server::{
        App, Error,
        db::exports::{self, Ready},
    },
};

/// Read and sent at once.
const BUFFER_BYTES: usize = 512 << 10;
/// Whoever takes nothing for so long has gone. A buffer of it goes to a line of 2 kB a second.
const SILENCE_MAX: Duration = Duration::from_secs(300);
/// Read ahead of the line.
const BUFFERS_AHEAD: usize = 4;

/// An archive that can be fetched.
pub struct Found {
    id: Uuid,
    pub name: String,
    pub bytes: u64,
    /// Another one when the same bytes would not be sent again.
    pub version: String,
    layout: Arc<Layout>,
}

pub async fn find(app: &App, id: Uuid) -> Result<Found, Error> {
    let row = super::row(app, id).await?;
    match row.state {
        ExportState::Preparing => return Err(Error::NotReady),
        ExportState::Failed => return Err(Error::Refused(row.error.unwrap_or_default())),
        ExportState::Ready => {}
    }
    let layout = app.exports.layouts.of(app, &row).await?;
    let version = format!("{id}-{}", row.broken);
    Ok(Found { id, name: row.name, bytes: layout.archive.len(), version, layout })
}

/// Ends early only when the database goes, and then so that whoever fetches it notices. As long as it is fetched, it is kept.
pub async fn send(
    app: App,
    found: Found,
    range: Range<u64>,
) -> Result<impl Stream<Item = Result<Vec<u8>, Error>>, Error> {
    let line = app.exports.lines.clone().try_acquire_owned().map_err(|_| Error::Busy)?;
    exports::prolong(&app.pool, found.id, super::expires_at()).await?;
    let broken = exports::broken(&app.pool, found.id).await?.into_iter().collect();
    let (sender, receiver) = mpsc::channel(BUFFERS_AHEAD);
    let runtime = Handle::current();
    let files = Files::of(app.pool.clone(), Arc::clone(&found.layout));
    let Found { id, layout, .. } = found;
    let mut sending = Sending { app, id, layout, files, broken, list_crc32: None, sender, runtime, _line: line };
    tokio::task::spawn_blocking(move || {
        if let Err(End::Failed(error)) = sending.all(range) {
            // whoever fetches it may have gone
            let _ = sending.sender.try_send(Err(error));
        }
    });
    Ok(futures::stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver))))
}

struct Sending {
    app: App,
    id: Uuid,
    layout: Arc<Layout>,
    files: Files,
    /// Positions of files that are not what they were.
    broken: HashSet<i32>,
    /// Of the list of hashes, once everything before it was sent.
    list_crc32: Option<u32>,
    sender: mpsc::Sender<Result<Vec<u8>, Error>>,
    runtime: Handle,
    _line: OwnedSemaphorePermit,
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
        let (layout, mut at) = (Arc::clone(&self.layout), range.start);
        loop {
            if at >= layout.list_begin() {
                self.settle_list()?;
            }
            let Some(piece) = layout.archive.piece(at, range.end, |entry| self.entry(entry))? else { return Ok(()) };
            at += piece.length();
            match piece {
                Piece::Bytes(bytes) => self.put(bytes)?,
                Piece::File { entry, from, length } if entry == layout.list() => self.list(from, length)?,
                Piece::File { entry, from, length } => self.file(entry, from, length)?,
            }
        }
    }

    fn entry(&mut self, entry: usize) -> Result<Entry, Error> {
        if entry == self.layout.list() {
            return Ok(self.layout.list_entry(self.list_crc32.unwrap_or_default()));
        }
        self.runtime.block_on(self.files.entry(entry))
    }

    fn put(&self, bytes: Vec<u8>) -> Result<(), End> {
        self.runtime.block_on(put(&self.sender, bytes))
    }

    fn file(&mut self, entry: usize, from: u64, length: u64) -> Result<(), End> {
        let file = self.runtime.block_on(self.files.get(entry))?;
        if let Some(text) = &file.body {
            let bytes = text.as_bytes()[from as usize..(from + length) as usize].to_vec();
            return self.put(bytes);
        }
        let position = file.position;
        let sent = if self.broken.contains(&position) {
            0
        } else {
            let source = Source::of(&file.ready);
            let Sent { bytes, is_whole } = self.send(&source, from, length)?;
            if !is_whole {
                self.broken.insert(position);
                let noting = exports::set_broken(&self.app.pool, self.id, position);
                self.runtime.block_on(noting).map_err(Error::from)?;
            }
            bytes
        };
        self.zeros(length - sent)
    }

    fn send(&self, source: &Source, from: u64, length: u64) -> Result<Sent, End> {
        let (mut sent, mut crc32) = (0, Crc32::new());
        match source.open(from) {
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
        let is_other = from == 0 && length == source.stat.size && crc32.finalize() != source.crc32;
        Ok(Sent { bytes: sent, is_whole: sent == length && !is_other })
    }

    fn zeros(&self, mut length: u64) -> Result<(), End> {
        while length > 0 {
            let next = length.min(BUFFER_BYTES as u64);
            self.put(vec![0; next as usize])?;
            length -= next;
        }
        Ok(())
    }

    /// Once all before it was sent, be it by this stream or by others.
    fn settle_list(&mut self) -> Result<(), End> {
        if self.list_crc32.is_some() {
            return Ok(());
        }
        let broken = self.runtime.block_on(exports::broken(&self.app.pool, self.id)).map_err(Error::from)?;
        self.broken.extend(broken);
        let mut crc32 = Crc32::new();
        let summing = self.layout.write_list(&self.app.pool, &self.broken, async |text: &str| {
            crc32.update(text.as_bytes());
            Ok::<_, End>(())
        });
        self.runtime.block_on(summing)?;
        self.list_crc32 = Some(crc32.finalize());
        Ok(())
    }

    fn list(&self, from: u64, length: u64) -> Result<(), End> {
        let (end, mut at) = (from + length, 0);
        let writing = self.layout.write_list(&self.app.pool, &self.broken, async |text: &str| {
            let here = at..at + text.len() as u64;
            at = here.end;
            let wanted = here.start.max(from)..here.end.min(end);
            if wanted.is_empty() {
                return Ok(());
            }
            let part = (wanted.start - here.start) as usize..(wanted.end - here.start) as usize;
            put(&self.sender, text.as_bytes()[part].to_vec()).await
        });
        self.runtime.block_on(writing)
    }
}

async fn put(sender: &mpsc::Sender<Result<Vec<u8>, Error>>, bytes: Vec<u8>) -> Result<(), End> {
    match tokio::time::timeout(SILENCE_MAX, sender.send(Ok(bytes))).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(End::Left),
    }
}

/// How much of a file was sent, and whether that is what it was.
struct Sent {
    bytes: u64,
    is_whole: bool,
}

/// Where a file lies, and as what it was looked at.
struct Source {
    path: Vec<u8>,
    stat: Stat,
    crc32: u32,
}

impl Source {
    fn of(ready: &Ready) -> Source {
        let stat = Stat { size: ready.size, mtime_ns: ready.mtime_ns };
        Source { path: ready.source.clone().unwrap_or_default(), stat, crc32: ready.crc32 }
    }

    fn open(&self, from: u64) -> io::Result<File> {
        let mut file = open(&path_from_bytes(&self.path))?;
        if Stat::of_meta(&file.metadata()?) != self.stat {
            return Err(io::Error::other("it was changed"));
        }
        file.seek(SeekFrom::Start(from))?;
        Ok(file)
    }
}
