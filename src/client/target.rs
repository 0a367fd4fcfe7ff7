//! The folder that an export is written into. A file has its name once all of it came, and keeps it once it is what the list of hashes
//! says. A mark says what the export is of as long as it is not whole. Knows no server.

use std::{
    collections::HashMap,
    fs::{self, File, FileTimes, OpenOptions},
    io::{self, Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use rustix::fs::{FlockOperation, OFlags, RenameFlags};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Problem, export::unread, unpack::Entry};
use crate::{
    model::export::ExportDraft,
    server::export::manifest,
    ui::parts::words::{bytes, count},
};

/// Lies there until the export is whole, and tells what it is of.
const MARK: &str = ".pixelsync-export";
/// What is being written.
const PART: &str = ".pixelsync-export.part";
const BUFFER_BYTES: usize = 1 << 20;
const MARK_BYTES_MAX: u64 = 1 << 20;

type Hash = [u8; 32];

/// What the mark says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Begun {
    pub(super) draft: ExportDraft,
    /// As the server calls it.
    pub(super) id: Uuid,
}

/// A folder that an export may be written into.
pub(super) struct Chosen<'a> {
    folder: &'a Path,
    /// Where one broke off.
    pub(super) begun: Option<Begun>,
}

pub(super) struct Target<'a> {
    folder: &'a Path,
    /// Locked as long as it is written.
    mark: File,
    came: Vec<Came>,
}

struct Came {
    name: String,
    bytes: u64,
    /// None of what lay there before.
    hash: Option<Hash>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Written {
    pub(super) folder: PathBuf,
    pub(super) files: u32,
    pub(super) bytes: u64,
    /// They were not there any more when the export was asked for.
    pub(super) missing: Vec<String>,
    /// They became others, or went, while they were sent.
    pub(super) changed: Vec<String>,
    /// Another file has their name in the folder.
    pub(super) in_the_way: Vec<String>,
}

impl Written {
    pub(super) fn is_whole(&self) -> bool {
        self.changed.is_empty() && self.in_the_way.is_empty()
    }
}

/// Nothing that lies there is written over, or taken for a part of the export. Makes nothing.
pub(super) fn choose(folder: &Path) -> Result<Chosen<'_>, Problem> {
    let is_empty = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(refused(folder, "is no folder. Name a new one."));
        }
        Err(error) => return Err(refused(folder, &format!("cannot be looked at: {error}. Name another folder."))),
    };
    let begun = open_mark(folder, false).ok().and_then(|mark| {
        let mut text = String::new();
        mark.take(MARK_BYTES_MAX).read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    });
    if is_empty || begun.is_some() {
        Ok(Chosen { folder, begun })
    } else {
        Err(refused(folder, "is not empty. Name a new folder, or an empty one."))
    }
}

fn refused(path: &Path, why: &str) -> Problem {
    Problem::Refused(format!("{} {why}", path.display()))
}

/// Never what a link leads to.
fn open_mark(folder: &Path, makes: bool) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW.bits().cast_signed();
    OpenOptions::new().read(true).write(makes).create(makes).custom_flags(flags).open(folder.join(MARK))
}

impl<'a> Chosen<'a> {
    /// Makes the folder and the mark. One at a time may write there.
    pub(super) fn begin(self, begun: &Begun) -> Result<Target<'a>, Problem> {
        let folder = self.folder;
        fs::create_dir_all(folder).map_err(unwritten(folder))?;
        if self.begun.is_none() && choose(folder)?.begun.is_some() {
            return Err(refused(folder, "is being exported into already. Name another folder."));
        }
        let mut mark = open_mark(folder, true).map_err(unwritten(&folder.join(MARK)))?;
        if rustix::fs::flock(&mark, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(refused(folder, "is being exported into already. Name another folder."));
        }
        let text = serde_json::to_vec(begun).map_err(|_| Problem::NotUnderstood)?;
        mark.set_len(0).and_then(|()| mark.rewind()).and_then(|()| mark.write_all(&text)).map_err(unwritten(folder))?;
        Ok(Target { folder, mark, came: Vec::new() })
    }
}

