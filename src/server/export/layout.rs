//! Where each byte of an archive lies, and what is in it, a few at a time: an archive of a million files is no burden. Sends
//! nothing.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use time::{OffsetDateTime, macros::format_description};
use uuid::Uuid;

use super::{
    archive::{Archive, Entry, Plan},
    manifest,
};
use crate::server::{
    App, Error,
    db::{
        Pool,
        exports::{self, File, FileState, Row},
    },
};

/// Rows that are read at once.
const ROWS_AT_ONCE: i64 = 500;
/// Of as many exports the layout is kept, so that parts of one cost no more than the whole.
const KEPT_MAX: usize = 8;

pub(super) struct Layout {
    id: Uuid,
    pub(super) archive: Archive,
    /// Of the file in each entry. The list of hashes follows behind the last.
    positions: Vec<i32>,
    list_bytes: u64,
    /// Of all files together.
    files_bytes: u64,
    asked_at: OffsetDateTime,
}

/// Those that were asked for lately.
#[derive(Default)]
pub(super) struct Layouts(Mutex<VecDeque<Arc<Layout>>>);

impl Layouts {
    pub(super) async fn of(&self, app: &App, row: &Row) -> Result<Arc<Layout>, Error> {
        if let Some(layout) = self.kept(row.id) {
            return Ok(layout);
        }
        let layout = Arc::new(Layout::read(&app.pool, row).await?);
        // it was deleted in the middle
        if row.bytes.is_some_and(|bytes| bytes != layout.archive.len()) {
            return Err(Error::NotFound);
        }
        // several may have read it at the same time
        self.forget(row.id);
        self.keep(Arc::clone(&layout));
        Ok(layout)
    }

    pub(super) fn forget(&self, id: Uuid) -> Option<Arc<Layout>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|layout| layout.id == id)?;
        kept.remove(at)
    }

    fn keep(&self, layout: Arc<Layout>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.truncate(KEPT_MAX - 1);
        kept.push_front(layout);
    }

    /// The last one that was asked for is let go of last.
    fn kept(&self, id: Uuid) -> Option<Arc<Layout>> {
        let layout = self.forget(id)?;
        self.keep(Arc::clone(&layout));
        Some(layout)
    }
}

impl Layout {
    /// Once all files were looked at; nothing of it changes any more.
    async fn read(pool: &Pool, row: &Row) -> Result<Layout, Error> {
        let (mut plan, mut positions, mut from) = (Plan::default(), Vec::new(), 0);
        let (mut list_bytes, mut files_bytes) = (manifest::head_length(), 0);
        loop {
            let files = exports::files(pool, row.id, from, ROWS_AT_ONCE).await?;
            let Some(last) = files.last() else { break };
            from = last.position + 1;
            for file in files {
                list_bytes += manifest::line_length(&file.name);
                if is_there(&file) {
                    plan.add(&entry(&file));
                    positions.push(file.position);
                    files_bytes += file.ready.size;
                }
            }
        }
        plan.add(&list_entry(row.created_at, list_bytes, 0));
        Ok(Layout { id: row.id, archive: plan.settled(), positions, list_bytes, files_bytes, asked_at: row.created_at })
    }

    /// The entry that holds the list of hashes.
    pub(super) fn list(&self) -> usize {
        self.positions.len()
    }

    /// Where what is sent depends on all before it.
    pub(super) fn list_begin(&self) -> u64 {
        self.archive.begin_of(self.list())
    }

    pub(super) fn list_entry(&self, crc32: u32) -> Entry {
        list_entry(self.asked_at, self.list_bytes, crc32)
    }

    /// The list piece by piece, in its order, with zeros for what is not whole.
    pub(super) async fn write_list<Failure: From<Error>>(
        &self,
        pool: &Pool,
        broken: &HashSet<i32>,
        mut write: impl AsyncFnMut(&str) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let when = self.asked_at.format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC"));
        let (when, files) = (when.unwrap_or_default(), self.positions.len() as u64);
        write(&manifest::head(&manifest::Head { when: &when, files, bytes: self.files_bytes })).await?;
        let mut from = 0;
        loop {
            let files = exports::files(pool, self.id, from, ROWS_AT_ONCE).await.map_err(Error::from)?;
            let Some(last) = files.last() else { return Ok(()) };
            from = last.position + 1;
            let hash = |file: &File| file.ready.hash.filter(|_| is_there(file) && !broken.contains(&file.position));
            let lines = files.iter().map(|file| manifest::line(&file.name, hash(file))).collect::<String>();
            write(&lines).await?;
        }
    }
}

/// The files in an archive's entries, of which a few stand ready.
pub(super) struct Files {
    pool: Pool,
    layout: Arc<Layout>,
    /// The entry of the first.
    from: usize,
    ready: Vec<File>,
}

impl Files {
    pub(super) fn of(pool: Pool, layout: Arc<Layout>) -> Files {
        Files { pool, layout, from: 0, ready: Vec::new() }
    }

    pub(super) async fn get(&mut self, entry: usize) -> Result<&File, Error> {
        let is_ready = entry.checked_sub(self.from).is_some_and(|place| place < self.ready.len());
        if !is_ready {
            let position = self.layout.positions.get(entry).copied().ok_or(Error::NotFound)?;
            // whoever is still fetching it needs it
            exports::prolong(&self.pool, self.layout.id, super::expires_at()).await?;
            self.ready = exports::files(&self.pool, self.layout.id, position, ROWS_AT_ONCE).await?;
            self.ready.retain(is_there);
            self.from = entry;
        }
        self.ready.get(entry - self.from).ok_or(Error::NotFound)
    }

    pub(super) async fn entry(&mut self, entry: usize) -> Result<Entry, Error> {
        self.get(entry).await.map(self::entry)
    }
}

fn is_there(file: &File) -> bool {
    matches!(file.ready.state, Some(FileState::Whole | FileState::Broken))
}

fn entry(file: &File) -> Entry {
    Entry {
        name: file.name.clone(),
        size: file.ready.size,
        crc32: file.ready.crc32,
        modified: file.ready.mtime_ns.div_euclid(1_000_000_000),
    }
}

fn list_entry(asked_at: OffsetDateTime, size: u64, crc32: u32) -> Entry {
    Entry { name: manifest::NAME.to_owned(), size, crc32, modified: asked_at.unix_timestamp() }
}