impl Target<'_> {
    /// Whether so many bytes fit. What lies there already is not known yet.
    pub(super) fn has_room(&self, all: u64) -> Result<(), Problem> {
        let is_new = fs::read_dir(self.folder).is_ok_and(|entries| entries.count() <= 1);
        // where it cannot be asked, writing will tell
        let Ok(space) = rustix::fs::fstatvfs(&self.mark) else { return Ok(()) };
        let free = space.f_bavail.saturating_mul(space.f_frsize);
        if is_new && all > free {
            let (all, free, folder) = (bytes(all), bytes(free), self.folder.display());
            return Err(Problem::Refused(format!(
                "The export has {all}, and there is room for {free} in {folder}. Make room and call the same again, or name \
                 another folder."
            )));
        }
        Ok(())
    }

    /// Nothing comes of it: as if it had not been asked for, where nothing was written yet.
    pub(super) fn give_up(self) {
        let is_new = fs::read_dir(self.folder).is_ok_and(|entries| entries.count() <= 1);
        if is_new {
            // what cannot be taken away says what it is
            let _ = fs::remove_file(self.folder.join(MARK)).and_then(|()| fs::remove_dir(self.folder));
        }
    }

    /// Whether it came before the export broke off.
    pub(super) fn has(&mut self, entry: &Entry) -> bool {
        let has = self.folder.join(&entry.name).symlink_metadata().is_ok();
        if has {
            self.came.push(Came { name: entry.name.clone(), bytes: entry.bytes, hash: None });
        }
        has
    }

    pub(super) fn write(&mut self, entry: &Entry, mut content: impl Read) -> Result<(), Problem> {
        let path = self.folder.join(&entry.name);
        let mut file = self.part().map_err(unwritten(&path))?;
        let (mut hash, mut buffer, mut written) = (Sha256::new(), vec![0; BUFFER_BYTES], 0);
        loop {
            let read = content.read(&mut buffer).map_err(unread)?;
            if read == 0 {
                break;
            }
            file.write_all(&buffer[..read]).map_err(unwritten(&path))?;
            hash.update(&buffer[..read]);
            written += read as u64;
        }
        if written != entry.bytes {
            return Err(Problem::Gone(io::ErrorKind::UnexpectedEof.into()));
        }
        if let Some(modified) = entry.modified {
            let at = SystemTime::UNIX_EPOCH + Duration::from_secs(modified.into());
            // a file system that keeps no times keeps the file
            let _ = file.set_times(FileTimes::new().set_modified(at));
        }
        self.name_part(&entry.name).map_err(unwritten(&path))?;
        self.came.push(Came { name: entry.name.clone(), bytes: written, hash: Some(hash.finalize().into()) });
        Ok(())
    }

    /// A new one: what a killed export left goes.
    fn part(&self) -> io::Result<File> {
        let part = self.folder.join(PART);
        match fs::remove_file(&part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        File::create_new(part)
    }

    /// Over nothing, where the file system can promise that.
    fn name_part(&self, name: &str) -> io::Result<()> {
        let (part, path) = (self.folder.join(PART), self.folder.join(name));
        match rustix::fs::renameat_with(rustix::fs::CWD, &part, rustix::fs::CWD, &path, RenameFlags::NOREPLACE) {
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => {
                fs::rename(&part, &path)
            }
            named => Ok(named?),
        }
    }

    /// What was written and is not as the list says goes; all else is on the disk when this returns.
    pub(super) fn settle(self, list: &str) -> Result<Written, Problem> {
        let mut listed: HashMap<String, Hash> = list.lines().filter_map(manifest::read).collect();
        let mut written = Written { folder: self.folder.to_owned(), ..Written::default() };
        for Came { name, bytes, hash } in &self.came {
            let (path, expected) = (self.folder.join(name), listed.remove(name));
            let found = match hash {
                Some(hash) => Some(*hash),
                // what is no file, or cannot be read, is none of ours
                None => hash_of(&path, *bytes).unwrap_or(None),
            };
            match found.filter(|found| expected == Some(*found)) {
                Some(_) => {
                    written.files += 1;
                    written.bytes += bytes;
                }
                None if hash.is_none() => written.in_the_way.push(name.clone()),
                None => {
                    fs::remove_file(&path).map_err(unwritten(&path))?;
                    written.changed.push(name.clone());
                }
            }
        }
        // what has no entry in the archive
        written.missing.extend(listed.into_keys());
        written.missing.sort();
        self.finish(list, &written).map_err(unwritten(self.folder))?;
        Ok(written)
    }

    fn finish(&self, list: &str, written: &Written) -> io::Result<()> {
        self.part()?.write_all(list.as_bytes())?;
        // the list alone is ours to replace
        fs::rename(self.folder.join(PART), self.folder.join(manifest::NAME))?;
        rustix::fs::syncfs(&self.mark)?;
        if written.is_whole() { fs::remove_file(self.folder.join(MARK)) } else { Ok(()) }
    }
}

/// Of a file of that many bytes.
fn hash_of(path: &Path, bytes: u64) -> io::Result<Option<Hash>> {
    let meta = path.symlink_metadata()?;
    if !meta.is_file() || meta.len() != bytes {
        return Ok(None);
    }
    let (mut file, mut hash, mut buffer) = (File::open(path)?, Sha256::new(), vec![0; BUFFER_BYTES]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Some(hash.finalize().into())),
            read => hash.update(&buffer[..read]),
        }
    }
}

fn unwritten(path: &Path) -> impl Fn(io::Error) -> Problem {
    move |error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Problem::Refused(format!(
            "The disk is full: {} could not be written. Make room and call the same again, which goes on from here.",
            path.display()
        )),
        _ => Problem::Refused(format!("{} cannot be written: {error}. Name another folder.", path.display())),
    }
}

/// What of it did not come, as people are told it.
pub(super) fn all_came(written: &Written) -> Result<(), Problem> {
    let some = |names: &[String], one: &str, many: &str, what: &str| {
        let number = count(u32::try_from(names.len()).unwrap_or(u32::MAX), one, many);
        (!names.is_empty()).then(|| format!("{number} {what}: {}.", names.join(", ")))
    };
    let changed = some(
        &written.changed,
        "file was",
        "files were",
        "changed or taken away meanwhile and not written; call the same again to try once more",
    );
    let in_the_way = some(
        &written.in_the_way,
        "file was",
        "files were",
        "not written because another one has its name there; move it away and call the same again",
    );
    let said: Vec<String> = changed.into_iter().chain(in_the_way).collect();
    if said.is_empty() { Ok(()) } else { Err(Problem::Refused(said.join(" "))) }
}
